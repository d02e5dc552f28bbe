"""The views of `modelcensus sql` and `connect()`: what is stored, and what is computed from it (docs/sql.md)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa

from modelcensus.catalog import CATALOG
from modelcensus.engine import open_read_only
from modelcensus.flows import build_flows
from modelcensus.ledger import BATCHES, chosen_views, stored_views
from modelcensus.ledger.views import BATCH_COLUMN
from modelcensus.vocabulary import TABLES, Column, Period, RequestError, Schema
from modelcensus.vocabulary.names import REPORTED

if TYPE_CHECKING:
    from modelcensus.measures.census import Census

_TEXT, _COUNT, _DAY, _FLAG = pa.string(), pa.int64(), pa.date32(), pa.bool_()

LINEAGE = Schema(
    "lineage",
    "Edges of lineage, child to parent.",
    (
        Column("child", _TEXT, "id", "repository"),
        Column("parent", _TEXT, "id", "what it was made from"),
        Column("stated", _TEXT, "text", "the parent as stated"),
        Column("relation", _TEXT, "name", "finetune, adapter, quantized, merge"),
        Column("rule", _TEXT, "rule", "curated, stated, inferred"),
        Column("how", _TEXT, "name", "how the parent was found among the known ids"),
        Column("state", _TEXT, "name", "kept; self and cycle were left out"),
    ),
)
EVENTS = Schema(
    "events",
    "What the channel's counters suffered, and what was done about it.",
    (
        Column("kind", _TEXT, "name", "stall, rollback, recount, spike, freeze, ..."),
        Column("source", _TEXT, "name", "series"),
        Column("counter", _TEXT, "name", "rolling_30d or all_time"),
        Column("from", _DAY, "day", "its begin (write it in double quotes, as `to`)"),
        Column("to", _DAY, "day", "its end"),
        Column("repositories", _COUNT, "repositories", "how many it touches"),
        Column("repository", _TEXT, "id", "which one; null: a whole snapshot"),
        Column("evidence", _TEXT, "text", "why it is taken for one"),
        Column("done", _TEXT, "text", "what was done"),
    ),
)
READINGS = Schema(
    "readings",
    "The channel's observations in order, events applied.",
    (
        Column("series", _TEXT, "name", "name of the batches that belong together"),
        Column("counter", _TEXT, "name", "rolling_30d, all_time or period"),
        Column("repository", _TEXT, "id", "under its newest id"),
        Column("value", _COUNT, "downloads", "what the counter stood at"),
        Column("snapshot", _COUNT, "ordinal", "of the reading, within series and counter"),
        Column("observed_from", _DAY, "day", "earliest day of the reading, as stated"),
        Column("observed_on", _DAY, "day", "latest day of the reading, as stated"),
        Column("batch", _TEXT, "tag", "tells readings of the same days apart"),
        Column("period_start", _DAY, "day", "of counter period: first day counted"),
        Column("previous", _COUNT, "downloads", "value at the reading before"),
        Column("t_from", _DAY, "day", "earliest day on which the counter was computed"),
        Column("t_to", _DAY, "day", "latest such day"),
        Column("t_best", _DAY, "day", "the one that estimates use"),
        Column("event", _TEXT, "name", "what touched the row; null: nothing"),
        Column("aside", _FLAG, "flag", "no observation"),
    ),
)
FLOWS = Schema(
    "flows",
    "Downloads of a repository in a calendar month, with exact bounds.",
    (
        Column("month", _DAY, "day", "its first day"),
        Column("repository", _TEXT, "id", "under its newest id"),
        Column("low", _COUNT, "downloads", "at least"),
        Column("estimate", _COUNT, "downloads", "null where open"),
        Column("high", _COUNT, "downloads", "at most; null where open"),
        Column("open", _FLAG, "flag", "nothing was read at or after the end: unbounded"),
        Column("broken", _FLAG, "flag", "a recount lies in it"),
        Column("instrument", _TEXT, "name", "the counter that it rests on"),
    ),
)
FLOWS_BY_MONTH = Schema(
    "flows_by_month",
    "`flows` with the columns of `catalog`.",
    (*FLOWS.columns, *(c for c in CATALOG.columns if c.name != "repository")),
)
_STORED = [
    Schema(s.name, s.text, (*s.columns, Column(BATCH_COLUMN.name, BATCH_COLUMN.type, "id", "the batch")))
    for s in TABLES.values()
]
VIEWS: dict[str, Schema] = {
    s.name: s for s in (*_STORED, BATCHES, CATALOG, LINEAGE, EVENTS, READINGS, FLOWS, FLOWS_BY_MONTH)
}
"""Every view by name, with its columns."""

NEEDS = {FLOWS_BY_MONTH.name: {FLOWS.name, CATALOG.name}}
ATTRIBUTED = {CATALOG.name, LINEAGE.name}
COUNTED = {READINGS.name, EVENTS.name, FLOWS.name}

MONTHLY = """
    select m.month, f.repository, f.low, case when not f.open then f.estimate end as estimate,
           case when not f.open then f.high end as high, f.open, f.broken, f.instrument
    from flows f join flow_months m using (span)
"""
KEPT = """
    select m.month, o.repository, m.low, case when not m.open then m.estimate end as estimate, m.high, m.open, m.broken,
           m.instrument
    from moved_told m join ordinals o using (ordinal)
    union all
    select f.month, o.repository, 0, 0, 0, false, false, q.instrument
    from quiet_told q join ordinals o using (ordinal) join flow_months f on f.month between q.first and q.last
"""
"""The same of a large ledger, which keeps its flows by month."""
JOINED = """
    select f.*, c.* exclude (repository) from flows f join catalog c using (repository)
"""


def connect(census: Census, channel: str = "", views: Iterable[str] = ()) -> duckdb.DuckDBPyConnection:
    """See Census.connect."""
    wanted = chosen_views(views, list(VIEWS))
    needed = wanted | {n for v in wanted for n in NEEDS.get(v, ())}
    tables, scanned = stored_views(census.stored, census.ledger, census.manifests, needed)
    engine = census.engine if needed & ATTRIBUTED else census.stored
    computed = {n: f'select {_columns(VIEWS[n])} from "{n}"' for n in sorted(needed & (ATTRIBUTED | COUNTED))}
    if needed & COUNTED and not _prepare(census, channel):
        for name in sorted(needed & COUNTED):
            engine.register(f"no_{name}", VIEWS[name].arrow.empty_table())
            computed[name] = f"select * from no_{name}"
    elif FLOWS.name in needed:
        computed[FLOWS.name] = _flows(census)
    joined = {FLOWS_BY_MONTH.name: JOINED} if FLOWS_BY_MONTH.name in wanted else {}
    return open_read_only(lambda path: engine.save(path, {**tables, **computed}), joined, scanned)


def _prepare(census: Census, asked: str) -> bool:
    """Register what is computed from an observed channel's counters; false where the ledger has no such channel."""
    observed = [c for c in census.channels if not c.startswith(REPORTED)]
    if asked.startswith(REPORTED):
        raise RequestError(
            "a reported series has no readings and no flows",
            where=f"channel {asked}",
            remedy="ask the view `reported`",
        )
    if not observed and not asked:
        return False
    channel = census.channel(asked or (observed[0] if len(observed) == 1 else ""))
    census.prepare(channel, attributed=False)
    return True


def _flows(census: Census) -> str:
    """SQL of the flows of every calendar month."""
    kept = census.by_month
    months = [Period(a, b) for a, b in pairwise(kept.months)] if kept else _months(census)
    firsts = pa.array([m.start for m in months], pa.date32())
    census.stored.register("flow_months", pa.table({"span": range(len(months)), "month": firsts}))
    if kept:
        return KEPT
    build_flows(census.counters, [(m.start, m.end) for m in months], "conservative")
    return MONTHLY


def _months(census: Census) -> list[Period]:
    """Every calendar month between the first reading and the last, those that are not whole too."""
    row = census.stored.rows("select min(observed_from) as first, max(observed_on) as last from readings_raw")[0]
    if row["first"] is None:
        return []
    last = max(row["last"] - timedelta(days=1), row["first"])
    following = (last.replace(day=1) + timedelta(days=31)).replace(day=1)
    return Period(row["first"].replace(day=1), following).split("month")


def _columns(schema: Schema) -> str:
    return ", ".join(f'"{c}"' for c in schema.names)

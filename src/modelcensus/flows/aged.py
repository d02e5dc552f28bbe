"""Flows of the first days after release of a large ledger, kept with it: a request by age reads them instead of counters.

They rest on one more fold of the all-time counter, whose edges are days of each repository's own. It is made when first
asked for, and again when a batch, or a day of release, has changed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from modelcensus.engine import kept_folder
from modelcensus.flows.aged_edges import NEVER, Days
from modelcensus.flows.calendar import day_of, days
from modelcensus.flows.clocks import RELEASE
from modelcensus.flows.counters import Counters
from modelcensus.flows.flows import build_aged_flows
from modelcensus.flows.readings import readings_of
from modelcensus.vocabulary import own_version
from modelcensus.vocabulary.names import ALL_TIME

FORMAT = 2
ROWS = 100_000
"""Rows of a row group."""
COLUMNS = ("low", "estimate", "high", "open", "broken")
"""Of each age, with the age behind: `low_30`."""

ZERO = """
    select o.ordinal, cast(z.zero_on as date) as zero_on from ({zero}) z join ordinals o using (repository)
    where z.zero_on is not null
"""
ALONE = """
    select o.ordinal, any_value(instrument) as instrument, {columns}
    from flows join ordinals o using (repository) group by o.ordinal order by o.ordinal
"""
TOTALS = pa.schema(
    [("repository", pa.string()), ("total_low", pa.int64()), ("total", pa.int64()), ("total_high", pa.int64())]
)
TOTALS_ALONE = """
    select repository, low as total_low, case when not open then estimate end as total, high as total_high from flows
"""


def keep_ages(counters: Counters, zero: str, ages: Sequence[int], folder: Path, known: Sequence[str]) -> Path:
    """The file with the flows of the first days after a day of each repository's own, which is written if it is not
    there.

    `zero` is SQL of repository and zero_on, `ages` are in days, `known` the batches that there are, by which it is found
    again. Counters that are `certain` only. Columns: repository, zero_on, first_read (days), instrument, total_low, total,
    total_high (downloads up to the last reading, as `totals_upto` gives them), and `low_A`, `estimate_A`, `high_A`
    (downloads), `open_A`, `broken_A` of each age A.
    """
    own = zero_days(counters, zero)
    content = [FORMAT, own_version(), counters.channel, sorted(known), list(ages)]
    key = hashlib.sha256(json.dumps(content).encode() + own.tobytes()).hexdigest()[:16]
    made = kept_folder(folder / "ages", key, lambda made: _write(counters, zero, own, ages, made / "ages.parquet"))
    return made / "ages.parquet"


def zero_days(counters: Counters, zero: str) -> Days:
    """The day of each repository by ordinal (days since 1970; `NEVER` where there is none)."""
    found = counters.engine.fetch(counters.engine.query("zero_of_ordinals", ZERO.format(zero=zero)))
    counters.engine.drop("zero_of_ordinals")
    own = np.full(counters.ordinals.count, NEVER, np.int32)
    own[found["ordinal"].to_numpy()] = found["zero_on"].cast(pa.int32()).to_numpy()
    return own


def folded_aged_flows(counters: Counters, zero: Days, ages: Sequence[int]) -> pa.Table:
    """Flows of the one source of `all_time`: ordinal, and the columns of each age, of the repositories whose day is
    known."""
    all_time, edges = counters.all_time_aged(zero, (0, *ages))
    start, columns = edges[0], {}
    for age in ages:
        flow = all_time.flow(start, edges[1])
        all_time.forget(edges.pop(1))  # one after the other goes: they are large
        flow = flow.filter(pa.array(zero[flow["ordinal"].to_numpy()] != NEVER))
        columns |= {"ordinal": flow["ordinal"], **{f"{c}_{age}": flow[c] for c in COLUMNS}}
    return pa.table(columns)


def first_read(counters: Counters) -> Days:
    """The first day on which any source read each repository, under whatever id; `NEVER` where none did."""
    first = np.full(counters.ordinals.count, NEVER, np.int32)
    for done in counters.folded.values():
        read = np.flatnonzero(done.state.value >= 0)
        first[read] = np.minimum(first[read], done.state.first_day[read])
    for former, repository in counters.renamed:
        first[repository] = min(first[repository], first[former])
    return first


def totals_upto(counters: Counters, cut: date) -> pa.Table:
    """repository, total_low, total, total_high (downloads) up to a day: the all-time counter as it was last read by then;
    of whoever only counters of windows were read of, their flows with bounds."""
    value = _counted(counters, cut)
    known = pa.array(np.flatnonzero(value >= 0))
    total = pa.array(value).take(known)
    tables = [pa.table([counters.ordinals.names().take(known), total, total, total], schema=TOTALS)]
    if _alone(counters):
        tables.append(_totals_alone(counters, cut))
    return pa.concat_tables(tables)


def _counted(counters: Counters, cut: date) -> NDArray[np.int64]:
    """The all-time counter by ordinal, as it was last read by a day; -1 where it was not, and of former ids."""
    source = counters.sources(ALL_TIME)[0]
    count, state = counters.ordinals.count, counters.folded[source].state
    value = np.full(count, -1, np.int64)
    if days(cut) >= counters.snapshots(source)[-1].day:
        size = min(count, len(state.value))
        value[:size] = state.value[:size]
    else:
        _, finished = counters.all_time([cut], raw=False)
        edge = next(e for e in finished.edges if e.day == days(cut))
        size = min(count, len(edge.low))
        value[:size] = edge.low[:size]
        for b in finished.state.breaks:  # a counter is what it was read as, whatever it fell by before
            value[b.repository] -= b.before - b.after if b.day <= days(cut) else 0
    for former, repository in counters.renamed:
        value[repository] = value[repository] if value[repository] >= 0 else value[former]
        value[former] = -1
    return value


def _totals_alone(counters: Counters, cut: date) -> pa.Table:
    _build_alone(counters, f"select repository, date '{RELEASE}' as zero_on from alone", [(cut - RELEASE).days])
    return counters.engine.fetch(counters.engine.query("totals_alone", TOTALS_ALONE)).cast(TOTALS)


def _write(counters: Counters, zero: str, own: Days, ages: Sequence[int], path: Path) -> None:
    """The most downloaded come first: whoever looks for them reads the beginning."""
    last = day_of(max(s.day for s in counters.calendar))
    flows = folded_aged_flows(counters, own, ages)
    ordinals = flows["ordinal"].to_numpy()
    total = pa.array(_counted(counters, last)[ordinals])
    named = _named(counters, ordinals, own, pa.repeat(ALL_TIME, len(ordinals)))
    named |= dict.fromkeys(TOTALS.names[1:], total)
    table = pa.table({**named, **{n: flows[n] for n in flows.column_names[1:]}})
    if _alone(counters):
        windows = _of_windows(counters, zero, own, ages)
        told = windows.join(_totals_alone(counters, last), "repository", join_type="left outer")
        table = pa.concat_tables([table, told.select(table.column_names).cast(table.schema)])
    most = np.argsort(-table["total_low"].fill_null(0).to_numpy(), kind="stable")
    with pq.ParquetWriter(path, table.schema) as out:
        for first in range(0, len(most), ROWS):
            out.write_table(table.take(pa.array(most[first : first + ROWS])))


def _named(
    counters: Counters, ordinals: NDArray[np.int64], own: Days, instrument: pa.Array | pa.ChunkedArray
) -> dict[str, pa.Array | pa.ChunkedArray]:
    return {
        "repository": counters.ordinals.names().take(pa.array(ordinals)),
        "zero_on": pa.array(own[ordinals], pa.date32()),
        "first_read": pa.array(first_read(counters)[ordinals], pa.date32()),
        "instrument": instrument,
    }


def _alone(counters: Counters) -> int:
    """Register whoever only counters of windows were read of (`alone`): they are few, and worked out row by row."""
    counters.engine.register("alone", alone := counters.windows_alone)
    return len(alone)


def _build_alone(counters: Counters, zero: str, ages: Sequence[int]) -> None:
    only = "and repository in (select repository from alone)"
    build_aged_flows(counters, zero, list(ages), "conservative", only, suffix=readings_of(counters, "alone"))


def _of_windows(counters: Counters, zero: str, own: Days, ages: Sequence[int]) -> pa.Table:
    _build_alone(counters, zero, ages)
    columns = ", ".join(
        f"any_value({c}) filter (span = {i}) as {c}_{age}" for i, age in enumerate(ages) for c in COLUMNS
    )
    found = counters.engine.fetch(counters.engine.query("flows_alone", ALONE.format(columns=columns)))
    named = _named(counters, found["ordinal"].to_numpy(), own, found["instrument"])
    return pa.table({**named, **{n: found[n] for n in found.column_names[2:]}})

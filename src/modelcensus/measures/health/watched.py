"""What watching a channel's sources gives: worked out from all of its snapshots, and of a large ledger kept with it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from modelcensus.engine import kept_folder, sound
from modelcensus.flows.intake import rows_of
from modelcensus.measures.health.coverage import firsts, watched_rows
from modelcensus.measures.health.watch import Ints, OpenEdge, Watch
from modelcensus.measures.health.watch_state import Source, last_settled, restore, save
from modelcensus.vocabulary import Period, own_version

if TYPE_CHECKING:
    from modelcensus.measures.census import Census

FORMAT = 1
KEPT_BACK = 60
"""Days before the last snapshot from which a later one goes on: what is found out about a day, such as that a counter was
frozen, is mostly found out by then."""

PARTIAL = """select source, counter, "to" as day from events where kind = 'partial'"""
CONFLICTS = """
    select c.series, c.observed_on, list(o.ordinal) as ordinals
    from (select distinct series, observed_on, repository from conflicts) c join ordinals o using (repository) group by all
"""


@dataclass(frozen=True)
class Watched:
    """One source: its months, as rows; the day of its last sound snapshot (-1: none), what its repositories usually bring in a
    day, how many were listed last, and the month edges that are open."""

    source: Source
    months: list[dict]
    sound_day: int
    downloads_a_day: float
    listed_last: int
    open_edges: list[OpenEdge]

    @classmethod
    def of(cls, census: Census, watch: Watch) -> Watched:
        """What a watch that has finished found."""
        rows = watched_rows(watch, census.counters.snapshots(watch.source))
        return cls(watch.source, rows, watch.sound_day, watch.downloads_a_day, watch.listed_last, watch.open_edges)

    @property
    def told(self) -> dict:
        """As JSON holds it."""
        return {**asdict(self), "months": [{**r, "month": str(r["month"])} for r in self.months]}

    @classmethod
    def read(cls, told: dict) -> Watched:
        """From what JSON held."""
        months = [{**r, "month": Period.parse(r["month"])} for r in told["months"]]
        edges = [OpenEdge(**e) for e in told["open_edges"]]
        return cls(**{**told, "source": tuple(told["source"]), "months": months, "open_edges": edges})


def watched(census: Census, table: str) -> list[Watched]:
    """The sources of the prepared channel, in their order; registers `table`: repository and the day on which it was first
    listed, where there are sources."""
    if not census.counters.folded:
        return []
    parent = census.kept_in(census.prepared)
    if parent is None:
        watches = _watch(census)
        census.engine.register(table, _seen(census, watches))
        return [Watched.of(census, w) for w in watches.values()]

    def write(made: Path) -> None:
        watches = _watch(census, parent / "watched", made / "state")
        told = [Watched.of(census, w).told for w in watches.values()]
        (made / "watched.json").write_text(json.dumps(told))
        pq.write_table(_seen(census, watches), made / "seen.parquet", compression="zstd", compression_level=1)

    folder = kept_folder(parent / "watched", _key(census), write)
    census.engine.read_parquet(table, [folder / "seen.parquet"], pq.read_schema(folder / "seen.parquet"))
    return [Watched.read(t) for t in json.loads((folder / "watched.json").read_text())]


def known_since(census: Census, tables: list[str]) -> list[tuple[date, int]]:
    """By month: how many repositories are known to have been there from then on, of a large ledger kept with it; `tables` hold
    who was listed and when."""
    parent = census.kept_in("")
    if parent is None:
        return firsts(census.engine, tables)

    def write(made: Path) -> None:
        told = [[str(month), n] for month, n in firsts(census.engine, tables)]
        (made / "firsts.json").write_text(json.dumps(told))

    folder = kept_folder(parent / "firsts", _key(census), write)
    return [(date.fromisoformat(m), n) for m, n in json.loads((folder / "firsts.json").read_text())]


def _key(census: Census) -> str:
    content = json.dumps([FORMAT, own_version(), sorted(m.id for m in census.manifests)])
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def _watch(census: Census, kept: Path | None = None, state: Path | None = None) -> dict[Source, Watch]:
    """Every source watched from its first to its last snapshot: one pass over the rows, or over those since what is kept in
    a folder of `kept`; `state` is the folder to keep the watches in as they stood some days before the end."""
    counters = census.counters
    watches = _begin(census)
    done = 0
    for folder in kept.glob("[0-9a-f]*") if kept else ():
        try:
            done = restore(folder / "state", watches, counters.calendar) if sound(folder) else 0
        except (OSError, ValueError, LookupError, TypeError):
            watches = _begin(census)
        if done:
            break
    keep_at = max(done, last_settled(counters.calendar, KEPT_BACK))
    for place, (snapshot, ids, values) in enumerate(
        rows_of(census.engine, counters.calendar[done:], counters.ordinals), done
    ):
        if state and place == keep_at:
            save(state, watches, counters.calendar[:place])
        watches[snapshot.source].see(snapshot, ids, values)
    if state and keep_at == len(counters.calendar):
        save(state, watches, counters.calendar)
    for watch in watches.values():
        watch.finish()
    return watches


def _begin(census: Census) -> dict[Source, Watch]:
    counters = census.counters
    partial: dict[Source, set[int]] = {}
    for r in census.engine.rows(PARTIAL):
        partial.setdefault((r["source"], r["counter"]), set()).add((r["day"] - date(1970, 1, 1)).days)
    conflicts: dict[str, dict[int, Ints]] = {}
    for r in census.engine.rows(CONFLICTS) if census.engine.has("conflicts") else ():
        of_series = conflicts.setdefault(r["series"], {})
        of_series[(r["observed_on"] - date(1970, 1, 1)).days] = np.array(r["ordinals"], np.int64)
    return {
        source: Watch(
            counters.snapshots(source), counters.ordinals.count, found, partial.get(source, set()),
            conflicts.get(source[0], {}) if source[1] == "all_time" else {},
        )
        for source, found in sorted(counters.folded.items())
    }  # fmt: skip


def _seen(census: Census, watches: dict[Source, Watch]) -> pa.Table:
    first = np.min([np.where(w.first < 0, 2**31 - 1, w.first) for w in watches.values()], axis=0)
    days = pa.array(first.astype(np.int32)).cast(pa.date32())
    return pa.table({"repository": census.counters.ordinals.names(), "day": days})

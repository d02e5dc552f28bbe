"""The counters of a channel, folded: what each source read, what its counters suffered, and flows of any spans."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from modelcensus.engine import Engine
from modelcensus.flows.abreast import side_by_side
from modelcensus.flows.aged_edges import NEVER, AgedEdge, AgedEdges, Days
from modelcensus.flows.bounds import AllTime
from modelcensus.flows.calendar import Snapshot, build_calendar, days
from modelcensus.flows.fold import Finished
from modelcensus.flows.intake import Ordinals, rows_of
from modelcensus.flows.rounded import register_rounded
from modelcensus.flows.run import Run
from modelcensus.flows.solved import Solved
from modelcensus.flows.splices import Overlap, Splice
from modelcensus.flows.store import Store
from modelcensus.vocabulary.names import ALL_TIME, PERIOD

if TYPE_CHECKING:
    from modelcensus.flows.renames import Rename

Source = tuple[str, str]
"""Series and counter."""

CREATED = """
    select o.ordinal, min(f.created_at) as created_at from facts f join ordinals o using (repository)
    where f.created_at is not null group by o.ordinal
"""


MOST_KEPT = 3_000_000
"""Rows up to which a ledger is small: its readings are kept as a table, and counters of windows solved for everybody."""

KEPT_BACK = 30
"""Snapshots before the last at which a first fold is kept, so that one is there even if the last days are in suspense."""

SMALL = 1_000_000
"""Rows below which threads cost more than they save."""


class Counters:
    """Everything that a channel's observed counters say, by source."""

    def __init__(self, engine: Engine, channel: str, edges: Iterable[date] = (), store: Path | None = None) -> None:
        """Fold the channel; `edges` are days at which flows will be asked for (others are folded for when asked).

        `store`: folder in which folds are kept from one time to the next.
        """
        self._store = Store(store, channel) if store is not None else None
        self.engine, self.channel = engine, channel
        counted = self._store.counted() if self._store else {}
        rounded = register_rounded(engine, channel)  # stand still although they are counted on: nothing to judge
        self.calendar = [
            s for s in build_calendar(engine, channel, counted) if s.counter != PERIOD and s.source not in rounded
        ]
        if self._store:
            self._store.count(counted)
        self.ordinals = Ordinals(engine)
        self.rebased: list[tuple[Source, int, NDArray[np.int64], NDArray[np.int64]]] = []
        overlap = Overlap() if len({s.counter for s in self.calendar}) > 1 else None
        self.folded = self._fold({days(d) for d in edges}, raw=False, overlap=overlap)
        self.splices: list[Splice] = overlap.splices(self._good_days()) if overlap else []
        self.solved = Solved()
        self.renames: list[Rename] = []
        self._edges = {days(d) for d in edges}
        self._beside: tuple[set[int], Finished] | None = None
        self.windowed: dict[tuple[tuple[date, date], ...], list[pa.Table]] = {}
        """Flows of whoever only counters of windows were read of, span by span, of the spans that were asked for together."""
        self.read_alone = ""
        """The suffix of the tables of their readings, once there are some."""

    def sources(self, counter: str) -> list[Source]:
        """The sources that read a counter."""
        return [s for s in self.folded if s[1] == counter]

    def snapshots(self, source: Source) -> list[Snapshot]:
        """The snapshots of a source, in order."""
        return [s for s in self.calendar if s.source == source]

    @property
    def small(self) -> bool:
        """Whether the readings are few enough to be worked with row by row."""
        return sum(s.rows for s in self.calendar) <= MOST_KEPT

    @property
    def certain(self) -> bool:
        """Whether one source reads `all_time`, on days that are known."""
        sources = self.sources(ALL_TIME)
        return len(sources) == 1 and all(s.day_from == s.day for s in self.snapshots(sources[0]))

    @cached_property
    def created(self) -> NDArray[np.int32]:
        """Day of creation by ordinal; -1 where no source states one."""
        found = self.engine.fetch(self.engine.query("created", CREATED))
        born = np.full(self.ordinals.count, -1, np.int32)
        born[found["ordinal"].to_numpy()] = found["created_at"].cast(pa.int32()).to_numpy()
        return born

    def all_time(self, edges: Iterable[date], raw: bool) -> tuple[AllTime, Finished]:
        """The only source of `all_time`, folded at these edges."""
        source = self.sources(ALL_TIME)[0]
        wanted = {days(d) for d in edges}
        finished = self._fold(wanted, raw=True, only=source)[source] if raw else self._at(source, wanted)
        return AllTime(finished, self.ordinals.count, self.created, self.renamed, raw=raw), finished

    def reaches(self, edges: Iterable[date]) -> bool:
        """Whether the only source of `all_time` is folded at these edges, or they are not before its last snapshot."""
        last = self.snapshots(self.sources(ALL_TIME)[0])[-1].day
        return all(day in self._edges or day >= last for day in map(days, edges))

    def _at(self, source: Source, wanted: set[int]) -> Finished:
        """The source, folded at these edges at least: as it is folded; with those that its last readings give; else folded
        anew beside it, for whoever asks next asks for the edges of before."""
        done = self.folded[source]
        new = wanted - self._edges
        if not new:
            return done
        last = self.snapshots(source)[-1].day
        if all(day >= last for day in new):
            return replace(done, edges=[*done.edges, *(done.state.edge(day) for day in sorted(new))])
        if self._beside is None or not wanted <= self._beside[0]:
            self._beside = wanted, self._fold(wanted, raw=False, only=source)[source]
        return self._beside[1]

    def all_time_aged(self, zero: Days, ages: Sequence[int]) -> tuple[AllTime, list[AgedEdge]]:
        """The only source of `all_time`, folded once more for a day of each repository's own (`zero`, by ordinal; `NEVER`
        where it is unknown) and so many days after it: an edge per age, in order."""
        source = self.sources(ALL_TIME)[0]
        zero = zero.copy()
        for former, repository in reversed(self.renamed):  # one history, on the clock of its last name
            zero[former] = zero[repository]
        edges = AgedEdges([np.where(zero == NEVER, NEVER, zero + age).astype(np.int32) for age in ages])
        finished = self._fold(edges, raw=False, only=source)[source]
        return AllTime(finished, self.ordinals.count, self.created, self.renamed), edges.edges

    @property
    def renamed(self) -> list[tuple[int, int]]:
        """Ordinals of former ids and of those that followed, in the order of time."""
        joined = [r for r in self.renames if r.joined]
        return [(r.former, r.repository) for r in sorted(joined, key=lambda r: r.day)]

    @cached_property
    def windows_alone(self) -> pa.Table:
        """Repositories that only counters of windows were read of."""
        seen = {True: np.zeros(self.ordinals.count, bool), False: np.zeros(self.ordinals.count, bool)}
        for (_, counter), done in self.folded.items():
            read = np.flatnonzero(done.state.value >= 0)
            seen[counter == ALL_TIME][read] = True
        return pa.table({"repository": self.ordinals.names().filter(pa.array(seen[False] & ~seen[True]))})

    def _good_days(self) -> dict[Source, set[int]]:
        """Days on which each source was read, certainly and well."""
        good: dict[Source, set[int]] = {}
        for s in self.calendar:
            kind = self.folded[s.source].state.verdicts.get(s.number)
            good.setdefault(s.source, set())
            if kind in ("read", "catch_up") and s.day_from == s.day:
                good[s.source].add(s.day)
        return good

    def _fold(
        self, edges: set[int] | AgedEdges, raw: bool, only: Source | None = None, overlap: Overlap | None = None
    ) -> dict[Source, Finished]:
        calendar = [s for s in self.calendar if only in (None, s.source)]
        wanted = edges if isinstance(edges, AgedEdges) else sorted(edges)
        runs = {k: Run(self.snapshots(k), wanted, raw, overlap) for k in {s.source for s in calendar}}
        store = None if raw or only else self._store
        if store is not None:
            known = [names for r in runs.values() if (names := r.resume(store, self.calendar)) is not None]
            self.ordinals.restore(max(known, key=len, default=pa.array([], pa.string())))
        rest = [s for s in calendar if s.number > runs[s.source].done]
        keep_at = {
            k: r.snapshots[-KEPT_BACK].number for k, r in runs.items() if store and len(r.snapshots) > KEPT_BACK
        }

        def take(snapshot: Snapshot, ids: NDArray[np.int64], values: NDArray[np.int64]) -> None:
            run = runs[snapshot.source]
            run.take(snapshot, ids, values)
            if store is not None and not run.kept and snapshot.number >= keep_at.get(snapshot.source, 1 << 60):
                run.keep(store, self.calendar, self.ordinals.names())

        rows = rows_of(self.engine, rest, self.ordinals)
        if sum(s.rows for s in rest) < SMALL:
            for item in rows:
                take(*item)
        else:
            side_by_side(rows, take, key=lambda item: item[0].source)
        finished = {k: r.fold.finish() for k, r in sorted(runs.items())}
        if not raw and only is None:
            self.rebased = [(k, *change) for k, r in runs.items() for change in r.listed.rebased]
        if store is not None:
            for run in runs.values():
                run.keep(store, self.calendar, self.ordinals.names())
        return finished

"""Sums of a large ledger's flows over any spans between the days that its flows are kept at.

Who is added up with whom (a *cell*) is worked out once, over the repositories; every span is then a pass over numbers:
what moved in a month is read as it is kept, a longer span comes from the counters at its two ends.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from modelcensus.engine import Engine
from modelcensus.flows import Counters, Level, Levels, days, found_in, windowed_flows
from modelcensus.measures.ages import age_sql
from modelcensus.measures.by_month import ByMonth
from modelcensus.vocabulary.names import REPOSITORY_DIMENSIONS

CELLS = """
    select {parts}count(*) as size, list(ordinal) filter (ordinal is not null) as ordinals
    from told_repositories where {where} group by all
"""
AGED = """
    select q.* exclude (released), {age} as age
    from {name}_released q join (values {starts}) s(span, start) on s.span = q.span
"""
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class CellTable:
    """The cells: what they are of (`parts`, and `size`: how many repositories), and by ordinal which one (from 1 on;
    0: out of scope)."""

    parts: pa.Table
    of: NDArray[np.int32]

    @classmethod
    def read(cls, engine: Engine, count: int, parts: Mapping[str, str], where: str) -> CellTable:
        """The cells by these parts (name -> SQL over the catalog) of whoever `where` names, among `count` ordinals."""
        listed = "".join(f"{sql} as {name}, " for name, sql in parts.items())
        found = engine.fetch(engine.query("cells", CELLS.format(parts=listed, where=where), keep=False))
        of = np.zeros(count, np.int32)
        members = found["ordinals"].combine_chunks()
        numbers = np.repeat(np.arange(1, len(found) + 1, dtype=np.int32), np.diff(members.offsets.to_numpy()))
        of[members.flatten().to_numpy()] = numbers
        return cls(found.drop_columns("ordinals"), of)


@dataclass
class _Sums:
    """Sums of one span by cell."""

    low: Ints
    estimate: Ints
    closed: Ints
    opened: Ints
    broken: Ints
    observed: Ints


class LevelSums:
    """Levels added up by cell, from which the sums of any span between their days come: differences of what all have, and
    what single repositories take away from that (see `flows/levels.py`)."""

    def __init__(self, levels: Levels, cells: CellTable) -> None:
        self.levels, self.parts = levels, cells.parts
        size, count = len(cells.parts) + 1, len(levels.days)
        self._of = cells.of.astype(np.min_scalar_type(size))
        self._told = self._count(levels.told)
        self._upto, self._since, self._likely = (np.zeros((count, size), np.int64) for _ in range(3))
        members = np.flatnonzero(self._of)
        for place in range(count):
            level = levels.level(place)
            rows = _rows_of(level, members)
            cell = self._of[level.ids[rows]]
            for sums, all_moved in (
                (self._upto, level.upto), (self._since, level.since), (self._likely, level.likely),
            ):  # fmt: skip
                moved = all_moved[rows]
                sums[place] = sums[place - 1] if place else 0
                sums[place] += self._total(cell, moved)
        self._opened: dict[int, Ints] = {}

    @property
    def bytes(self) -> int:
        """What they take in memory, about."""
        return self._of.nbytes + 3 * self._upto.nbytes

    def of(self, start: date, end: date) -> _Sums:
        """The sums between two of the days."""
        levels = self.levels
        a, e = (levels.days.index(days(d)) for d in (start, end))
        before, after = levels.level(a), levels.level(e)
        low = self._upto[e] - self._since[a] + self._waits_at_both(before, after)
        closed = self._since[e] - self._closed_upto(a, e, after)
        opened = self._opened_at(e, after)
        estimate, broken = self._likely[e] - self._likely[a], np.zeros_like(low)
        self._add_odd(a, e, low, estimate, closed, opened)
        self._add_breaks(a, e, after, closed, broken)
        parts = (low, estimate, closed, opened, broken, self._told - opened)
        return _Sums(*(p[1:] for p in parts))

    def add(self, sums: _Sums, flow: pa.Table) -> None:
        """Add flows (`FLOW`) of others to sums."""
        cell, is_open = self._of[flow["ordinal"].to_numpy()], flow["open"].to_numpy(zero_copy_only=False)
        high = np.where(is_open, 0, flow["high"].fill_null(0).to_numpy())
        sums.low += self._total(cell, flow["low"].to_numpy())[1:]
        sums.estimate += self._total(cell, flow["estimate"].to_numpy())[1:]
        sums.closed += self._total(cell, high)[1:]
        sums.broken += self._total(cell, flow["broken"].to_numpy(zero_copy_only=False))[1:]
        sums.opened += self._total(cell, is_open)[1:]
        sums.observed += self._total(cell, ~is_open)[1:]

    def _waits_at_both(self, before: Level, after: Level) -> Ints:
        """What is to be added to the lows for whoever has no reading between the two days."""
        if len(before.waiting) > len(after.waiting):
            there = np.flatnonzero(found_in(before.waiting, after.waiting))
            upto, ids = after.waiting_upto[there], after.waiting[there]
            since = before.waiting_since[np.searchsorted(before.waiting, ids)]
        else:
            there = np.flatnonzero(found_in(after.waiting, before.waiting))
            since, ids = before.waiting_since[there], before.waiting[there]
            upto = after.waiting_upto[np.searchsorted(after.waiting, ids)]
        plain = upto - np.where(since < 0, 0, since)
        right = np.where(since < 0, 0, np.maximum(plain, 0))
        return self._total(self._of[ids], right - plain)

    def _closed_upto(self, a: int, e: int, after: Level) -> Ints:
        """What those stood at least at on the first day that have a reading from the last one on."""
        some = self._total(self._of[after.open_ids], self.levels.upto(a)[after.open_ids])
        return some if after.mostly_open else self._upto[a] - some

    def _opened_at(self, e: int, after: Level) -> Ints:
        """How many are open at a day."""
        if e not in self._opened:
            some = self._count(after.open_ids)
            plain = self._told - self._count(self.levels.odd)
            self._opened[e] = plain - some if after.mostly_open else some
        return self._opened[e].copy()

    def _add_odd(self, a: int, e: int, low: Ints, estimate: Ints, closed: Ints, opened: Ints) -> None:
        odd = self.levels.odd
        if not len(odd):
            return
        cell, start, end = self._of[odd], self.levels.odd_levels(a), self.levels.odd_levels(e)
        is_open = end.since < 0
        own = np.where(start.since >= 0, np.maximum(end.upto - start.since, 0), 0)
        low += self._total(cell, own)
        estimate += self._total(cell, end.likely - start.likely)
        most = np.maximum(end.since - start.upto + self._after(a, e, odd, is_open), own)
        closed += self._total(cell[~is_open], most[~is_open])
        opened += np.bincount(cell[is_open], minlength=len(low))

    def _add_breaks(self, a: int, e: int, after: Level, closed: Ints, broken: Ints) -> None:
        ids = np.unique(self.levels.breaks[:, 0])
        odd = found_in(self.levels.odd, ids)
        is_open = after.is_open(ids)
        is_open[odd] = self.levels.odd_levels(e).since[np.searchsorted(self.levels.odd, ids[odd])] < 0
        passed = self._passed(a, e, ids, is_open)
        broken += self._count(np.unique(self.levels.breaks[passed, 0]))
        here = ~is_open & ~odd
        closed += self._total(self._of[ids[here]], self._after(a, e, ids[here], is_open[here]))

    def _passed(self, a: int, e: int, ids: Ints, is_open: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Which recounts lie between two days, of these repositories (ascending), of which some are open then."""
        whose, since, day, _ = self.levels.breaks.T
        start, end = self.levels.days[a], self.levels.days[e]
        among = found_in(ids, whose)
        place = np.minimum(np.searchsorted(ids, whose), max(len(ids) - 1, 0))
        late = is_open[place] if len(ids) else among
        return among & np.where(late, day <= end, since < end) & (day > start)

    def _after(self, a: int, e: int, ids: NDArray, is_open: NDArray[np.bool_]) -> Ints:
        """What counters may have counted again after the recounts between two days, of these repositories (ascending)."""
        rows = self.levels.breaks[self._passed(a, e, ids, is_open)]
        found = np.zeros(len(ids), np.int64)
        np.add.at(found, np.searchsorted(ids, rows[:, 0]), rows[:, 3])
        return found

    def _total(self, cell: NDArray, values: NDArray) -> Ints:
        """Exact: downloads add up to far less than the 2^53 up to which a double counts one by one."""
        return np.bincount(cell, values, len(self.parts) + 1).astype(np.int64)

    def _count(self, ids: NDArray) -> Ints:
        return np.bincount(self._of[ids], minlength=len(self.parts) + 1).astype(np.int64)


def _rows_of(level: Level, members: Ints) -> slice | Ints:
    """The rows of a level that are of these ordinals: of many of them all rows, for a pass over numbers is quicker than
    looking them up."""
    if 16 * len(members) > len(level.ids):
        return slice(None)
    place = np.searchsorted(level.ids, members)
    inside = place < len(level.ids)
    place = place[inside]
    return place[level.ids[place] == members[inside]]


def span_quantities(
    engine: Engine,
    kept: ByMonth,
    counters: Counters,
    spans: Sequence[tuple[date, date]],
    where: str,
    dimensions: Collection[str],
    name: str,
) -> ir.Table:
    """Register quantities `name` of these spans, added up by the dimensions (none of a root, nor the repository)."""
    named = {d: d for d in REPOSITORY_DIMENSIONS if d in dimensions and d in kept.columns}
    aged = "age" in dimensions
    parts = named | ({"released": "released"} if aged else {})
    sums = kept.sums.of(where, tuple(parts), lambda: _level_sums(engine, kept, counters, parts, where))
    if not aged:
        return _registered(engine, counters, sums, spans, name)
    _registered(engine, counters, sums, spans, f"{name}_released")
    starts = ", ".join(f"({i}, date '{start}')" for i, (start, _) in enumerate(spans))
    return engine.query(name, AGED.format(name=name, starts=starts, age=age_sql("s.start", "q.released")))


def _level_sums(engine: Engine, kept: ByMonth, counters: Counters, parts: Mapping[str, str], where: str) -> LevelSums:
    return LevelSums(kept.levels, CellTable.read(engine, counters.ordinals.count, parts, where))


def summed_flows(
    engine: Engine,
    kept: ByMonth,
    counters: Counters,
    spans: Sequence[tuple[date, date]],
    cells: CellTable,
    name: str,
) -> ir.Table:
    """Register sums `name` of these spans (each `reached` by what is kept) by the parts of the cells: the columns of
    `add_up`, and of what a span has no flow of no row."""
    return _registered(engine, counters, LevelSums(kept.levels, cells), spans, name)


def _registered(
    engine: Engine, counters: Counters, sums: LevelSums, spans: Sequence[tuple[date, date]], name: str
) -> ir.Table:
    tables = []
    for place, (span, windowed) in enumerate(zip(spans, windowed_flows(counters, spans), strict=True)):
        found = sums.of(*span)
        if windowed is not None:
            sums.add(found, windowed)
        tables.append(_table(place, found, sums.parts))
    return engine.register(name, pa.concat_tables(tables))


def _table(place: int, sums: _Sums, parts: pa.Table) -> pa.Table:
    there = np.flatnonzero(sums.observed + sums.opened)
    is_open = sums.opened[there] > 0
    columns = {
        "span": pa.array(np.full(len(there), place, np.int64)),
        "low": pa.array(sums.low[there]),
        "estimate": pa.array(sums.estimate[there], mask=is_open),
        "high": pa.array(sums.closed[there], mask=is_open),
        "closed": pa.array(sums.closed[there]),
        "open": pa.array(is_open),
        "opened": pa.array(sums.opened[there]),
        "broken": pa.array(sums.broken[there] > 0),
        "open_part": pa.array(np.zeros(len(there), bool)),
        "observed": pa.array(sums.observed[there]),
    }
    told = parts.drop_columns("size").take(pa.array(there))
    for column in told.column_names:
        columns[column] = told[column]
    return pa.table(columns)

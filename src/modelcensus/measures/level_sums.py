"""Levels of a large ledger added up by cell, from which the sums of any span between their days come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from modelcensus.engine import Latest
from modelcensus.flows import Level, Levels, days, found_in
from modelcensus.measures.cells import CellTable

MOST_BYTES = 32_000_000
"""Bytes that stay of what single repositories change in the sums of spans; what was asked for longest ago gives way."""
Ints = NDArray[np.int64]
Place = tuple[int, int]
"""A span, as the places of its two days among the levels."""


@dataclass
class SpanSums:
    """Sums of one span by cell; `closed`: of the highs that there are, `opened`: how many have none, `observed`: how many
    have one, `broken`: whose flow a recount is in."""

    low: Ints
    estimate: Ints
    closed: Ints
    opened: Ints
    broken: Ints
    observed: Ints


@dataclass(frozen=True)
class _Odds:
    """What single repositories change in the sums of a span: of these cells alone, the rows `ODDS`."""

    cells: Ints
    more: Ints

    @classmethod
    def of(cls, more: Ints) -> _Odds:
        cells = np.flatnonzero(more.any(axis=0))
        return cls(cells, more[:, cells])

    @property
    def bytes(self) -> int:
        return self.cells.nbytes + self.more.nbytes


LOW, ESTIMATE, CLOSED, OPENED, BROKEN = range(5)
"""The rows of what is changed."""


class LevelSums:
    """Levels added up by cell. The sums of a span are differences of what all have at its two days, and what single
    repositories change in that (see `flows/levels.py`)."""

    def __init__(self, levels: Levels, cells: CellTable, finer: tuple[LevelSums, Ints] | None = None) -> None:
        """`finer`: sums by smaller cells, and of every one of these which cell it is in; then no level is looked at."""
        self.levels, self.cells, self._finer = levels, cells, finer
        self._of = cells.of
        if finer:
            self._told = self._gathered(finer[0]._told)
            rows = [self._gathered(row) for row in finer[0]._all.reshape(-1, finer[0]._size)]
            self._all = np.array(rows).reshape(3, len(levels.days), self._size)
        else:
            self._told = self._count(levels.told)
            self._all = self._added_up()
        self._odds: Latest[Place, _Odds] = Latest(MOST_BYTES, lambda odds: odds.bytes)

    def coarser(self, names: Sequence[str]) -> LevelSums:
        """The same by these parts alone (none of them a list)."""
        cells, into = self.cells.coarser(names)
        return LevelSums(self.levels, cells, (self, np.append(0, into + 1)))

    def _added_up(self) -> Ints:
        """`upto`, `since` and `likely` (see `Level`) by day and cell, the one of whoever is out of scope first."""
        found = np.zeros((3, len(self.levels.days), self._size), np.int64)
        members = np.flatnonzero(self._of)
        for place in range(len(self.levels.days)):
            level = self.levels.level(place)
            rows = _rows_of(level, members)
            cell = self._of[level.ids[rows]]
            for sums, moved in zip(found, (level.upto, level.since, level.likely), strict=True):
                sums[place] = sums[place - 1] if place else 0
                sums[place] += self._total(cell, moved[rows])
        return found

    def _gathered(self, sums: Ints) -> Ints:
        """Sums by the finer cells added up by these."""
        assert self._finer
        return np.bincount(self._finer[1], sums, self._size).astype(np.int64)

    @property
    def bytes(self) -> int:
        """What they take in memory, about."""
        return self._of.nbytes + self._all.nbytes + self._odds.bytes

    def of(self, start: date, end: date, cells: Ints | None = None) -> SpanSums:
        """The sums between two of the days: of all cells, or of these (from 0 on, ascending)."""
        a, e = (self.levels.days.index(days(d)) for d in (start, end))
        odds = self._changed(a, e)
        some = np.arange(1, self._size) if cells is None else cells + 1
        (upto_a, since_a, likely_a), (upto_e, since_e, likely_e) = (self._all[:, day].take(some, 1) for day in (a, e))
        told = self._told[some]
        more = np.zeros((5, len(some)), np.int64)
        if len(odds.cells):
            place = np.minimum(np.searchsorted(odds.cells, some), len(odds.cells) - 1)
            there = odds.cells[place] == some
            more[:, there] = odds.more[:, place[there]]
        return SpanSums(
            upto_e - since_a + more[LOW], likely_e - likely_a + more[ESTIMATE], since_e - upto_a + more[CLOSED],
            more[OPENED], more[BROKEN], told - more[OPENED],
        )  # fmt: skip

    def add(self, sums: SpanSums, flow: pa.Table) -> None:
        """Add flows (`FLOW`) of others to sums of all cells."""
        cell, is_open = self._of[flow["ordinal"].to_numpy()], flow["open"].to_numpy(zero_copy_only=False)
        high = np.where(is_open, 0, flow["high"].fill_null(0).to_numpy())
        sums.low += self._total(cell, flow["low"].to_numpy())[1:]
        sums.estimate += self._total(cell, flow["estimate"].to_numpy())[1:]
        sums.closed += self._total(cell, high)[1:]
        sums.broken += self._total(cell, flow["broken"].to_numpy(zero_copy_only=False))[1:]
        sums.opened += self._total(cell, is_open)[1:]
        sums.observed += self._total(cell, ~is_open)[1:]

    @property
    def _size(self) -> int:
        """How many cells there are, and the one of whoever is out of scope."""
        return len(self.cells.parts) + 1

    def _changed(self, a: int, e: int) -> _Odds:
        """What single repositories change in the sums of a span, which stays."""

        def make() -> _Odds:
            return self._gathered_changes(a, e) if self._finer else _Odds.of(self._changes(a, e))

        return self._odds.of((a, e), make)

    def _gathered_changes(self, a: int, e: int) -> _Odds:
        assert self._finer
        finer, into = self._finer
        odds, more = finer._changed(a, e), np.zeros((5, self._size), np.int64)
        np.add.at(more.T, into[odds.cells], odds.more.T)
        return _Odds.of(more)

    def _changes(self, a: int, e: int) -> Ints:
        """The rows `LOW` to `BROKEN`, of all cells; of whoever is out of scope nothing."""
        after = self.levels.level(e)
        more = np.zeros((5, self._size), np.int64)
        waiting, added = self.levels.waiting_at_both(a, e)
        more[LOW] = self._total(self._of[waiting], added)
        some = self._total(self._of[after.open_ids], self.levels.upto(a)[after.open_ids])
        more[CLOSED] = self._all[0, a] - some if after.mostly_open else some
        more[OPENED] = self._opened_at(after)
        self._add_odd(a, e, more)
        self._add_breaks(a, e, after, more)
        more[:, 0] = 0
        return more

    def _opened_at(self, after: Level) -> Ints:
        """How many are open at a day."""
        some = self._count(after.open_ids)
        return self._told - self._count(self.levels.odd) - some if after.mostly_open else some

    def _add_odd(self, a: int, e: int, more: Ints) -> None:
        odd = self.levels.odd
        if not len(odd):
            return
        cell, start, end = self._of[odd], self.levels.odd_levels(a), self.levels.odd_levels(e)
        is_open = end.since < 0
        own = np.where(start.since >= 0, np.maximum(end.upto - start.since, 0), 0)
        more[LOW] += self._total(cell, own)
        more[ESTIMATE] += self._total(cell, end.likely - start.likely)
        most = np.maximum(end.since - start.upto + self._after(a, e, odd, is_open), own)
        more[CLOSED] += self._total(cell[~is_open], most[~is_open])
        more[OPENED] += np.bincount(cell[is_open], minlength=self._size)

    def _add_breaks(self, a: int, e: int, after: Level, more: Ints) -> None:
        ids = np.unique(self.levels.breaks[:, 0])
        odd = found_in(self.levels.odd, ids)
        is_open = after.is_open(ids)
        is_open[odd] = self.levels.odd_levels(e).since[np.searchsorted(self.levels.odd, ids[odd])] < 0
        passed = self._passed(a, e, ids, is_open)
        more[BROKEN] += self._count(np.unique(self.levels.breaks[passed, 0]))
        here = ~is_open & ~odd
        more[CLOSED] += self._total(self._of[ids[here]], self._after(a, e, ids[here], is_open[here]))

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
        return np.bincount(cell, values, self._size).astype(np.int64)

    def _count(self, ids: NDArray) -> Ints:
        return np.bincount(self._of[ids], minlength=self._size).astype(np.int64)


def _rows_of(level: Level, members: Ints) -> slice | Ints:
    """The rows of a level that are of these ordinals: of many of them all rows, for a pass over numbers is quicker than
    looking them up."""
    if 16 * len(members) > len(level.ids):
        return slice(None)
    place = np.searchsorted(level.ids, members)
    inside = place < len(level.ids)
    place = place[inside]
    return place[level.ids[place] == members[inside]]

"""Cumulative downloads at days of each repository's own (its release, and so many days after): as flows/edges.py, with
the day in an array beside the values.

Repositories stand in the order of their days, so that each snapshot looks at those alone whose day has just passed and
at those that nothing was read of since theirs.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from modelcensus.flows.edges import Ints, Mark, between

if TYPE_CHECKING:
    from modelcensus.flows.edges import Edge
    from modelcensus.flows.state import State

Days = NDArray[np.int32]
NEVER = np.iinfo(np.int32).max
"""The day of repositories whose own is unknown."""


class AgedEdge:
    """One day of each repository (days since 1970, by ordinal); values as those of `Edge`.

    `until`: day of the reading that `high` is from; `pending`: the repositories that are waited for.
    """

    def __init__(self, day: Days) -> None:
        self.day = day
        order = np.argsort(day, kind="stable").astype(np.int32)
        self._order = order[: int(np.count_nonzero(day != NEVER))]
        self._days = day[self._order]
        self.opened = 0
        self.low, self.high = np.full(len(day), -1, np.int64), np.full(len(day), -1, np.int64)
        self.before, self.until = np.full(len(day), -1, np.int32), np.full(len(day), -1, np.int32)
        self.waiting = np.zeros(len(day), bool)
        self.pending = np.zeros(0, np.int32)

    @property
    def likely(self) -> Ints:
        """On the straight line between the readings around the day; the last one where none came after."""
        line = between(self.low, self.high, self.before.astype(np.int64), self.until.astype(np.int64), self.day)
        return np.where(self.high < 0, self.low, line)

    def open(self, state: State, before: int) -> None:
        """Pass the days before `before`, on which the readings of the state were the last."""
        end = int(np.searchsorted(self._days, before))
        if end <= self.opened:
            return
        ids = self._order[self.opened : end]
        self.opened = end
        ids = ids[ids < len(state.value)]
        ids = ids[state.value[ids] >= 0]
        least, read_on, day = state.value[ids] + state.shift[ids], state.read_on[ids], self.day[ids]
        read = read_on == day
        self.low[ids], self.before[ids] = least, read_on
        self.high[ids], self.until[ids] = np.where(read, least, -1), np.where(read, day, -1)
        self.waiting[ids] = ~read
        self.pending = np.concatenate([self.pending, ids[~read]])

    def close_again(self, opened: int) -> None:
        """As if no more than the first `opened` of its days had passed."""
        ids = self._order[opened : self.opened]
        for values in (self.low, self.high, self.before, self.until):
            values[ids] = -1
        self.waiting[ids] = False
        self.opened = opened
        self.pending = np.flatnonzero(self.waiting).astype(np.int32)


class AgedEdges:
    """Edges at days of each repository's own; the same protocol as `Edges`."""

    def __init__(self, days: Sequence[Days]) -> None:
        self.edges = [AgedEdge(d) for d in days]
        self._log: list[tuple[AgedEdge, NDArray, Ints, Days, Days, NDArray[np.bool_]]] = []
        self.logging = False

    def open(self, state: State, before: int) -> None:
        """Pass the days before `before`, on which the readings of the state were the last."""
        for edge in self.edges:
            edge.open(state, before)

    def read(self, state: State, ids: Ints, day: int, present: NDArray[np.bool_] | None = None) -> None:
        """What was read on `day`: of `ids` or, in a good snapshot, of all that are `present`."""
        for edge in self.edges:
            if present is None:
                chosen = ids[edge.waiting[ids]]
            else:
                there = present[edge.pending]
                chosen, edge.pending = edge.pending[there], edge.pending[~there]
                chosen = chosen[edge.waiting[chosen]]
            if len(chosen):
                since = edge.before[chosen]
                self._set(edge, chosen, state.value[chosen] + state.shift[chosen], since, day)

    def expect(self) -> None:
        """Whoever is waited for is read by the next good snapshot; nothing to do, for all of those are looked at."""

    def correct(self, repository: int, least: int, since: int, day: int) -> None:
        """The readings around the repository's days between `since` and `day` are those of these two days."""
        one = np.array([repository])
        for edge in self.edges:
            if since < edge.day[repository] < day:
                self._set(edge, one, np.array([least]), np.array([since], np.int32), day)

    def _set(self, edge: AgedEdge, ids: NDArray, least: Ints, since: Days, day: int) -> None:
        if self.logging:
            self._log.append((edge, ids, edge.high[ids], edge.before[ids], edge.until[ids], edge.waiting[ids]))
        edge.high[ids], edge.before[ids], edge.until[ids], edge.waiting[ids] = least, since, day, False

    def mark(self) -> Mark:
        """A point to come back to."""
        self.logging = True
        return tuple(e.opened for e in self.edges), len(self._log)

    def forget(self) -> None:
        """No point will be come back to."""
        self.logging, self._log = False, []

    def take_back(self, mark: Mark) -> None:
        """Undo everything since `mark`."""
        opened, logged = mark
        for edge, ids, high, before, until, waiting in reversed(self._log[logged:]):
            edge.high[ids], edge.before[ids], edge.until[ids], edge.waiting[ids] = high, before, until, waiting
        del self._log[logged:]
        for edge, number in zip(self.edges, opened, strict=True):
            edge.close_again(number)

    def finish(self, state: State) -> list[Edge]:
        """Pass the days to come by the last readings that there are; no further snapshot can follow. There are no edges
        on the calendar to give."""
        self.open(state, int(NEVER))
        return []

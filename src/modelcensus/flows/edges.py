"""Cumulative downloads at the edges of periods: what the readings on both sides of a day leave open.

Per repository and edge day: `low` is the value of the last reading up to the day, `high` that of the first one
from the day on, `likely` lies on the straight line between the two. All three run along the *least* chain: a
recount adds nothing to it (the fold keeps what it may have added in a list of its own). -1: no such reading.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from modelcensus.flows.state import State

Ints = NDArray[np.int64]
Mark = tuple[tuple[int, ...], int]
"""A point to come back to: how much was passed, and how many changes were logged."""


class Edge:
    """One edge day (days since 1970).

    `before`: day of the reading that `low` is from; `waiting`: repositories that none was read of since the day;
    `fresh`: no good snapshot has come since the day.
    """

    def __init__(self, day: int, least: Ints, read_on: NDArray[np.int32], seen: NDArray[np.bool_]) -> None:
        """`least` and `read_on` are those of the last readings up to the day, of the repositories `seen`."""
        self.day = day
        self.low = np.where(seen, least, -1)
        self.likely = self.low.copy()
        self.before = np.where(seen, read_on, -1)
        self.waiting = seen & (read_on != day)
        self.high = np.where(self.waiting, -1, self.low)
        self.fresh = True

    @classmethod
    def stored(
        cls, day: int, fresh: bool, low: Ints, high: Ints, likely: Ints, before: NDArray[np.int32],
        waiting: NDArray[np.bool_],
    ) -> Edge:  # fmt: skip
        """An edge as it stood."""
        edge = cls.__new__(cls)
        edge.day, edge.fresh, edge.low, edge.high, edge.likely = day, fresh, low, high, likely
        edge.before, edge.waiting = before, waiting
        return edge

    def pick(self, ids: Ints, least: Ints) -> tuple[Ints, Ints]:
        """Those of `ids` that the edge still waits for, with their values."""
        inside = ids < len(self.waiting)
        ids, least = ids[inside], least[inside]
        due = self.waiting[ids]
        return ids[due], least[due]


class Edges:
    """The edges passed so far and the days of those to come; what was done to them can be taken back."""

    def __init__(self, days: list[int]) -> None:
        self.days = sorted(set(days))
        self.passed: list[Edge] = []
        self._log: list[tuple[Edge, Ints, Ints, Ints, NDArray[np.bool_], bool]] = []
        self.logging = False

    @property
    def due(self) -> list[int]:
        """Days of the edges to come."""
        return self.days[len(self.passed) :]

    def open(self, state: State, before: int) -> None:
        """Pass the edges of earlier days than `before`, on which the readings of the state were the last."""
        while self.due and self.due[0] < before:
            self.passed.append(state.edge(self.due[0]))

    def read(self, state: State, ids: Ints, day: int, present: NDArray[np.bool_] | None = None) -> None:
        """What was read on `day`: of `ids` or, of edges that have seen no good snapshot yet, of all that are
        `present`."""
        for edge in self.passed:
            chosen = ids
            if present is not None and (edge.fresh or state.dirty):
                chosen = np.flatnonzero(edge.waiting & present[: len(edge.waiting)])
            self._close(edge, chosen, state.value[chosen] + state.shift[chosen], day)
            if present is not None:
                edge.fresh = False

    def expect(self) -> None:
        """Whoever came back and stands is read by the next good snapshot."""
        for edge in self.passed:
            edge.fresh = True

    def finish(self, state: State) -> list[Edge]:
        """All edges, those to come by the last readings that there are."""
        return [*self.passed, *(state.edge(day) for day in self.due)]

    def _close(self, edge: Edge, ids: Ints, least: Ints, day: int) -> None:
        """The first readings at or after the edge: `ids` stand at `least`, read on `day`."""
        ids, least = edge.pick(ids, least)
        if len(ids):
            self._set(edge, ids, least, edge.before[ids].astype(np.int64), day)
            edge.waiting[ids] = False

    def correct(self, repository: int, least: int, since: int, day: int) -> None:
        """The readings around the edges between `since` and `day` are those of these two days."""
        one = np.array([repository])
        for edge in self.passed:
            if since < edge.day < day and repository < len(edge.low):
                self._set(edge, one, np.array([least]), np.array([since]), day)
                edge.waiting[repository] = False

    def _set(self, edge: Edge, ids: Ints, least: Ints, since: Ints, day: int) -> None:
        if self.logging:
            self._log.append((edge, ids, edge.high[ids], edge.likely[ids], edge.waiting[ids], edge.fresh))
        edge.high[ids] = least
        edge.likely[ids] = between(edge.low[ids], least, since, day, edge.day)

    def mark(self) -> Mark:
        """A point to come back to."""
        self.logging = True
        return (len(self.passed),), len(self._log)

    def forget(self) -> None:
        """No point will be come back to."""
        self.logging, self._log = False, []

    def take_back(self, mark: Mark) -> None:
        """Undo everything since `mark`."""
        (passed,), logged = mark
        for edge, ids, high, likely, waiting, fresh in reversed(self._log[logged:]):
            edge.high[ids], edge.likely[ids], edge.waiting[ids], edge.fresh = high, likely, waiting, fresh
        del self._log[logged:]
        del self.passed[passed:]


def between(low: Ints, high: Ints, since: int | Ints, until: int | Ints, day: int | NDArray) -> Ints:
    """The whole number on the straight line from (since, low) to (until, high) at `day`; halves go up.

    >>> between(np.array([0]), np.array([700]), 10, 80, 31)
    array([210])
    """
    width = np.maximum(until - since, 1)
    return low + (2 * (high - low) * (day - since) + width) // (2 * width)

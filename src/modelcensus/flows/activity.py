"""How a counter usually moves: what makes an unchanged, doubled or tenfold value implausible.

One array element per repository; everything is updated once per good snapshot.
"""

import warnings
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from modelcensus.flows.settings import MEMORY

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]
REMEMBERED = np.uint16((1 << MEMORY) - 1)


class Activity:
    """Rates (downloads a day) over the last snapshots, and in which of them a repository moved or was busy."""

    def __init__(self, busy_rate: float) -> None:
        self.busy_rate = busy_rate
        self.pushed = 0
        self.rates = np.zeros((MEMORY, 0), np.float32)
        self.moved = np.zeros(0, np.uint16)
        self.hit = np.zeros(0, np.uint16)
        self.since = np.zeros(0, np.int32)

    def grow(self, size: int) -> None:
        """Make room for repositories never seen before."""
        more = size - len(self.moved)
        self.rates = np.concatenate([self.rates, np.zeros((MEMORY, more), np.float32)], axis=1)
        self.moved, self.hit = (np.concatenate([a, np.zeros(more, np.uint16)]) for a in (self.moved, self.hit))
        self.since = np.concatenate([self.since, np.zeros(more, np.int32)])

    def enter(self, ids: Ints) -> None:
        """Repositories read for the first time."""
        self.since[ids] = self.pushed

    def known(self, ids: Ints | slice) -> NDArray[np.int32]:
        """How many of the remembered snapshots a repository was there for."""
        return np.minimum(self.pushed - self.since[ids], MEMORY)

    def busy(self) -> Ints:
        """Repositories whose median rate makes a standstill implausible."""
        ids = np.flatnonzero(self.hit != 0)
        return ids[2 * np.bitwise_count(self.hit[ids]).astype(np.int32) >= self.known(ids)]

    def push(self, ids: Ints, rates: NDArray[np.float32], level: NDArray[np.float32] | None = None) -> None:
        """Remember a snapshot: `ids` moved, at these rates; the others stood, or at `level` where the counter is one
        of windows."""
        slot = self.rates[self.pushed % MEMORY]
        np.left_shift(self.moved, 1, out=self.moved)
        np.left_shift(self.hit, 1, out=self.hit)
        self.moved &= REMEMBERED
        self.hit &= REMEMBERED
        self.moved[ids] |= 1
        if level is None:
            slot[:] = 0
            slot[ids] = rates
            self.hit[ids[rates >= self.busy_rate]] |= 1
        else:
            slot[:] = level
            self.hit |= (level >= self.busy_rate).astype(np.uint16)
        self.pushed += 1

    def usual(self, ids: Ints) -> NDArray[np.float32]:
        """Mean rate over what is remembered."""
        return self.rates[:, ids].sum(axis=0) / np.maximum(self.known(ids), 1)

    def median(self, ids: Ints) -> NDArray[np.float64]:
        """Median rate of what is remembered."""
        return np.nan_to_num(_over(np.nanmedian, self._recent(ids)))

    def highest_tenth(self, ids: Ints) -> NDArray[np.float64]:
        """Rate above which a tenth of what is remembered lies."""
        return np.nan_to_num(_over(np.nanquantile, self._recent(ids), 0.9))

    def spread(self, ids: Ints) -> NDArray[np.float64]:
        """Spread (a scaled median deviation) of the steps from one window of 30 days to the next, in downloads."""
        steps = 30 * np.diff(self._recent(ids), axis=0)
        off = np.abs(steps - _over(np.nanmedian, steps))
        return np.nan_to_num(1.4826 * _over(np.nanmedian, off))

    def settled(self, ids: Ints, last: int, within: float) -> Mask:
        """Whether the rates of the `last` snapshots lie within that factor of each other."""
        recent = self._recent(ids)[:last]
        return np.max(recent, axis=0) <= within * np.min(recent, axis=0)

    def _recent(self, ids: Ints) -> NDArray[np.float64]:
        """Rates of these, the latest snapshot first; not a number before a repository was read."""
        order = (self.pushed - 1 - np.arange(MEMORY)) % MEMORY
        recent = self.rates[order][:, ids].astype(float)
        recent[np.arange(MEMORY)[:, None] >= self.known(ids)[None, :]] = np.nan
        return recent

    def copy(self) -> "Activity":
        """The same, apart from further changes."""
        other = Activity(self.busy_rate)
        other.pushed = self.pushed
        for name in ("rates", "moved", "hit", "since"):
            setattr(other, name, getattr(self, name).copy())
        return other


def _over(
    reduce: Callable[..., NDArray[np.float64]], rates: NDArray[np.float64], *given: float
) -> NDArray[np.float64]:
    """Over snapshots; silently not a number where a repository has none."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore", RuntimeWarning)
        return reduce(rates, *given, axis=0)

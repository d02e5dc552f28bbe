"""Indexes of inequality of a vector of downloads, and their extremes over a box of what the downloads can be.

With x sorted upwards, S its sum and n its length: Herfindahl-Hirschman sum(x^2)/S^2; its inverse, the effective number;
Gini sum((2r - n - 1) x_r)/(n S); the share of the top k; Shannon's entropy in bits. All grow (entropy and effective
number fall) with majorization, and none depends on the scale (Marshall, Olkin, Arnold: Inequalities, 2nd ed., 2011).
"""

from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import count

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

CLOSE = 1e-4
"""Relative distance from the true extreme at which the search for it ends."""
MOST_NODES, MOST_WORK = 2_000, 2_000_000
"""Boxes looked at, and boxes times members, before the search ends without having come that close."""


@dataclass(frozen=True)
class Extremes:
    """The least and the greatest index. The end of the greatest inequality is within `CLOSE` of the true one, but where
    the search for it ended early: then it may be loose, and `reached` is an index that is possible."""

    low: float
    high: float
    reached: float | None = None


@dataclass(frozen=True)
class Index:
    """An index by name (hhi, effective, gini, entropy, top); `k` of the top."""

    name: str
    k: int = 10

    @property
    def falls(self) -> bool:
        """Whether more inequality is less of it."""
        return self.name in ("effective", "entropy")

    def of(self, x: Floats) -> float | None:
        """The index of non-negative numbers; nothing where all are zero.

        >>> Index("hhi").of(np.array([1.0, 1.0, 2.0])), Index("effective").of(np.array([1.0, 1.0]))
        (0.375, 2.0)
        >>> Index("entropy").of(np.array([1.0, 1.0, 1.0, 1.0])), Index("top", 1).of(np.array([1.0, 3.0]))
        (2.0, 0.75)
        """
        if not len(x) or not x.sum():
            return None
        ordered = np.sort(x)
        return float(self._value(ordered.sum(), self._parts(ordered).sum(), len(x)))

    def extremes(self, low: Floats, high: Floats) -> Extremes | None:
        """The index over all x with low <= x <= high (infinite where open); nothing where all must be zero."""
        if not len(high) or not high.max() > 0:
            return None
        most, reached = self._unequal(low, high)
        ends = sorted((self._equal(low, high), most))
        return Extremes(ends[0], ends[1], reached)

    def _parts(self, ordered: Floats) -> Floats:
        """What each of the numbers, sorted upwards, adds to the index's own sum."""
        if self.name == "entropy":
            return ordered * np.log(np.where(ordered > 0, ordered, 1))
        return ordered * (ordered if self.name in ("hhi", "effective") else self._weights(len(ordered)))

    def _weights(self, n: int) -> Floats:
        """Of the ranks, lowest first, where the index is a weighted sum of the sorted numbers."""
        rank = np.arange(1, n + 1)
        return (2 * rank - n - 1 if self.name == "gini" else rank > n - self.k).astype(np.float64)

    def _value(self, total: Floats, parts: Floats, n: int) -> Floats:
        with np.errstate(divide="ignore", invalid="ignore"):
            if self.name == "hhi":
                return parts / total**2
            if self.name == "effective":
                return total**2 / parts
            if self.name == "entropy":
                return (np.log(total) - parts / total) / np.log(2)
            return parts / (total * n if self.name == "gini" else total)

    def _equal(self, low: Floats, high: Floats) -> float:
        """The index where inequality is least. For a given sum that is clip(t, low, high), the least of the box by
        majorization; over t, at an end of a bound or, inside a piece, where the derivative is zero. Exact."""
        n, opened = len(low), int(np.isinf(high).sum())
        lows, highs = np.sort(low), np.sort(high)[: n - opened]
        edges = np.unique(np.concatenate([lows, highs]))
        padded = np.concatenate([highs, np.zeros(opened)])  # open ones are never below
        below, below_sum = _sums(self._parts(padded)), _sums(padded)
        above, above_sum = _sums(self._parts(lows)[::-1])[::-1], _sums(lows[::-1])[::-1]

        def at(t: Floats, under: NDArray[np.int64], over: NDArray[np.int64]) -> Floats:
            free = over - under
            if self.name in ("gini", "top"):
                weights = _sums(self._weights(n))
                middle = t * (weights[over] - weights[under])
            else:
                middle = free * self._parts(t)
            total = below_sum[under] + free * t + above_sum[over]
            return self._value(total, below[under] + middle + above[over], n)

        found = [at(edges, np.searchsorted(highs, edges, "left"), np.searchsorted(lows, edges, "right"))]
        if self.name not in ("gini", "top"):  # these are monotone between the edges
            starts, ends = edges, np.append(edges[1:], np.inf)
            under, over = np.searchsorted(highs, starts, "right"), np.searchsorted(lows, ends, "left")
            with np.errstate(divide="ignore", invalid="ignore"):
                level = (below[under] + above[over]) / (below_sum[under] + above_sum[over])
            level = np.exp(level) if self.name == "entropy" else level
            inside = np.isfinite(level) & (level > starts) & (level < ends)
            found.append(at(level[inside], under[inside], over[inside]))
        if opened:  # all else vanishes beside the open ones as they grow together
            found.append(np.array([self.of(np.repeat([0.0, 1.0], [n - opened, opened]))]))
        values = np.concatenate(found)
        return float(np.nanmax(values) if self.falls else np.nanmin(values))

    def _unequal(self, low: Floats, high: Floats) -> tuple[float, float | None]:
        """The index where inequality is greatest, or what it surely does not pass; then also the greatest one found.

        Quasi-convexity puts the greatest at a corner. If the sorted numbers could be chosen apart, each between the
        bounds of its rank, it would be lows up to a rank and highs from there on; where members can be placed so, that
        is the answer, else boxes are split at a member that would have to be at both ends, the most promising first.
        """
        n = len(low)
        if np.isinf(high).any():  # one open member can outgrow all others
            alone = np.zeros(n)
            alone[-1] = 1.0
            value = self.of(alone)
            assert value is not None
            return value, None
        sign = -1.0 if self.falls else 1.0
        ticket = count()
        bound, corner, at = self._outer(low, high)
        best = corner
        queue = [(-sign * bound, next(ticket), low, high, at)]
        for _ in range(max(1, min(MOST_NODES, MOST_WORK // n))):
            bound = -sign * queue[0][0] if queue else best
            if not queue or sign * (bound - best) <= CLOSE * abs(best):
                return (bound if sign * bound > sign * best else best), None
            _bound, _ticket, lows, highs, at = heappop(queue)
            for end in (lows[at], highs[at]):
                fixed = lows.copy(), highs.copy()
                fixed[0][at] = fixed[1][at] = end
                bound, corner, split = self._outer(*fixed)
                best = sign * max(sign * best, sign * corner)
                if split is not None and sign * bound > sign * best:
                    heappush(queue, (-sign * bound, next(ticket), *fixed, split))
        bound = -sign * queue[0][0] if queue else best
        return sign * max(sign * bound, sign * best), best

    def _outer(self, low: Floats, high: Floats) -> tuple[float, float, int | None]:
        """An outer bound of the greatest inequality, a corner's index, and the widest member that the bound would have
        at both ends or at neither; none where the bound is a corner."""
        n, sign = len(low), -1.0 if self.falls else 1.0
        if not high.max() > 0:
            return -sign * np.inf, -sign * np.inf, None
        up, down = np.argsort(low, kind="stable"), np.argsort(high, kind="stable")
        lows, highs = low[up], high[down]
        total = _sums(lows) + _sums(highs[::-1])[::-1]
        parts = _sums(self._parts(lows)) + _sums(self._parts(highs)[::-1])[::-1]
        values = sign * self._value(total, parts, n)
        rank = int(np.nanargmax(values))
        at_low, at_high = np.zeros(n, bool), np.zeros(n, bool)
        at_low[up[:rank]], at_high[down[rank:]] = True, True
        corners = [self.of(np.where(at_high, high, low)), self.of(np.where(at_low, low, high))]
        corner = max(sign * c for c in corners if c is not None) if any(c is not None for c in corners) else -np.inf
        torn = np.flatnonzero((at_low == at_high) & (high > low))
        widest = int(torn[np.argmax((high - low)[torn])]) if len(torn) else None
        return sign * float(values[rank]), sign * corner, widest


def _sums(values: Floats) -> Floats:
    """Sums of the first 0, 1, ... values."""
    return np.concatenate([[0.0], np.cumsum(values)])

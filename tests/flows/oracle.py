"""Bounds of flows by linear programming: what the readings say of P, written down a second time.

The unknowns are the downloads between neighbouring days that anything is said of, and where recounts left a counter;
nothing of modelcensus is used. Many repositories make one program: each is a block of its own, so that the least
(greatest) sum over all is made of the least (greatest) of each.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from math import ceil, floor, inf

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import coo_array, csr_array, hstack

BEGINNING = -(10**6)
"""A day before all days: there P is 0."""

ENDLESS = 1e8
"""More than any test reads: downloads that reach it have no upper bound."""

SLACK = 1e-4
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Reading:
    """What a source said of a counter, computed between two days; `start` is that of a period."""

    counter: str
    value: int
    since: int
    on: int
    start: int | None = None
    series: str = "series"


@dataclass(frozen=True)
class Relation:
    """low <= P(end) - P(start) + the sum of coefficient x beginning of `chains` <= high."""

    start: int
    end: int
    low: float
    high: float
    chains: tuple[tuple[int, int], ...] = ()


def of_totals(readings: Iterable[Reading]) -> tuple[list[Relation], list[tuple[int, int]]]:
    """All-time counters: A above the beginning of their chain; also between which days each chain breaks.

    Readings whose days overlap have no order: only where all of what comes certainly later stands below the highest
    before, the counter fell, and the flow from that highest on is at most the counter after it. A reading of an
    uncertain day that may lie on either side of a certain fall says nothing. Of two values read on one day the higher
    was read later in it: by the next day.
    """
    read = list(readings)
    least = {}
    for r in read:
        if r.since == r.on:
            least[r.on] = min(least.get(r.on, r.value), r.value)
    read = [replace(r, on=r.on + 1) if r.since == r.on and r.value > least[r.on] else r for r in read]
    totals = sorted(read, key=lambda r: (r.since, r.on, r.value))
    certain = [r for r in totals if r.since == r.on]
    sharp = [(a.on, b.on) for a, b in pairwise(certain) if b.value < a.value]
    groups: list[list[Reading]] = []
    for r in totals:
        if r.since < r.on and any(r.since < fell and before < r.on for before, fell in sharp):
            continue
        if groups and r.since < max(x.on for x in groups[-1]):
            groups[-1].append(r)
        else:
            groups.append([r])
    said, falls, chain = [], [], ()
    for before, group in pairwise([[], *groups]):
        top = max((r.value for r in before), default=0)
        bottom = min(r.value for r in group)
        if bottom < top:
            falls.append((max(r.since for r in before), group[0].on))
            later = ((len(falls), -1),)
            said.append(Relation(BEGINNING, BEGINNING, top - bottom, top, tuple((c, -k) for c, k in later) + chain))
            chain = later
        for r in group:
            said.append(Relation(BEGINNING, r.on, r.value, inf, chain))
            said.append(Relation(BEGINNING, r.since, -inf, r.value, chain))
    return said, falls


def of_windows(
    readings: Iterable[Reading], ratios: Mapping[str, tuple[float, float]] | None = None
) -> list[Relation]:
    """Counters of windows: what lies between the first and the last day that each end may be.

    With `ratios` those of 30 days are put on the scale of `all_time` (least and greatest R / dA of their series), and
    say nothing where their series has none.
    """
    said = []
    for r in readings:
        low = high = float(r.value)
        first, last = (r.since - 30, r.on - 30) if r.start is None else (r.start, r.start)
        if ratios is not None and r.start is None:
            if r.series not in ratios:
                continue
            least, most = ratios[r.series]
            low, high = ceil(r.value / most - 1e-9), floor(r.value / least + 1e-9)
        said.append(Relation(first, r.on, low, inf))
        if r.since >= last:
            said.append(Relation(last, r.since, -inf, high))
    return said


def of_creation(created: int | None, readings: Iterable[Reading], early: int = 0) -> list[Relation]:
    """P is 0 up to `early` days before the day of creation, which none is where something was certainly read before it;
    what is read on that day comes after it."""
    first = min(r.on for r in readings)
    if created is None or created - early > first:
        return []
    return [Relation(BEGINNING, min(created - early, first - 1), 0, 0)]


@dataclass
class Program:
    """One linear program over many blocks; each is asked for the same `spans`."""

    spans: Sequence[tuple[int, int]]
    sizes: list[int] = field(default_factory=list)
    places: list[dict[int, int]] = field(default_factory=list)
    rows: list[tuple[int, range, list[tuple[int, int]], float, float]] = field(default_factory=list)
    signed: list[int] = field(default_factory=list)
    unknowns: int = 0

    def add(self, relations: Sequence[Relation]) -> None:
        """A block: its unknowns are the downloads from each day to the next one, then the beginnings of chains."""
        days = {BEGINNING, *(d for r in relations for d in (r.start, r.end)), *(d for s in self.spans for d in s)}
        place = {d: self.unknowns + i for i, d in enumerate(sorted(days))}
        last = self.unknowns + len(days) - 1
        chains = {c: last + i for i, c in enumerate(sorted({c for r in relations for c, _ in r.chains}))}
        block = len(self.sizes)
        self.rows.append((block, range(self.unknowns, last), [], -inf, ENDLESS))
        for r in relations:
            above = [(chains[c], sign) for c, sign in r.chains]
            self.rows.append((block, range(place[r.start], place[r.end]), above, r.low, r.high))
        self.signed += chains.values()
        self.sizes.append(len(days) - 1 + len(chains))
        self.places.append(place)
        self.unknowns += self.sizes[-1]

    def solve(self) -> tuple[Floats, Floats, NDArray[np.bool_]]:
        """(blocks x spans) least and greatest flows (inf: no bound), and which blocks have no solution at all."""
        matrix, most, blocks = self._matrix()
        limits = np.tile([0.0, inf], (self.unknowns, 1))
        limits[self.signed, 0] = -ENDLESS
        impossible = self._impossible(matrix, most, blocks, limits)
        limits[np.repeat(impossible, self.sizes), 1] = ENDLESS
        matrix, most = matrix[~impossible[blocks]], most[~impossible[blocks]]
        first = np.cumsum([0, *self.sizes[:-1]])
        low, high = np.zeros((2, len(self.sizes), len(self.spans)))
        for i, (start, end) in enumerate(self.spans):
            goal = np.zeros(self.unknowns)
            for place in self.places:
                goal[place[start] : place[end]] = 1
            for sign, found in ((1, low), (-1, high)):
                solved = linprog(sign * goal, A_ub=matrix, b_ub=most, bounds=limits, method="highs")
                assert solved.status == 0, solved.message
                found[:, i] = np.add.reduceat(goal * solved.x, first)
        return low, np.where(high > ENDLESS / 2, inf, high), impossible

    def _matrix(self) -> tuple[csr_array, Floats, NDArray[np.int64]]:
        """(rows x unknowns) <= values, and the block of each row."""
        at, columns, entries, most, blocks = [], [], [], [], []
        for block, between, above, low, high in self.rows:
            for sign, value in ((1, high), (-1, -low)):
                if value == inf:
                    continue
                at += [len(most)] * (len(between) + len(above))
                columns += [*between, *(c for c, _ in above)]
                entries += [sign] * len(between) + [sign * k for _, k in above]
                most.append(value)
                blocks.append(block)
        shape = (len(most), self.unknowns)
        return (
            csr_array(coo_array((np.array(entries, float), (at, columns)), shape)),
            np.array(most),
            np.array(blocks),
        )

    def _impossible(
        self, matrix: csr_array, most: Floats, blocks: NDArray[np.int64], limits: Floats
    ) -> NDArray[np.bool_]:
        """Blocks that need slack, granted to all of their rows, to have a solution."""
        count = len(self.sizes)
        slack = coo_array((-np.ones(len(most)), (np.arange(len(most)), blocks)), (len(most), count))
        goal = np.concatenate([np.zeros(self.unknowns), np.ones(count)])
        bounds = np.concatenate([limits, np.tile([0.0, inf], (count, 1))])
        solved = linprog(goal, A_ub=hstack([matrix, slack]), b_ub=most, bounds=bounds, method="highs")
        assert solved.status == 0, solved.message
        return solved.x[self.unknowns :] > SLACK

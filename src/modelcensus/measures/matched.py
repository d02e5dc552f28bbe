"""What happened to some repositories around a day, beside matched controls; and how far that strays where nothing happened.

Downloads of a week are taken relative to the weeks before the day. What would have been expected of a repository is the
median of its controls. A *placebo* puts a control in the place of every repository studied, at another day: how far
placebos stray from zero is the error of the design.
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

WEEKS = np.arange(-4, 9)
"""Weeks from the day on; those before it are the base."""

LEAST = 5
"""Controls that a repository must have."""

DRAWS, SEED = 200, 20260101
"""Placebos, and where their random numbers begin, so that every run draws the same."""

LOW, HIGH = 0.05, 0.95
"""What the interval leaves out at either end of the placebos."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Grid:
    """Downloads per repository and week, all weeks beginning on the same day of the week: nan where unknown; `usable`
    are the weeks whose edges lie outside events of whole snapshots."""

    values: Floats
    usable: NDArray[np.bool_]

    def weeks(self, place: int) -> NDArray[np.bool_]:
        """Which of WEEKS can be used around the week at that place."""
        at = place + WEEKS
        inside = (at >= 0) & (at < len(self.usable))
        inside[inside] = self.usable[at[inside]]
        return inside

    def around(self, place: int, weeks: NDArray[np.bool_]) -> tuple[Floats, Floats]:
        """Downloads relative to the mean of the weeks before, per repository and week (nan: not among `weeks`, not known
        then, or not in all the weeks before), and that mean."""
        found = np.full((len(self.values), len(WEEKS)), np.nan)
        found[:, weeks] = self.values[:, place + WEEKS[weeks]]
        base = found[:, weeks & (WEEKS < 0)].mean(axis=1)
        base[~(base > 0)] = np.nan
        return found / base[:, None], base


@dataclass(frozen=True)
class Event:
    """A day: its grid, the place of its week, the repositories studied, and the controls of each."""

    grid: int
    place: int
    studied: Ints
    controls: tuple[Ints, ...]


@dataclass(frozen=True)
class Found:
    """Per week of WEEKS: the excess (nan: unknown), the interval of its error, and what it rests on."""

    excess: Floats
    low: Floats
    high: Floats
    events: Ints
    left_out: Ints
    studied: int
    controls: int


def study(grids: Sequence[Grid], events: Sequence[Event], draws: int = DRAWS) -> Found:
    """Downloads of those studied over what their controls let expect, less 1, over all events together."""
    actual, expected = np.zeros(len(WEEKS)), np.zeros(len(WEEKS))
    counted, left_out = np.zeros(len(WEEKS), np.int64), np.zeros(len(WEEKS), np.int64)
    studied, used, cases = set[int](), set[int](), list[tuple[Event, NDArray[np.bool_], Ints, Floats]]()
    for event in events:
        grid = grids[event.grid]
        weeks = grid.weeks(event.place)
        at = event.place + WEEKS
        left_out += ~weeks & (at >= 0) & (at < len(grid.usable))
        if not (weeks & (WEEKS < 0)).any() or not (weeks & (WEEKS >= 0)).any():
            continue
        relative, base = grid.around(event.place, weeks)
        at_event = np.zeros(len(WEEKS), bool)
        kept = []
        for i, unit in enumerate(event.studied):
            likely, beside = _expected(relative, event.controls[i])
            both = ~np.isnan(likely) & ~np.isnan(relative[unit])
            if not both[WEEKS >= 0].any():
                continue
            actual[both] += base[unit] * relative[unit, both]
            expected[both] += base[unit] * likely[both]
            at_event |= both
            kept.append(i)
            studied.add(int(unit))
            used.update(beside.tolist())
        counted += at_event
        if kept:
            cases.append((event, weeks, np.array(kept), base))
    excess = _excess(actual, expected)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # weeks without a placebo are nan
        low, high = np.nanquantile(_placebos(grids, cases, draws), (LOW, HIGH), axis=0)
    return Found(
        excess,
        np.maximum(np.minimum(excess - high, excess), -1.0),
        np.maximum(excess - low, excess),
        counted,
        left_out,
        len(studied),
        len(used),
    )


def _placebos(
    grids: Sequence[Grid], cases: Sequence[tuple[Event, NDArray[np.bool_], Ints, Floats]], draws: int
) -> Floats:
    """The excess of each placebo, per week: every event at a day drawn from those whose weeks can be used as well, every
    repository studied replaced by one of its controls."""
    random = np.random.default_rng(SEED)
    actual, expected = np.zeros((draws, len(WEEKS))), np.zeros((draws, len(WEEKS)))
    for event, weeks, kept, base in cases:
        grid = grids[event.grid]
        days = [p for p in range(len(grid.usable)) if (grid.weeks(p) | ~weeks).all()]
        chosen = random.choice(days, size=draws)
        for day in days:
            which = np.flatnonzero(chosen == day)
            if not which.size:
                continue
            relative, _base = grid.around(day, weeks)
            for i in kept:
                likely, beside = _expected(relative, event.controls[i])
                if not beside.size:
                    continue
                happened = relative[random.choice(beside, size=which.size)]
                both = ~np.isnan(happened) & ~np.isnan(likely)
                own = base[event.studied[i]]
                actual[which] += np.where(both, own * happened, 0.0)
                expected[which] += np.where(both, own * likely, 0.0)
    return _excess(actual, expected)


def _expected(relative: Floats, controls: Ints) -> tuple[Floats, Ints]:
    """The median of the controls per week (nan: fewer than LEAST known), and the controls that are known at all."""
    known = ~np.isnan(relative[controls])
    beside = controls[known.any(axis=1)]
    enough = known.sum(axis=0) >= LEAST
    likely = np.full(len(WEEKS), np.nan)
    likely[enough] = np.nanmedian(relative[controls][:, enough], axis=0)
    return likely, beside if enough.any() else controls[:0]


def _excess(actual: Floats, expected: Floats) -> Floats:
    return np.divide(actual, expected, out=np.full(actual.shape, np.nan), where=expected > 0) - 1

"""Baselines of a size class at one age, with their bounds: two published definitions of "a top ten model of its size".

Members are arrays with a place per repository: `low`, `value`, `high` of the downloads at the age, and of the downloads
in total. An unknown value is nan, an open high infinite.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

TEN = 10
FAR = 10
"""A member of the ten is an outlier where it has more than that many times their median."""


@dataclass(frozen=True)
class Counts:
    """Between what each member's downloads lie; `low <= value <= high`."""

    low: Floats
    value: Floats
    high: Floats

    @property
    def least(self) -> Floats:
        """The values, and the least possible where there is none."""
        return np.where(np.isnan(self.value), self.low, self.value)

    @property
    def most(self) -> Floats:
        """The values, and the most possible where there is none."""
        return np.where(np.isnan(self.value), self.high, self.value)


@dataclass(frozen=True)
class Level:
    """A baseline: bounds; between what its value lies where some members have none; the members chosen (places)."""

    low: float
    least: float
    most: float
    high: float
    chosen: tuple[int, ...]

    @property
    def value(self) -> float | None:
        """The value, where the members without one cannot change it."""
        return self.least if self.least == self.most else None


def tenth(at_age: Counts) -> Level:
    """The tenth most downloaded at the age; exact bounds: the tenth largest of the lows, and of the highs.

    >>> ten = np.arange(1.0, 12.0)
    >>> level = tenth(Counts(ten - 1, ten, ten + 1))
    >>> level.low, level.value, level.high
    (1.0, 2.0, 3.0)
    """
    bounds = (float(np.sort(a)[-TEN]) for a in (at_age.low, at_age.least, at_age.most, at_age.high))
    return Level(*bounds, chosen=tuple(int(i) for i in np.argsort(-at_age.least, kind="stable")[:TEN]))


def median10(at_age: Counts, total: Counts) -> Level:
    """The median, at the age, of the ten most downloaded in total.

    Where the totals leave open which ten these are, the bounds hold for every ten that they allow: those surely among
    them, and of the possible others the least (or most) downloaded at the age. They may be wider than the truth, since
    not every such ten need be possible. The value is that of the ten largest totals, unknown where a possible one has
    no total.

    >>> ten = np.arange(1.0, 12.0)
    >>> level = median10(Counts(ten, ten, ten), Counts(ten, ten, ten))
    >>> level.low, level.value, level.high, len(level.chosen)
    (6.5, 6.5, 6.5, 10)
    """
    surely_ahead = _more_than(total.low, total.high)
    maybe_ahead = _more_than(total.high, total.low, ties=True) - 1  # itself
    possible, sure = surely_ahead < TEN, maybe_ahead < TEN
    free = TEN - int(sure.sum())
    others = possible & ~sure
    low = _median(np.concatenate([at_age.low[sure], np.sort(at_age.low[others])[:free]]))
    high = _median(np.concatenate([at_age.high[sure], np.sort(at_age.high[others])[::-1][:free]]))
    ranked = np.argsort(-np.where(possible, total.least, -1), kind="stable")[:TEN]
    if np.isnan(total.value[possible]).any() and free:
        least, most = low, high
    else:
        least, most = _median(at_age.least[ranked]), _median(at_age.most[ranked])
    return Level(low, least, most, high, tuple(int(i) for i in ranked))


def non_decreasing(levels: Sequence[Level]) -> list[Level]:
    """The same made non-decreasing in age: each the largest so far; exact, for the largest grows with each of them."""
    made: list[Level] = []
    for level in levels:
        before = made[-1] if made else level
        made.append(
            Level(
                *(max(getattr(before, f), getattr(level, f)) for f in ("low", "least", "most", "high")),
                chosen=level.chosen,
            )
        )
    return made


def outliers(at_age: Counts, chosen: Sequence[int]) -> list[int]:
    """The chosen ones whose downloads (at least) are more than `FAR` times the median (at most) of all chosen."""
    middle = _median(at_age.most[list(chosen)])
    return [i for i in chosen if at_age.least[i] > FAR * middle]


def _more_than(those: Floats, each: Floats, *, ties: bool = False) -> NDArray[np.int64]:
    """How many of `those` are greater than (or equal to) each."""
    return len(those) - np.searchsorted(np.sort(those), each, side="left" if ties else "right")


def _median(values: Floats) -> float:
    ordered = np.sort(values)
    return float((ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2)

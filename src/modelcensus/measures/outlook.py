"""Where a launch stands among releases of its size, and where day 30 may find it: plain order statistics."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

ENOUGH = 20
"""Comparable releases below which it is too early to say."""
FROM_DAY = 3
AIM = 30
"""Days after release: from when on a projection is made, and to when."""
INNER = (0.1, 0.9)
"""Quantiles of past growth between which the projection lies: meant to hold for 80 of 100."""


@dataclass(frozen=True)
class Past:
    """A comparable release: its day, and its downloads by age: low, value (None where unknown), high (None: open)."""

    released: date
    at: dict[int, tuple[int, int | None, int | None]]

    def growth(self, age: int) -> float | None:
        """Downloads on day `AIM` / those at the age, where both are known."""
        then, later = self.at.get(age), self.at.get(AIM)
        if then is None or later is None or not then[1] or later[1] is None:
            return None
        return later[1] / then[1]


@dataclass(frozen=True)
class Outlook:
    """A range for day `AIM`, from the age at which the launch was last known, and how often such a range held."""

    says: str
    low: float | None = None
    high: float | None = None
    held: int | None = None
    tested: int | None = None


def percentile(
    own: tuple[int, int | None, int | None], others: Sequence[tuple[int, int | None, int | None]]
) -> tuple[float, float | None, float] | None:
    """Low, value and high of the share of the others that have fewer downloads (ties count half); None without others.

    >>> percentile((5, 5, 5), [(1, 1, 1), (5, 5, 5), (7, 8, None)])
    (0.5, 0.5, 0.5)
    """
    if not others:
        return None
    inf = float("inf")
    low = np.array([o[0] for o in others], float)
    high = np.array([inf if o[2] is None else o[2] for o in others], float)
    most = inf if own[2] is None else own[2]
    above = (low < most).sum() + (low == most).sum() / 2 if most < inf else len(others)
    bounds = ((high < own[0]).sum() + (high == own[0]).sum() / 2) / len(others), above / len(others)
    unknown = own[1] is None or any(o[1] is None for o in others)
    if unknown:
        return float(bounds[0]), float(bounds[0]) if bounds[0] == bounds[1] else None, float(bounds[1])
    values = np.array([o[1] for o in others], float)
    value = ((values < own[1]).sum() + (values == own[1]).sum() / 2) / len(others)
    return float(bounds[0]), float(value), float(bounds[1])


def outlook(reached: dict[int, tuple[int, int | None, int | None]], past: Sequence[Past]) -> Outlook:
    """The projection from the last age at which the launch is known; why there is none, where there is none."""
    if AIM in reached and reached[AIM][1] is not None:
        return Outlook(f"day {AIM} is reached")
    known = [age for age, (_low, value, high) in reached.items() if value and high is not None and age >= FROM_DAY]
    if not known:
        return Outlook(f"too early to say: not known on day {FROM_DAY} or later")
    age = max(known)
    grown = [g for p in past if (g := p.growth(age)) is not None]
    if len(grown) < ENOUGH:
        return Outlook(
            f"too early to say: {len(grown)} comparable releases are known on days {age} and {AIM}, {ENOUGH} are needed"
        )
    low, _value, high = reached[age]
    least, most = np.quantile(grown, INNER)
    held, tested = backtest(age, past)
    said = (
        f"held for {held} of {tested} past releases" if tested else "not tested: too few past releases before others"
    )
    return Outlook(f"from day {age}; {said}", float(low * least), float((high or 0) * most), held, tested)


def backtest(age: int, past: Sequence[Past]) -> tuple[int, int]:
    """How many past releases the range held for, and how many it was tried on: each with those alone whose day `AIM`
    had come by the day on which it would have been made."""
    held = tested = 0
    told = [(p, g) for p in past if (g := p.growth(age)) is not None]
    for release, growth in told:
        made = release.released + timedelta(days=age)
        earlier = [g for p, g in told if p.released + timedelta(days=AIM) <= made and p is not release]
        if len(earlier) < ENOUGH:
            continue
        least, most = np.quantile(earlier, INNER)
        tested += 1
        held += bool(least <= growth <= most)
    return held, tested

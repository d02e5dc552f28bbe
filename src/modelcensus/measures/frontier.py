"""Frontiers of quality: the best score so far of a group of models, and since when another group had as much.

A release is a day or an interval of days. At a day, a model counts where it was surely released by then.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Scored:
    """A model with its score in points, and the earliest (null: not known) and the latest day of its release."""

    model: str
    region: str
    open: bool
    value: float
    low: float | None
    high: float | None
    released_from: date | None
    released_on: date
    repository: str | None = None


@dataclass(frozen=True)
class Behind:
    """How far one group is behind another: in points (negative: ahead), and in days, with the days that the releases
    allow. No days: the other never reached as much."""

    gap: float | None
    days: int | None
    days_low: int | None
    days_high: int | None


def steps(models: Iterable[Scored]) -> list[Scored]:
    """The models that raised the best score so far, in the order of the latest days of their releases.

    >>> a = Scored("a", "us", True, 10.0, None, None, date(2025, 1, 1), date(2025, 1, 1))
    >>> b = Scored("b", "us", True, 9.0, None, None, date(2025, 2, 1), date(2025, 2, 1))
    >>> c = Scored("c", "us", True, 12.0, None, None, date(2025, 3, 1), date(2025, 3, 1))
    >>> [m.model for m in steps([c, b, a])]
    ['a', 'c']
    """
    found: list[Scored] = []
    for m in sorted(models, key=lambda m: (m.released_on, -m.value, m.model)):
        if not found or m.value > found[-1].value:
            found.append(m)
    return found


def best(models: Iterable[Scored], day: date) -> Scored | None:
    """The best model that was surely released by a day; the earlier one of equals."""
    there = [m for m in models if m.released_on <= day]
    return max(there, key=lambda m: (m.value, -m.released_on.toordinal()), default=None)


def behind(one: Scored, others: list[Scored]) -> Behind:
    """How far a model, at its release, is behind what the others had by then, and since when they had as much.

    days = its release - the first day on which one of the others had reached its score, between the bounds of both.

    >>> a = Scored("a", "us", False, 50.0, None, None, date(2025, 1, 1), date(2025, 1, 31))
    >>> b = Scored("b", "china", True, 40.0, None, None, date(2025, 3, 1), date(2025, 3, 1))
    >>> behind(b, [a])
    Behind(gap=10.0, days=29, days_low=29, days_high=59)
    """
    other = best(others, one.released_on)
    reached = [m for m in others if m.value >= one.value]
    gap = None if other is None else other.value - one.value
    if not reached:
        return Behind(gap, None, None, None)
    first, last = _earliest(reached), min(m.released_on for m in reached)
    return Behind(
        gap,
        (one.released_on - last).days,
        None if one.released_from is None else (one.released_from - last).days,
        None if first is None else (one.released_on - first).days,
    )


def standing(mine: list[Scored], others: list[Scored], day: date) -> tuple[Scored, Behind] | None:
    """At a day: the best of one's own, how far the others' best is above it, and for how long they have had more."""
    own, other = best(mine, day), best(others, day)
    if own is None:
        return None
    gap = None if other is None else other.value - own.value
    above = [m for m in others if m.value > own.value and m.released_on <= day]
    if not above:
        return own, Behind(gap, None, None, None)
    first, last = _earliest(above), min(m.released_on for m in above)
    return own, Behind(gap, (day - last).days, (day - last).days, None if first is None else (day - first).days)


def _earliest(models: list[Scored]) -> date | None:
    """The earliest day on which one of them can have been released; nothing where that is not known of all."""
    days = [m.released_from for m in models if m.released_from is not None]
    return min(days) if len(days) == len(models) else None

"""What a time plot can make of a result: its values, indexes on a common base, or places; bounds go along."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal, get_args

from modelcensus.publish.lines import Point
from modelcensus.vocabulary import RequestError, nearest
from modelcensus.vocabulary.naming import opening

Shape = Literal["lines", "stacked", "index", "log", "places"]
SAID = 3
"""Series that a title names."""
PLACES = ("first", "second", "third")
SHAPES: tuple[Shape, ...] = get_args(Shape)


def find_shape(name: str) -> Shape:
    """The shape of that name; RequestError with the nearest one."""
    for shape in SHAPES:
        if name == shape:
            return shape
    raise RequestError(f"no shape {name!r}", where="shape", remedy=nearest(name, list(SHAPES)))


def indexed(points: Sequence[Point]) -> tuple[list[Point], str]:
    """Values over those of the first day that all series have above zero, times 100; and that day.

    Where the value at the base is an interval, the index is as wide as both intervals allow.

    >>> indexed([Point("a", "2026-01-01", 4.0, 2.0, 4.0), Point("a", "2026-02-01", 8.0)])[0][1]
    Point(series='a', at='2026-02-01', value=200.0, low=200.0, high=400.0, partial=False)
    """
    by_day: dict[str, dict[str, Point]] = {}
    for point in points:
        by_day.setdefault(point.at, {})[point.series] = point
    every = {p.series for p in points}
    base = next((d for d in sorted(by_day) if {s for s, p in by_day[d].items() if p.value > 0} == every), "")
    if not base:
        raise RequestError(
            "no day on which all series have a value above zero", where="shape index", remedy="leave out a series"
        )
    found = []
    for point in points:
        if point.at >= base:
            at_base = by_day[base][point.series]
            value = 100 * point.value / at_base.value
            low, high = _ends(point)
            least, most = _ends(at_base)
            if point.at == base or (low == high and least == most):
                found.append(replace(point, value=value, low=None, high=None))
            else:
                found.append(
                    replace(point, value=value, low=100 * low / most, high=100 * high / least if least > 0 else None)
                )
    return found, base


def placed(points: Sequence[Point], shown: int = 10) -> list[Point]:
    """The place of each series among all on its day, by value; those that are ever among the first `shown`.

    A place is an interval where the bounds of two values overlap: `low` is the best place that is possible.

    >>> placed([Point("a", "2026-01-01", 4.0, 1.0, 4.0), Point("b", "2026-01-01", 3.0)])[0]
    Point(series='a', at='2026-01-01', value=1.0, low=1.0, high=2.0, partial=False)
    """
    by_day: dict[str, list[Point]] = {}
    for point in points:
        by_day.setdefault(point.at, []).append(point)
    found = []
    for day in by_day.values():
        for point in day:
            low, high = _ends(point)
            others = [_ends(p) for p in day if p is not point]
            value = 1 + sum(p.value > point.value for p in day if p is not point)
            best, worst = 1 + sum(o[0] > high for o in others), 1 + sum(o[1] > low for o in others)
            exact = best == worst == value
            found.append(
                replace(
                    point,
                    value=float(value),
                    low=None if exact else float(best),
                    high=None if exact else float(worst),
                )
            )
    first = {p.series for p in found if p.value <= shown}
    return [p for p in found if p.series in first]


def index_text(points: Sequence[Point]) -> str:
    """What indexes say of the last day: the highest, and up to two more.

    >>> index_text([Point("a", "2026-02-01", 1204.6), Point("b", "2026-02-01", 80.0)])
    'a stands at 1,205; b at 80'
    """
    first, *others = sorted(_last(points), key=lambda p: (-p.value, p.series))
    said = [f"{opening(first.series)} stands at {first.value:,.0f}"]
    return "; ".join([*said, *(f"{p.series} at {p.value:,.0f}" for p in others[: SAID - 1])])


def places_text(points: Sequence[Point]) -> str:
    """What places say of the last day: who is certainly among the first three, in order.

    >>> places_text([Point("a", "2026-02-01", 1.0), Point("b", "2026-02-01", 2.0, 2.0, 3.0)])
    'a is first'
    """
    exact = {int(p.value): p.series for p in _last(points) if p.low is None}
    certain = [f"{exact[place]} {PLACES[place - 1]}" for place in range(2, SAID + 1) if place in exact]
    if 1 not in exact:
        return "Who is first cannot be told"
    return ", ".join([f"{opening(exact[1])} is first", *certain])


def _last(points: Sequence[Point]) -> list[Point]:
    last = max(p.at for p in points)
    return [p for p in points if p.at == last]


def _ends(point: Point) -> tuple[float, float]:
    return (
        point.value if point.low is None else point.low,
        point.value if point.high is None else point.high,
    )

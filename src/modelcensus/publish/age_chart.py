"""A result by days since release: a line per subject with its band and its name, over the ages that its measure answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache

import altair as alt

from modelcensus.measures import Result, Row, least
from modelcensus.publish.axes import ValueAxis, interval_text
from modelcensus.publish.charts import Chart, Words, finish
from modelcensus.publish.colours import colours_of
from modelcensus.publish.lines import Point, end_labels, label_room
from modelcensus.publish.partial import FEWER
from modelcensus.publish.shapes import Shape, indexed
from modelcensus.publish.theme import QUIET, SIZES
from modelcensus.vocabulary import RequestError

LINES = 8
"""Lines of one chart; the rest is in the table."""
FAR = 60
"""Days from which on young ages would stand on each other: beyond, days stand by their square roots."""
AGES = "days since release"
LEAST = "hollow: the least that is sure"
REACHED = "fewer releases have come to that age than to an earlier one"
UNITS = {"times": "times the baseline"}
"""What stands over the vertical axis, where that is not the unit."""


def of_ages(result: Result) -> bool:
    """Whether a result counts from each release: its periods are ages."""
    return result.rows[0].period.startswith("day ")


@dataclass(frozen=True)
class _Aged:
    """A point with what it stands for: `sure` is the value where it is `known`, else the least; `fewer` releases have come
    to its age than to younger ones."""

    line: str
    age: int
    sure: float | None
    low: float | None
    high: float | None
    known: bool
    fewer: bool

    @property
    def exact(self) -> bool:
        """Whether a line can go through it unbroken."""
        return self.known and not self.fewer


def age_chart(result: Result, rows: Iterable[Row], name: Callable[[Row], str], words: Words, shape: Shape, size: str) -> Chart:  # fmt: skip
    """The lines of a result over several ages; RequestError where it has no such shape.

    What is not known as a value is drawn as the least that is sure, hollow; the band is what the counters allow.
    """
    if shape not in ("lines", "index", "log"):
        raise RequestError(
            f"days since release have no shape {shape!r}", where="shape", remedy="choose lines, index or log"
        )
    points = _aged(result, rows, name)
    title = UNITS.get(result.unit, result.unit)
    if shape == "index":
        points, age = _indexed(points)
        title = f"index, day {age} = 100"
    axis = "log" if shape == "log" else "plain"
    if axis == "log":
        points = [p for p in points if p.sure is not None and p.sure > 0]
    every = _named(points)
    names = every[:LINES]
    shown = [p for p in points if p.line in names]
    said = [words.subtitle]
    said += ["logarithmic"] if axis == "log" else [title] if shape == "index" else []
    said += [LEAST] if any(p.sure is not None and not p.known for p in shown) else []
    said += [f"dotted: {REACHED}"] if any(p.fewer for p in shown) else []
    said += [f"{len(names)} of {len(every):,} are drawn"] if len(every) > len(names) else []
    words = replace(words, subtitle="; ".join(said))
    percent = result.unit in ("share", "change") and shape != "index"

    @cache
    def axis_of() -> ValueAxis:
        lows = [x for p in shown for x in (p.low, p.sure) if x is not None and (axis != "log" or x > 0)]
        return ValueAxis.over(axis, percent, lows, [p.high or p.sure or 0 for p in shown])

    def plot() -> alt.LayerChart | alt.FacetChart:
        return _plot(shown, names, axis_of(), title, size)

    return finish(plot, words, size, indent=-40, along="ages")


def _plot(points: Sequence[_Aged], names: list[str], values: ValueAxis, title: str, size: str) -> alt.LayerChart | alt.FacetChart:  # fmt: skip
    room = SIZES[size]
    rows = [_row(p, run, values) for p, run in zip(points, _runs(points), strict=True)]
    labels = end_labels(rows, names, values, room)
    scale = alt.Scale(domain=names, range=colours_of(names))
    colour = alt.Color("series:N", scale=scale, legend=None)
    x, y = _age_x([p.age for p in points], size), values.encoding(title)
    base = alt.Chart(alt.Data(values=tuple(rows))).encode(x=x, color=colour)
    layers: list[alt.Chart] = []
    if any(r["high"] is not None and r["high"] != r["low"] for r in rows):
        band = base.transform_filter("datum.high != null").transform_filter("datum.low > 0 || !datum.log")
        layers.append(band.mark_area(opacity=0.16).encode(y=alt.Y("low:Q"), y2="high:Q"))
    drawn = base.transform_filter("!datum.wide")
    whole = drawn.transform_filter("datum.run != null")
    thin = drawn.mark_line(strokeWidth=1.6, strokeDash=[1, 4], strokeCap="round")
    layers.append(thin.encode(y=y))
    layers.append(whole.mark_line(strokeWidth=2.4).encode(y=y, detail="run:N"))
    hollow = drawn.transform_filter("datum.run == null")
    layers.append(hollow.mark_point(filled=False, fill="white", size=26, opacity=1, strokeWidth=1.4).encode(y=y))
    layers.append(whole.mark_point(filled=True, size=26, opacity=1).encode(y=y))
    spread = alt.Chart(alt.Data(values=tuple(labels))).encode(
        x=alt.X("at:Q"), y=alt.Y("place:Q"), text="text:N", color=colour
    )
    layers.append(spread.mark_text(align="left", dx=8, fontSize=12.5, fontWeight="bold", baseline="middle"))
    return alt.layer(*layers).properties(width=room.width - label_room(labels, size), height=room.height)


def _age_x(ages: Sequence[int], size: str) -> alt.X:
    """The horizontal axis: a tick at every age that is answered."""
    far = max(ages, default=0) > FAR
    title = f"{AGES} (square roots)" if far else AGES
    axis = alt.Axis(
        values=sorted(set(ages)), title=title, titleColor=QUIET, titleFontWeight="normal", grid=False, labelOverlap=True,
        labelSeparation=4 if size == "phone" else 8, format="d",
    )  # fmt: skip
    domain = [min(ages, default=0), max(ages, default=1)]
    return alt.X("at:Q", axis=axis, scale=alt.Scale(type="sqrt" if far else "linear", domain=domain, nice=False))


def _aged(result: Result, rows: Iterable[Row], name: Callable[[Row], str]) -> list[_Aged]:
    """The points that say something, by line and age."""
    found: list[_Aged] = []
    most: dict[str, int] = {}
    for row in sorted(rows, key=lambda r: r.span):
        line, age = name(row), int(row.period.removeprefix("day "))
        came = row.dimensions.get("repositories") if row.observed is None else row.observed
        reached = came if isinstance(came, int) else 0
        fewer = reached < FEWER * most.get(line, 0)
        most[line] = max(most.get(line, 0), reached)
        sure = least(row, result.unit)
        if sure is not None or row.high is not None:
            found.append(_Aged(line, age, sure, row.low, row.high, row.value is not None, fewer))
    return found


def _named(points: Sequence[_Aged]) -> list[str]:
    """The lines, those first that go furthest and have most there."""
    last = {p.line: (p.age, p.sure or 0) for p in sorted(points, key=lambda p: p.age)}
    return sorted(last, key=lambda line: (*(-x for x in last[line]), line))


def _indexed(points: Sequence[_Aged]) -> tuple[list[_Aged], int]:
    """Each line over its value at the first age at which all have one, times 100; and that age."""
    known = [p for p in points if p.exact and p.sure is not None]
    if {p.line for p in known} != {p.line for p in points}:
        raise RequestError(
            "an index takes a value of every line at one age, and the counters leave some open", where="shape index",
            remedy="show them as lines",
        )  # fmt: skip
    flat = [Point(p.line, f"{p.age:06d}", p.sure or 0, p.low, p.high) for p in known]
    made, base = indexed(flat)
    return [_Aged(p.series, int(p.at), p.value, p.low, p.high, True, False) for p in made], int(base)


def _runs(points: Sequence[_Aged]) -> list[str | None]:
    """To which unbroken part of its line each point belongs, points being in the order of their ages; none of those that are
    not exact."""
    parts: dict[str, int] = {}
    found: list[str | None] = []
    for point in points:
        part = parts[point.line] = parts.get(point.line, 0) + (not point.exact)
        found.append(f"{point.line} {part}" if point.exact else None)
    return found


def _row(point: _Aged, run: str | None, values: ValueAxis) -> dict[str, object]:
    """A point as the specification has it. Where nothing is sure (`wide`) it stands at its upper bound and is not drawn."""
    said = interval_text(point.low, point.high, values.percent)
    if point.known and point.sure is not None:
        said, short = values.said(point.sure, point.low, point.high), values.short(point.sure)
    elif point.high is None:
        said = short = f"at least {values.short(point.sure or 0)}"
    else:
        least, most = values.short(point.low or 0), values.short(point.high)
        short = most if least == most else f"{least} to {most}"
        said = said or f"about {short}"
    if point.fewer and point.sure is not None:
        said = f"{said} ({REACHED})"
    return {
        "series": point.line, "at": point.age, "value": point.high if point.sure is None else point.sure, "low": point.low,
        "high": point.high, "run": run, "wide": point.sure is None, "said": said,
        "short": short, "log": values.kind == "log",
    }  # fmt: skip

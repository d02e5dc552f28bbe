"""Lines over time, with their names at their ends."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import altair as alt

from modelcensus.publish.axes import AxisKind, ValueAxis
from modelcensus.publish.charts import Chart, Words, finish
from modelcensus.publish.colours import colours_of
from modelcensus.publish.marks import Mark, Rule, rule_layers, rules_of
from modelcensus.publish.theme import SIZES, Size

WIDE = 0.1
"""A share whose interval is wider than this is drawn as a band without a line (docs/method.md, section 2)."""
LETTER = 8.2
"""Pixels of a bold letter of a line's label, in the widest usual font."""
DAY = 86_400_000
"""Milliseconds: no ticks closer than days."""


@dataclass
class Point:
    """One value of a line: `at` is an ISO day; bounds are null where there are none. `partial`: far fewer
    repositories were read then than at an earlier point of the line. Not frozen, as rows are not."""

    series: str
    at: str
    value: float
    low: float | None = None
    high: float | None = None
    partial: bool = False


def line_chart(
    points: Sequence[Point],
    words: Words,
    *,
    percent: bool,
    size: str = "post",
    marks: Sequence[Mark] = (),
    limit: int = 8,
    axis: AxisKind = "plain",
) -> Chart:
    """Lines over time with their names at their ends; a band where bounds are known; marks as lettered rules."""
    placed = cache(lambda: _Lines.of(points, marks, percent, size, limit, axis))

    def plot() -> alt.LayerChart | alt.FacetChart:
        lines = placed()
        rows, values, labels, rules = lines.rows, lines.values, lines.labels, lines.rules
        dotted = any(p.partial for p in lines.points)
        for row, run in zip(rows, _runs(lines.points), strict=True):
            row |= {"run": run} if dotted else {}
            row |= {"short": values.short(row["value"]), "said": values.said(row["value"], row["low"], row["high"])}
            row["wide"] = percent and row["high"] is not None and row["high"] - (row["low"] or 0) > WIDE
        scale = alt.Scale(domain=lines.names, range=colours_of(lines.names))
        colour = alt.Color("series:N", scale=scale, legend=None)
        x = time_x(time_axis(rows, size))
        y = values.encoding()
        base = alt.Chart(alt.Data(values=tuple(rows))).encode(x=x, color=colour)
        layers: list[alt.Chart] = rule_layers(rules, x) if rules else []
        if any(r["high"] is not None and r["high"] != r["low"] for r in rows):
            band = base.transform_filter("datum.low > 0") if axis == "log" else base
            layers.append(band.mark_area(opacity=0.16).encode(y=alt.Y("low:Q"), y2="high:Q"))
        narrow = base.transform_filter("!datum.wide")
        few = len({r["at"] for r in rows}) <= 30
        if dotted:
            thin = narrow.mark_line(strokeWidth=1.6, strokeDash=[1, 4], strokeCap="round")
            layers.append(thin.encode(y=y))
            whole = narrow.transform_filter("datum.run != null")
            layers.append(whole.mark_line(strokeWidth=2.4).encode(y=y, detail="run:N"))
            if few:
                hollow = narrow.transform_filter("datum.run == null")
                layers.append(
                    hollow.mark_point(filled=False, fill="white", size=26, opacity=1, strokeWidth=1.4).encode(y=y)
                )
                layers.append(whole.mark_point(filled=True, size=22, opacity=1).encode(y=y))
        else:
            layers.append(narrow.mark_line(strokeWidth=2.4, interpolate="linear").encode(y=y))
            if few:
                layers.append(narrow.mark_point(filled=True, size=22, opacity=1).encode(y=y))
        if labels:
            spread = alt.Chart(alt.Data(values=tuple(labels))).encode(
                x=time_x(), y=alt.Y("place:Q"), text="text:N", color=colour
            )
            layers.append(spread.mark_text(align="left", dx=8, fontSize=12.5, fontWeight="bold", baseline="middle"))
        return alt.layer(*layers).properties(width=lines.width, height=SIZES[size].height)

    return finish(plot, words, size, indent=-40, rules=lambda: placed().rules, along="time")


@dataclass(frozen=True)
class _Lines:
    """What a plot of lines shows, and where: the points of the largest series, as `rows` too."""

    points: list[Point]
    names: list[str]
    rows: list[dict]
    values: ValueAxis
    labels: list[dict]
    width: int
    rules: list[Rule]

    @classmethod
    def of(
        cls, points: Sequence[Point], marks: Sequence[Mark], percent: bool, size: str, limit: int, axis: AxisKind
    ) -> "_Lines":
        """Those of points."""
        room = SIZES[size]
        names = last_values(points, first_is_least=axis == "places")[:limit]
        shown = [p for p in points if p.series in names]
        rows = [{"series": p.series, "at": p.at, "value": p.value, "low": p.low, "high": p.high} for p in shown]
        values = ValueAxis.over(
            axis, percent,
            [r["value"] if r["low"] is None else r["low"] for r in rows], [r["high"] or r["value"] for r in rows],
        )  # fmt: skip
        labels = end_labels(rows, names, values, room)
        width = room.width - label_room(labels, size)
        days = [p.at for p in shown]
        rules = rules_of(marks, min(days), max(days), width) if marks and days else []
        return cls(shown, names, rows, values, labels, width, rules)


def last_values(points: Sequence[Point], first_is_least: bool = False) -> list[str]:
    """Names of the series by their last values, the largest first, or the least where places are drawn."""
    last: dict[str, tuple[str, float]] = {}
    for p in points:
        if p.series not in last or p.at >= last[p.series][0]:
            last[p.series] = (p.at, p.value)
    sign = 1 if first_is_least else -1
    return sorted(last, key=lambda s: (sign * last[s][1], s))


def end_labels(rows: list[dict], names: list[str], axis: ValueAxis, room: Size) -> list[dict]:
    """The name of each line at its end, pushed apart where they would touch."""
    ends = {}
    for row in rows:
        if row["series"] not in ends or row["at"] >= ends[row["series"]]["at"]:
            ends[row["series"]] = row
    latest = max((r["at"] for r in ends.values()), default="")
    bottom, top = axis.place(axis.bottom), axis.place(axis.top)
    gap = (top - bottom) * 15.5 / room.height
    labels, below = [], float("inf")
    for name in sorted(names, key=lambda n: -axis.place(ends[n]["value"])):
        place = min(axis.place(ends[name]["value"]), below - gap)
        below = place
        called = short_name(name, room.name_letters)
        text = f"{called} {ends[name].get('short') or axis.short(ends[name]['value'])}"
        labels.append({"series": name, "name": called, "at": latest, "place": place, "text": text})
    lift = bottom - min((label["place"] for label in labels), default=bottom)
    if lift > 0:
        above = -float("inf")
        for label in reversed(labels):
            label["place"] = max(label["place"], above + gap, bottom)
            above = label["place"]
    return [{**label, "place": axis.value(label["place"])} for label in labels]


def short_name(name: str, most: int) -> str:
    """A name in so many letters: of a repository without its namespace, then cut.

    >>> short_name("Qwen/Qwen3-VL-8B-Instruct", 30), short_name("Qwen/Qwen3-VL-8B-Instruct", 18)
    ('Qwen/Qwen3-VL-8B-Instruct', 'Qwen3-VL-8B-Instr…')
    """
    if len(name) <= most:
        return name
    own = name.rpartition("/")[2] or name
    return own if len(own) <= most else f"{own[: most - 1]}…"


def label_room(labels: list[dict], size: str) -> int:
    """Pixels that the names at the ends of lines need."""
    widest = max((len(label["text"]) for label in labels), default=0)
    return min(int(LETTER * widest) + 14, 300 if size != "phone" else 170)


def _runs(points: Sequence[Point]) -> list[int | None]:
    """To which unbroken part of its line each point belongs; nothing of a partial one."""
    found: dict[int, int | None] = {}
    parts: dict[str, int] = {}
    for i, point in sorted(enumerate(points), key=lambda pair: pair[1].at):
        found[i] = None if point.partial else parts.setdefault(point.series, 0)
        parts[point.series] = parts.get(point.series, 0) + point.partial
    return [found[i] for i in range(len(points))]


def time_x(axis: alt.Axis | None = None) -> alt.X:
    """The horizontal position of the field `at`, a day of UTC wherever the chart is drawn."""
    scale = alt.Scale(type="utc", nice=False)
    return alt.X("at:T", axis=axis, scale=scale) if axis else alt.X("at:T", scale=scale)


def time_axis(rows: list[dict], size: str) -> alt.Axis:
    """The horizontal axis: days where ticks are closer than months, else months, and years where there are several."""
    years = len({r["at"][:4] for r in rows})
    month = "utcmonth(datum.value) == 0 ? '%Y' : '%b'"
    if years == 1:
        month = "'%b %Y'" if size != "phone" else "'%b'"
    pattern = f"utcFormat(datum.value, utcdate(datum.value) != 1 ? '%-d %b' : {month})"
    return alt.Axis(
        labelExpr=pattern, tickCount=4 if size == "phone" else 8, tickMinStep=DAY, grid=False, labelOverlap=True,
        labelSeparation=8,
    )  # fmt: skip

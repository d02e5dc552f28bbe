"""Charts as Vega-Lite specifications, rendered without a browser or a network.

Every chart carries its finding as title, unit and denominator as subtitle, labels beside what they name, and
source and date inside the picture.
"""

import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Literal

import altair as alt
import vl_convert

from modelcensus.publish.axes import AxisKind, ValueAxis, interval_text
from modelcensus.publish.colours import colours_of
from modelcensus.publish.marks import Mark, Rule, key_of, rule_layers, rules_of
from modelcensus.publish.stated import RECORD, Stated
from modelcensus.publish.theme import INK, PALETTE, QUIET, SIZES, Size, config
from modelcensus.vocabulary.inert_text import all_straight, straight

WIDE = 0.1
"""A share whose interval is wider than this is drawn as a band without a line (docs/method.md, section 2)."""

Along = Literal["time", "ages", "bars", "readings", ""]
"""What somebody who points at a chart moves along."""

LETTER = 8.2
"""Pixels of a bold letter of a line's label, in the widest usual font."""


@dataclass(frozen=True)
class Words:
    """What is written on a chart."""

    title: str
    subtitle: str
    source: str
    alt: str = ""

    @property
    def stated(self) -> Stated:
        """The same for machines: the records are those that the source names."""
        citation = " ".join(f"{t.removesuffix('.')}." for t in (self.title, self.subtitle, self.source) if t)
        records = tuple(dict.fromkeys(RECORD.findall(self.source)))
        return Stated(self.title, self.subtitle, records, citation)


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


@dataclass(frozen=True)
class Bar:
    """One bar: a label, a value, its text, and bounds where there are some; `accent` marks the one meant, `to` is the
    page of the app that shows it over time."""

    label: str
    value: float
    text: str
    low: float | None = None
    high: float | None = None
    accent: bool = False
    to: str = ""


@dataclass(frozen=True)
class Chart:
    """What is to be drawn: its specification (`make`) and what it shows in words (`tell`) are made when they are first asked
    for, and the picture is drawn once."""

    make: Callable[[], dict] = field(repr=False)
    words: Words = field(repr=False)
    tell: Callable[[], str] = field(repr=False)
    along: Along = ""

    @cached_property
    def alt(self) -> str:
        """What it shows, in words."""
        return self.tell()

    @cached_property
    def _spec(self) -> dict:
        # what draws it ends the whole process at a control character
        return all_straight({**self.make(), "description": self.alt})

    @property
    def spec(self) -> dict:
        """The specification (Vega-Lite)."""
        return self._spec

    @cached_property
    def _svg(self) -> str:
        return self.words.stated.in_svg(straight(vl_convert.vegalite_to_svg(self.spec)))

    def svg(self) -> str:
        """The picture as SVG, with its records and its citation as metadata."""
        return self._svg

    def png(self, scale: float = 2) -> bytes:
        """The picture as PNG, with the same as texts beside its pixels."""
        return self.words.stated.in_png(vl_convert.svg_to_png(self.svg(), scale=scale))

    def untitled(self) -> "Chart":
        """The same without its finding above it."""
        return Chart(lambda: {k: v for k, v in self.make().items() if k != "title"}, self.words, self.tell)

    def _repr_svg_(self) -> str:
        return self.svg()


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


def bar_chart(bars: Sequence[Bar], words: Words, *, percent: bool, size: str = "post") -> Chart:
    """Horizontal bars with their labels above them and their values at their ends; whiskers for bounds."""
    room = SIZES[size]
    rows = []
    for i, bar in enumerate(bars):
        lines = textwrap.wrap(bar.label, room.label_letters * 2)
        rows.append(
            {
                "order": i, "label": lines, "value": bar.value, "text": bar.text,
                "low": bar.low if bar.low is not None and bar.low != bar.high else None,
                "high": bar.high if bar.high is not None and bar.low != bar.high else None,
                "end": max(bar.value, bar.high or 0), "kind": "accent" if bar.accent else "plain",
                "said": _said(bar, percent), **({"to": bar.to} if bar.to else {}),
            }
        )  # fmt: skip
    top = max((r["end"] for r in rows), default=1) or 1
    low = min(0, *(r["low"] if r["low"] is not None else r["value"] for r in rows)) if rows else 0
    tallest = max((len(r["label"]) for r in rows), default=1)
    for row in rows:
        row["label"] = [""] * (tallest - len(row["label"])) + row["label"]
    step = 32 + 15 * tallest
    at = step // 2 - 15

    def plot() -> alt.LayerChart | alt.FacetChart:
        base = alt.Chart(alt.Data(values=tuple(rows))).encode(
            y=alt.Y("order:O", axis=None, scale=alt.Scale(paddingInner=0, paddingOuter=0))
        )
        x = alt.X("value:Q", axis=None, scale=alt.Scale(domain=[low, top * 1.22], nice=False))
        colour = alt.Color(
            "kind:N", scale=alt.Scale(domain=["accent", "plain"], range=[PALETTE[0], "#9fb3c8"]), legend=None
        )
        layers = [
            base.mark_bar(height=16, yOffset=at).encode(x=x, color=colour),
            base.mark_text(
                align="left", baseline="top", dy=-step // 2 + 5, fontSize=13, color=INK, lineHeight=15
            ).encode(x=alt.value(0), text="label:N"),
            base.mark_text(
                align="left", baseline="middle", dx=6, dy=at, fontSize=13.5, fontWeight="bold", color=INK
            ).encode(x=alt.X("end:Q"), text="text:N"),
        ]
        if any(r["low"] is not None for r in rows):
            layers.append(
                base.mark_rule(color=INK, strokeWidth=1.6, yOffset=at).encode(x=alt.X("low:Q"), x2="high:Q")
            )
        return alt.layer(*layers).properties(width=room.width, height=alt.Step(step))

    return finish(plot, words, size, along="bars")


def finish(
    plot: Callable[[], alt.LayerChart | alt.FacetChart | alt.VConcatChart],
    words: Words,
    size: str,
    indent: int = 0,
    rules: Callable[[], Sequence[Rule]] = tuple,
    along: Along = "",
) -> Chart:
    """A plot, made when it is asked for, with its finding above it, and what its rules are and its source below."""

    def make() -> dict:
        room = SIZES[size]
        title = alt.TitleParams(
            textwrap.wrap(words.title, room.title_letters),
            subtitle=textwrap.wrap(words.subtitle, room.small_letters),
        )
        whole = alt.vconcat(plot(), _caption(words, size, indent, rules())).properties(title=title)
        return whole.configure(**config()).to_dict(
            validate=False
        )  # the tests validate every chart against the schema

    def tell() -> str:
        shown, dated = words.alt or f"{words.title}. {words.subtitle}", rules()
        explained = f". {key_of(dated)}: {'. '.join(f'{r.letter}, {r.text}' for r in dated)}" if dated else ""
        return f"{shown}{explained}"

    return Chart(make, words, tell, along)


def _caption(words: Words, size: str, indent: int, rules: Sequence[Rule]) -> alt.LayerChart | alt.FacetChart:
    """The lines under a plot: what its rules are, then its source."""
    letters = SIZES[size].small_letters + 8
    head = textwrap.wrap(key_of(rules), letters) if rules else []
    rows = [{"line": line, "x": 0, "letter": ""} for line in head]
    for rule in rules:
        lines = textwrap.wrap(rule.text, letters - 3)
        rows += [{"line": line, "x": 1, "letter": "" if i else rule.letter} for i, line in enumerate(lines)]
    explained = len(rows)
    rows += [{"line": line, "x": 0, "letter": ""} for line in textwrap.wrap(words.source, letters)]
    for i, row in enumerate(rows):
        row["row"] = i + (0.4 if rules and i >= explained else 0)
    tall = len(rows) + (0.4 if rules else 0)
    base = alt.Chart(alt.Data(values=tuple(rows))).encode(
        y=alt.Y("row:Q", axis=None, scale=alt.Scale(domain=[max(tall, 1), 0], nice=False))
    )
    layers = [
        base.transform_filter(f"datum.x == {x}")
        .mark_text(align="left", baseline="top", fontSize=11, color=QUIET)
        .encode(x=alt.value(indent + 16 * x), text="line:N")
        for x in ((0, 1) if rules else (0,))
    ]
    if rules:
        letter = base.mark_text(align="left", baseline="top", fontSize=11, color=QUIET, fontWeight="bold")
        layers.append(letter.encode(x=alt.value(indent), text="letter:N"))
    return alt.layer(*layers).properties(width=SIZES[size].width, height=15 * tall)


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


def _said(bar: Bar, percent: bool) -> str:
    interval = interval_text(bar.low, bar.high, percent)
    known = not interval or bar.text.startswith(("between", "at least"))  # the text is the interval itself
    return f"{bar.label}: {bar.text}" + ("" if known else f" ({interval})")


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


DAY = 86_400_000
"""Milliseconds: no ticks closer than days."""


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


__all__ = [
    "AxisKind",
    "Bar",
    "Chart",
    "Mark",
    "Point",
    "Words",
    "bar_chart",
    "end_labels",
    "finish",
    "label_room",
    "last_values",
    "line_chart",
    "short_name",
    "time_axis",
    "time_x",
]

"""The chart of any result: lines where there is time, bars where there is one period."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from modelcensus.measures import Result, Row, bounds, counter_text, leading, least, number, period_text, several_spans
from modelcensus.measures import newest as newest_rows
from modelcensus.publish.age_chart import age_chart, of_ages
from modelcensus.publish.bars import Bar, bar_chart
from modelcensus.publish.charts import Chart, Words
from modelcensus.publish.events import time_marks
from modelcensus.publish.lines import Point, line_chart
from modelcensus.publish.partial import partial_words, points_of
from modelcensus.publish.shapes import Shape, index_text, indexed, placed, places_text
from modelcensus.publish.stacked import stack_chart
from modelcensus.publish.theme import PALETTE
from modelcensus.vocabulary import RequestError
from modelcensus.vocabulary.naming import listed

MOST = 12
"""Bars of one chart; the rest is in the table."""
OF_AGES = (
    "baseline", "baseline_low", "baseline_high", "percentile_low", "percentile", "percentile_high", "comparable",
    "first_party_quantized", "community_quantized", "other_derivatives", "derivative_low", "derivative_downloads",
    "derivative_high", "projected_low", "projected_high", "held", "tested", "outlook",
)  # fmt: skip
SAID = frozenset(
    (
        "downloads", "of_total", "count", "of_all", "most", "against", "index", "over", "members", "by_downloads",
        "repositories", "there", *OF_AGES,
    )
)  # fmt: skip
"""Columns of an answer that say something about a number, not which one it is."""


def result_chart(
    result: Result, *, title: str = "", subtitle: str = "", size: str = "post", shape: Shape = "lines"
) -> Chart:
    """A chart with the result's own sentence as title unless another is given.

    `shape` is what a time plot shows; RequestError where the result has none of it: shares alone can be stacked.
    """
    words = Words(title or result.sentence().removesuffix("."), subtitle or subtitle_of(result), source_line(result))
    percent = result.unit in ("share", "change")
    aged = of_ages(result)
    if aged and several_spans(result.rows):
        return age_chart(result, *_aged(result), words, shape, size)
    rows = _estimated(result, shape)
    if _several_days(result, rows):
        points = points_of(rows, lambda row: series_name(result, row))
        return _over_time(result, points, words, percent, size, shape)
    if result.measure != "crossover":  # bars are of one period: that of which the title speaks
        rows = [r for r in rows if r.span == result.rows[-1].span]
    if not rows:  # nothing has an estimate: a bar is what is sure, its interval what is possible
        newest = [r for r in newest_rows(result.rows) if r.low is not None]
        rows = [r for r in newest if least(r, result.unit) is not None] or newest
        if left := len(newest) - len(rows):
            words = replace(words, subtitle=f"{words.subtitle}; of {left:,} more nothing is sure")
    bars = [
        Bar(
            f"{series_name(result, r)}, {r.period}" if aged else series_name(result, r),
            _sure(r),
            _said(r, result.unit),
            r.low,
            r.high,
            accent=place == 0,
        )
        for place, r in enumerate(sorted(rows, key=lambda r: -_sure(r))[:MOST])
    ]
    return bar_chart(bars, words, percent=percent, size=size)


def _aged(result: Result) -> tuple[Sequence[Row], Callable[[Row], str]]:
    """The rows of a plot by age, and what their lines are called: a size class is named where there are several."""
    rows = leading(result.rows)
    if len({r.dimensions.get("size_class") for r in rows}) > 1:
        return rows, lambda row: series_name(result, row)
    return rows, lambda row: series_name(
        result, replace(row, dimensions={k: v for k, v in row.dimensions.items() if k != "size_class"})
    )


def along_time(result: Result, shape: Shape = "lines") -> bool:
    """Whether the chart of a result is one over time."""
    return _several_days(result, _estimated(result, shape))


def _estimated(result: Result, shape: Shape) -> list[Row]:
    """The rows that a plot over time can show."""
    drawn = result.rows if shape == "places" else leading(result.rows)  # places are among all
    return [r for r in drawn if r.value is not None]


def _several_days(result: Result, rows: list[Row]) -> bool:
    return result.measure != "crossover" and any(r.start != rows[0].start for r in rows)


def _said(row: Row, unit: str) -> str:
    """What stands at a bar: its value, or bounds; a value that is no more than a lower bound says so, as its sentence does."""
    told = bounds(row, unit).partition(";")[0]
    return told if row.value is None or told == f"at least {number(row.value, unit)}" else number(row.value, unit)


def _sure(row: Row) -> float:
    return row.low or 0 if row.value is None else row.value


def _over_time(result: Result, points: list[Point], words: Words, percent: bool, size: str, shape: Shape) -> Chart:
    marks = time_marks(result)
    if shape != "stacked":
        words = replace(words, subtitle=f"{words.subtitle}{partial_words(points)}")
    if shape == "stacked":
        if result.measure not in ("share", "mix") or not result.request.dimensions:
            raise RequestError(
                "only shares by a dimension can be stacked", where="shape", remedy="ask for the measure share, by it"
            )
        return stack_chart(points, words, size=size, marks=marks)
    if shape == "index":
        points, base = indexed(points)
        begun = period_text(next(r.period for r in result.rows if r.end_day == base))
        title = f"{index_text(points)} in {_newest(result, points)}, {begun} = 100"
        said = replace(words, title=title, subtitle=f"{words.subtitle}; index, {begun} = 100")
        since = [m for m in marks if (m.until or m.at) >= base]
        return line_chart(points, said, percent=False, size=size, marks=since)
    if shape == "places":
        points = placed(points)
        title = f"{places_text(points)} in {_newest(result, points)}"
        said = replace(words, title=title, subtitle=f"{words.subtitle}; places among all, the first at the top")
        return line_chart(points, said, percent=False, size=size, marks=marks, limit=len(PALETTE), axis="places")
    axis = "places" if result.unit == "place" else "log" if shape == "log" else "plain"
    if axis == "log":
        points = [p for p in points if p.value > 0]
        words = replace(words, subtitle=f"{words.subtitle}; logarithmic")
    return line_chart(points, words, percent=percent, size=size, marks=marks, axis=axis)


def _newest(result: Result, points: Sequence[Point]) -> str:
    """The period of the last points."""
    last = max(p.at for p in points)
    return period_text(next(r.period for r in reversed(result.rows) if r.end_day == last))


def series_name(result: Result, row: Row) -> str:
    """What a line or bar is called: the dimensions of its row, else the subject."""
    asked_for = result.request.dimensions
    told = [(k, v) for k, v in row.dimensions.items() if v is not None and k not in SAID]
    beside = len(told) > 1  # a size class that nobody asked for stands beside whom it is of
    named = [
        f"({v})" if beside and k == "size_class" and k not in asked_for else _called(result, k, v) for k, v in told
    ]
    asked = () if named else result.request.of
    return (
        " ".join(named) or " / ".join(listed([_called(result, k, v) for v in values]) for k, values in asked) or "all"
    )


def _called(result: Result, dimension: str, value: object) -> str:
    return result.places.get(str(value), str(value)) if dimension.endswith("region") else str(value)


UNITS = {
    "share": "Share of {noun}, of {whole}",
    "times": "Times the {noun} of {whole}",
    "place": "Place by {noun}, {whole}",
    "change": "Change of {noun}, {whole}",
    "share points": "Change of the share of {noun} in points, of {whole}",
    "repositories": "Repositories, {whole}",
    "index": "Concentration of {noun}, {whole}",
    "base 100": "What each channel counts, base 100, {whole}",
    "points": "Best score of an open model, in points",
    "days": "Days, {whole}",
}
"""What a chart's values are, by the unit of its measure; `noun` is what the channel counts."""


def subtitle_of(result: Result) -> str:
    """Unit, denominator and who counted."""
    noun = result.noun
    if result.measure == "ram":
        return f"Times the top-ten baseline of the size class, {result.whole_text}; {result.counted_by}"
    said = UNITS.get(result.unit, "{unit}, {whole}").format(
        noun=noun, whole=result.whole_text, unit=f"{result.unit[0].upper()}{result.unit[1:]}"
    )
    counter = f"; {counter_text(result.request.reading.counter)}" if result.request.reading.counter else ""
    return f"{said}{counter}; {result.counted_by}{result.added_up}"


def source_line(*results: Result) -> str:
    """Source, license, date and how to check the number."""
    sources = dict.fromkeys(s.partition(": ")[2] for r in results for s in r.provenance.sources)
    ids = ", ".join(dict.fromkeys(r.provenance.id for r in results))
    return f"Source: {'; '.join(sources)}. modelcensus; check with: modelcensus explain {ids}"

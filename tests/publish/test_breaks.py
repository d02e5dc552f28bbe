"""Series breaks on time plots: where they belong, legible at every size, explained in the picture and on the page."""

import html
import json
import re
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import altair as alt
import pytest
from hypothesis import given
from hypothesis import strategies as st

import modelcensus
from modelcensus.flows import load_series_breaks
from modelcensus.measures import Census, Result
from modelcensus.publish import Mark, Point, Words, line_chart, result_chart
from modelcensus.publish.breaks import break_marks, break_words, crossed_breaks
from modelcensus.publish.marks import APART, rules_of
from modelcensus.publish.result_chart import along_time
from modelcensus.publish.shapes import Shape
from modelcensus.publish.theme import SIZES
from modelcensus.publish.views.asking import answer_section

WORDS = Words("A finding", "Unit, denominator", "Source: nobody")
MONTHS = [f"{2024 + i // 12}-{i % 12 + 1:02d}-01" for i in range(34)]
POINTS = [Point("a name of a line", at, i) for i, at in enumerate(MONTHS)]
TIME_PLOTS = ("by-month", "cumulative", "crossover-passing", "regions", "crossover-regions")


@pytest.fixture(scope="module")
def census() -> Census:
    return modelcensus.open()


@pytest.mark.parametrize(
    ("measure", "by", "period", "shape"),
    [
        ("share", ("organization", "month"), "", "lines"),
        ("share", ("organization", "month"), "", "stacked"),
        ("rank", ("organization", "month"), "", "places"),
        ("share", ("organization",), "2026-02", "lines"),
        ("downloads", ("organization", "month"), "2026-02", "lines"),
        ("downloads", ("month",), "", "index"),
    ],
)
def test_breaks_stand_where_the_chart_is_one_over_time(
    census: Census, measure: str, by: tuple[str, ...], period: str, shape: Shape
) -> None:
    result = census.measure(measure, by=by, period=period, reading={"channel": "reported:modelpulse"})
    drawn = result_chart(result, shape=shape)
    assert along_time(result, shape) == (drawn.along == "time") == (not period)
    assert bool(answer_section("one", "What?", result, shape).breaks) <= along_time(result, shape)


@pytest.fixture(scope="module")
def months(census: Census) -> Result:
    reading = {"channel": "reported:modelpulse"}
    return census.measure("share", by=["organization", "month"], within="makers", reading=reading)


@pytest.fixture(scope="module")
def readings(census: Census) -> Result:
    reading = {"channel": "hub", "counter": "rolling_30d"}
    return census.measure("share", by=["organization", "day"], within="mainline", reading=reading)


def plain(text: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html.unescape(text)).replace("\\", "").split())


def ids(result: Result) -> set[str]:
    return {b.id for b in crossed_breaks(result)}


def test_months_of_a_published_series_cross_the_hubs_breaks(months: Result) -> None:
    assert {"all-time-on-record", "counters-part", "params-json", "all-time-recount", "xet-without-head"} <= ids(
        months
    )
    assert "diffusers-root-files" not in ids(months), "before the first month"
    assert "diffusers-resolve-revision" not in ids(months), "after the last month"


def test_a_counter_crosses_its_own_breaks_alone(readings: Result) -> None:
    assert {"xet-without-head", "hub-client-resolve-revision", "diffusers-resolve-revision"} <= ids(readings)
    assert not ids(readings) & {"all-time-recount", "params-json"}


def test_what_concerns_logs_alone_is_on_no_plot_of_the_hub(months: Result, readings: Result) -> None:
    logs = {b.id for b in load_series_breaks() if set(b.channels) == {"log"}}
    assert logs and not logs & (ids(months) | ids(readings))


@pytest.mark.parametrize("size", SIZES)
def test_the_chart_of_a_result_explains_what_it_crosses(readings: Result, size: str) -> None:
    chart = result_chart(readings, size=size)
    alt.Chart.from_dict(chart.spec)
    drawn = plain(chart.svg())
    for found in crossed_breaks(readings):
        assert found.label in drawn, found.id
        assert found.label in chart.spec["description"], found.id


def test_a_chart_of_one_period_has_no_rules(census: Census) -> None:
    one = census.measure(
        "share", by=["organization"], period="2026-06", reading={"channel": "reported:modelpulse"}, within="makers"
    )
    assert "Dashed" not in result_chart(one).svg()


@pytest.mark.parametrize("size", SIZES)
def test_rules_are_apart_and_every_mark_is_explained(size: str) -> None:
    marks = break_marks(load_series_breaks())
    spec = line_chart(POINTS, WORDS, percent=False, size=size, marks=marks).spec
    plot, caption = spec["vconcat"]
    rules = next(layer["data"]["values"] for layer in plot["layer"] if "letter" in str(layer.get("encoding")))
    days = (date.fromisoformat(MONTHS[-1]) - date.fromisoformat(MONTHS[0])).days
    places = [
        (date.fromisoformat(r["at"]) - date.fromisoformat(MONTHS[0])).days / days * plot["width"] for r in rules
    ]
    assert all(b - a >= APART - 1 for a, b in pairwise(places))
    assert min(places) >= 0 and max(places) <= plot["width"]
    lines = caption["data"]["values"]
    said = " ".join(row["line"] for row in lines)
    assert all(mark.text in said for mark in marks)
    assert [row["letter"] for row in lines if row["letter"]] == [r["letter"] for r in rules]
    assert max(len(row["line"]) for row in lines) <= SIZES[size].small_letters + 8
    assert caption["height"] >= 15 * len(lines)


def test_without_marks_nothing_is_said() -> None:
    chart = line_chart(POINTS, WORDS, percent=False)
    assert "Dashed" not in chart.svg() and "Dashed" not in chart.spec["description"]


def test_grey_is_explained_where_it_is_drawn() -> None:
    day, span = Mark("2025-02-10", "a day"), Mark("2025-08-01", "a month", "2025-08-31")
    assert "grey" not in line_chart(POINTS, WORDS, percent=False, marks=[day]).svg()
    assert "grey" in line_chart(POINTS, WORDS, percent=False, marks=[day, span]).svg()


def test_hostile_words_stay_text() -> None:
    mark = Mark("2025-02-10", "<script>alert(1)</script>")
    assert "<script>" not in line_chart(POINTS, WORDS, percent=False, marks=[mark]).svg()


DAYS = st.dates(date(2023, 1, 1), date(2027, 1, 1))


@given(st.lists(st.tuples(DAYS, st.integers(0, 60)), max_size=40), st.integers(60, 700))
def test_marks_share_rules_and_none_is_lost(found: list[tuple[date, int]], width: int) -> None:
    marks = [Mark(str(at), f"m{i}.", str(at + timedelta(days=n))) for i, (at, n) in enumerate(found)]
    rules = rules_of(marks, MONTHS[0], MONTHS[-1], width)
    assert sorted("; ".join(r.text for r in rules).split("; ")) == sorted([m.text for m in marks] or [""])
    assert all(MONTHS[0] <= r.at <= r.until <= MONTHS[-1] for r in rules)
    assert all(a.at < b.at for a, b in pairwise(rules))
    assert len({r.letter for r in rules}) == len(rules)
    assert rules == rules_of(list(reversed(marks)), MONTHS[0], MONTHS[-1], width) or len(set(found)) < len(found)


def test_the_report_draws_them_and_says_what_changed(edition: Path, months: Result, readings: Result) -> None:
    page, text = plain((edition / "report.html").read_text()), plain((edition / "report.md").read_text())
    for found in {*crossed_breaks(months), *crossed_breaks(readings)}:
        words = plain(break_words(found))
        assert page.count(words) == 1, found.id
        assert text.count(words) == 1, found.id
    for name in TIME_PLOTS:
        said = plain(json.loads((edition / "charts" / f"{name}.vega.json").read_text())["description"])
        assert "params.json counts (Jul 2025)" in said and "exact counts from Mar 2025 on" in said, name
    assert "Dashed" not in (edition / "charts" / "who-leads.svg").read_text()
    assert (edition / "report.html").read_text().count('href="#series-breaks"') >= 4

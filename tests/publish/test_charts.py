"""Charts say what they were given, at every size."""

import json
import os
import re
import subprocess
import sys
from itertools import pairwise

import altair as alt
import pytest

from modelcensus.publish import Bar, Mark, Point, Words, bar_chart, line_chart, lines, marks
from modelcensus.publish.live_chart import live_chart
from modelcensus.publish.marks import Rule
from modelcensus.publish.theme import SIZES

WORDS = Words(
    "A finding that is long enough to need a second line on a telephone", "Unit, denominator", "Source: nobody"
)


@pytest.mark.parametrize("size", SIZES)
def test_lines_are_labelled_at_their_ends(size: str) -> None:
    points = [
        Point(name, f"2026-0{m}-01", m * k, m * k - 1, m * k + 2)
        for k, name in ((3, "first"), (1, "second"))
        for m in range(1, 7)
    ]
    chart = line_chart(points, WORDS, percent=False, size=size, marks=[Mark("2026-03-01", "a change")])
    alt.Chart.from_dict(chart.spec)
    svg = chart.svg()
    assert "first 18" in svg and "second 6" in svg and "a change" in svg and "Source: nobody" in svg


def test_wide_share_is_a_band_without_a_line() -> None:
    points = [Point("a", f"2026-0{m}-01", 0.5, 0.1, 0.9) for m in range(1, 4)]
    spec = json.dumps(line_chart(points, WORDS, percent=True).spec)
    assert '"wide": true' in spec and '"wide": false' not in spec and "!datum.wide" in spec


def test_labels_of_close_lines_do_not_touch() -> None:
    points = [Point(f"line {i}", "2026-01-01", 1 + i / 1000) for i in range(8)]
    spec = line_chart(points, WORDS, percent=False).spec
    places = sorted(
        row["place"]
        for layer in spec["vconcat"][0]["layer"]
        for row in layer.get("data", {}).get("values", [])
        if "place" in row
    )
    top = 1.007
    assert len(places) == 8
    assert min(b - a for a, b in pairwise(places)) >= top * 15 / SIZES["post"].height


@pytest.mark.parametrize("size", SIZES)
def test_bars_show_values_and_bounds(size: str) -> None:
    bars = [Bar("a label that is long enough to be broken into lines", 0.4, "40 %", 0.3, 0.5), Bar("b", 0.2, "20 %")]
    chart = bar_chart(bars, WORDS, percent=True, size=size)
    alt.Chart.from_dict(chart.spec)
    assert "40 %" in chart.svg() and "20 %" in chart.svg()


def test_hostile_names_stay_text() -> None:
    name = "<script>alert(1)</script>&\"'; drop table"
    svg = bar_chart([Bar(name, 1, "1")], Words(name, name, name), percent=False).svg()
    assert "<script>" not in svg
    assert line_chart([Point(name, "2026-01-01", 1)], WORDS, percent=False).svg().count("<script>") == 0


@pytest.mark.parametrize("shown", ["months", "days"])
def test_a_picture_is_the_same_in_every_time_zone(shown: str) -> None:
    days = (
        [f"2026-0{m}-01" for m in range(1, 7)] if shown == "months" else [f"2026-03-{d:02d}" for d in range(1, 29, 3)]
    )
    made = f"""
from modelcensus.publish import Mark, Point, Words, line_chart
points = [Point("a", day, 3.0 + i) for i, day in enumerate({days!r})]
print(line_chart(points, Words("a", "b", "c"), percent=False, marks=[Mark({days[2]!r}, "a change")]).svg())
"""
    drawn = {
        zone: subprocess.run(
            [sys.executable, "-c", made], env={**os.environ, "TZ": zone}, capture_output=True, text=True, check=True
        ).stdout
        for zone in ("America/Los_Angeles", "Pacific/Auckland")
    }
    first, second = drawn.values()
    assert first == second
    labels = re.findall(r">([^<>]+)</text>", first)
    if shown == "months":
        assert {"Jan 2026", "Jun 2026"} <= set(labels)
    else:
        assert any(re.fullmatch(r"\d+ Mar", label) for label in labels), labels


def test_a_name_that_steers_does_not_end_the_process() -> None:
    """What draws the charts aborts at a control character: not even an exception would be raised."""
    name = "\x1b]0;owned\x07\x00red"
    bars = bar_chart([Bar(name, 1, name)], Words(name, name, name), percent=False)
    drawn = line_chart([Point(name, f"2026-0{m}-01", m) for m in (1, 2, 3)], Words(name, name, name), percent=False)
    for chart in (bars, drawn):
        assert "[U+001B]" in chart.svg() and "\x1b" not in chart.svg() and live_chart(chart)


def test_a_chart_is_placed_once_and_only_when_it_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    placed = []

    def rules_of(*asked: object) -> list[Rule]:
        placed.append(asked)
        return marks.rules_of(*asked)  # type: ignore[arg-type]

    monkeypatch.setattr(lines, "rules_of", rules_of)
    points = [Point("a", f"2026-0{m}-01", m) for m in range(1, 5)]
    chart = line_chart(points, WORDS, percent=False, marks=[Mark("2026-03-01", "a change")])
    assert not placed
    assert chart.alt.endswith("A, a change") and chart.spec["description"] == chart.alt
    assert len(placed) == 1

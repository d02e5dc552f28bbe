"""What a browser is given of a chart: data that run nothing, the picture's own specification, values with their intervals."""

import json
import re

import pytest

from hostile import SCRIPT, TURNED
from modelcensus.publish import Bar, Point, Words, bar_chart, line_chart
from modelcensus.publish.charts import Chart
from modelcensus.publish.live_chart import live_chart
from modelcensus.publish.stacked import stack_chart
from modelcensus.publish.theme import PALETTE

WORDS = Words("A finding", "Unit", "Source: nobody")


def given(chart: Chart) -> dict:
    """What the page's script is handed."""
    script = live_chart(chart)
    call = re.fullmatch(r'censusChart\(("(?:[^"\\]|\\.)*")\);\n', script)
    assert call, "nothing but one call with one text"
    return json.loads(json.loads(call[1]))


def points(*names: str) -> list[Point]:
    return [Point(n, f"2026-0{m}-01", m / 10, m / 11, m / 9) for n in names for m in range(1, 6)]


@pytest.mark.parametrize(
    ("chart", "along"),
    [
        (line_chart(points("a", "b"), WORDS, percent=True), "time"),
        (stack_chart([Point("a", f"2026-0{m}-01", 0.4) for m in (1, 2, 3)], WORDS), "time"),
        (bar_chart([Bar("a", 0.4, "40 %", 0.3, 0.5), Bar("b", 0.2, "20 %")], WORDS, percent=True), "bars"),
    ],
)
def test_it_is_the_chart_of_the_picture_with_its_values_told(chart: Chart, along: str) -> None:
    told = given(chart)
    assert told["along"] == along == chart.along
    assert told["spec"]["$schema"].startswith("https://vega.github.io/schema/vega/")
    assert json.dumps(WORDS.title) in json.dumps(told["spec"]["title"])
    rows = [row for data in told["spec"]["data"] for row in data.get("values", []) if "said" in row]
    assert rows and all(row["said"] for row in rows)
    assert told["dark"][PALETTE[0]] != PALETTE[0] and told["dark"]["white"] != "white"


def test_an_interval_is_told_and_an_exact_value_has_none() -> None:
    told = given(bar_chart([Bar("a", 0.4, "40 %", 0.3, 0.5), Bar("b", 0.2, "20 %", 0.2, 0.2)], WORDS, percent=True))
    said = {row["said"] for data in told["spec"]["data"] for row in data.get("values", []) if "said" in row}
    assert said == {"a: 40 % (30.0 % to 50.0 %)", "b: 20 %"}


def test_names_are_data() -> None:
    script = live_chart(line_chart(points(SCRIPT, TURNED), WORDS, percent=True))
    told = given(line_chart(points(SCRIPT, TURNED), WORDS, percent=True))
    names = {row["series"] for data in told["spec"]["data"] for row in data.get("values", []) if "said" in row}
    assert SCRIPT in names and TURNED not in names and len(names) == 2
    assert "\u202e" not in script and "\\u202e" not in script

"""Charts by days since release: the age is the axis, a line per subject, forms that differ, light and dark."""

from dataclasses import replace

import altair as alt
import pytest

import modelcensus
from modelcensus.measures import Result, Row
from modelcensus.publish.live_chart import from_script, live_chart
from modelcensus.publish.result_chart import result_chart
from modelcensus.publish.scene import Scene
from modelcensus.publish.theme import SIZES, darkened
from modelcensus.publish.views.compare import compare
from modelcensus.vocabulary import RequestError

AGES = (1, 3, 7, 14, 30)


def aged(family: str, age: int, value: float | None, low: float, high: float | None, repositories: int = 2) -> Row:
    told = {"family": family, "repositories": repositories}
    return Row(told, f"day {age}", "2000-01-01", f"2000-01-{age + 1:02d}", AGES.index(age), value, low, high, None, None, 2, ())  # fmt: skip


@pytest.fixture(scope="module")
def launch() -> Result:
    """Two families at every age of a launch; the sample's own counters leave most of it open."""
    found = modelcensus.open().measure("launch", of={"family": "Qwen,Llama"}, by=["family"])
    rows = [r for age in AGES for r in (aged("Llama", age, 300 * age, 200 * age, 400 * age), aged("Qwen", age, 2000 * age, 2000 * age, 2000 * age))]  # fmt: skip
    return replace(found, rows=tuple(rows))


def plotted(spec: dict) -> tuple[list[dict], set[str]]:
    """The rows of a plot, and the fields of its horizontal axis."""
    layers = spec["vconcat"][0]["layer"]
    rows = next(v for layer in layers if (v := layer["data"].get("values")) and "said" in v[0])
    return rows, {layer["encoding"]["x"]["field"] for layer in layers}


@pytest.mark.parametrize("size", SIZES)
def test_the_age_is_the_axis_and_every_subject_a_line_with_its_name(launch: Result, size: str) -> None:
    chart = result_chart(launch, size=size)
    alt.Chart.from_dict(chart.spec)
    rows, fields = plotted(chart.spec)
    assert fields == {"at"} and chart.along == "ages"
    assert {(r["series"], r["at"]) for r in rows} == {(f, a) for f in ("Qwen", "Llama") for a in AGES}
    band = [r for r in rows if r["series"] == "Llama" and r["at"] == 30]
    assert (band[0]["low"], band[0]["high"]) == (6000, 12000)
    for drawn in (chart.svg(), darkened(chart.svg())):
        assert all(said in drawn for said in ("days since release", "downloads", "Qwen 60 k", "Llama 9 k", ">14<"))
    assert from_script(live_chart(chart))["along"] == "ages"


def test_the_title_states_the_age(launch: Result) -> None:
    assert "by day 30 after release" in result_chart(launch).words.title


def test_every_form_shows_something_else(launch: Result) -> None:
    drawn = {shape: result_chart(launch, shape=shape).svg() for shape in ("lines", "index", "log")}
    assert len(set(drawn.values())) == 3
    assert "index, day 1 = 100" in drawn["index"] and "logarithmic" in drawn["log"]
    for shape in ("stacked", "places"):
        with pytest.raises(RequestError, match="days since release"):
            result_chart(launch, shape=shape)


def test_what_is_no_value_is_told_apart(launch: Result) -> None:
    rows = [aged("Qwen", 7, None, 300, None), aged("Qwen", 14, 900, 900, 900), aged("Qwen", 30, 500, 500, 500, 1)]
    chart = result_chart(replace(launch, rows=(*rows, aged("Llama", 7, None, 0, None))))
    shown, _fields = plotted(chart.spec)
    assert [r["said"].partition(" (")[0] for r in shown] == ["at least 300", "900", "500"]
    assert [r["run"] is None for r in shown] == [True, False, True]
    assert "hollow: the least that is sure" in chart.alt
    assert "fewer releases have come to that age" in chart.alt
    with pytest.raises(RequestError, match="leave some open"):
        result_chart(replace(launch, rows=(rows[0], aged("Llama", 14, 4, 4, 4))), shape="index")


def test_bars_of_a_single_age_say_it(launch: Result) -> None:
    chart = result_chart(replace(launch, rows=launch.rows[-2:]))
    assert chart.along == "bars" and "Qwen, day 30" in chart.svg() and "Llama, day 30" in chart.svg()


def test_compare_shows_the_form_that_is_asked_for() -> None:
    """Aligned by release it shows ages in every form: logarithmic is told under the title."""
    scene = Scene(modelcensus.open())
    drawn = {}
    for shape in ("lines", "log"):
        chosen = {"of": ("family=Qwen,Llama",), "aligned": ("release",), "shape": (shape,)}
        (figure,) = compare(scene, chosen).figures().values()
        drawn[shape] = figure.draw("post")
    assert all(chart.along == "ages" for chart in drawn.values())
    assert "logarithmic" in drawn["log"].words.subtitle and drawn["log"].svg() != drawn["lines"].svg()

"""What the report's sections and pictures say is what decides: changes, leads since when, intervals of what was read."""

import pytest

from modelcensus.measures import Census
from modelcensus.publish.questions.changes import changes
from modelcensus.publish.questions.cumulative import cumulative
from modelcensus.publish.scene import Scene
from modelcensus.publish.views.overview import overview


@pytest.fixture(scope="module")
def scene(sample: Census) -> Scene:
    return Scene(sample)


def test_bars_show_the_change_that_decides_the_order(scene: Scene) -> None:
    section = changes(scene)
    assert section
    chart = section.figures[0].draw("post")
    assert chart.words.title == "Qwen fell most from August 2026 to September 2026: by 44.0 million downloads"
    said = chart.svg().replace("\xa0", " ")
    assert "Qwen: 264.3 million" in said and "−44.0 million (−14 %)" in said
    assert said.index("Qwen: 264.3") < said.index("NVIDIA: 30.5") < said.index("Moonshot AI: 3.3")


def test_a_lead_says_since_when(scene: Scene) -> None:
    section = cumulative(scene)
    assert section and scene.monthly
    assert section.figures[0].draw("post").words.title == "Qwen has led every month since April 2025"
    before = [r for r in scene.monthly.rows if r.period == "2025-03"]
    assert max(before, key=lambda r: r.value or 0).dimensions["organization"] == "meta-llama"


def test_an_exact_number_says_over_what_was_read(scene: Scene) -> None:
    ladder = next(f for f in overview(scene, {}).sections[0].facts if f.name == "ladder")
    said = {str(row["share"]): row["interval"] for row in ladder.records()}
    assert said["32.2 %"] == "exact over the 13,858 of 17,007 repositories read"
    assert said["8.7 %"] == "as published"

"""What a time plot makes of values: indexes and places hold every value that the bounds allow."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelcensus.publish import Point, Words
from modelcensus.publish.result_chart import result_chart
from modelcensus.publish.shapes import find_shape, indexed, placed
from modelcensus.publish.stacked import REST, stack_chart
from modelcensus.vocabulary import Request, RequestError

DAYS = ("2026-01-01", "2026-02-01")


def intervals(least: int = 0):
    return st.tuples(st.integers(least, 20), st.integers(least, 20), st.integers(least, 20)).map(sorted)


@given(st.lists(intervals(), min_size=2, max_size=4))
def test_possible_places_are_those_of_some_choice_of_values(bounds):
    points = [Point(f"s{i}", DAYS[0], b[1], b[0], b[2]) for i, b in enumerate(bounds)]
    found = {p.series: p for p in placed(points, shown=99)}
    choices = itertools.product(*[(b[0], b[1], b[2]) for b in bounds])
    seen: dict[str, set[int]] = {p.series: set() for p in points}
    for values in choices:
        for i, value in enumerate(values):
            seen[f"s{i}"].add(1 + sum(v > value for v in values))
    for name, places in seen.items():
        low, high = found[name].low or found[name].value, found[name].high or found[name].value
        assert low <= min(places) and max(places) <= high


@given(intervals(1), intervals(1))
def test_an_index_holds_the_ratio_of_every_pair_of_values(base, later):
    points = [Point("a", day, b[1], b[0], b[2]) for day, b in zip(DAYS, (base, later), strict=True)]
    found, day = indexed(points)
    assert day == DAYS[0] and found[0].value == 100
    for first, second in itertools.product(base, later):
        low = found[1].value if found[1].low is None else found[1].low
        high = found[1].value if found[1].high is None else found[1].high
        assert low - 1e-9 <= 100 * second / first <= high + 1e-9


def test_an_index_needs_a_day_with_all_series():
    with pytest.raises(RequestError, match="no day on which all series"):
        indexed([Point("a", DAYS[0], 1.0), Point("b", DAYS[1], 1.0)])


def test_what_is_not_named_is_stacked_as_others():
    points = [Point(f"s{i}", day, 0.1) for i in range(9) for day in DAYS]
    values = stack_chart(points, Words("t", "s", "c"), limit=3).spec
    rows = next(iter(values["datasets"].values())) if "datasets" in values else _rows(values)
    rest = [r["value"] for r in rows if r.get("series") == REST]
    assert rest == pytest.approx([0.7, 0.7])
    assert f"{REST} 70 %" in [r.get("text") for r in _texts(values)]


def _texts(spec):
    if isinstance(spec, dict):
        return [spec] * ("text" in spec and "place" in spec) + [r for part in spec.values() for r in _texts(part)]
    return [r for part in spec for r in _texts(part)] if isinstance(spec, list) else []


def _rows(spec):
    for layer in spec["vconcat"][0]["layer"]:
        values = layer.get("data", {}).get("values", [])
        if any(r.get("series") == REST for r in values):
            return values
    return spec["vconcat"][0]["data"]["values"]


def test_a_shape_that_there_is_not_is_named_with_the_nearest():
    with pytest.raises(RequestError, match="did you mean 'stacked'"):
        find_shape("stackd")


def test_a_picture_of_indexes_or_places_is_titled_with_these(sample):
    request = Request.build(
        "downloads", {"organization": ["Qwen", "google"]}, by=["organization", "month"], period="2025-09..2026-02",
        reading=["channel=reported:modelpulse"],
    )  # fmt: skip
    result = sample.answer(request)
    index = result_chart(result, shape="index").words
    assert index.title.endswith("in February 2026, September 2025 = 100") and " stands at " in index.title
    assert "September 2025 = 100" in index.subtitle
    places = result_chart(result, shape="places").words.title
    assert places == "Qwen is first, google second in February 2026"

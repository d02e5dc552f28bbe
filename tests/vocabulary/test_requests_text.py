"""Requests: one canonical text for one meaning, another for another; and what to try instead of a wrong word."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelcensus.vocabulary import Reading, Request, RequestError, nearest

READINGS = ["counter=all_time", "repair=none", "panel=fixed", "origin=2025-01", "channel=hub", "peers=google,openai"]
TERMS = ["organization=Qwen", "family=Qwen3", "size_class=1-5", "region=china,us"]


@given(st.permutations(READINGS), st.permutations(TERMS))
def test_order_of_choices_and_of_terms_does_not_matter(readings, terms):
    plain = Request.build("share", of=TERMS, reading=READINGS, period="2026-02")
    mixed = Request.build("share", of=terms, reading=readings, period=["2026-02"])
    assert mixed.canonical() == plain.canonical()


def test_mapping_and_texts_are_the_same_request():
    texts = Request.build("share", of=["organization=a,b"], by=["month"], reading=["repair=none"], as_of="2026-05-01")
    mapping = Request.build(
        "share", of={"organization": ["a", "b"]}, by="month", reading={"repair": "none"}, as_of="2026-05-01"
    )
    assert texts == mapping and texts.canonical() == mapping.canonical()


def test_every_part_of_a_request_is_in_its_text():
    parts = {
        "measure": "downloads",
        "of": ["organization=b"],
        "within": "mainline",
        "by": ["month"],
        "period": ["2026-03"],
        "reading": ["repair=none"],
        "as_of": "2026-05-01",
    }
    base = dict(parts, measure="share", of=["organization=a"], within="", by=[], period=[], reading=[], as_of=None)
    texts = {Request.build(**{**base, name: value}).canonical() for name, value in parts.items()}
    assert len(texts | {Request.build(**base).canonical()}) == len(parts) + 1


def test_two_terms_of_one_dimension_are_both_in_the_text():
    both = [Request.build("downloads", of=list(t)) for t in permutations(["variant=coder", "variant=instruct"])]
    alone = Request.build("downloads", of=["variant=instruct"])
    assert both[0].canonical() == both[1].canonical() != alone.canonical()
    assert both[0].as_dict()["of"] == {"variant": [["coder"], ["instruct"]]}


def test_order_of_columns_matters():
    assert (
        Request.build("rank", by=["region", "month"]).canonical()
        != Request.build("rank", by=["month", "region"]).canonical()
    )


def test_grain_and_dimensions_are_told_apart():
    request = Request.build("downloads", by=["month", "region"])
    assert (request.grain, request.dimensions) == ("month", ("region",))


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ({"of": ["organisation=Qwen"]}, "--of"),
        ({"of": ["Qwen"]}, "--of"),
        ({"of": ["organization="]}, "--of"),
        ({"by": ["regoin"]}, "--by"),
        ({"by": ["month", "week"]}, "--by"),
        ({"period": "2026-13"}, "period"),
        ({"as_of": "May"}, "--as-of"),
        ({"reading": ["repairs=none"]}, "reading"),
        ({"reading": ["repair=some"]}, "reading"),
        ({"reading": ["repair"]}, "reading"),
    ],
)
def test_a_wrong_request_says_where_and_what_to_do(given, where):
    with pytest.raises(RequestError) as error:
        Request.build("share", **given)
    assert where in error.value.where and error.value.remedy and "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("word", "meant"), [("regoin", "region"), ("organisation", "organization"), ("licence", "license")]
)
def test_misspelled_dimension_is_answered_with_the_meant_one(word, meant):
    with pytest.raises(RequestError, match=f"did you mean.*'{meant}'"):
        Request.build("share", by=word)


@given(st.text(max_size=12), st.lists(st.text(alphabet="abcxyz_", min_size=1, max_size=8), max_size=60, unique=True))
def test_nearest_always_says_something_and_suggests_only_valid_words(word, choices):
    hint = nearest(word, choices)
    assert hint
    if word in choices:
        assert f"{word!r}" in hint
    if 0 < len(choices) <= 40:
        assert hint.endswith(", ".join(sorted(choices)))


def test_readings_are_refused_by_name():
    with pytest.raises(RequestError, match="did you mean 'conservative'"):
        Reading.parse({"repair": "conservativ"})

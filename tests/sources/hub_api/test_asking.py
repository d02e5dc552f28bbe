"""What can be asked for, in words and in requests; what it costs."""

import pytest

from modelcensus.sources.hub_api import Asked, asked_for, cost, requests_of, wire
from modelcensus.vocabulary import InputError


@pytest.mark.parametrize(
    "options, named",
    [
        ({"top": 5, "authors": ["x"]}, "exclude each other"),
        ({"authors": ["a/b"]}, "no namespace"),
        ({"authors": [""]}, "no namespace"),
        ({"top": -3}, "no number of repositories"),
    ],
)
def test_what_makes_no_sense_is_refused(options, named):
    with pytest.raises(InputError, match=named):
        asked_for(**options)


def test_a_file_of_ids_that_is_not_there_is_named(tmp_path):
    with pytest.raises(InputError, match=r"nowhere\.txt"):
        asked_for(ids=tmp_path / "nowhere.txt")


def test_a_question_survives_its_checkpoint(tmp_path):
    path = tmp_path / "mine.txt"
    path.write_text("\ufeffa/b\n\n# no\na/b\nc/d\n")
    for asked in (asked_for(), asked_for(top=7), asked_for(authors=["b", "a", "b"]), asked_for(ids=path)):
        assert Asked.from_dict(asked.as_dict()) == asked
    assert asked_for(ids=path).values == ("a/b", "c/d") and asked_for(ids=path).name == "hub-ids-mine"


def test_the_listing_is_sorted_by_a_key_that_never_moves():
    (step,) = asked_for().steps(1000, wire().expand)
    assert (
        step.path == "/api/models"
        and ("sort", "createdAt") in step.parameters
        and ("limit", "1000") in step.parameters
    )
    assert {v for k, v in step.parameters if k == "expand"} == {
        "downloads", "downloadsAllTime", "likes", "createdAt", "lastModified", "gated", "library_name", "pipeline_tag",
        "tags", "safetensors", "gguf", "baseModels", "cardData", "trendingScore",
    }  # fmt: skip


def test_the_plan_of_a_whole_listing_holds_for_pages_of_a_thousand_and_of_a_hundred():
    anonymous, window = wire().windows.anonymous, wire().windows.seconds
    large, small = (requests_of(asked_for(), 3_000_000, page) for page in (1000, 100))
    assert (large, small) == (3000, 30_000)
    assert 25 * 60 <= cost(large, anonymous, window).seconds <= 30 * 60
    assert 4.8 * 3600 <= cost(small, anonymous, window).seconds <= 5 * 3600
    assert requests_of(asked_for(top=2500), 0, 1000) == 3 and requests_of(asked_for(top=50), 0, 1000) == 1

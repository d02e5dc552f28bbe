"""A sentence says whether it means the organization or the family, where one name is both."""

import pytest

from modelcensus.catalog import load_knowledge
from modelcensus.measures import Census
from modelcensus.measures.answers import plain_result, result_from
from modelcensus.vocabulary.naming import told_apart

READ = ["channel=hub", "counter=rolling_30d"]


@pytest.mark.parametrize(
    ("of", "begins"),
    [
        ({"family": "Qwen"}, "The Qwen family had "),
        ({"organization": "Qwen"}, "The organization Qwen had "),
        ({"family": "Llama"}, "Llama had "),
        ({"family": ["Qwen", "Llama"]}, "The families Qwen and Llama had "),
        ({"family": ["Gemma", "Llama"]}, "Gemma and Llama had "),
    ],
)
def test_the_subject_of_a_request_says_which_is_meant(sample: Census, of: dict[str, str], begins: str) -> None:
    result = sample.measure("share", of=of, by=["day"], reading=READ)
    assert result.sentence().startswith(begins)
    assert result.cite().startswith(begins.removesuffix(" had ")) and result.cite("bibtex").count("@misc") == 1


@pytest.mark.parametrize(("by", "said"), [("family", "The Qwen family"), ("organization", "The organization Qwen")])
def test_the_member_of_a_row_says_which_is_meant(sample: Census, by: str, said: str) -> None:
    result = sample.measure("share", by=[by, "day"], reading=READ)
    (row,) = [r for r in result.rows if r.span == result.rows[-1].span and r.dimensions[by] == "Qwen"]
    assert result.sentence(row).startswith(f"{said} had ")
    (other,) = [
        r for r in result.rows if r.span == result.rows[-1].span and r.dimensions[by] in ("Llama", "meta-llama")
    ]
    begins = "The organization meta-llama had " if by == "organization" else "Llama had "  # an id keeps its letters
    assert result.sentence(other).startswith(begins)


def test_the_names_under_the_line_say_what_they_are(sample: Census) -> None:
    reading = ["channel=reported:modelpulse", "peers=five-labs"]
    share = sample.measure("share", of={"organization": "Qwen"}, period="2026-02", reading=reading)
    assert "of the organizations Qwen, meta-llama, google, deepseek-ai and mistralai in" in share.sentence()


def test_which_names_are_shared_follows_from_what_is_known() -> None:
    known = load_knowledge()
    both = {f for f in known.families if f.lower() in {o.lower() for o in known.organizations}}
    assert {f.lower() for f in both} <= known.shared_names
    assert {"deepseek", "mistral", "qwen", "yi"} <= known.shared_names  # names of makers, too
    assert not {"llama", "gemma", "bert"} & known.shared_names
    for family in both:
        assert told_apart("family", [family], known.shared_names) != told_apart(
            "organization", [family], known.shared_names
        )


def test_an_answer_comes_back_from_plain_values_with_its_names(sample: Census) -> None:
    result = sample.measure("share", of={"family": "Qwen"}, by=["day"], reading=READ)
    again = result_from(plain_result(result), result.request)
    assert again == result and again.sentence().startswith("The Qwen family")

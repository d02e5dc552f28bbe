"""The specification curve says what the account says."""

import json

import altair as alt
import pytest

from modelcensus.claims import Account, account, bundled_packs
from modelcensus.claims.verdicts import Tally, month_number
from modelcensus.claims.wording import finding_text, value_text
from modelcensus.publish import curve_chart
from modelcensus.vocabulary import RequestError

PACK = bundled_packs()["qwen-2026"]


def claim(name: str):
    return next(c for c in PACK.claims if c.id == name)


def test_every_reading_is_drawn_with_its_verdict_and_its_choices(sample) -> None:
    one = account(sample, PACK, claim("double-the-next-eight"))
    chart = curve_chart(one)
    alt.Chart.from_dict(chart.spec)
    spec = json.dumps(chart.spec)
    for outcome in one.tested:
        assert f'"verdict": "{outcome.verdict}", "value": {outcome.value}' in spec
    assert 2 * spec.count('"worded": true') == spec.count('"worded": false') > 0 and '"at": 2.0' in spec
    svg = chart.svg()
    assert "The statement holds under 2 of 3 readings that the data can answer and fails under 1" in svg
    assert (
        "ringed: as worded" in chart.words.subtitle
        and "the eight that the source names" in svg
        and "Model Pulse" in svg
    )
    assert "more than 2.0" in svg


def test_a_claim_without_evidence_has_no_curve(sample) -> None:
    with pytest.raises(RequestError, match="no reading of this claim has evidence"):
        curve_chart(account(sample, PACK, claim("cloud-revenue")))


@pytest.fixture(scope="module")
def passed(sample):
    pack = bundled_packs()["atom-report-2026"]
    return account(sample, pack, next(c for c in pack.claims if c.id == "qwen-passed-llama"))


def test_a_refuted_statement_is_no_title_but_a_quotation(passed) -> None:
    words = curve_chart(passed).words
    assert words.title == "The statement fails under all 4 readings that the data can answer"
    assert words.subtitle.startswith("“Qwen passed Llama in downloads in September 2025”: ")


def test_only_what_is_drawn_is_told_and_sources_always(passed) -> None:
    chart = curve_chart(passed)
    assert passed.as_worded.result is None
    assert "ringed" not in chart.words.subtitle
    assert "dashed: in September 2025" in chart.words.subtitle and f'"at": {month_number("2025-09")}' in json.dumps(
        chart.spec
    )
    assert chart.words.source.startswith("Source: Model Pulse") and "modelcensus explain p" in chart.words.source


def tallied(hold: int, fail: int, undetermined: int) -> Account:
    return Account(PACK, PACK.claims[0], {}, (), Tally(hold, fail, undetermined, 3), None, None, (), (), (), {})


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ((1, 0, 0), "The statement holds under the only reading that the data can answer"),
        ((2, 9, 0), "The statement fails under 9 of 11 readings that the data can answer and holds under 2"),
        ((2, 0, 7), "The statement holds under 2 of 9 readings that the data can answer; under 7 they leave it open"),
        ((0, 0, 1), "The data leave open whether the statement is true, under the only reading"),
        ((0, 0, 6), "The data leave open whether the statement is true, under all 6 readings"),
    ],
    ids=["one", "depends", "decidable", "open-one", "open"],
)
def test_the_finding_counts_the_readings(counts, said) -> None:
    assert finding_text(tallied(*counts)) == said


def test_numbers_beside_verdicts_have_units_and_open_bounds_are_said(sample) -> None:
    said = {n: value_text(account(sample, PACK, claim(n)).as_worded) for n in ("sizes", "february-downloads")}
    assert said == {"sizes": "at least 52 repositories", "february-downloads": "172.4 million downloads"}

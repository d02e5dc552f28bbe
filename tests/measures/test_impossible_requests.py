"""Requests that make no sense: each gets one line that says what is wrong, where, and the nearest valid choice."""

import pytest

from modelcensus.vocabulary import CensusError

QWEN = {"of": {"organization": "Qwen"}}
SERIES = "channel=reported:modelpulse"
READ = {"period": "2026-04-03", "reading": ["counter=rolling_30d"]}
"""A counter as it was read: nothing has to be computed."""

TABLE = [
    ("shaer", QWEN, "unknown measure 'shaer'; did you mean 'share'"),
    ("", QWEN, "unknown measure ''"),
    ("share", {"of": {"organisation": "Qwen"}}, "did you mean 'organization'"),
    ("share", {"of": {"month": "2026-05"}}, "unknown dimension 'month'"),
    ("share", {"of": {"organization": "Qwn"}, **READ}, "did you mean 'Qwen'"),
    ("share", {"of": {"size_class": "5-11"}, **READ}, "'5-10'"),
    ("share", {"of": {"variant": "instrct"}, **READ}, "did you mean 'instruct'"),
    ("share", {"of": {"region": "chna"}, **READ}, "did you mean 'china'"),
    ("share", {"of": ["organization"]}, "is not NAME=VALUE"),
    ("share", {"of": ["organization="]}, "is not NAME=VALUE"),
    ("share", {"of": ["organization=Qwen,"]}, "organization has an empty value"),
    ("share", {"of": {"organization": []}}, "organization has an empty value"),
    ("share", {"by": "regoin"}, "did you mean 'region'"),
    ("share", {"by": ["month", "week"]}, "choose month, week or day"),
    ("share", {"by": ["month", "month"]}, "name each once"),
    ("share", {**QWEN, "within": "mainlin"}, "did you mean 'mainline'"),
    ("share", {**QWEN, "within": "tracked@2026-08-18"}, "unknown scope"),
    ("share", {**QWEN, "within": "where: famly = 'Qwen'"}, "did you mean 'family'"),
    ("share", {**QWEN, "within": "where:"}, "not one expression"),
    ("share", {**QWEN, "within": "where: params_b < 'x'"}, "not true or false of a repository"),
    ("share", {**QWEN, "within": "nonsense", "reading": [SERIES]}, "text-vision"),
    ("share", {**QWEN, "within": "mainline", "reading": [SERIES]}, "cannot tell"),
    ("share", {**QWEN, "period": "2019-01"}, "2026-04-03 to 2026-10-31"),
    ("share", {**QWEN, "period": "2027"}, "ask for a period among them"),
    ("share", {**QWEN, "period": "2026-13"}, "use a real date"),
    ("share", {**QWEN, "period": "februar"}, "not a period; use 2026-02"),
    ("share", {**QWEN, "period": "2026-03..2026-01"}, "swap its ends"),
    ("share", {**QWEN, "period": "2020-02", "reading": [SERIES]}, "2024-07..2026-09"),
    ("share", {**QWEN, "period": "2026-02-03", "reading": [SERIES]}, "ask for months among them"),
    ("share", {**QWEN, "by": "week", "reading": [SERIES]}, "use --by month"),
    ("downloads", {"by": "month", "period": "2026-05-02..2026-05-30"}, "ask for a longer one"),
    ("share", {"of": {"family": "Qwen"}, "reading": [SERIES]}, "has no family; valid: country"),
    ("share", {**QWEN, "reading": ["channel=hubb"]}, "did you mean 'hub'"),
    ("share", {**QWEN, "reading": ["chanel=hub"]}, "did you mean 'channel'"),
    ("share", {**QWEN, "reading": ["panel=fixd"]}, "did you mean 'fixed'"),
    ("rank", {"reading": ["top=x"]}, "no whole number"),
    ("rank", {"reading": ["top=5"]}, "rank has no reading top"),
    ("share", {**QWEN, "reading": ["origin=2026-05"]}, "share has no reading origin"),
    ("downloads", {**QWEN, "reading": ["peers=google"]}, "downloads has no reading peers"),
    ("cumulative", {**QWEN, "reading": ["origin=never"]}, "use first, first_exact, or a month"),
    ("cumulative", {**QWEN, "reading": ["origin=2030-01", SERIES]}, "choose an earlier month"),
    ("cumulative", {**QWEN, "reading": ["origin=2030-01"]}, "choose an earlier month"),
    ("downloads", {**QWEN, "reading": ["counter=all_time"]}, "no all-time counter"),
    ("downloads", {**QWEN, "reading": ["counter=rolling_30d"], "period": "2026-04-04"}, "2026-04-03"),
    ("share", {**QWEN, "reading": ["counter=all_time", SERIES]}, "leave out the reading counter"),
    ("ratio", {**QWEN, "reading": [SERIES]}, "give --reading peers="),
    ("crossover", {**QWEN, "reading": [SERIES]}, "peers"),
    ("ratio", {**QWEN, "reading": [SERIES, "peers=ranks:9..2"]}, "use for example ranks:2..9"),
    ("ratio", {**QWEN, "reading": [SERIES, "peers=ranks:0..2"]}, "use for example ranks:2..9"),
    ("ratio", {**QWEN, "reading": [SERIES, "peers=meta-lama"]}, "meta-llama"),
    # a denominator that does not contain its subject
    ("share", {**QWEN, **READ, "reading": ["peers=google,openai", "counter=rolling_30d"]}, "does not contain Qwen"),
    ("share", {"of": {"organization": "unsloth"}, "reading": [SERIES, "peers=five-labs"]}, "does not contain unsloth"),
    ("share", {**QWEN, "reading": [SERIES, "peers=ranks:2..9"]}, "does not always contain Qwen"),
    ("share", {"of": {"organization": "unsloth"}, "within": "makers", **READ},
     "within makers; the ledger has it: choose a scope that contains it"),
    ("share", {"of": {"family": "Llama"}, "within": "where: family = 'Qwen'", **READ}, "the ledger has it"),
    ("share", {**QWEN, "as_of": "yesterday"}, "use YYYY-MM-DD"),
    ("share", {**QWEN, "as_of": "2020-01-01"}, "no batch committed by 2020-01-01"),
]  # fmt: skip


@pytest.mark.parametrize(("measure", "request_", "said"), TABLE)
def test_an_impossible_request_is_one_line_that_helps(sample, measure, request_, said):
    with pytest.raises(CensusError) as caught:
        sample.measure(measure, **request_)
    text = str(caught.value)
    assert said in text and "\n" not in text
    assert caught.value.where or caught.value.remedy


def test_a_share_of_ranks_that_contain_the_subject_is_a_share(sample):
    rows = sample.measure(
        "share", **QWEN, by="month", period="2026-01..2026-02", reading=[SERIES, "peers=ranks:1..9"]
    ).rows
    assert all(0 < r.value < 1 for r in rows)

"""A share of peers is of what these have of the subject: against sums over single organizations."""

import pytest

from modelcensus.measures import Census
from modelcensus.vocabulary import Request, RequestError

READ = ["channel=hub", "counter=rolling_30d", "repair=none"]
LABS = ("Qwen", "meta-llama", "google", "deepseek-ai", "mistralai")
PERIOD = "2026-10"


@pytest.fixture(scope="module")
def census(sample):
    return Census(sample.ledger, cache=False)


@pytest.fixture(scope="module")
def downloads(census):
    """Downloads of each family by organization, at the last reading of the month."""
    rows = census.measure("downloads", by=["organization", "family", "day"], period=PERIOD, reading=READ).rows
    last = max(r.start for r in rows)
    return {(r.dimensions["organization"], r.dimensions["family"]): r.value for r in rows if r.start == last}


def of_labs(downloads, family=None) -> int:
    return sum(v or 0 for (o, f), v in downloads.items() if o in LABS and family in (None, f))


def asked(**changes) -> Request:
    given = {"of": {"family": "Qwen"}, "by": "day", "period": PERIOD, "reading": [*READ, "peers=five-labs"]}
    return Request.build("share", **{**given, **changes})


def test_of_a_family_it_is_what_the_peers_published_of_it(census, downloads):
    everywhere = sum(v or 0 for (_, f), v in downloads.items() if f == "Qwen")
    assert everywhere > of_labs(downloads, "Qwen") > 0  # others publish copies
    share = census.answer(asked()).rows[-1]
    assert share.value == pytest.approx(of_labs(downloads, "Qwen") / of_labs(downloads))
    assert share.low <= share.value <= share.high < 1
    assert share.coverage <= 1
    assert (
        share.scope_size
        == census.engine.rows(f"select count(*) as n from catalog where organization in {LABS}")[0]["n"]
    )


def test_by_organization_nobody_else_is_there_and_shares_add_up(census):
    rows = census.answer(asked(of={}, by=["organization", "day"])).rows
    last = [r for r in rows if r.start == rows[-1].start]
    assert {r.dimensions["organization"] for r in last} <= set(LABS)
    assert sum(r.value for r in last) == pytest.approx(1)


def test_asked_together_with_others_it_is_the_same(sample, census):
    requests = [
        asked(),
        asked(of={"family": "Gemma"}),
        asked(of={"organization": "google"}),
        asked(of={"region": "us"}),
    ]
    found = Census(sample.ledger, cache=False).answers_to(requests)
    for request, result in zip(requests, found, strict=True):
        alone = census.answer(request)
        assert [r.as_dict() for r in result.rows] == [r.as_dict() for r in alone.rows]


def test_of_peers_at_places_nobody_counts_the_repositories(census):
    row = census.answer(asked(of={"organization": "Qwen"}, reading=[*READ, "peers=ranks:1..20"])).rows[-1]
    assert row.observed and row.scope_size is None and row.coverage is None


def test_of_nothing_that_the_peers_have_there_is_no_share(census):
    with pytest.raises(RequestError, match="the denominator has nothing of the subject"):
        census.answer(asked(of={"family": "Gemma"}, reading=[*READ, "peers=organization:Qwen,meta-llama"]))

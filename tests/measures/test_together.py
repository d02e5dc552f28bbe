"""Requests answered together, against the same requests one by one: every row, flag and note is the same."""

from contextlib import contextmanager
from itertools import product

import pytest

from ledgers import batch_of, fact, ledger_of, observation, opened, small_batch, steady_batch
from modelcensus.flows import counters
from modelcensus.ledger import Ledger
from modelcensus.measures import Census, together
from modelcensus.measures import census as census_module
from modelcensus.vocabulary import Request, RequestError

SUBJECTS = (
    {"family": "Qwen"}, {"organization": "Qwen"}, {"region": "china"}, {"organization": ["meta-llama", "nobody-at-all"]},
    {"family": "Qwen", "size_class": "<1"}, {"variant": "coder"}, {"organization": "nobody-at-all"}, {},
)  # fmt: skip
SCOPES = ("hub", "mainline", "where: params_b < 10", "no-such-scope")
PEERS = ("", "next-eight", "region:us", "organization:nobody-at-all")


def requests_of(some: int = 3, **fixed) -> list[Request]:
    """Combinations of subjects, scopes and peers that a request can be written for: every `some`-th of them."""
    made = []
    for measure, of, within, peers in product(("share", "ratio", "downloads", "cumulative"), SUBJECTS, SCOPES, PEERS):
        if (measure == "ratio") != bool(peers) and measure != "share":
            continue
        reading = {**fixed.get("reading", {}), **({"peers": peers} if peers else {})}
        try:
            made.append(Request.build(measure, of, within, fixed.get("by", ()), fixed["period"], reading))
        except RequestError:
            continue
    return made[::some]


def same(census: Census, requests: list[Request]) -> int:
    """Compare, and say how many answers were no errors."""
    found, fine = census.answers_to(requests), 0
    for request, answer in zip(requests, found, strict=True):
        try:
            alone = census.answer(request)
        except RequestError as error:
            assert isinstance(answer, RequestError) and str(answer) == str(error), request
            continue
        assert not isinstance(answer, RequestError), (request, answer)
        assert [r.as_dict() for r in answer.rows] == [r.as_dict() for r in alone.rows], request
        assert (answer.notes, answer.whole_text, answer.provenance) == (
            alone.notes,
            alone.whole_text,
            alone.provenance,
        )
        fine += 1
    return fine


@pytest.fixture(scope="module")
def census():
    with contextmanager(opened)(small_batch()) as made:
        yield made


@pytest.mark.parametrize(
    "fixed",
    [
        {"period": ["2026-02", "2026-03"]},
        {"period": "2026-01..2026-03", "by": "month", "reading": {"repair": "none"}},
        {"period": "2026-02..2026-03", "reading": {"counter": "all_time"}},
        {"period": "2026-02", "reading": {"spikes": "cap", "panel": "fixed"}},
        {"period": "2031-01"},
    ],
    ids=["months", "raw", "counter", "capped", "outside"],
)
def test_one_by_one(census, fixed):
    assert (same(census, requests_of(**fixed)) > 10) == (fixed["period"] != "2031-01")


def test_published_series_roots_and_ranks_are_answered_too(sample):
    requests = [
        Request.build("share", {"organization": "Qwen"}, within, (), "2026-02", {"channel": "reported:modelpulse"})
        for within in ("hub", "text-vision", "makers")
    ]
    requests += [
        Request.build("share", {"root_family": family}, within, (), "2026-06")
        for family, within in product(("Qwen", "Llama"), ("hub", "makers"))
    ]
    requests += [Request.build("ratio", {"organization": "Qwen"}, "hub", (), "2026-06", {"peers": "ranks:2..9"})]
    assert same(sample, requests) == len(requests)


def test_kept_months_of_a_large_ledger(tmp_path, monkeypatch):
    ids = ("Qwen/Qwen3-8B", "Qwen/Qwen3-0.6B", "meta-llama/Llama-3.1-8B", "google/gemma-3-4b-it", "someone/thing")
    ledger_of(tmp_path, steady_batch(*ids))
    small = Census(Ledger(tmp_path), cache=False)
    small.prepare("hub")
    assert not small.by_month
    monkeypatch.setattr(census_module, "LARGE", 10)
    monkeypatch.setattr(counters, "MOST_KEPT", 10)
    census = Census(Ledger(tmp_path), cache=False)
    census.prepare("hub")
    assert census.by_month
    requests = requests_of(period="2026-01..2026-03", by="month")
    for period in ("2026-02", "2026-04", "2026-01..2026-02", ["2026-02..2026-04", "2026-03"], "2031-01"):
        requests += requests_of(7, period=period)
    assert same(census, requests) > 30
    found = zip(requests, census.answers_to(requests), small.answers_to(requests), strict=True)
    for request, large, one in found:
        if isinstance(large, RequestError):
            assert str(large) == str(one), request
        else:
            assert [r.as_dict() for r in large.rows] == [r.as_dict() for r in one.rows], request


def test_periods_of_a_large_ledger_share_one_pass(tmp_path, monkeypatch):
    monkeypatch.setattr(census_module, "LARGE", 10)
    monkeypatch.setattr(counters, "MOST_KEPT", 10)
    rows = [
        observation(r, "all_time", 1000 + day * (i + 3), day)
        for i, r in enumerate(("Qwen/a", "google/b"))
        for day in range(0, 120, 2)
    ]
    ledger_of(tmp_path, batch_of("dump", "hub", observations=rows, facts=[fact("Qwen/a"), fact("google/b")]))
    census, passes = Census(Ledger(tmp_path), cache=False), []
    summed = together.summed_flows
    monkeypatch.setattr(together, "summed_flows", lambda *a: passes.append(a) or summed(*a))
    periods = ["2026-01", "2026-02", "2026-03", "2026-02..2026-03"]
    found = census.answers_to([Request.build("share", {"organization": "Qwen"}, "", (), p) for p in periods])
    assert [a.rows[0].period for a in found] == periods and len(passes) == 1
    assert {
        i: "mark" in census.ledger.provenance(a.provenance.id)["sql"] for i, a in enumerate(found)
    } == dict.fromkeys(range(4), True)


def test_requests_on_the_same_quantities_share_one_pass(census, monkeypatch):
    calls = []
    monkeypatch.setattr(together, "evaluate", lambda *a: calls.append(a))
    requests = [
        Request.build("share", {"family": f}, within, (), "2026-02")
        for f, within in product(("Qwen", "Llama", "Gemma", "DeepSeek"), ("hub", "where: params_b < 1000", "makers"))
    ]
    assert len(census.answers_to(requests)) == 12 and not calls

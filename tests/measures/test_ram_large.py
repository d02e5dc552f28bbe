"""Downloads since release of a large ledger, which keeps them by age: every answer is that of a small one."""

import pytest

import modelcensus
from ledgers import batch_of, day, fact, ledger_of, observation
from modelcensus.flows import counters
from modelcensus.measures import by_age
from modelcensus.measures import census as census_module
from modelcensus.vocabulary import RequestError

LAST = 120
GONE = 55
"""Day from which on one repository has another name."""
REQUESTS = [
    {"measure": "ram", "reading": {"baseline": "tenth"}},
    {"measure": "ram"},
    {"measure": "ram", "of": {"organization": "google"}, "reading": {"baseline": "tenth"}},
    {"measure": "ram", "period": "2026-01"},
    {"measure": "ram", "by": "generation"},
    {"measure": "ram", "by": "size_class", "reading": {"baseline": "tenth"}},
    {"measure": "ram", "reading": {"frozen": str(day(70))}},
    {"measure": "ram", "reading": {"frozen": str(day(70)), "baseline": "tenth"}},
    {"measure": "ram", "reading": {"cohort": "where: repository not like '%late%'"}},
    {"measure": "launch", "of": {"repository": "google/gemma-3-7b-it"}, "reading": {"repair": "none"}},
    {"measure": "ram", "reading": {"spikes": "drop"}},
    {"measure": "launch", "of": {"repository": "Qwen/m04-7B"}},
    {"measure": "launch", "of": {"organization": "google"}, "by": "organization"},
]


def rows():
    for k in range(14):
        name, start = f"Qwen/m{k:02}-7B", 3 * k
        for on in range(start + 1, LAST + 1, 1 + k % 4):
            value = (k + 1) * 13 * (on - start) + on * on
            if k == 5 and on > 80:  # a recount
                value -= 3_000
            yield observation("Qwen/m03-new-7B" if k == 3 and on >= GONE else name, "all_time", value, on)
    for on in range(31, LAST + 1):
        yield observation("google/window-7B", "rolling_30d", 400 + 7 * on, on)
    for on in range(15, 90):
        yield observation("google/gemma-3-7b-it", "all_time", 50 * on, on)
    for on in range(90, LAST + 1, 3):
        yield observation("google/late-7B", "all_time", 31 * on, on)


def facts():
    for k in range(14):
        yield fact(f"Qwen/m{k:02}-7B", created=day(3 * k), hub_id=f"id{k}")
    yield fact("Qwen/m03-new-7B", created=day(9), hub_id="id3")
    yield fact("google/window-7B", created=day(10))
    yield fact("google/gemma-3-7b-it", created=day(20))
    yield fact("google/late-7B", created=day(30))
    yield fact("google/child-GGUF", created=day(60), base_model="Qwen/m04-7B", relation="quantized")
    yield fact("google/never-7B", created=day(40))


@pytest.fixture(scope="module")
def opened_at(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ledgers")
    with pytest.MonkeyPatch.context() as patch:

        def opened(large: bool, more=()):
            root = folder / f"{large}{len(more)}"
            if not root.exists():
                ledger_of(root, batch_of("dump", "hub", observations=list(rows()), facts=list(facts())), *more)
            patch.setattr(census_module, "LARGE", 10 if large else 10**9)
            patch.setattr(counters, "MOST_KEPT", 10 if large else 10**9)
            return modelcensus.open(root)

        yield opened


def told(result) -> tuple:
    return [r.as_dict() for r in result.rows], result.notes


@pytest.mark.parametrize("request_of", REQUESTS, ids=str)
def test_answers_are_those_of_a_small_ledger(opened_at, request_of):
    small = opened_at(False).measure(**request_of)
    assert small.rows
    census = opened_at(True)  # the first one keeps what the others find
    census.answers = None
    assert told(census.measure(**request_of)) == told(small)


def test_as_of_an_earlier_day_nothing_is_kept_and_the_answer_is_the_same(opened_at):
    asked = {"measure": "ram", "reading": {"baseline": "tenth"}, "as_of": "2026-12-31"}
    small, large = opened_at(False).measure(**asked), opened_at(True)
    assert told(large.measure(**asked)) == told(small)


def test_a_batch_more_and_another_day_of_release_are_seen(opened_at):
    asked = {"measure": "ram", "reading": {"baseline": "tenth"}}
    later = [observation("Qwen/m11-7B", "all_time", 90_000, LAST + 4)]
    dated = [fact("google/late-7B", on=5, created=day(25))]
    more = (batch_of("dump", "hub", observations=later, facts=dated),)
    small = opened_at(False, more).measure(**asked)
    assert told(opened_at(True, more).measure(**asked)) == told(small)
    assert told(small) != told(opened_at(False).measure(**asked))


def test_row_by_row_is_refused_for_too_many(opened_at, monkeypatch):
    census = opened_at(True)
    monkeypatch.setattr(by_age, "MOST_KEPT", 10)
    with pytest.raises(RequestError, match="row by row") as caught:
        census.measure("ram", reading={"repair": "none"})
    assert "--of" in str(caught.value)

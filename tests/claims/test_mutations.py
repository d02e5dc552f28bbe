"""No verdict is written by hand: whichever input number is moved across the threshold turns it."""

from contextlib import contextmanager
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledgers import batch_of, opened, published
from modelcensus.claims import Pack, account

MONTH = date(2026, 2, 1)
NUMBERS = {"Qwen": 400, "meta-llama": 150, "google": 120, "deepseek-ai": 90, "mistralai": 40}
TOTAL = 2_000
READINGS = {"denominator": ["hub", "five-labs"], "window": ["stated"]}


def pack(threshold: float) -> Pack:
    claim = {
        "id": "share", "statement": "Qwen has so much.", "measure": "share", "of": {"organization": "Qwen"},
        "period": "2026-02", "compare": {"above": threshold}, "readings": READINGS,
        "as_worded": {"choices": {"denominator": "hub"}, "because": "no list is named"},
    }  # fmt: skip
    source = {"title": "made", "publisher": "made"}
    return Pack.model_validate({"id": "p", "version": MONTH, "title": "made", "source": source, "claims": [claim]})


def told(numbers: dict[str, int], total: int, threshold: float):
    rows = [published(o, MONTH, n, True, "hub") for o, n in numbers.items()]
    rows.append(published(None, MONTH, total, True, "hub"))
    with contextmanager(opened)(batch_of("made", "reported:made", reported=rows)) as census:
        one = pack(threshold)
        return account(census, one, one.claims[0])


def by_denominator(found) -> dict[str, str]:
    return {o.specification.choice("denominator"): o.verdict for o in found.tested}


@settings(max_examples=12, deadline=None)
@given(st.sampled_from([*NUMBERS, "total"]), st.integers(-2, 2))
def test_each_input_number_turns_the_verdict_where_it_crosses(who, off):
    """The threshold lies at 1/4: of the Hub 400/2000 fails, of the five 400/800 holds; one number is moved to where the
    share of its denominator is just above, at, or just below it."""
    numbers, total = dict(NUMBERS), TOTAL
    if who == "total":
        total = 4 * numbers["Qwen"] + off
    elif who == "Qwen":
        numbers["Qwen"] = total // 4 + off
    else:
        others = sum(n for o, n in numbers.items() if o not in ("Qwen", who))
        numbers[who] = 3 * numbers["Qwen"] - others + off
    found = told(numbers, total, 0.25)
    qwen, five = numbers["Qwen"], sum(numbers.values())
    expected = {
        "hub": "holds" if 4 * qwen > total else "fails",
        "five-labs": "holds" if 4 * qwen > five else "fails",
    }
    assert by_denominator(found) == expected
    assert found.as_worded.verdict == expected["hub"]
    ways = set(expected.values())
    assert found.verdict == (ways.pop() if len(ways) == 1 else "depends")


@pytest.mark.parametrize("threshold", [0.1, 0.3, 0.7])
def test_the_threshold_turns_it_and_the_account_follows(threshold):
    found = told(NUMBERS, TOTAL, threshold)
    expected = {"hub": threshold < 0.2, "five-labs": threshold < 0.5}
    assert by_denominator(found) == {n: "holds" if so else "fails" for n, so in expected.items()}
    assert found.decided_by == (("denominator",) if threshold == 0.3 else ())
    assert bool(found.flips) == (threshold == 0.3)

"""Coverage against plain Python: who was read in a period, whose downloads are bounded, and how much they weigh."""

from contextlib import contextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledgers import batch_of, day, fact, observation, opened
from modelcensus.vocabulary import RequestError

MONTHS = {"2026-01": (0, 31), "2026-02": (31, 59), "2026-03": (59, 90)}
NAMES = ("Qwen/a", "Qwen/b", "google/c", "google/d", "openai/e")
census_of = contextmanager(opened)


@st.composite
def ledgers(draw):
    made = {}
    for repository in NAMES:
        days = sorted(draw(st.sets(st.sampled_from([0, 12, 31, 40, 59, 70, 90, 95]), min_size=1, max_size=5)))
        steps = draw(st.lists(st.integers(1, 400), min_size=len(days), max_size=len(days)))
        made[repository] = {t: sum(steps[: i + 1]) for i, t in enumerate(days)}
    made["Qwen/a"] = {0: 5, 31: 20, 59: 41, 95: 90}
    return made


def state(read: dict[int, int], start: int, end: int) -> str:
    if not any(start < t <= end for t in read):
        return "absent"
    return "complete" if max(read) >= end else "partial"


@settings(max_examples=6)
@given(readings=ledgers(), created=st.lists(st.sampled_from([None, -50, 40, 80]), min_size=4, max_size=4))
def test_states_against_plain_python(readings, created):
    facts = [
        fact(r, on=96, created=None if c is None else day(min(c, min(readings[r]))))
        for r, c in zip(NAMES, [None, *created], strict=True)
    ]
    rows = [observation(r, "all_time", v, t) for r, read in readings.items() for t, v in read.items()]
    born = {f["repository"]: f["created_at"] or day(min(readings[f["repository"]])) for f in facts}
    with census_of(batch_of("dump", "hub", observations=rows, facts=facts)) as census:
        found = census.measure("coverage", by="month", period="2026-01..2026-03").rows
        assert [(r.period, r.dimensions["state"]) for r in found] == [
            (m, s) for m in MONTHS for s in ("absent", "partial", "complete")
        ]
        for row in found:
            start, end = MONTHS[row.period]
            there = [r for r in NAMES if born[r] < day(end)]
            chosen = [r for r in there if state(readings[r], start, end) == row.dimensions["state"]]
            last = {r: max(readings[r].values()) for r in there}
            assert (row.dimensions["repositories"], row.dimensions["there"]) == (len(chosen), len(there))
            assert row.low == row.value == row.high == pytest.approx(len(chosen) / len(there))
            weight = sum(last[r] for r in chosen) / sum(last.values())
            assert row.dimensions["by_downloads"] == pytest.approx(weight)
        grouped = census.measure("coverage", by="organization", of={"region": "us"}, period="2026-02").rows
        for row in grouped:
            own = [r for r in NAMES if r.startswith(f"{row.dimensions['organization']}/") and born[r] < day(59)]
            expected = sum(state(readings[r], 31, 59) == row.dimensions["state"] for r in own)
            assert (row.dimensions["repositories"], row.dimensions["there"]) == (expected, len(own))


def test_a_large_ledger_that_keeps_its_months_says_the_same(monkeypatch):
    readings = {
        "Qwen/a": {0: 5, 31: 20, 59: 41, 95: 90},
        "Qwen/b": {0: 7, 31: 7, 59: 7, 95: 7},
        "google/c": {0: 1, 40: 9},
    }
    rows = [observation(r, "all_time", v, t) for r, read in readings.items() for t, v in read.items()]
    found = []
    for large in (10**9, 1):
        monkeypatch.setattr("modelcensus.measures.census.LARGE", large)
        with census_of(batch_of("dump", "hub", observations=rows, facts=[fact(r) for r in readings])) as census:
            result = census.measure("coverage", by=["organization", "month"], period="2026-01..2026-03")
            found.append([(r.period, r.value, *r.dimensions.values()) for r in result.rows])
    assert found[0] == found[1]
    assert ("2026-02", 1.0, "Qwen", "complete", 1.0, 2, 2) in found[0]
    assert ("2026-02", 1.0, "google", "partial", 1.0, 1, 1) in found[0]


def test_windows_speak_of_the_days_that_they_count():
    rows = [observation("Qwen/a", "rolling_30d", 300, 61), observation("Qwen/b", "rolling_30d", 30, 100)]
    with census_of(batch_of("b", "hub", observations=rows, facts=[fact("Qwen/a"), fact("Qwen/b")])) as census:
        found = {r.dimensions["state"]: r.dimensions["repositories"] for r in census.measure("coverage", period="2026-02-03..2026-03-02").rows}  # fmt: skip
        assert found == {"absent": 1, "partial": 0, "complete": 1}


def test_a_counter_as_read_is_there_or_not():
    rows = [
        observation(r, "rolling_30d", v, t) for r, t, v in (("Qwen/a", 5, 30), ("Qwen/b", 5, 10), ("Qwen/a", 9, 31))
    ]
    with census_of(batch_of("b", "hub", observations=rows, facts=[fact("Qwen/a"), fact("Qwen/b")])) as census:
        result = census.measure("coverage", reading=["counter=rolling_30d"])
        found = {(r.period, r.dimensions["state"]): r.value for r in result.rows}
        assert found["2026-01-06", "complete"] == 1.0
        assert (found["2026-01-10", "complete"], found["2026-01-10", "absent"]) == (0.5, 0.5)
        assert "50.0 % of the repositories were complete" in result.sentence()


def test_a_reported_series_has_no_repositories(sample):
    with pytest.raises(RequestError, match="no repositories"):
        sample.measure("coverage", period="2026-02", reading=["channel=reported:modelpulse"])

"""Projections: what the interval rests on, when a level was reached already, and when nothing is said."""

from contextlib import contextmanager
from datetime import date
from math import ceil

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledgers import batch_of, opened, published
from modelcensus.measures import forecast
from modelcensus.measures.forecast import Error, backtest, crossing, fan, half_width, judged
from modelcensus.vocabulary import RequestError

census_of = contextmanager(opened)


def month(i: int) -> date:
    return date(2024 + i // 12, i % 12 + 1, 1)


def series(flows):
    return batch_of(
        "pulse", "reported:pulse", reported=[published("Qwen", month(i), v, True) for i, v in enumerate(flows)]
    )


@given(st.lists(st.floats(-3, 3), min_size=1, max_size=60))
def test_the_width_holds_nine_in_ten_errors_and_no_more_than_it_must(sizes):
    width = half_width([Error(1, 1, s) for s in sizes])
    held = sum(abs(s) <= width for s in sizes)
    assert held >= min(len(sizes), ceil(0.9 * (len(sizes) + 1)))
    smaller = [abs(s) for s in sizes if abs(s) < width]
    assert len(smaller) < ceil(0.9 * (len(sizes) + 1))


@given(st.lists(st.tuples(st.integers(6, 14), st.integers(1, 5), st.floats(0, 2)), min_size=1, max_size=30))
def test_intervals_are_tested_without_hindsight(rows):
    errors = [Error(6, 1, 1.0), *(Error(*r) for r in rows)]
    expected = []
    for e in errors:
        if e.start >= forecast.FIRST + forecast.LEARNED:
            known = sorted(k.size for k in errors if k.start + k.steps <= e.start)
            expected.append(e.size <= known[min(len(known), ceil((len(known) + 1) * 0.9)) - 1])
    if not expected:
        return
    found = judged(errors)
    assert (found.tested, found.inside) == (len(expected), sum(expected) / len(expected))


@given(st.lists(st.floats(1, 100), min_size=1, max_size=20), st.floats(0, 800))
def test_a_crossing_is_where_the_straight_line_between_two_sums_meets_the_level(steps, missing):
    curve = np.cumsum(steps)
    found = crossing(curve, missing)
    assert (found is None) == (missing > curve[-1])
    if found is not None:
        assert np.interp(found, np.arange(len(curve) + 1), np.concatenate([[0.0], curve])) == pytest.approx(
            missing, abs=1e-6
        )


def test_an_even_history_goes_on_and_a_steady_growth_too():
    even = backtest([1000.0] * 16)
    assert (even.inside, max(abs(e.size) for e in even.errors)) == (1.0, pytest.approx(0, abs=1e-12))
    ahead = fan([1000.0] * 16, 4, even.errors)
    for curve in (ahead.low, ahead.middle, ahead.high):
        assert curve == pytest.approx([1000, 2000, 3000, 4000])
    growing = [1000 * 1.05**i for i in range(18)]
    told = fan(growing, 6, backtest(growing).errors)
    truth = np.cumsum([1000 * 1.05**i for i in range(18, 24)])
    assert np.all(told.low <= told.middle) and np.all(told.middle <= told.high)
    assert told.middle == pytest.approx(truth, rel=0.1)


def test_when_a_level_will_be_and_was_reached():
    with census_of(series([1000] * 16)) as census:
        row = census.measure("projection", of={"organization": "Qwen"}, reading=["level=18_500"]).rows[0]
        assert (row.dimensions["state"], row.dimensions["reached"], row.period) == (
            "reaches",
            "2025-07-16",
            "2024-01..2025-04",
        )
        assert row.value == pytest.approx(76)
        assert (row.dimensions["stated"], row.dimensions["backtest"]) == (0.9, 1.0)
        row = census.measure("projection", of={"organization": "Qwen"}, reading=["level=2500"]).rows[0]
        assert (row.dimensions["state"], row.dimensions["reached"], row.value) == ("reached", "2024-03", -395)
        later = census.measure(
            "projection", of={"organization": "Qwen"}, reading=["level=2500", "origin=2024-03"]
        ).rows[0]
        assert later.dimensions["reached"] == "2024-05"


def test_what_is_refused(monkeypatch):
    with census_of(series([1000] * 16)) as census:
        for reading, words in {
            "level=900_000": "farther away than the history of 16 periods is long",
            "counter=all_time": "reported series has no counters",
            "repair=none": "needs the level",
        }.items():
            with pytest.raises(RequestError, match=words):
                census.measure("projection", of={"organization": "Qwen"}, reading=[reading])
        with pytest.raises(RequestError, match="of one subject"):
            census.measure("projection", by="organization", reading=["level=20_000"])
        monkeypatch.setitem(__import__("sys").modules, "statsmodels.tsa.exponential_smoothing.ets", None)
        with pytest.raises(RequestError, match="extra `forecast`"):
            census.measure("projection", of={"organization": "Qwen"}, reading=["level=18_000", "origin=2024-02"])
    with census_of(series([1000] * 13)) as census, pytest.raises(RequestError, match="13 periods is too short"):
        census.measure("projection", of={"organization": "Qwen"}, reading=["level=20_000"])

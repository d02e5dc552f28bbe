"""Growth against plain Python on random small ledgers, its bounds against every corner, and requests that make no sense."""

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from itertools import product
from math import floor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledgers import batch_of, fact, observation, opened, published
from modelcensus.vocabulary import RequestError

MONTHS = {"2026-01": (0, 31), "2026-02": (31, 59), "2026-03": (59, 90), "2026-04": (90, 120)}
ORGANIZATIONS = ("Qwen", "google")
census_of = contextmanager(opened)


@dataclass(frozen=True)
class Flow:
    low: int
    estimate: int
    high: int | None


def flow(read: dict[int, int], start: int, end: int) -> Flow:
    """docs/method.md, section 2, for all-time counters alone and no known creation."""
    upto = {d: max((v for t, v in read.items() if t <= d), default=None) for d in (start, end)}
    onwards = {d: min((v for t, v in read.items() if t >= d), default=None) for d in (start, end)}

    def likely(day: int) -> float:
        before, after = max((t for t in read if t <= day), default=None), min(t for t in read if t >= day)
        if before is None or before == after:
            return read[after]
        return read[before] + (read[after] - read[before]) * (day - before) / (after - before)

    low = max(0, (upto[end] or 0) - onwards[start]) if onwards[start] is not None else 0
    high = None if onwards[end] is None else onwards[end] - (upto[start] or 0)
    whole = 0 if high is None else floor(likely(end) + 0.5) - floor(likely(start) + 0.5)
    return Flow(low, whole, high)


@st.composite
def ledgers(draw):
    made = {}
    for repository in ("Qwen/a", "Qwen/b", "google/c"):
        days = {0, *draw(st.sets(st.sampled_from([12, 31, 40, 59, 70, 90, 95, 119]), max_size=6)), 125}
        if draw(st.integers(0, 4)) == 0:
            days -= {125}
        steps = draw(st.lists(st.integers(1, 400), min_size=len(days), max_size=len(days)))
        made[repository] = {t: sum(steps[: i + 1]) for i, t in enumerate(sorted(days))}
    made["google/c"].setdefault(125, max(made["google/c"].values()) + 1)
    return made


def batch(readings):
    rows = [observation(r, "all_time", v, t) for r, read in readings.items() for t, v in read.items()]
    return batch_of("dump", "hub", observations=rows, facts=[fact(r) for r in readings])


def total(readings, organization: str, month: str) -> Flow:
    parts = [flow(read, *MONTHS[month]) for r, read in readings.items() if r.startswith(organization)]
    high = None if any(p.high is None for p in parts) else sum(p.high or 0 for p in parts)
    return Flow(sum(p.low for p in parts), sum(p.estimate for p in parts), high)


def check(row, now: Flow, then: Flow, steps: int = 1) -> None:
    power = 1 / steps
    if now.high is None or then.high is None or not then.estimate:
        assert row.value is None
    else:
        assert row.value == pytest.approx((now.estimate / then.estimate) ** power - 1)
    ends = [(n.low, 10**15 if n.high is None else n.high) for n in (now, then)]
    corners = [(a / b) ** power - 1 for a, b in product(*ends) if b]
    if then.high == 0:
        assert row.low is None
    else:
        assert row.low == pytest.approx(min(corners), abs=1e-9)
    if now.high is None or not then.low:
        assert row.high is None
    else:
        assert row.high == pytest.approx(max(corners))
    assert any(f.startswith("open") for f in row.flags) == (now.high is None or then.high is None)


@settings(max_examples=6)
@given(ledgers())
def test_growth_against_plain_python(readings):
    with census_of(batch(readings)) as census:
        rows = census.measure("growth", by=["organization", "month"], period="2026-02..2026-04").rows
        assert len(rows) == 6
        labels = list(MONTHS)
        for row in rows:
            name, then = str(row.dimensions["organization"]), labels[labels.index(row.period) - 1]
            assert row.dimensions["against"] == then
            check(row, total(readings, name, row.period), total(readings, name, then))
        first = census.measure(
            "growth", of={"organization": "Qwen"}, by="month", period="2026-01..2026-04", reading=["against=first"]
        ).rows
        assert [r.period for r in first] == labels[1:]
        for steps, row in enumerate(first, 1):
            check(row, total(readings, "Qwen", row.period), total(readings, "Qwen", "2026-01"), steps)


def test_against_what_the_data_do_not_cover_there_is_no_value():
    read = {day: 10 * day + 5 for day in range(10, 100, 5)}
    with census_of(batch({"Qwen/a": read})) as census:
        result = census.measure("growth", by="month", period="2026-02..2026-03")
        february, march = result.rows
        assert february.value is None and february.low is not None
        assert march.value is not None
        assert any("2026-01" in n and "do not cover" in n for n in result.notes)
        with pytest.raises(RequestError, match="the data say nothing of 2025-03"):
            census.measure("growth", period="2026-03", reading=["against=year"])


def test_a_fixed_panel_is_the_same_in_both_periods():
    read = {0: 10, 31: 110, 59: 310, 90: 1000}
    late = {31: 1000, 59: 1500, 90: 9000}
    with census_of(batch({"Qwen/a": read, "Qwen/b": late})) as census:
        row = census.measure("growth", period="2026-02", reading=["panel=fixed"]).rows[0]
        assert (row.low, row.value, row.high) == pytest.approx((1.0, 1.0, 1.0))
        assert row.observed == 1


def test_a_published_series():
    months = [date(2025, 2, 1), date(2026, 1, 1), date(2026, 2, 1)]
    rows = [published(o, m, n, True) for o, ns in {"Qwen": (10, 20, 30), "google": (5, 5, 4)}.items() for m, n in zip(months, ns, strict=True)]  # fmt: skip
    with census_of(batch_of("pulse", "reported:pulse", reported=rows)) as census:
        found = census.measure("growth", by="organization", period="2026-02").rows
        assert {r.dimensions["organization"]: r.value for r in found} == pytest.approx({"Qwen": 0.5, "google": -0.2})
        year = census.measure("growth", of={"organization": "Qwen"}, period="2026-02", reading=["against=year"]).rows[
            0
        ]
        assert (year.value, year.low, year.high) == (2.0, None, None)


def test_the_whole_of_a_published_series_is_what_its_publisher_counts():
    rows = [published(o, m, n, True) for o, ns in {"Qwen": (10, 20), "google": (5, 5), None: (100, 150)}.items() for m, n in zip((date(2026, 1, 1), date(2026, 2, 1)), ns, strict=True)]  # fmt: skip
    with census_of(batch_of("pulse", "reported:pulse", reported=rows)) as census:
        assert census.measure("growth", period="2026-02").rows[0].value == pytest.approx(0.5)


def test_who_is_not_listed_in_both_periods_is_named():
    rows = [published("Qwen", date(2026, 1, 1), 10, True), published("Qwen", date(2026, 2, 1), 10, True)]
    rows += [published("deepseek-ai", date(2026, 2, 1), 10, True)]
    with census_of(batch_of("pulse", "reported:pulse", reported=rows)) as census:
        china = census.measure("growth", of={"region": "china"}, period="2026-02")
        assert china.rows[0].value == 1.0
        assert any("not listed in all of the periods: deepseek-ai" in n for n in china.notes)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"period": "2026-02", "reading": ["against=first"]}, "one period alone"),
        ({"period": ["2026-02", "2026-03..2026-04"], "reading": ["against=first"]}, "not of the same length"),
        ({"period": "2026-02", "reading": ["counter=rolling_30d"]}, "a counter as read"),
        ({"period": "2026-02", "reading": ["top=3"]}, "growth has no reading top"),
    ],
)
def test_requests_that_make_no_sense(asked, message):
    rows = [
        *(observation("Qwen/a", "all_time", v, t) for t, v in {0: 1, 60: 5, 130: 9}.items()),
        observation("Qwen/a", "rolling_30d", 4, 40),
    ]
    with census_of(batch_of("b", "hub", observations=rows, facts=[fact("Qwen/a")])) as census, pytest.raises(
        RequestError, match=message
    ):  # fmt: skip
        census.measure("growth", **asked)

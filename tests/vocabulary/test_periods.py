"""Periods and reading times: what is written is what is meant, and what cannot be meant is refused."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelcensus.vocabulary import Period, ReadingTime, RequestError

DAYS = st.dates(date(1990, 1, 1), date(2100, 1, 1))
PERIODS = st.tuples(DAYS, st.integers(1, 900)).map(lambda p: Period(p[0], p[0] + timedelta(days=p[1])))
MONTHS = DAYS.map(Period.month)


@given(PERIODS)
def test_text_of_a_period_means_the_same_period(period):
    assert Period.parse(str(period)) == period


@given(DAYS)
def test_month_holds_its_day_and_no_other_month(day):
    month = Period.month(day)
    assert month.start <= day < month.end
    assert month.start.day == 1 and month.end.day == 1 and 28 <= month.days <= 31
    assert Period.parse(f"{day:%Y-%m}") == month


@given(PERIODS)
def test_months_touch_the_period_and_join_without_gap(period):
    months = list(period.months())
    assert months[0].start <= period.start < months[0].end
    assert months[-1].start < period.end <= months[-1].end
    assert all(a.end == b.start for a, b in pairwise(months))


@given(PERIODS, st.sampled_from(["month", "week", "day"]))
def test_split_gives_every_whole_part_and_only_those(period, grain):
    parts = period.split(grain)
    days = [period.start + timedelta(days=i) for i in range(period.days)]
    first = {"month": lambda d: d.day == 1, "week": lambda d: d.weekday() == 0, "day": lambda d: True}[grain]
    length = {"month": lambda d: Period.month(d).days, "week": lambda d: 7, "day": lambda d: 1}[grain]
    whole = [d for d in days if first(d) and d + timedelta(days=length(d)) <= period.end]
    assert [(p.start, p.days) for p in parts] == [(d, length(d)) for d in whole]


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2026", "2026-01-01", "2027-01-01"),
        ("2026-02", "2026-02-01", "2026-03-01"),
        ("2024-02-29", "2024-02-29", "2024-03-01"),
        ("2026-02..2026-08", "2026-02-01", "2026-09-01"),
        ("2025..2026-02-03", "2025-01-01", "2026-02-04"),
        (" 2026-12 ", "2026-12-01", "2027-01-01"),
    ],
)
def test_what_people_write(text, start, end):
    assert Period.parse(text) == Period(date.fromisoformat(start), date.fromisoformat(end))


@pytest.mark.parametrize(
    "text",
    ["", "..", "2026-13", "2026-00", "2026-02-30", "0000", "9999", "9999-12", "26-02", "2026-2", "2026-08..2026-02",
     "2026-02...2026-03", "all", "February 2026", "2026-02-01T00:00"],
)  # fmt: skip
def test_what_is_no_period_says_so(text):
    with pytest.raises(RequestError) as error:
        Period.parse(text)
    assert "period" in str(error.value) or ".." in str(error.value)
    assert error.value.remedy


READING_TEXTS = st.one_of(
    DAYS.map(lambda d: (str(d), d, d)),
    DAYS.map(lambda d: (f"{d}T23:59:59Z", d, d)),
    DAYS.map(lambda d: (f"{d} 03:15", d, d)),
    MONTHS.map(lambda m: (f"{m.start:%Y-%m}-XX", m.start, m.end - timedelta(days=1))),
    MONTHS.map(lambda m: (f"{m.start:%Y-%m}-xx", m.start, m.end - timedelta(days=1))),
    MONTHS.map(lambda m: (f"{m.start:%Y-%m}", m.start, m.end - timedelta(days=1))),
)


@given(READING_TEXTS)
def test_reading_time_of_one_text(case):
    text, earliest, latest = case
    assert ReadingTime.parse(text) == ReadingTime(earliest, latest)


@given(READING_TEXTS, READING_TEXTS)
def test_interval_runs_from_the_first_to_the_last_day_named_or_is_refused(a, b):
    text = f"{a[0]}..{b[0]}"
    if b[2] < a[1]:
        with pytest.raises(ValueError, match="ends before it starts"):
            ReadingTime.parse(text)
    else:
        assert ReadingTime.parse(text) == ReadingTime(a[1], b[2])


@given(st.tuples(DAYS, st.integers(0, 400)))
def test_reading_time_survives_its_own_text(case):
    time = ReadingTime(case[0], case[0] + timedelta(days=case[1]))
    assert ReadingTime.parse(str(time)) == time


def test_two_months_of_one_year():
    assert ReadingTime.parse("2026-08/09-XX") == ReadingTime(date(2026, 8, 1), date(2026, 9, 30))
    assert ReadingTime.parse("9999-12-XX").latest == date(9999, 12, 31)
    assert ReadingTime.parse("9999-12").latest == date(9999, 12, 31)


@given(
    st.text(max_size=30) | st.from_regex(r"\d{4}-\d{2}(/\d{2})?(-XX|-\d{2})?(\.\.\d{4}-\d{2}-\d{2})?", fullmatch=True)
)
def test_any_text_is_a_time_in_order_or_a_value_error(text):
    try:
        time = ReadingTime.parse(text)
    except ValueError:
        return
    assert time.earliest <= time.latest


@pytest.mark.parametrize(
    "text", ["", "soon", "2026-13", "2026-08/07-XX", "2026-08/13-XX", "2026-02-30", "2026", "2026-02-01x"]
)
def test_what_is_no_reading_time(text):
    with pytest.raises(ValueError):
        ReadingTime.parse(text)

"""RAM against plain Python: baselines at every corner of the possible, whole answers on random small ledgers."""

from contextlib import contextmanager
from datetime import date, timedelta
from itertools import combinations, product
from math import floor, inf, nan
from statistics import median

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledgers import batch_of, day, fact, observation, opened
from modelcensus.measures.baselines import Counts, Level, median10, non_decreasing, outliers, tenth
from modelcensus.vocabulary import RequestError

AGES = (7, 14, 30, 60, 90, 180, 365)
LAST = 100
census_of = contextmanager(opened)


@st.composite
def counts(draw, size):
    """Intervals, some without a value, some open."""
    low = [draw(st.integers(0, 9)) for _ in range(size)]
    width = [draw(st.sampled_from([0, 0, 0, 2, 5, inf])) for _ in range(size)]
    value = [
        nan if w == inf or (draw(st.booleans()) and w) else lo + (w and w // 2)
        for lo, w in zip(low, width, strict=True)
    ]
    high = [lo + w for lo, w in zip(low, width, strict=True)]
    return Counts(*(np.array(a, float) for a in (low, value, high)))


@settings(max_examples=60)
@given(st.data())
def test_the_tenth_is_that_of_every_corner(data):
    made = data.draw(counts(12))
    found = tenth(made)
    free = [i for i in range(12) if made.low[i] < made.high[i]][:8]  # 2^8 corners; the others stand at one end
    at_low, at_high = [], []
    for corner in product((0, 1), repeat=len(free)):
        for rest in (made.low, made.high):
            chosen = rest.copy()
            for i, end in zip(free, corner, strict=True):
                chosen[i] = (made.low, made.high)[end][i]
            at_low.append(sorted(chosen)[-10])
            at_high.append(sorted(chosen)[-10])
    assert (found.low, found.high) == (min(at_low), max(at_high))
    if found.value is not None:
        assert found.low <= found.value <= found.high


@settings(max_examples=60)
@given(st.data())
def test_the_median_of_ten_holds_for_every_ten_that_the_totals_allow(data):
    at_age, total = data.draw(counts(12)), data.draw(counts(12))
    found = median10(at_age, total)
    possible = [
        ten
        for ten in combinations(range(12), 10)
        if min(total.high[i] for i in ten) >= max(total.low[i] for i in range(12) if i not in ten)
    ]
    lows = [median(sorted(at_age.low[i] for i in ten)) for ten in possible]
    highs = [median(sorted(at_age.high[i] for i in ten)) for ten in possible]
    assert found.low <= min(lows) and max(highs) <= found.high
    if len(possible) == 1:
        assert (found.low, found.high) == (lows[0], highs[0])
    if found.value is not None:
        assert found.low <= found.value <= found.high


def test_a_known_total_chooses_the_ten_and_far_members_are_marked():
    at_age = np.array([5000.0, *range(1, 12)])
    total = np.array([100.0, *range(50, 39, -1)])
    level = median10(Counts(at_age, at_age, at_age), Counts(total, total, total))
    assert level.chosen == tuple(range(10)) and level.value == 5.5 == level.low == level.high
    assert outliers(Counts(at_age, at_age, at_age), level.chosen) == [0]


def test_a_baseline_never_falls_with_age():
    made = non_decreasing([Level(3, 4, 4, 5, ()), Level(1, 2, 2, 9, ()), Level(4, 4, 6, 10, ())])
    assert [(x.low, x.value, x.high) for x in made] == [(3, 4, 5), (3, 4, 9), (4, None, 10)]


@st.composite
def worlds(draw):
    """Eleven releases of 7B and three of 300B, read daily or with gaps, each with a day of creation of its own."""
    world = {}
    for i in range(14):
        name = f"Qwen/m{i:02}-{7 if i < 11 else 300}B"
        born = draw(st.integers(0, 60))
        days = sorted({born + 1, LAST, *draw(st.sets(st.integers(born + 1, LAST), max_size=8))})
        steps = draw(st.lists(st.integers(1, 300), min_size=len(days), max_size=len(days)))
        world[name] = born, {t: sum(steps[: k + 1]) for k, t in enumerate(days)}
    return world


def at(born: int, read: dict[int, int], age: int) -> tuple[int, float, int]:
    """Low, value, high of the downloads by an age: an all-time counter that starts at 0 on the day of creation."""
    known, on = {born: 0, **read}, born + age
    before, after = max(t for t in known if t <= on), min(t for t in known if t >= on)
    low, high = known[before], known[after]
    value = low if before == after else floor(low + (high - low) * (on - before) / (after - before) + 0.5)
    return low, value if min(read) <= born + 2 * age else nan, high


def expected(world: dict, baseline: str) -> dict:
    rows, best = {}, (0.0, 0.0, 0.0)
    members = [n for n in world if "-7B" in n]
    by_total = sorted(members, key=lambda n: (-world[n][1][LAST], n))
    for age in AGES:
        reached = [n for n in members if world[n][0] + age <= LAST]
        if len(reached) < 10:
            continue
        known = {n: at(*world[n], age) for n in reached}
        if baseline == "tenth":
            best = tuple(max(b, sorted(k[i] for k in known.values())[-10]) for i, b in enumerate(best))
            base = best
        else:
            ten = [n for n in by_total if n in reached][:10]
            base = tuple(median(known[n][i] for n in ten) for i in range(3))
        for n, own in known.items():
            high = own[2] / base[0] if base[0] else None
            rows[n, f"day {age}"] = own[0] / base[2], own[1] / base[1] if base[1] else None, high
    return rows


@settings(max_examples=3)
@given(worlds())
def test_answers_against_plain_python(world):
    facts = [fact(n, created=day(born)) for n, (born, _read) in world.items()]
    rows = [observation(n, "all_time", v, t) for n, (_born, read) in world.items() for t, v in read.items()]
    totals = sorted(read[LAST] for n, (_b, read) in world.items() if "-7B" in n)
    with census_of(batch_of("dump", "hub", observations=rows, facts=facts)) as census:
        for baseline in ("tenth", "median10"):
            if baseline == "median10" and totals[0] == totals[1]:
                continue  # which ten it is would be a matter of names
            wanted = expected(world, baseline)
            if not wanted:
                with pytest.raises(RequestError, match="takes 10 releases"):
                    census.measure("ram", reading={"baseline": baseline})
                continue
            result = census.measure("ram", reading={"baseline": baseline})
            found = {(r.dimensions["repository"], r.period): r for r in result.rows}
            assert set(found) == set(wanted), "a row per age that was reached, and none of a class without a baseline"
            for key, (low, value, high) in wanted.items():
                row = found[key]
                assert row.dimensions["size_class"] == "5-10"
                assert row.low == pytest.approx(low)
                assert row.high == (None if high is None else pytest.approx(high))
                if row.value is not None:
                    assert row.value == pytest.approx(value)
                    assert row.low <= row.value + 1e-9 and (row.high is None or row.value <= row.high + 1e-9)
            assert any(">=250: 3 on day" in n for n in result.notes)


def steady(count: int = 12, last: int = 60) -> list:
    """Releases on day 0 that are read daily: the k-th has k downloads a day."""
    names = {f"Qwen/m{k:02}-7B": k for k in range(1, count + 1)}
    rows = [observation(n, "all_time", k * t, t) for n, k in names.items() for t in range(1, last + 1)]
    return [batch_of("dump", "hub", observations=rows, facts=[fact(n, created=day(0)) for n in names])]


def test_a_cohort_frozen_on_a_day_knows_no_later_ages_and_no_later_releases():
    batches = steady()
    late = "Qwen/late-7B"
    rows = [observation(late, "all_time", 99 * (t - 20), t) for t in range(21, 61)]
    batches.append(batch_of("dump2", "hub", observations=rows, facts=[fact(late, created=day(20))]))
    with census_of(*batches) as census:
        frozen = census.measure("ram", reading={"baseline": "tenth", "frozen": str(day(14))})
        assert {r.period for r in frozen.rows} == {"day 7", "day 14"}
        found = {(r.dimensions["repository"], r.period): r.value for r in frozen.rows}
        assert found["Qwen/m06-7B", "day 7"] == pytest.approx(6 / 3) and found[late, "day 14"] == pytest.approx(33)
        now = census.measure("ram", reading={"baseline": "tenth"})
        own = {r.period: r.value for r in now.rows if r.dimensions["repository"] == "Qwen/m08-7B"}
        assert own == {"day 7": 2, "day 14": 2, "day 30": 2, "day 60": pytest.approx(8 / 3)}  # late is not there yet
        mine = census.measure(
            "ram", of={"repository": late}, reading={"cohort": "where: repository <> 'Qwen/late-7B'"}
        )
        assert [r.value for r in mine.rows] == [pytest.approx(99 / 7.5)] * 3
        assert any("cohort" in n or "outliers" in n for n in mine.notes) is False
        whole = census.measure("ram", by="generation", reading={"baseline": "tenth"})
        assert whole.rows[0].observed == 13


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        ({"reading": {"frozen": "2026-13-01"}}, "2026-05-23"),
        ({"reading": {"frozen": "2030-01-01"}}, "2026-03-02"),
        ({"reading": {"cohort": "mainlin"}}, "mainline"),
        ({"reading": {"baseline": "ninth"}}, "tenth"),
        ({"reading": {"cohort": "where: params_b > 100"}}, "5-10: 0 on days 7 to 365"),
        ({"by": "month"}, "--period"),
        ({"reading": {"counter": "all_time"}}, "counter"),
        ({"reading": {"top": "5"}}, "baseline"),
        ({"of": {"organization": "Qwn"}}, "Qwen"),
    ],
)
def test_wrong_requests_say_what_would_be_right(request_, said):
    with census_of(*steady()) as census, pytest.raises(RequestError) as caught:
        census.measure("ram", **request_)
    assert said in str(caught.value)


def test_period_chooses_releases():
    with census_of(*steady()) as census:
        assert census.measure("ram", period="2026-01").rows
        with pytest.raises(RequestError, match="no data"):
            census.measure("ram", period="2026-02", reading={"cohort": "hub"})
    assert date(2026, 1, 1) + timedelta(0) == day(0)

"""Bounds and estimates of flows against a hidden truth and against linear programming."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from ledgers import day, engine_of, fact, flows_of, observation

LAST = 110
"""Days that a hidden truth runs for."""


class Truth:
    """The cumulative downloads of one repository at the start of each day: what no test's reading may contradict."""

    def __init__(self, name: str, upto: tuple[int, ...], created: int | None) -> None:
        self.name, self.upto, self.created = name, upto, created

    def __repr__(self) -> str:
        return f"{self.name} (created {self.created}, {self.upto[-1]} in all)"

    def flow(self, start: int, end: int) -> int:
        return self.upto[end] - self.upto[start]


@st.composite
def truths(draw, names):
    """Repositories that start, sleep, grow and burst; some with a known day of creation."""
    made = []
    for name in names:
        born = draw(st.integers(0, 40))
        generator = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
        level = draw(st.sampled_from([0, 1, 30, 5_000]))
        daily = generator.poisson(level, LAST) * (generator.random(LAST) < draw(st.sampled_from([0.1, 0.6, 1.0])))
        daily[:born] = 0
        if draw(st.booleans()):
            daily[generator.integers(born, LAST)] += 1_000_000
        upto = np.concatenate([[0], np.cumsum(daily)])
        made.append(Truth(name, tuple(int(v) for v in upto), born if draw(st.booleans()) else None))
    return made


days_of_reading = st.lists(st.integers(31, LAST), min_size=1, max_size=7, unique=True).map(sorted)
spans_of_days = st.lists(
    st.tuples(st.integers(0, LAST), st.integers(0, LAST)).filter(lambda s: s[0] < s[1]),
    min_size=4,
    max_size=8,
    unique=True,
)
NAMES = ("a/one", "b/two", "c/three", "d/four")


def reads(truth: Truth, counter: str, on: int, since: int | None = None, when: int | None = None) -> dict:
    """What the counter said, computed on day `when` (else `on`)."""
    t = on if when is None else when
    value = truth.upto[t] - (truth.upto[t - 30] if counter == "rolling_30d" else 0)
    return observation(truth.name, counter, value, on, since)


def counts(truth: Truth, start: int, end: int) -> dict:
    return observation(truth.name, "period", truth.flow(start, end), end, start=start)


def facts_of(made: list[Truth]) -> list[dict]:
    return [fact(t.name, created=day(t.created)) for t in made if t.created is not None]


@dataclass(frozen=True)
class Equation:
    """P(end) - P(start) = value; a start of None is the beginning of all things, where P is 0."""

    start: int | None
    end: int
    value: int


def program(equations: list[Equation], zeros: list[int], start: int, end: int) -> tuple[float, float] | None:
    """The least and the greatest P(end) - P(start) that the equations allow; None where they contradict.

    P is 0 at or after the beginning, at every day of `zeros`, and never falls.
    """
    days = sorted(
        {start, end, *zeros, *(e.end for e in equations), *(e.start for e in equations if e.start is not None)}
    )
    place = {d: i + 1 for i, d in enumerate(days)}
    size = len(days) + 1
    rows, values = [], []
    for equation in equations:
        row = np.zeros(size)
        row[place[equation.end]] += 1
        row[0 if equation.start is None else place[equation.start]] -= 1
        rows.append(row)
        values.append(equation.value)
    for d in (d for zero in zeros for d in days if d <= zero):
        row = np.zeros(size)
        row[place[d]], row[0] = 1, -1
        rows.append(row)
        values.append(0)
    rising = np.zeros((size - 1, size))
    for i in range(size - 1):
        rising[i, i], rising[i, i + 1] = 1, -1
    goal = np.zeros(size)
    goal[place[end]], goal[place[start]] = 1, -1
    bounds = [(0, 0)] + [(0, None)] * (size - 1)
    found = []
    for sign in (1, -1):
        solved = linprog(
            sign * goal,
            A_ub=rising,
            b_ub=np.zeros(size - 1),
            A_eq=np.array(rows) if rows else None,
            b_eq=np.array(values) if rows else None,
            bounds=bounds,
            method="highs",
        )
        if solved.status == 2:
            return None
        assert solved.status in (0, 3), solved.message
        found.append(sign * solved.fun if solved.status == 0 else np.inf)
    return found[0], found[1]


def check_shape(row: dict) -> None:
    """What holds of every flow: whole numbers, low <= estimate <= high, and null exactly where open."""
    assert all(isinstance(row[k], int) for k in ("low", "estimate"))
    assert 0 <= row["low"] <= row["estimate"]
    assert (row["high"] is None) == row["open"]
    assert row["high"] is None or row["estimate"] <= row["high"]


def check_program(row: dict, bounds: tuple[float, float] | None) -> None:
    assert bounds is not None
    assert row["low"] == pytest.approx(bounds[0], abs=1e-6)
    if np.isinf(bounds[1]):
        assert row["high"] is None
    else:
        assert row["high"] == pytest.approx(bounds[1], abs=1e-6)


@settings(max_examples=12)
@given(st.data())
def test_all_time_bounds_are_those_of_the_linear_program_and_contain_the_truth(data):
    made = data.draw(truths(NAMES))
    read_on = {t.name: data.draw(days_of_reading) for t in made}
    spans = data.draw(spans_of_days)
    observations = [reads(t, "all_time", on) for t in made for on in read_on[t.name]]
    engine = engine_of(observations, facts_of(made))
    kept = {
        t.name: engine.rows(f"select t_to, value from readings where repository = '{t.name}' and not aside")
        for t in made
    }
    rows = flows_of(engine, spans)
    for t in made:
        equations = [Equation(None, (r["t_to"] - day(0)).days, r["value"]) for r in kept[t.name]]
        zeros = [t.created] if t.created is not None else []
        for i, (start, end) in enumerate(spans):
            row = rows[t.name, i]
            check_shape(row)
            check_program(row, program(equations, zeros, start, end))
            assert row["open"] == (not any(e.end >= end for e in equations) and not any(z >= end for z in zeros))
            assert row["low"] <= t.flow(start, end)
            assert row["high"] is None or t.flow(start, end) <= row["high"]


@settings(max_examples=8)
@given(st.data())
def test_rolling_bounds_are_those_of_the_linear_program_and_contain_the_truth(data):
    made = data.draw(truths(NAMES))
    read_on = {t.name: data.draw(days_of_reading) for t in made}
    spans = data.draw(spans_of_days)
    engine = engine_of([reads(t, "rolling_30d", on) for t in made for on in read_on[t.name]], facts_of(made))
    kept = {
        t.name: engine.rows(f"select t_to, value from readings where repository = '{t.name}' and not aside")
        for t in made
    }
    rows = flows_of(engine, spans)
    for t in made:
        ends = [((r["t_to"] - day(0)).days, r["value"]) for r in kept[t.name]]
        equations = [Equation(e - 30, e, v) for e, v in ends]
        zeros = [t.created] if t.created is not None else []
        for i, (start, end) in enumerate(spans):
            row = rows[t.name, i]
            check_shape(row)
            check_program(row, program(equations, zeros, start, end))
            assert row["low"] <= t.flow(start, end)
            assert row["high"] is None or t.flow(start, end) <= row["high"]


@settings(max_examples=6)
@given(st.data())
def test_period_counts_bound_spans_as_the_linear_program_does(data):
    made = data.draw(truths(NAMES))
    spans = data.draw(spans_of_days)
    counted = {t.name: data.draw(spans_of_days) for t in made}
    rows = flows_of(engine_of([counts(t, a, b) for t in made for a, b in counted[t.name]]), spans)
    for t in made:
        equations = [Equation(a, b, t.flow(a, b)) for a, b in counted[t.name]]
        for i, (start, end) in enumerate(spans):
            row = rows[t.name, i]
            check_shape(row)
            check_program(row, program(equations, [], start, end))
            if (start, end) in counted[t.name]:
                assert row["low"] == row["estimate"] == row["high"] == t.flow(start, end)


@settings(max_examples=12)
@given(st.data())
def test_uncertain_days_of_reading_widen_the_bounds_and_never_lose_the_truth(data):
    """The reader knows only an interval of days; the counter was computed on one day of it."""
    made = data.draw(truths(NAMES))
    counter = data.draw(st.sampled_from(["all_time", "rolling_30d"]))
    spans = data.draw(spans_of_days)
    vague, sharp = [], []
    for t in made:
        for on in data.draw(days_of_reading):
            since = max(30, on - data.draw(st.sampled_from([0, 3, 20])))
            when = data.draw(st.integers(since, on))
            vague.append(reads(t, counter, on, since, when))
            sharp.append(reads(t, counter, when))
    rows = flows_of(engine_of(vague, facts_of(made)), spans)
    for t in made:
        for i, (start, end) in enumerate(spans):
            row = rows[t.name, i]
            check_shape(row)
            assert row["low"] <= t.flow(start, end)
            assert row["high"] is None or t.flow(start, end) <= row["high"]
            assert not row["broken"], "a true counter never falls"


@settings(max_examples=8)
@given(st.data())
def test_estimates_of_the_months_of_a_span_add_up_to_the_span(data):
    made = data.draw(truths(NAMES))
    counter = data.draw(st.sampled_from(["all_time", "rolling_30d"]))
    observations = [reads(t, counter, on) for t in made for on in data.draw(days_of_reading)]
    edges = sorted(data.draw(st.sets(st.integers(0, LAST), min_size=3, max_size=7)))
    parts = list(pairwise(edges))
    rows = flows_of(engine_of(observations, facts_of(made)), [*parts, (edges[0], edges[-1])])
    for t in made:
        whole = rows[t.name, len(parts)]
        assert sum(rows[t.name, i]["estimate"] for i in range(len(parts))) == whole["estimate"]
        assert sum(rows[t.name, i]["low"] for i in range(len(parts))) <= whole["low"]
        if not any(rows[t.name, i]["open"] for i in range(len(parts))):
            assert sum(rows[t.name, i]["high"] for i in range(len(parts))) >= whole["high"]


@settings(max_examples=6)
@given(st.data())
def test_neither_the_order_of_readings_nor_that_of_batches_matters_and_reruns_are_equal(data):
    made = data.draw(truths(NAMES))
    observations = []
    for t in made:
        for on in data.draw(days_of_reading):
            observations += [reads(t, "all_time", on), reads(t, "rolling_30d", on)]
    spans = data.draw(spans_of_days)
    shuffled = data.draw(st.permutations(observations))
    places = [data.draw(st.integers(0, 3)) for _ in shuffled]
    engine = engine_of(observations, facts_of(made))
    expected = flows_of(engine, spans)
    assert flows_of(engine, spans) == expected
    assert flows_of(engine_of(shuffled, facts_of(made), places), spans) == expected


@settings(max_examples=6)
@given(st.data())
def test_systems_without_a_solution_are_left_out_as_conflicts_and_no_others_are(data):
    """Counts drawn at random contradict each other often; the linear program says which do."""
    windows = {
        name: [
            (a, b, data.draw(st.integers(0, 50)))
            for a, b in data.draw(
                st.lists(st.sampled_from([(0, 20), (5, 20), (10, 40), (0, 40), (20, 40)]), unique=True)
            )
        ]
        for name in NAMES
    }
    spans = [(0, 5), (5, 25), (0, 40), (30, 50)]
    observations = [observation(n, "period", v, b, start=a) for n, found in windows.items() for a, b, v in found]
    if not observations:
        return
    rows = flows_of(engine_of(observations), spans)
    for name, found in windows.items():
        equations = [Equation(a, b, v) for a, b, v in found]
        for i, (start, end) in enumerate(spans):
            bounds = program(equations, [], start, end)
            if bounds is None or not found:
                assert (name, i) not in rows
            else:
                check_program(rows[name, i], bounds)


def test_whether_a_repository_is_a_conflict_does_not_depend_on_the_span_asked_for():
    """P(60) - P(40) cannot exceed P(60) - P(30); a span long before it is no way around that."""
    observations = [
        observation("a/one", "period", 10, 20, start=0),
        observation("a/one", "period", 5, 60, start=30),
        observation("a/one", "period", 9, 60, start=40),
    ]
    for spans in ([(0, 10)], [(0, 10), (35, 50)], [(70, 80)]):
        assert flows_of(engine_of(observations), spans) == {}


def test_the_method_s_own_example_of_months_wider_than_their_quarter():
    """docs/method.md: A = 0 on day 10 and 700 on day 80; each month is 0..700, the quarter exactly 700."""
    observations = [observation("a/one", "all_time", 0, 10), observation("a/one", "all_time", 700, 80)]
    rows = flows_of(engine_of(observations), [(10, 31), (31, 59), (59, 80), (10, 80)])
    assert [(rows["a/one", i]["low"], rows["a/one", i]["high"]) for i in range(4)] == [(0, 700)] * 3 + [(700, 700)]
    assert [rows["a/one", i]["estimate"] for i in range(4)] == [210, 280, 210, 700]


def test_a_gap_is_spread_over_the_gap_and_not_booked_on_the_day_after_it():
    observations = [
        observation("a/one", "all_time", v, on) for on, v in ((0, 0), (10, 1_000), (40, 4_000), (41, 4_100))
    ]
    rows = flows_of(engine_of(observations), [(10, 20), (20, 30), (30, 40), (40, 41)])
    assert [rows["a/one", i]["estimate"] for i in range(4)] == [1_000, 1_000, 1_000, 100]


def test_two_instruments_are_never_mixed_and_the_narrower_is_taken_whole():
    """all_time brackets the span within 500, the rolling counter decides it, although the two disagree by a tenth."""
    observations = [
        observation("a/one", "all_time", 1_000, 10),
        observation("a/one", "all_time", 2_500, 60),
        observation("a/one", "rolling_30d", 900, 50),
    ]
    row = flows_of(engine_of(observations), [(20, 50)])["a/one", 0]
    assert (row["low"], row["estimate"], row["high"], row["instrument"]) == (900, 900, 900, "rolling_30d")
    row = flows_of(engine_of(observations), [(10, 60)])["a/one", 0]
    assert (row["low"], row["high"], row["instrument"]) == (1_500, 1_500, "all_time")


def test_without_a_creation_day_nothing_is_known_before_the_first_reading():
    observations = [observation("a/one", "all_time", 700, 30)]
    row = flows_of(engine_of(observations), [(0, 30)])["a/one", 0]
    assert (row["low"], row["high"], row["open"]) == (0, 700, False)
    row = flows_of(engine_of(observations, [fact("a/one", created=day(5))]), [(0, 30)])["a/one", 0]
    assert (row["low"], row["estimate"], row["high"]) == (700, 700, 700)

"""Releases and the other repositories of their family: a known effect is found, none is not, and stalls are left out."""

from contextlib import contextmanager

import numpy as np
import pytest

from ledgers import batch_of, day, fact, observation, opened
from modelcensus.measures.matched import WEEKS, Event, Grid, study
from modelcensus.vocabulary import RequestError

census_of = contextmanager(opened)
COUNT, LONG, PLACE = 40, 40, 20


def grid(effect: float, seed: int = 1, usable: np.ndarray | None = None) -> Grid:
    """Random weeks around levels of their own; the first three repositories gain `effect` from week PLACE on."""
    random = np.random.default_rng(seed)
    values = random.lognormal(0, 0.1, (COUNT, LONG)) * random.uniform(50, 5000, COUNT)[:, None]
    values *= 1.02 ** np.arange(LONG)  # everybody grows
    values[:3, PLACE:] *= 1 + effect
    return Grid(values, np.ones(LONG, bool) if usable is None else usable)


def event(controls: int = COUNT - 3) -> Event:
    beside = np.arange(3, 3 + controls)
    return Event(0, PLACE, np.arange(3), (beside,) * 3)


def test_an_effect_is_found_beside_the_growth_of_all():
    found = study([grid(0.5)], [event()])
    assert found.excess[WEEKS >= 0] == pytest.approx(0.5, abs=0.2)
    assert (found.low[WEEKS >= 0] > 0).all()
    assert (found.low <= found.excess).all() and (found.excess <= found.high).all()
    assert (found.studied, found.controls) == (3, COUNT - 3)


def test_excess_is_what_a_few_lines_of_python_say():
    made = grid(0.3)
    found = study([made], [event()], draws=5)
    for i, week in enumerate(WEEKS):
        actual = expected = 0.0
        for unit in range(3):
            before = made.values[:, PLACE - 4 : PLACE].mean(axis=1)
            growth = sorted(made.values[c, PLACE + week] / before[c] for c in range(3, COUNT))
            actual += made.values[unit, PLACE + week]
            expected += before[unit] * growth[len(growth) // 2]
        assert found.excess[i] == pytest.approx(actual / expected - 1)


def test_the_interval_of_the_error_covers_nothing_about_as_often_as_it_says():
    held = [study([grid(0, seed)], [event()], draws=60) for seed in range(30)]
    inside = np.mean([(f.low <= 0) & (f.high >= 0) for f in held])
    assert 0.8 < inside <= 1


def test_draws_are_the_same_in_every_run():
    first, second = (study([grid(0.1)], [event()]) for _ in range(2))
    assert (first.low == second.low).all() and (first.high == second.high).all()


def test_weeks_at_a_stall_are_left_out_and_counted():
    usable = np.ones(LONG, bool)
    usable[[PLACE + 2, PLACE - 1]] = False
    made = grid(0.5, usable=usable)
    made.values[:, [PLACE + 2, PLACE - 1]] = 1e9  # what stands there must not matter
    found = study([made], [event()])
    gone = np.isin(WEEKS, [2, -1])
    assert (found.events == np.where(gone, 0, 1)).all() and (found.left_out == gone).all()
    assert np.isnan(found.excess[gone]).all() and found.excess[~gone][-1] == pytest.approx(0.5, abs=0.2)


def test_with_four_controls_nothing_is_found():
    assert study([grid(0.5)], [event(controls=4)]).controls == 0


SIBLINGS = ("Qwen/Qwen2.5-7B", "Qwen/Qwen3-8B")
CONTROLS = tuple(f"maker{i}/thing-8B" for i in range(8))
RELEASE = 42


@pytest.fixture(scope="module")
def daily():
    """All-time counters of every day; Qwen's older repositories double with the release."""
    random = np.random.default_rng(7)
    rows, facts = [], [fact("Qwen/Qwen3.5-9B", created=day(RELEASE))]
    for repository in (*SIBLINGS, *CONTROLS):
        facts.append(fact(repository, created=day(-200)))
        counted = 50_000
        for t in range(112):
            rows.append(observation(repository, "all_time", counted, t))
            counted += int(random.integers(900, 1100)) * (2 if repository in SIBLINGS and t >= RELEASE else 1)
    rows += [observation("Qwen/Qwen3.5-9B", "all_time", 5_000 * (t - RELEASE), t) for t in range(RELEASE, 112)]
    with census_of(batch_of("dump", "hub", observations=rows, facts=facts)) as census:
        yield census


def test_a_release_that_doubles_the_others(daily):
    for of in ({"repository": "Qwen/Qwen3.5-9B"}, {"family": "Qwen"}, {"organization": "Qwen"}):
        result = daily.measure("event_study", of=of)
        assert [r.dimensions["week"] for r in result.rows] == list(range(-4, 9))
        for row in result.rows:
            assert row.value == pytest.approx(1 if row.dimensions["week"] >= 0 else 0, abs=0.05)
            assert row.low <= row.value <= row.high
            assert (row.dimensions["releases"], row.dimensions["others"], row.dimensions["controls"]) == (1, 2, 8)
        assert (result.rows[0].start, result.rows[4].start) == (str(day(RELEASE - 28)), str(day(RELEASE)))
        assert any("error of the design" in n for n in result.notes)


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ({}, "whose releases"),
        ({"of": {"family": "Qwen"}, "by": "month"}, "row per week"),
        ({"of": {"family": "Qwen"}, "within": "where: organization = 'Qwen'"}, "5 are needed"),
        ({"of": {"root_family": "Qwen"}}, "no roots"),
        ({"of": {"organization": "maker1"}}, "no release with a week before"),
        ({"of": {"family": "Qwen"}, "reading": {"counter": "all_time"}}, "flows are studied"),
    ],
)
def test_wrong_input(daily, request_, message):
    with pytest.raises(RequestError, match=message):
        daily.measure("event_study", **request_)

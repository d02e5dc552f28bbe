"""Verdicts against enumeration: what bounds allow, what readings say together, which choice decides."""

import math
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelcensus.claims.entries import Comparison
from modelcensus.claims.verdicts import FAILS, HOLDS, UNDETERMINED, Tally, deciders, flips, judge, shares_of_variance

VALUES = range(0, 11)
TRUE = {
    "above": lambda v, t: v > t, "at_least": lambda v, t: v >= t, "below": lambda v, t: v < t,
    "at_most": lambda v, t: v <= t, "about": lambda v, t: abs(v - t) <= 1, "between": lambda v, t: t <= v <= t + 2,
}  # fmt: skip


def comparison(kind: str, threshold: int) -> Comparison:
    stated = {"about": {"about": threshold, "within": 1}, "between": {"between": [threshold, threshold + 2]}}
    return Comparison.model_validate(stated.get(kind, {kind: threshold}))


@given(st.sampled_from(sorted(TRUE)), st.integers(0, 10), st.integers(0, 10), st.integers(0, 10))
def test_bounds_hold_where_every_value_in_them_does(kind, threshold, a, b):
    low, high = min(a, b), max(a, b)
    inside = [TRUE[kind](v / 4, threshold) for v in range(4 * low, 4 * high + 1)]
    expected = HOLDS if all(inside) else UNDETERMINED if any(inside) else FAILS
    assert judge(comparison(kind, threshold), low, high) == expected


def test_what_is_unbounded_is_never_decided_by_what_is_unknown():
    assert judge(comparison("above", 5), 6, None) == HOLDS
    assert judge(comparison("above", 5), 1, None) == UNDETERMINED
    assert judge(comparison("below", 5), None, 4) == HOLDS
    assert judge(comparison("above", 5), None, None) == UNDETERMINED


@pytest.mark.parametrize("shift", [-1e-9, 1e-9])
def test_a_number_moved_across_the_threshold_moves_the_verdict(shift):
    verdict = judge(comparison("above", 5), 5 + shift, 5 + shift)
    assert verdict == (HOLDS if shift > 0 else FAILS)


CHOICES = {"a": "xy", "b": "123", "c": "pq"}
READINGS = [{"a": a, "b": b, "c": c} for a in CHOICES["a"] for b in CHOICES["b"] for c in CHOICES["c"]]


@given(st.lists(st.booleans(), min_size=len(READINGS), max_size=len(READINGS)))
def test_the_choice_that_decides_against_enumeration(ways):
    decided = list(zip(READINGS, ways, strict=True))

    def tells(names) -> bool:
        return all(len({w for r, w in decided if all(r[n] == one[n] for n in names)}) == 1 for one in READINGS)

    found = deciders(decided)
    every = [c for size in (1, 2) for c in combinations(CHOICES, size) if tells(c)]
    assert found == (every[0] if every and len(set(ways)) == 2 else ())
    tally = Tally.of(HOLDS if w else FAILS for w in ways)
    assert tally.verdict == ("depends" if len(set(ways)) == 2 else "holds" if ways[0] else "fails")
    start = READINGS[0]
    turned = {(n, r[n]) for r, w in decided for n in CHOICES if w != ways[0] and r == {**start, n: r[n]}}
    assert set(flips(decided, start)) == turned


@given(st.lists(st.floats(-100, 100), min_size=len(READINGS), max_size=len(READINGS)))
def test_parts_of_the_variance_over_all_combinations_never_exceed_it(values):
    shares = shares_of_variance(list(zip(READINGS, values, strict=True)))
    assert all(-1e-9 <= s <= 1 + 1e-9 for s in shares.values())
    assert math.fsum(shares.values()) <= 1 + 1e-6


def test_additive_choices_take_all_of_the_variance():
    values = [(r, 3.0 * (r["a"] == "x") + int(r["b"])) for r in READINGS]
    shares = shares_of_variance(values)
    assert math.fsum(shares.values()) == pytest.approx(1) and next(iter(shares)) == "a" and shares["c"] == 0

"""Intervals: a result holds what every choice of true values gives, and no estimate leaves its bounds."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelcensus.vocabulary import Interval

NUMBERS = st.integers(0, 10**6)


@st.composite
def member_of_interval(draw):
    """An interval (open with some luck), and one value inside it."""
    low, inner, estimate, high = sorted(draw(st.lists(NUMBERS, min_size=4, max_size=4)))
    estimate, inner = draw(st.permutations([estimate, inner]))
    is_open = draw(st.booleans())
    known = draw(st.integers(0, 9)) > 0
    return Interval(low, estimate if known else None, None if is_open else high), inner


def holds(interval: Interval, value: Fraction) -> bool:
    slack = Fraction(1, 10**9) * max(1, value)
    return interval.low - slack <= value and (interval.high is None or value <= interval.high + slack)


@given(member_of_interval(), member_of_interval())
def test_sum_holds_every_sum_and_is_no_wider(a, b):
    (x, in_x), (y, in_y) = a, b
    total = x + y
    assert holds(total, Fraction(in_x + in_y))
    assert total.low == x.low + y.low
    assert total.high == (None if x.high is None or y.high is None else x.high + y.high)
    assert total == y + x


@given(member_of_interval(), member_of_interval())
def test_share_holds_every_share_and_its_own_estimate(a, b):
    (x, in_x), (y, in_y) = a, b
    share = x.share_of_sum(y)
    if in_x + in_y:
        assert holds(share, Fraction(in_x, in_x + in_y))
    assert share.low >= 0 and (share.high is None or share.high <= 1)
    if share.estimate is not None:
        assert holds(share, Fraction(share.estimate))


@given(st.tuples(NUMBERS, NUMBERS).map(sorted), st.tuples(NUMBERS, NUMBERS).map(sorted))
def test_bounds_of_a_share_are_reached(x, y):
    share = Interval(x[0], None, x[1]).share_of_sum(Interval(y[0], None, y[1]))
    if x[0] + y[1]:
        assert share.low == pytest.approx(x[0] / (x[0] + y[1]))
    if x[1] + y[0]:
        assert share.high == pytest.approx(x[1] / (x[1] + y[0]))


@given(member_of_interval(), member_of_interval())
def test_ratio_holds_every_ratio_and_its_own_estimate(a, b):
    (x, in_x), (y, in_y) = a, b
    ratio = x.ratio_to(y)
    if in_y:
        assert holds(ratio, Fraction(in_x, in_y))
    if ratio.estimate is not None:
        assert holds(ratio, Fraction(ratio.estimate))


@given(NUMBERS, NUMBERS)
def test_exact_stays_exact(a, b):
    x, y = Interval.exact(a), Interval.exact(b)
    assert (x + y) == Interval.exact(a + b) and (x + y).is_exact
    if a + b:
        assert x.share_of_sum(y).is_exact or a == 0
    assert not Interval(a, a, None).is_exact

"""Requests put in order by their numbers, visitors counted, and pieces that are read ahead."""

import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelcensus.counting import requests
from modelcensus.counting.ahead import ahead
from modelcensus.counting.requests import counted_in, in_order
from modelcensus.counting.slices import different, mixed

WIDE = st.integers(-(2**63), 2**63 - 1) | st.integers(-3, 3)


@given(st.integers(1, 5).flatmap(lambda n: st.lists(st.tuples(*[WIDE] * n), min_size=1, max_size=40)))
def test_rows_are_put_in_order(rows):
    """Also where their columns do not fit into one number."""
    order, new = in_order([np.array(c, np.int64) for c in zip(*rows, strict=True)])
    found = [rows[p] for p in order.tolist()]
    assert sorted(order.tolist()) == list(range(len(rows))) and found == sorted(rows)
    assert new.tolist() == [p == 0 or found[p] != found[p - 1] for p in range(len(found))]


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 9)), max_size=60), st.sampled_from([0, 3, 100]))
def test_different_ones_are_counted_by_group(pairs, most):
    pairs.sort()
    begins = np.searchsorted([g for g, _ in pairs], np.arange(7))
    numbers = np.array([w for _, w in pairs], np.int64)
    expected = [len({w for g, w in pairs if g == group}) for group in range(6)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(requests, "MOST_BY_TOP_BITS", most)
        assert counted_in(begins, mixed(numbers, numbers)).tolist() == expected


@given(st.lists(st.integers(0, 20)))
def test_different_keys_and_where_they_stand(keys):
    given_keys = np.array(keys, np.uint64)
    ones, first, inverse = different(given_keys)
    assert ones.tolist() == sorted(set(keys))
    assert (given_keys[first] == ones).all() and (ones[inverse] == given_keys).all()


def test_what_is_read_ahead_comes_in_order_and_fails_where_it_fails():
    def items():
        yield from range(10)
        raise ValueError("the eleventh")

    taken = []
    with pytest.raises(ValueError, match="the eleventh"):
        for item in ahead(items(), 3):
            taken.append(item)  # noqa: PERF402 - what came before the error counts
    assert taken == list(range(10))


def test_who_stops_early_waits_for_nothing():
    made = []

    def items():
        for item in range(1_000_000):
            made.append(item)
            yield item

    reading = ahead(items(), 2)
    assert next(reading) == 0
    reading.close()
    assert len(made) < 10 and not any(t.name == "reading ahead" for t in threading.enumerate())

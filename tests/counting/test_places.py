"""Repositories that were asked for have a number each, and are put in order by kind and id."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelcensus.counting.numbering import Numbering, Sorted
from modelcensus.counting.places import Places

MET = st.lists(st.lists(st.tuples(st.sampled_from(["model", "dataset", "space"]), st.text("aB/é-", max_size=4))))


def numbering(name: str) -> Numbering:
    if name == "sorted":
        return Sorted()
    pytest.importorskip("numba", reason="the extra `logs` is not installed")
    from modelcensus.counting.hashed import Hashed

    return Hashed()


@pytest.mark.parametrize("kind_of_numbering", ["sorted", "hashed"])
@given(met=MET)
def test_numbers_and_their_order(kind_of_numbering, met):
    places, numbers = Places(numbering(kind_of_numbering)), {}
    for batch in met:
        kinds, names = (pa.array([one[i] for one in batch], pa.string()) for i in (0, 1))
        for one, number in zip(batch, places.of(kinds, names).tolist(), strict=True):
            assert numbers.setdefault(one, number) == number
        assert sorted(numbers.values()) == list(range(1, len(numbers) + 1))
        some = sorted(set(batch), key=lambda one: tuple(part.encode() for part in one))
        ordered, rows = places.in_order(np.unique([numbers[one] for one in batch]).astype(np.int64))
        assert [(row["kind"], row["repository"]) for row in rows.to_pylist()] == some
        assert ordered.tolist() == [numbers[one] for one in some]

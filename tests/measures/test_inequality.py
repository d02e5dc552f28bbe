"""The extremes of indexes over boxes, against every corner and a fine search of the inside."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from modelcensus.measures.inequality import CLOSE, Index

INDEXES = [Index("hhi"), Index("effective"), Index("gini"), Index("entropy"), Index("top", 2)]
NAMES = [i.name for i in INDEXES]


def plain(name: str, x, k: int = 2) -> float | None:
    """The indexes, one number after the other."""
    total, n = sum(x), len(x)
    if not total:
        return None
    shares = sorted((v / total for v in x), reverse=True)
    return {
        "hhi": sum(s * s for s in shares),
        "effective": 1 / sum(s * s for s in shares),
        "gini": sum(abs(a - b) for a in shares for b in shares) / (2 * n),
        "entropy": -sum(s * np.log2(s) for s in shares if s),
        "top": sum(shares[:k]),
    }[name]


@st.composite
def boxes(draw):
    sides = draw(st.lists(st.tuples(st.integers(0, 60), st.sampled_from([0, 1, 7, 40, 200])), min_size=1, max_size=7))
    return np.array([a for a, _ in sides], float), np.array([a + b for a, b in sides], float)


def known(values) -> list[float]:
    return [v for v in values if v is not None]


@pytest.mark.parametrize("index", INDEXES, ids=NAMES)
@settings(max_examples=60)
@given(x=st.lists(st.integers(0, 1000), min_size=1, max_size=8))
def test_an_index_is_what_its_definition_says(index, x):
    value = index.of(np.array(x, float))
    expected = plain(index.name, x)
    assert value == (None if expected is None else pytest.approx(expected, abs=1e-12))


@pytest.mark.parametrize("index", INDEXES, ids=NAMES)
@settings(max_examples=20)
@given(box=boxes())
def test_extremes_contain_all_of_the_box_and_are_reached(index, box):
    low, high = box
    found = index.extremes(low, high)
    corners = known(plain(index.name, c) for c in product(*zip(low, high, strict=True)))
    if not corners:
        assert found is None
        return
    assert found is not None and found.reached is None
    steps = np.linspace(0, high.max(), 400)
    inside = [np.clip(t, low, high) for t in steps]
    inside += list(low + (high - low) * np.random.default_rng(1).random((100, len(low))))
    values = corners + known(plain(index.name, x) for x in inside)
    assert found.low <= min(values) + 1e-9 and max(values) <= found.high + 1e-9
    most, least = (min(corners), found.high) if index.falls else (max(corners), found.low)
    outer = found.low if index.falls else found.high
    assert abs(outer - most) <= CLOSE * abs(most) + 1e-12  # the greatest inequality is at a corner
    best = max(values) if index.falls else min(values)
    assert abs(least - best) <= 0.01 * max(abs(best), 0.05)


@pytest.mark.parametrize(
    "index", [i for i in INDEXES if i.name in ("hhi", "entropy", "effective")], ids=lambda i: i.name
)
@settings(max_examples=15)
@given(box=boxes())
def test_the_least_inequality_is_what_an_optimizer_finds(index, box):
    low, high = box
    if not low.sum():
        return
    found = index.extremes(low, high)
    sign = -1 if index.falls else 1
    start = np.clip(np.median(np.concatenate([low, high])), low, high)
    sides = list(zip(low, high, strict=True))
    answer = minimize(lambda x: sign * (plain(index.name, x) or 0), start, bounds=sides, method="L-BFGS-B")
    reached = sign * answer.fun
    least = found.high if index.falls else found.low
    assert sign * least <= sign * reached + 1e-9
    assert abs(least - reached) <= 0.01 * abs(reached)


@pytest.mark.parametrize("index", INDEXES, ids=NAMES)
@settings(max_examples=20)
@given(box=boxes(), opened=st.integers(1, 3))
def test_open_members_can_grow_without_end(index, box, opened):
    """What a very great number in the place of the infinite one can reach is inside, and comes close to it."""
    low, high = box
    wide = high.copy()
    wide[:opened] = np.inf
    found = index.extremes(low, wide)
    assert found is not None
    tried = []
    for great in (high.max() + 1, 1e4, 1e9):
        near = np.where(np.isinf(wide), great + low, wide)
        tried += known(plain(index.name, c) for c in product(*zip(low, near, strict=True)))
        tried += known(plain(index.name, np.clip(t, low, near)) for t in np.geomspace(0.5, great, 300))
    assert found.low <= min(tried) + 1e-9 and max(tried) <= found.high + 1e-9
    assert min(tried) - found.low <= 0.01 * max(found.low, 1) and found.high - max(tried) <= 0.01 * max(found.high, 1)


def test_a_search_that_ends_early_says_so_and_still_contains(monkeypatch):
    """With one box split, the bound may be loose; it is marked, and no corner passes it."""
    monkeypatch.setattr("modelcensus.measures.inequality.MOST_NODES", 0)
    monkeypatch.setattr("modelcensus.measures.inequality.CLOSE", 0.0)
    rng, marked = np.random.default_rng(3), 0
    for _ in range(10):
        low = rng.integers(0, 60, 9).astype(float)
        high = low + rng.integers(0, 60, 9)
        for index in INDEXES:
            found = index.extremes(low, high)
            corners = known(index.of(np.array(c)) for c in product(*zip(low, high, strict=True)))
            assert found.low <= min(corners) + 1e-9 and max(corners) <= found.high + 1e-9
            if found.reached is not None:
                marked += 1
                assert found.low - 1e-9 <= found.reached <= found.high + 1e-9
    assert marked

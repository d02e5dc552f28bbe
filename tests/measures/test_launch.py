"""Launches against plain Python: downloads, percentiles, derivatives, projections and their backtest."""

from contextlib import contextmanager
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledgers import batch_of, day, fact, observation, opened
from modelcensus.measures.outlook import Past, backtest, outlook, percentile
from modelcensus.vocabulary import RequestError

census_of = contextmanager(opened)
LAST = 120


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 3)), min_size=2, max_size=5))
def test_percentiles_are_those_of_every_corner(pairs):
    known = [(low, low, low + width) for low, width in pairs]
    own, others = known[0], known[1:]
    low, value, high = percentile(own, others) or (None, None, None)
    shares = []
    for corner in product(*((k[0], k[2]) for k in known)):
        mine, rest = corner[0], corner[1:]
        shares.append(sum(r < mine or (r == mine) / 2 for r in rest) / len(rest))
    assert (low, high) == (pytest.approx(min(shares)), pytest.approx(max(shares)))
    assert low <= value <= high
    assert percentile((0, None, None), others)[2] == 1


def past(count: int) -> list[Past]:
    """Releases ten days apart whose counts grow from day 7 to day 30 by 2.00, 2.01, ..."""
    return [Past(day(10 * i), {7: (100, 100, 100), 30: (200 + i, 200 + i, 200 + i)}) for i in range(count)]


def test_a_projection_lies_between_the_quantiles_of_past_growth():
    found = outlook({3: (50, 50, 50), 7: (1000, 1100, 1200)}, past(41))
    assert found.low == pytest.approx(1000 * 2.04) and found.high == pytest.approx(1200 * 2.36)
    assert found.tested == 41 - 22 and found.held == backtest(7, past(41))[0]
    assert "from day 7" in found.says
    assert found.held == 0, "growth only ever rises here: the next is above all quantiles of the past"
    level = [Past(p.released, {7: (10, 10, 10), 30: (20, 20, 20)}) for p in past(41)]
    assert backtest(7, level) == (19, 19)


@pytest.mark.parametrize(
    ("reached", "count", "said"),
    [
        ({1: (5, 5, 5)}, 41, "too early to say: not known on day 3"),
        ({7: (5, None, None)}, 41, "too early to say: not known on day 3"),
        ({7: (5, 5, 5)}, 19, "too early to say: 19 comparable releases"),
        ({7: (5, 5, 5), 30: (9, 9, 9)}, 41, "day 30 is reached"),
    ],
)
def test_too_early_to_say(reached, count, said):
    found = outlook(reached, past(count))
    assert found.says.startswith(said) and found.low is None and found.high is None


def world() -> list:
    """Twenty-five 7B releases of the first days, one of day 108 with derivatives, and one of 300B."""
    born = {f"google/gemma-3-7b-v{k:02}": k for k in range(25)}
    speed = {n: 10 + k for n, k in born.items()} | {
        "Qwen/Qwen3-7B": 20,
        "Qwen/Qwen3-300B": 1,
        "someone/Qwen3-7B-GGUF": 7,
    }
    born |= {"Qwen/Qwen3-7B": 108, "Qwen/Qwen3-300B": 108, "someone/Qwen3-7B-GGUF": 110}
    rows = [observation("google/gemma-3-old-7b", "all_time", 5, 0)]
    rows += [
        observation(n, "all_time", speed[n] * (t - d), t) for n, d in born.items() for t in range(d + 1, LAST + 1)
    ]
    facts = [fact(n, created=day(d), base_model="Qwen/Qwen3-7B" if "GGUF" in n else None) for n, d in born.items()]
    facts += [
        fact("someone/Qwen3-7B-tune", created=day(113), base_model="Qwen/Qwen3-7B"),
        fact("google/gemma-3-old-7b"),
    ]
    facts += [fact("Qwen/Qwen3-7B-FP8", created=day(109), base_model="Qwen/Qwen3-7B")]
    return [batch_of("dump", "hub", observations=rows, facts=facts)]


def test_a_launch_day_by_day():
    with census_of(*world()) as census:
        result = census.measure("launch", of={"repository": "Qwen/Qwen3-7B"})
        assert [(r.period, r.value, r.low, r.high) for r in result.rows] == [
            ("day 1", 20, 20, 20), ("day 3", 60, 60, 60), ("day 7", 140, 140, 140),
        ]  # fmt: skip
        last = result.rows[-1].dimensions
        assert last["comparable"] == 25 and last["percentile"] == pytest.approx(10.5 / 25)
        kinds = ("first_party_quantized", "community_quantized", "other_derivatives")
        assert [[r.dimensions[k] for k in kinds] for r in result.rows] == [[1, 0, 0], [1, 1, 0], [1, 1, 1]]
        assert [r.dimensions["derivative_low"] for r in result.rows] == [None, 7, 35]
        assert last["projected_low"] == pytest.approx(140 * 30 / 7) == last["projected_high"]
        assert last["tested"] == 0 and "not tested" in last["outlook"]
        assert result.rows[0].dimensions["outlook"] is None


def test_a_generation_is_its_originals_together():
    with census_of(*world()) as census:
        both = census.measure("launch", of={"family": "Qwen", "generation": "Qwen3"}, by="generation")
        assert [(r.value, r.dimensions["repositories"]) for r in both.rows] == [(21, 2), (63, 2), (147, 2)]
        assert both.rows[-1].dimensions["percentile"] is None, "two sizes have no class of their own"
        each = census.measure("launch", of={"family": "Qwen", "generation": "Qwen3"})
        big = [r for r in each.rows if r.dimensions["repository"] == "Qwen/Qwen3-300B"]
        assert big[-1].dimensions["comparable"] == 0 and "too early to say: 0" in str(big[-1].dimensions["outlook"])


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        ({}, "--of repository="),
        ({"of": {"repository": "Qwen/Qwen3-8B"}}, "Qwen/Qwen3-7B"),
        ({"of": {"repository": "Qwen/Qwen3-7B"}, "by": "month"}, "--period"),
        ({"of": {"repository": "Qwen/Qwen3-7B"}, "reading": {"baseline": "tenth"}}, "cohort"),
    ],
)
def test_wrong_requests_say_what_would_be_right(request_, said):
    with census_of(*world()) as census, pytest.raises(RequestError) as caught:
        census.measure("launch", **request_)
    assert said in str(caught.value)

"""Frontiers of quality against plain Python, on random tables of scores."""

from contextlib import contextmanager
from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledgers import batch_of, fact, observation, opened
from modelcensus.measures.frontier import Scored, behind
from modelcensus.vocabulary import SCORES, RequestError

census_of = contextmanager(opened)
START = date(2025, 1, 1)
MAKERS = {"Alibaba": "china", "Meta": "us", "Mistral": "eu"}


def scored(model, maker, is_open, value, first, last, repository=None, score="intelligence", on=400):
    return {
        **dict.fromkeys(SCORES.names),
        "model": model, "organization": maker, "open": is_open, "value": float(value), "repository": repository,
        "released_from": None if first is None else START + timedelta(days=first),
        "released_on": START + timedelta(days=last), "score": score, "source": "S",
        "scored_on": START + timedelta(days=on),
    }  # fmt: skip


@st.composite
def tables(draw):
    rows = []
    for i in range(draw(st.integers(2, 9))):
        first = draw(st.integers(0, 300))
        last = first + draw(st.sampled_from([0, 0, 10]))
        rows.append(
            scored(
                f"m{i}",
                draw(st.sampled_from(list(MAKERS))),
                draw(st.booleans()),
                draw(st.integers(1, 20)),
                first,
                last,
            )
        )
    return [*rows, scored("last", "Alibaba", True, 21, 310, 310)]


@settings(max_examples=5)
@given(tables())
def test_steps_gaps_and_days_against_plain_python(rows):
    with census_of(
        batch_of("s", "", scores=rows), batch_of("h", "hub", observations=[observation("a/x", "all_time", 5, 3)])
    ) as census:
        found = census.measure("quality").rows
    opens = {MAKERS[r["organization"]] for r in rows if r["open"]}
    groups = {
        g: [r for r in rows if (not r["open"] if g == "closed" else r["open"] and MAKERS[r["organization"]] == g)]
        for g in (*opens, "closed")
    }
    expected = set()
    for region, against in product(opens, groups):
        if region == against:
            continue
        top = 0.0
        for r in sorted(groups[region], key=lambda r: (r["released_on"], -r["value"], r["model"])):
            if r["value"] <= top:
                continue
            top = r["value"]
            there = [o["value"] for o in groups[against] if o["released_on"] <= r["released_on"]]
            had = [o for o in groups[against] if o["value"] >= top]
            low = high = days = None
            if had:
                days = (r["released_on"] - min(o["released_on"] for o in had)).days
                low = (r["released_from"] - min(o["released_on"] for o in had)).days
                high = (r["released_on"] - min(o["released_from"] for o in had)).days
            expected.add(
                (region, against, r["model"], r["value"], max(there) - top if there else None, low, days, high)
            )
    steps = [r for r in found if r.dimensions["state"] == "raised"]
    keys = ("region", "against", "model"), ("gap", "days_low", "days", "days_high")
    assert {
        (*(r.dimensions[k] for k in keys[0]), r.value, *(r.dimensions[k] for k in keys[1])) for r in steps
    } == expected
    standing = {
        (r.dimensions["region"], r.dimensions["against"]): r for r in found if r.dimensions["state"] == "standing"
    }
    for (region, against), row in standing.items():
        assert row.value == max(r["value"] for r in groups[region])
        other = max((r["value"] for r in groups[against]), default=None)
        assert row.dimensions["gap"] == (None if other is None else other - row.value)


@settings(max_examples=40)
@given(*(st.tuples(st.integers(0, 60), st.integers(0, 9)) for _ in range(3)))
def test_days_behind_are_the_extremes_over_all_days_of_release(mine, one, two):
    def model(name, days, value):
        first = START + timedelta(days=days[0])
        return Scored(name, "us", True, value, None, None, first, first + timedelta(days=days[1]))

    how = behind(model("m", mine, 5.0), [model("a", one, 5.0), model("b", two, 7.0)])
    spans = [range(d, d + w + 1) for d, w in (mine, one, two)]
    differences = [m - min(a, b) for m, a, b in product(*spans)]
    assert (how.days_low, how.days_high) == (min(differences), max(differences))
    assert how.days is not None and how.days_low <= how.days <= how.days_high


def test_the_part_of_the_downloads_that_has_a_score():
    rows = [
        scored("a", "Alibaba", True, 9, 5, 5, "Qwen/Qwen3-8B"),
        scored("b", "nobody", True, 4, 5, 5, "Qwen/Qwen3-0.6B", score="coding"),
        scored("c", "Anthropic", False, 12, None, 7),
        scored("d", "Anthropic", None, 50, 1, 1),
    ]
    counters = [("Qwen/Qwen3-8B", 30), ("Qwen/Qwen3-0.6B", 10), ("meta-llama/Llama-3.1-8B", 7)]
    observations = [observation(r, "all_time", v, 9) for r, v in counters]
    hub = batch_of("h", "hub", observations=observations, facts=[fact(r) for r, _ in counters])
    with census_of(batch_of("s", "", scores=rows), hub) as census:
        result = census.measure("quality", of={"region": "china"}, reading=["counter=all_time"])
        row = result.rows[0]
        assert {r.dimensions["against"] for r in result.rows} == {"closed"}
        assert (row.dimensions["scored_low"], row.dimensions["scored"], row.dimensions["scored_high"]) == (0.75,) * 3
        assert (row.value, row.dimensions["gap"], row.dimensions["days"]) == (9, None, 0 - 2)
        assert result.rows[-1].dimensions["gap"] == 3
        assert any("left out: 1 of 3" in n for n in result.notes)
        assert len(result.provenance.batches) == 2
        with pytest.raises(RequestError, match=r"no score 'codin' .*coding"):
            census.measure("quality", reading=["score=codin"])
        with pytest.raises(RequestError, match="compared by region, not by family"):
            census.measure("quality", of={"family": "Qwen"})
        with pytest.raises(RequestError, match="no open model of us"):
            census.measure("quality", of={"region": "us"})
    with census_of(hub) as census, pytest.raises(RequestError, match="the ledger has no scores"):
        census.measure("quality")

"""Concentration on small ledgers: the members and their bounds reach the index (its mathematics: test_inequality.py)."""

from contextlib import contextmanager
from datetime import date
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledgers import batch_of, fact, observation, opened, published
from modelcensus.vocabulary import RequestError

ORGANIZATIONS = ("Qwen", "google", "meta-llama", "openai")
census_of = contextmanager(opened)


def hhi(values) -> float:
    return sum(v * v for v in values) / sum(values) ** 2


def batch(readings):
    rows = [observation(r, "all_time", v, t) for r, read in readings.items() for t, v in read.items()]
    return batch_of("dump", "hub", observations=rows, facts=[fact(r) for r in readings])


@settings(max_examples=5)
@given(
    inside=st.lists(st.integers(1, 300), min_size=4, max_size=4),
    edges=st.lists(st.integers(0, 100), min_size=4, max_size=4),
)
def test_the_bounds_of_members_are_those_of_the_index(inside, edges):
    """February lies between 31 and 59: each member has `inside` for sure, and up to twice `edge` more."""
    readings = {
        f"{o}/m": {25: 100, 35: 100 + e, 55: 100 + e + i, 65: 100 + 2 * e + i}
        for o, i, e in zip(ORGANIZATIONS, inside, edges, strict=True)
    }
    with census_of(batch(readings)) as census:
        row = census.measure("concentration", period="2026-02").rows[0]
        downloads = census.measure("downloads", by="organization", period="2026-02").rows
        assert [(r.low, r.high) for r in downloads] == [(i, i + 2 * e) for i, e in zip(inside, edges, strict=True)]
        assert row.value == pytest.approx(hhi([r.value for r in downloads]))
        corners = [hhi(c) for c in product(*((r.low, r.high) for r in downloads))]
        assert row.high == pytest.approx(max(corners), rel=2e-4)
        assert row.low <= min(corners) + 1e-12
        assert row.low >= 1 / 4 - 1e-12
        assert row.dimensions == {"index": "Herfindahl-Hirschman index", "over": "organization", "members": 4}
        both = census.measure("concentration", period="2026-02", reading=["index=effective"]).rows[0]
        assert (both.low, both.value, both.high) == pytest.approx((1 / row.high, 1 / row.value, 1 / row.low))


def counted(values, **facts):
    rows = [observation(r, "rolling_30d", v, 5) for r, v in values.items()]
    return batch_of("b", "hub", observations=rows, facts=[fact(r, **facts) for r in values])


@pytest.mark.parametrize(
    ("reading", "expected"),
    [("index=hhi", 0.38), ("index=effective", 1 / 0.38), ("index=top", 1.0), ("index=entropy", 1.484375)],
)
def test_known_values(reading, expected):
    values = {"Qwen/a": 40, "Qwen/b": 10, "google/c": 30, "openai/d": 20}
    with census_of(counted(values)) as census:
        row = census.measure("concentration", reading=["counter=rolling_30d", reading]).rows[0]
        assert row.value == pytest.approx(expected, abs=2e-3)
        assert row.low == row.value == row.high


def test_the_top_of_groups():
    values = {"Qwen/a": 40, "Qwen/b": 10, "google/c": 30, "openai/d": 20, "openai/e": 0}
    with census_of(counted(values)) as census:
        asked = ["counter=rolling_30d", "index=top", "top=1"]
        rows = census.measure("concentration", by=["repository", "region"], reading=asked).rows
        found = {r.dimensions["region"]: (r.value, r.dimensions["members"]) for r in rows}
        assert found == {"china": (0.8, 2), "us": (0.6, 2)}


def test_an_open_member_can_be_all_or_nothing():
    readings = {"Qwen/m": {0: 10, 30: 40, 61: 140}, "google/m": {0: 10, 30: 50, 61: 90}, "openai/m": {0: 5, 45: 80}}
    with census_of(batch(readings)) as census:
        row = census.measure("concentration", period="2026-02").rows[0]
        assert row.value is None
        assert row.high == 1.0
        assert 1 / 3 <= row.low < 0.45
        assert any(f.startswith("open: 1 ") for f in row.flags)


def test_a_published_series_is_over_who_it_lists():
    rows = [published(o, date(2026, 2, 1), n, True) for o, n in {"Qwen": 30, "google": 10}.items()]
    with census_of(batch_of("pulse", "reported:pulse", reported=rows)) as census:
        result = census.measure("concentration", period="2026-02")
        assert result.rows[0].value == pytest.approx(0.625)
        assert any("lists" in n for n in result.notes)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"reading": ["top=3"]}, "top belongs to the index top"),
        ({"reading": ["index=top", "top=0"]}, "a top of none"),
        ({"reading": ["index=hhj"]}, "hhi"),
        ({"by": "variant"}, "several variants"),
    ],
)
def test_requests_that_make_no_sense(asked, message):
    asked = {**asked, "reading": ["counter=rolling_30d", *asked.get("reading", [])]}
    with census_of(counted({"Qwen/a": 1})) as census, pytest.raises(RequestError, match=message):
        census.measure("concentration", **asked)

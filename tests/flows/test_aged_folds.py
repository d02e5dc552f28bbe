"""Flows since release that a fold gives against those worked out row by row: the same, whatever the counters suffered."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.artefacts.scenarios import of_hub_ids, of_repositories, of_snapshots
from flows.artefacts.trials import TOP, engine_of_series
from flows.artefacts.worlds import World
from ledgers import day, engine_of, fact, observation
from modelcensus.flows import build_aged_flows
from modelcensus.flows.aged import COLUMNS, first_read, folded_aged_flows, zero_days
from modelcensus.flows.calendar import day_of

AGES = [1, 3, 7, 14, 30, 60, 90]
REPOSITORIES, LAST = 40, 90


def row_by_row(counters, zero: str) -> dict:
    """(repository, age) -> the columns of its flow."""
    build_aged_flows(counters, zero, AGES, "conservative")
    rows = counters.engine.rows("select * from flows")
    return {(r["repository"], AGES[r["span"]]): tuple(r[c] for c in COLUMNS) for r in rows}


def folded(counters, zero: str) -> dict:
    """The same of one more fold."""
    names = counters.ordinals.names()
    rows = folded_aged_flows(counters, zero_days(counters, zero), AGES).to_pylist()
    return {(names[r["ordinal"]].as_py(), a): tuple(r[f"{c}_{a}"] for c in COLUMNS) for r in rows for a in AGES}


def first_days(counters) -> dict:
    """Repository -> its first day of reading, of those that are no former ids."""
    former = {a for a, _ in counters.renamed}
    first = first_read(counters).tolist()
    return {n: day_of(first[i]) for i, n in enumerate(counters.ordinals.names().to_pylist()) if i not in former}


def assert_same(engine, zero: str) -> dict:
    counters = engine.counters
    assert counters.certain
    wanted, found = row_by_row(counters, zero), folded(counters, zero)
    assert set(found) == set(wanted)
    different = {k: (found[k], wanted[k]) for k in found if found[k] != wanted[k]}
    assert not different, list(different.items())[:5]
    read = engine.rows("select repository, min(t_from) as day from readings where not aside group by all")
    first = first_days(counters)
    assert {r["repository"]: r["day"] for r in read} == {r["repository"]: first[r["repository"]] for r in read}
    return found


def days_of_release(engine, seed: int, first: int, last: int) -> str:
    """A day of its own for all repositories but a tenth: before, among and after the readings."""
    rng = np.random.default_rng(seed)
    names = engine.counters.ordinals.names()
    zero = pa.array(rng.integers(first - 40, last + 20, len(names)).astype(np.int32), pa.date32())
    table = pa.table({"repository": names, "zero_on": zero}).filter(pa.array(rng.random(len(names)) < 0.9))
    engine.register("own_days", table)
    return "select repository, zero_on from own_days"


@pytest.mark.parametrize("scenario", [of_snapshots, of_repositories, of_hub_ids])
@pytest.mark.parametrize("world", [World(300, 120, **TOP), World(300, 60, "week", **TOP)], ids=["daily", "weekly"])
def test_series_full_of_artefacts(scenario, world):
    series, _ = scenario(world.series(3), 3)
    engine = engine_of_series(series)
    first, *_, last = series.days.astype("datetime64[D]").astype(int).tolist()
    assert len(assert_same(engine, days_of_release(engine, 3, first, last))) > 1_000


def made(seed: int, with_ids: bool) -> tuple[list[dict], list[dict]]:
    """Readings of repositories that start, pause, are recounted and renamed; of whole snapshots that are missing, stand
    still, fall back or lack a part."""
    rng = np.random.default_rng(seed)
    days = sorted(rng.choice(LAST, int(rng.integers(12, 60)), replace=False).tolist())
    born = np.where(rng.random(REPOSITORIES) < 0.6, -30, rng.integers(0, LAST - 5, REPOSITORIES))
    rate = rng.choice([0, 0.3, 40, 400, 5_000], REPOSITORIES, p=[0.05, 0.1, 0.3, 0.3, 0.25])
    upto = np.cumsum(rng.poisson(rate, (LAST + 1, REPOSITORIES)) * (np.arange(LAST + 1)[:, None] >= born), axis=0)
    upto = upto + (rng.integers(0, 5_000, REPOSITORIES) * (born < 0))
    kinds = rng.choice(["read", "stall", "half", "back", "part"], len(days), p=[0.84, 0.04, 0.04, 0.04, 0.04])
    cut = np.zeros(REPOSITORIES, int)
    name = [f"Qwen/r{i:02}" for i in range(REPOSITORIES)]
    stated = {
        n: (int(b) if rng.random() < 0.6 else None, f"id{i}") for i, (n, b) in enumerate(zip(name, born, strict=True))
    }
    gone = np.full(REPOSITORIES, -1)
    shown: list[np.ndarray] = []
    rows = []
    for on, kind in zip(days, kinds, strict=True):
        value = upto[on] - cut
        for i in np.flatnonzero(rng.random(REPOSITORIES) < 0.006):  # a recount
            lost = int(rng.integers(0, value[i] + 1))
            cut[i], value[i] = cut[i] + lost, value[i] - lost
        moved = (rng.random(REPOSITORIES) < 0.006) & (born < on - 3) & (kind not in ("stall", "half"))
        for i in np.flatnonzero(moved):  # a rename
            born_on, hub_id = stated[name[i]]
            name[i] = f"{name[i]}-new"
            stated[name[i]] = born_on, hub_id
            fall = int(value[i] * rng.choice([0, 0.005, 0.3]))
            cut[i], value[i] = cut[i] + fall, value[i] - fall
        gone = np.where(rng.random(REPOSITORIES) < 0.01, on + rng.integers(1, 30, REPOSITORIES), gone)
        there = (born <= on) & (gone < on)
        if shown and kind == "stall":  # an old state lists nobody new
            there &= shown[-1] >= 0
        if kind == "part":
            there &= rng.random(REPOSITORIES) < 0.8
        if shown and kind in ("stall", "half"):
            still = rng.random(REPOSITORIES) < (1.0 if kind == "stall" else 0.5)
            value = np.where(still & (shown[-1] >= 0), shown[-1], value)
        if len(shown) > 3 and kind == "back":
            value = np.where(shown[-3] >= 0, shown[-3], value)
        shown.append(np.where(there, value, -1))
        rows += [observation(name[i], "all_time", int(value[i]), on) for i in np.flatnonzero(there)]
    facts = [
        fact(n, created=None if b is None else day(b), **({"hub_id": hub_id} if with_ids else {}))
        for n, (b, hub_id) in stated.items()
    ]
    return rows, facts


@settings(max_examples=8)
@given(st.integers(0, 2**32 - 1), st.booleans())
def test_random_small_ledgers(seed, with_ids):
    engine = engine_of(*made(seed, with_ids))
    first = (day(0) - day_of(0)).days
    assert_same(engine, days_of_release(engine, seed, first, first + LAST))

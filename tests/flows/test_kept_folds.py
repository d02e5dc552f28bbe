"""Folds kept from one day to the next: adding days gives what folding everything anew gives, bit for bit."""

import shutil
from datetime import timedelta
from itertools import pairwise
from zlib import crc32

import numpy as np
import pyarrow as pa
import pytest

from flows.artefacts.scenarios import of_repositories, of_snapshots
from flows.artefacts.trials import TOP
from flows.artefacts.worlds import World
from ledgers import COMMITTED
from modelcensus.engine import DuckDBEngine
from modelcensus.flows import build_events, build_flows, build_readings
from modelcensus.vocabulary import FACTS, OBSERVATIONS

REPOSITORIES, DAYS = 300, 120
BATCH = {"name": "series", "channel": "hub", "committed_at": COMMITTED}


def readings_of(series, stop: int) -> pa.Table:
    """The first snapshots of a series as observations."""
    day, who = np.nonzero(series.listed[:stop])
    days = pa.array(series.days.astype("datetime64[D]")[day])
    size = len(day)
    columns = {
        "repository": pa.array(series.repositories[who].tolist(), pa.string()),
        "hub_id": pa.nulls(size, pa.string()),
        "counter": pa.repeat("all_time", size),
        "value": pa.array(series.values[day, who].astype(np.int64)),
        "observed_from": days,
        "observed_on": days,
        "batch": pa.repeat("", size),
        "period_start": pa.nulls(size, pa.date32()),
    }
    return pa.table(columns).select(OBSERVATIONS.names).cast(OBSERVATIONS.arrow)


def told(series, stop: int, edges, store) -> tuple[list, list]:
    """Events and flows of the first snapshots."""
    engine = DuckDBEngine()
    engine.connection.execute("set threads = 1")
    rows = readings_of(series, stop)
    batches = [f"b{row}-{crc32(series.values[row].tobytes() + series.listed[row].tobytes())}" for row in range(stop)]
    of = pa.array(batches).take(pa.array(np.nonzero(series.listed[:stop])[0]))
    engine.register("observations", rows.append_column("batch_id", of))
    engine.register("facts", FACTS.arrow.empty_table().append_column("batch_id", pa.array([], pa.string())))
    names = {"batch_id": batches, **{n: [v] * stop for n, v in BATCH.items()}}
    engine.register("batches", pa.table(names))
    counters = build_readings(engine, "hub", edges, store)
    build_events(counters)
    build_flows(counters, list(pairwise(edges)), "conservative")
    order = "select * from {} order by all"
    return engine.rows(order.format("events")), engine.rows(order.format("flows"))


@pytest.mark.parametrize("scenario", [of_snapshots, of_repositories])
def test_days_added_one_after_the_other_give_what_all_of_them_together_give(scenario, tmp_path):
    series, _ = scenario(World(REPOSITORIES, DAYS, **TOP).series(5), 5)
    first = series.days[0].astype("datetime64[D]").item()
    edges = tuple(first + timedelta(days=d) for d in (10, 40, 70, 100, DAYS + 20))
    kept = 0
    for stop in (len(series.days) - 40, *range(len(series.days) - 12, len(series.days) + 1)):
        added = told(series, stop, edges, tmp_path)
        kept = max(kept, *(int(p.name) for p in tmp_path.glob("*/*/[0-9]*")))
        assert added == told(series, stop, edges, None)
    assert kept > len(series.days) - 30, "no fold was kept on the way"


def test_a_changed_past_is_folded_anew_and_a_damaged_fold_is_no_harm(tmp_path):
    series = World(REPOSITORIES, DAYS, **TOP).series(6)
    first = series.days[0].astype("datetime64[D]").item()
    edges = tuple(first + timedelta(days=d) for d in (10, 50, 90))
    told(series, DAYS - 1, edges, tmp_path)
    values = series.values.copy()
    values[20] = np.maximum(values[19], values[20] - 1)
    listed = series.listed.copy()
    listed[20, :5] = False
    changed = series.change(values=values, listed=listed)
    assert told(changed, DAYS, edges, tmp_path) == told(changed, DAYS, edges, None)
    for state in tmp_path.glob("*/*/*/state/value.npy"):
        state.write_bytes(b"damaged")
    assert told(changed, DAYS, edges, tmp_path) == told(changed, DAYS, edges, None)
    shutil.rmtree(tmp_path)
    assert told(changed, DAYS, edges, tmp_path) == told(changed, DAYS, edges, None)


def test_a_flipped_bit_in_any_kept_file_changes_no_number(tmp_path):
    series = World(REPOSITORIES, DAYS, **TOP).series(7)
    first = series.days[0].astype("datetime64[D]").item()
    edges = tuple(first + timedelta(days=d) for d in (10, 50, 90))
    told(series, DAYS - 1, edges, tmp_path / "store")
    right = told(series, DAYS, edges, None)
    kinds = {p.name: p for p in sorted((tmp_path / "store").rglob("*")) if p.is_file() and p.stat().st_size}
    random = np.random.default_rng(7)
    assert len(kinds) > 20
    for name in ("value.npy", "low.npy", "likely.npy", "fold.json", "about.json", "names.parquet", "counted.json"):
        shutil.copytree(tmp_path / "store", tmp_path / name)
        path = tmp_path / name / kinds[name].relative_to(tmp_path / "store")
        content = bytearray(path.read_bytes())
        content[int(random.integers(len(content) // 2, len(content)))] ^= 1 << int(random.integers(8))
        path.write_bytes(content)
        assert told(series, DAYS, edges, tmp_path / name) == right, name

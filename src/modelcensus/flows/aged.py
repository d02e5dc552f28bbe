"""Flows of the first days after release of a large ledger, kept with it: a request by age reads them instead of counters.

They rest on one more fold of the all-time counter, whose edges are days of each repository's own. It is made when first
asked for, and again when a batch, or a day of release, has changed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from modelcensus.engine import kept_folder
from modelcensus.flows.aged_edges import NEVER, Days
from modelcensus.flows.counters import Counters
from modelcensus.flows.flows import build_aged_flows
from modelcensus.flows.readings import readings_of
from modelcensus.vocabulary.names import ALL_TIME

FORMAT = 1
COLUMNS = ("low", "estimate", "high", "open", "broken")
"""Of each age, with the age behind: `low_30`."""

ZERO = """
    select o.ordinal, cast(z.zero_on as date) as zero_on from ({zero}) z join ordinals o using (repository)
    where z.zero_on is not null
"""
ALONE = """
    select repository, any_value(instrument) as instrument, {columns} from flows group by repository
"""


def keep_ages(counters: Counters, zero: str, ages: Sequence[int], folder: Path, known: Sequence[str]) -> Path:
    """The file with the flows of the first days after a day of each repository's own, which is written if it is not
    there.

    `zero` is SQL of repository and zero_on, `ages` are in days, `known` the batches that there are, by which it is found
    again. Counters that are `certain` only. Columns: repository, zero_on, first_read (days), instrument, and
    `low_A`, `estimate_A`, `high_A` (downloads), `open_A`, `broken_A` of each age A.
    """
    days = zero_days(counters, zero)
    content = [FORMAT, version("modelcensus"), counters.channel, sorted(known), list(ages)]
    key = hashlib.sha256(json.dumps(content).encode() + days.tobytes()).hexdigest()[:16]
    made = kept_folder(folder / "ages", key, lambda made: _write(counters, zero, days, ages, made / "ages.parquet"))
    return made / "ages.parquet"


def zero_days(counters: Counters, zero: str) -> Days:
    """The day of each repository by ordinal (days since 1970; `NEVER` where there is none)."""
    found = counters.engine.fetch(counters.engine.query("zero_of_ordinals", ZERO.format(zero=zero)))
    counters.engine.drop("zero_of_ordinals")
    days = np.full(counters.ordinals.count, NEVER, np.int32)
    days[found["ordinal"].to_numpy()] = found["zero_on"].cast(pa.int32()).to_numpy()
    return days


def folded_aged_flows(counters: Counters, zero: Days, ages: Sequence[int]) -> pa.Table:
    """Flows of the one source of `all_time`: ordinal, and the columns of each age, of the repositories whose day is
    known."""
    all_time, edges = counters.all_time_aged(zero, (0, *ages))
    start, columns = edges[0], {}
    for age in ages:
        flow = all_time.flow(start, edges[1])
        all_time.forget(edges.pop(1))  # one after the other goes: they are large
        flow = flow.filter(pa.array(zero[flow["ordinal"].to_numpy()] != NEVER))
        columns |= {"ordinal": flow["ordinal"], **{f"{c}_{age}": flow[c] for c in COLUMNS}}
    return pa.table(columns)


def first_read(counters: Counters) -> Days:
    """The first day on which any source read each repository, under whatever id; `NEVER` where none did."""
    first = np.full(counters.ordinals.count, NEVER, np.int32)
    for done in counters.folded.values():
        read = np.flatnonzero(done.state.value >= 0)
        first[read] = np.minimum(first[read], done.state.first_day[read])
    for former, repository in counters.renamed:
        first[repository] = min(first[repository], first[former])
    return first


def _write(counters: Counters, zero: str, days: Days, ages: Sequence[int], path: Path) -> None:
    flows = folded_aged_flows(counters, days, ages)
    ordinals = flows["ordinal"].to_numpy()
    named = _named(counters, ordinals, days, np.full(len(ordinals), ALL_TIME, object))
    tables = [pa.table({**named, **{n: flows[n] for n in flows.column_names[1:]}})]
    alone = _alone(counters, zero, ages)
    if alone is not None:
        places = pa.table({"repository": counters.ordinals.names(), "at": np.arange(counters.ordinals.count)})
        ids = alone.join(places, "repository").sort_by("at")
        named = _named(counters, ids["at"].to_numpy(), days, np.array(ids["instrument"].to_pylist(), object))
        tables.append(pa.table({**named, **{n: ids[n] for n in flows.column_names[1:]}}))
    pq.write_table(pa.concat_tables([t.cast(tables[0].schema) for t in tables]), path, row_group_size=100_000)


def _named(
    counters: Counters, ordinals: NDArray[np.int64], days: Days, instrument: NDArray[np.object_]
) -> dict[str, pa.Array | pa.ChunkedArray]:
    return {
        "repository": counters.ordinals.names().take(pa.array(ordinals)),
        "zero_on": pa.array(days[ordinals], pa.date32()),
        "first_read": pa.array(first_read(counters)[ordinals], pa.date32()),
        "instrument": pa.array(instrument.tolist(), pa.string()),
    }


def _alone(counters: Counters, zero: str, ages: Sequence[int]) -> pa.Table | None:
    """Flows of whoever only counters of windows were read of: they are few, and worked out row by row."""
    alone, engine = counters.windows_alone(), counters.engine
    if not len(alone):
        return None
    engine.register("alone", alone)
    only = "and repository in (select repository from alone)"
    build_aged_flows(counters, zero, list(ages), "conservative", only, suffix=readings_of(counters, "alone"))
    columns = ", ".join(
        f"any_value({c}) filter (span = {i}) as {c}_{age}" for i, age in enumerate(ages) for c in COLUMNS
    )
    return engine.fetch(engine.query("flows_alone", ALONE.format(columns=columns)))

"""Flows from counters of windows (`rolling_30d`, `period`): readings in, bounds per span out."""

from datetime import date

import numpy as np
import pyarrow as pa

from modelcensus.engine import Engine
from modelcensus.flows.constraints import Windows, solve

WINDOWS = """
    select r.repository, r.value,
           coalesce(r.period_start, r.t_from - 30) as start_from, coalesce(r.period_start, r.t_to - 30) as start_to,
           r.t_from as end_from, r.t_to as end_to
    from {readings} r where r.counter = '{counter}' and not r.aside {only}
"""
CREATED = """
    select repository, min(created_at) as created_at from facts
    where created_at is not null group by repository
"""


def window_flows(
    engine: Engine, name: str, readings: str, counter: str, spans: list[tuple[date, date]], only: str = ""
) -> None:
    """Register flows of each span from one windowed counter: the columns of `all_time_flows`, and conflict."""
    rows = engine.fetch(engine.query("windows", WINDOWS.format(readings=readings, counter=counter, only=only)))
    repositories, ordinals = np.unique(np.asarray(rows["repository"].to_pylist(), dtype=object), return_inverse=True)
    count = len(repositories)
    windows = Windows(
        ordinals.astype(np.int64),
        start_from=_ordinals(rows["start_from"]),
        start_to=_ordinals(rows["start_to"]),
        end_from=_ordinals(rows["end_from"]),
        end_to=_ordinals(rows["end_to"]),
        value=rows["value"].to_numpy().astype(float),
    )
    born = engine.fetch(engine.query("created", CREATED)).to_pydict()
    days = dict(zip(born["repository"], born["created_at"], strict=True))
    created = np.array([days[r].toordinal() if r in days else -1 for r in repositories], dtype=np.int64)
    bounds = solve(windows, count, spans, None if readings == "readings_raw" else created)
    spans_of, ids = np.meshgrid(np.arange(len(spans)), np.arange(count))
    is_open = ~np.isfinite(bounds.high)
    table = pa.table(
        {
            "span": pa.array(spans_of.ravel(), pa.int32()),
            "repository": pa.array(repositories[ids.ravel()] if count else [], pa.string()),
            "low": pa.array(bounds.low.ravel(), pa.float64()).cast(pa.int64()),
            "high": pa.array(np.where(is_open, 0, bounds.high).ravel(), mask=is_open.ravel()).cast(pa.int64()),
            "estimate": pa.array(bounds.estimate.ravel()).cast(pa.int64()),
            "open": pa.array(is_open.ravel(), pa.bool_()),
            "broken": pa.array(np.zeros(count * len(spans), dtype=bool)),
            "instrument": pa.array([counter] * (count * len(spans)), pa.string()),
            "conflict": pa.array(np.repeat(bounds.conflict, len(spans)), pa.bool_()),
        }
    )
    engine.register(f"{name}_solved", table)
    engine.query(f"{name}_conflicts", f"select distinct repository from {name}_solved where conflict")
    engine.query(name, f"select * exclude (conflict) from {name}_solved where not conflict")


def _ordinals(column: pa.ChunkedArray) -> np.ndarray:
    epoch = date(1970, 1, 1).toordinal()
    return column.cast(pa.int32()).to_numpy().astype(np.int64) + epoch

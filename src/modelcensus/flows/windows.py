"""Flows of repositories that counters of windows were read of, alone or beside `all_time`: the constraint view."""

from datetime import date

import numpy as np
import pyarrow as pa

from modelcensus.engine import Engine
from modelcensus.flows.calendar import days
from modelcensus.flows.clocks import Clock
from modelcensus.flows.constraints import CHUNK, Bounds, Constraints, solve
from modelcensus.flows.least_squares import even_rates, whole_levels
from modelcensus.flows.splices import Splice
from modelcensus.flows.windowed import Windowed, scales
from modelcensus.vocabulary.names import ALL_TIME, PERIOD, ROLLING


def window_flows(
    engine: Engine,
    name: str,
    clock: Clock,
    spans: list[tuple[date, date]],
    splices: list[Splice],
    only: str = "",
) -> None:
    """Register flows `name` of each span: the columns of `all_time_flows`, and conflict.

    Instruments: `rolling_30d` and `period` as they are; `spliced` where they and `all_time` were read of the same
    repository: then windows of 30 days count on the all-time scale, as wide as the two were seen to disagree.
    """
    read = Windowed(engine, clock, only)
    total, rolling, period = (read.has(c) for c in (ALL_TIME, ROLLING, PERIOD))
    wanted = [(days(a), days(e)) for a, e in spans]
    measured = np.zeros(read.count, bool)
    measured[read.id[np.isin(read.series, list(scales(splices))) & (read.counter == ROLLING)]] = True
    parts = [
        _solved(read, np.ones(read.count, bool), None, wanted, np.where(rolling, ROLLING, PERIOD)),
        _solved(read, total & (period | measured), splices, wanted, np.full(read.count, "spliced", object)),
    ]
    engine.register(f"{name}_solved", pa.concat_tables(parts))
    engine.query(f"{name}_conflicts", f"select distinct repository, instrument from {name}_solved where conflict")
    engine.query(name, f"select * exclude (conflict) from {name}_solved where not conflict")


def _solved(
    read: Windowed,
    chosen: np.ndarray,
    splices: list[Splice] | None,
    spans: list[tuple[int, int]],
    instrument: np.ndarray,
) -> pa.Table:
    ids = np.flatnonzero(chosen)
    number = np.full(read.count, -1, np.int64)
    number[ids] = np.arange(len(ids))
    all_constraints = read.constraints(chosen, splices)
    all_constraints = Constraints(
        number[all_constraints.repository], all_constraints.u, all_constraints.v, all_constraints.weight
    )
    said = read.said(chosen, splices)
    order = np.argsort(number[said[0]], kind="stable")
    said = tuple(part[order] for part in said)
    broken = read.broken(chosen, spans) if splices is not None else np.zeros((read.count, len(spans)), bool)
    tables = []
    for first in range(0, len(ids), CHUNK):
        last = min(first + CHUNK, len(ids))
        bounds = solve(all_constraints.of(first, last), last - first, spans)
        a, b = np.searchsorted(number[said[0]], [first, last])
        mine = (number[said[0][a:b]] - first, *(part[a:b] for part in said[1:]))
        solvable = ~bounds.conflict[mine[0]]
        likely = _likely(tuple(part[solvable] for part in mine), bounds, spans)
        tables.append(flow_table(read.names, ids[first:last], bounds, likely, broken, instrument))
    empty = Bounds(np.zeros((0, len(spans))), np.zeros((0, len(spans))), np.zeros(0, bool), np.zeros((1, 0, 1)))
    return pa.concat_tables(
        tables or [flow_table(read.names, ids[:0], empty, np.zeros((0, len(spans))), broken, instrument)]
    )


def _likely(said: tuple[np.ndarray, ...], bounds: Bounds, spans: list[tuple[int, int]]) -> np.ndarray:
    """Estimates of the spans: the feasible even rates, as whole numbers inside the bounds."""
    ids, start, end, low, high = said
    edges = sorted({d for span in spans for d in span})
    count = bounds.low.shape[0]
    aims = np.zeros((count, len(edges)))
    if len(ids):
        first, last = int(start.min()), int(end.max())
        pairs, which = np.unique(np.stack([start, end]), axis=1, return_inverse=True)
        under, over = np.full((pairs.shape[1], count), -np.inf), np.full((pairs.shape[1], count), np.inf)
        np.maximum.at(under, (which.ravel(), ids), low)
        np.minimum.at(over, (which.ravel(), ids), high)
        over = np.maximum(over, under)
        rates = even_rates(pairs[0] - first, pairs[1] - first, under, over, last - first)
        upto = np.concatenate([np.zeros((1, count)), np.cumsum(rates, axis=0)])
        aims = upto[np.clip(np.asarray(edges) - first, 0, last - first)].T
    levels_at = whole_levels(aims, bounds.reach)
    at = {d: i for i, d in enumerate(edges)}
    return np.stack([levels_at[:, at[e]] - levels_at[:, at[s]] for s, e in spans], axis=1)


def flow_table(
    names: pa.Array, ids: np.ndarray, bounds: Bounds, likely: np.ndarray, broken: np.ndarray, instrument: np.ndarray
) -> pa.Table:
    """The flows of repositories `ids`: a row per repository and span, and conflict."""
    spans = bounds.low.shape[1]
    is_open = ~np.isfinite(bounds.high)
    which = np.repeat(ids, spans)
    return pa.table(
        {
            "span": pa.array(np.tile(np.arange(spans), len(ids)).astype(np.int32)),
            "repository": names.take(pa.array(which)),
            "low": pa.array(np.round(bounds.low).ravel().astype(np.int64)),
            "high": pa.array(
                np.round(np.where(is_open, 0, bounds.high)).ravel().astype(np.int64), mask=is_open.ravel()
            ),
            "estimate": pa.array(likely.ravel().astype(np.int64)),
            "open": pa.array(is_open.ravel(), pa.bool_()),
            "broken": pa.array(broken[ids].ravel(), pa.bool_()),
            "instrument": pa.array(list(instrument[which]), pa.string()),
            "conflict": pa.array(np.repeat(bounds.conflict, spans), pa.bool_()),
        }
    )

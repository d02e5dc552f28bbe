"""Flows of repositories that counters of windows were read of, alone or beside `all_time`: the constraint view."""

from collections.abc import Callable
from datetime import date
from functools import partial

import numpy as np
import pyarrow as pa

from modelcensus.engine import Engine
from modelcensus.flows.calendar import days
from modelcensus.flows.clocks import Clock
from modelcensus.flows.constraints import CHUNK, Bounds, Floats, Ints, solve
from modelcensus.flows.least_squares import even_rates, whole_levels
from modelcensus.flows.solved import Solved
from modelcensus.flows.splices import Splice
from modelcensus.flows.windowed import Windowed, scales
from modelcensus.vocabulary.names import ALL_TIME, PERIOD, ROLLING

MOST_REACH = 16_000_000
"""Differences of two days each that are held at a time: of many days those of fewer repositories."""


def window_flows(
    engine: Engine,
    name: str,
    clock: Clock,
    spans: list[tuple[date, date]],
    splices: list[Splice],
    only: str,
    solved: Solved,
) -> None:
    """Register flows `name` of each span: the columns of `all_time_flows`, and conflict.

    Instruments: `rolling_30d` and `period` as they are; `spliced` where they and `all_time` were read of the same
    repository: then windows of 30 days count on the all-time scale, as wide as the two were seen to disagree.
    `solved`: what was solved of the same readings before. `only` is as in `all_time_flows`, over tables that stay as they are.
    """

    def solve_anew() -> pa.Table:
        read = Windowed(engine, clock, only)
        wanted = [(days(a), days(e)) for a, e in spans]
        return solve_both(read, splices, partial(_solved, read, wanted))

    register_solved(engine, name, solved.of((clock, only, *spans), solve_anew))


def solve_both(read: Windowed, splices: list[Splice], solved: Callable[..., pa.Table]) -> pa.Table:
    """What `solved` (of the repositories chosen, the splices or None, and the instrument of each) gives of the counters of
    windows as they are, and of those that can be spliced."""
    total, rolling, period = (read.has(c) for c in (ALL_TIME, ROLLING, PERIOD))
    measured = np.zeros(read.count, bool)
    measured[read.id[np.isin(read.series, list(scales(splices))) & (read.counter == ROLLING)]] = True
    parts = [
        solved(np.ones(read.count, bool), None, np.where(rolling, ROLLING, PERIOD)),
        solved(total & (period | measured), splices, np.full(read.count, "spliced", object)),
    ]
    return pa.concat_tables(parts)


def register_solved(engine: Engine, name: str, solved: pa.Table) -> None:
    """Register flows `name` without those in conflict, and `name`_conflicts."""
    engine.register(f"{name}_solved", solved)
    engine.query(f"{name}_conflicts", f"select distinct repository, instrument from {name}_solved where conflict")
    engine.query(name, f"select * exclude (conflict) from {name}_solved where not conflict")


def _solved(
    read: Windowed,
    spans: list[tuple[int, int]],
    chosen: np.ndarray,
    splices: list[Splice] | None,
    instrument: np.ndarray,
) -> pa.Table:
    told = read.told(chosen, splices)
    broken = read.broken(chosen, spans) if splices is not None else np.zeros((read.count, len(spans)), bool)
    edges = sorted({d for span in spans for d in span})
    at = {d: i for i, d in enumerate(edges)}
    starts, ends = [at[s] for s, _ in spans], [at[e] for _, e in spans]
    nothing = Bounds(np.zeros((0, len(spans))), np.zeros((0, len(spans))), np.zeros(0, bool), np.zeros((1, 0, 1)))
    tables = [flow_table(read.names, told.ids[:0], nothing, nothing.low, broken, instrument)]
    size = max(1, min(CHUNK, MOST_REACH // len(edges) ** 2))
    for first in range(0, len(told.ids), size):
        part = told.part(first, first + size)
        bounds = solve(part.constraints, len(part.ids), spans)
        levels = likely_levels(part.said, np.tile(edges, (len(part.ids), 1)), bounds)
        likely = levels[:, ends] - levels[:, starts]
        tables.append(flow_table(read.names, part.ids, bounds, likely, broken, instrument))
    return pa.concat_tables(tables)


def likely_levels(said: tuple[np.ndarray, ...], asked: Ints, bounds: Bounds) -> Floats:
    """P at the days asked for (repositories x days, of `bounds.reach`): that of the feasible even rates, as whole numbers
    inside the bounds; 0 throughout where the readings contradict each other."""
    solvable = ~bounds.conflict[said[0]]
    ids, start, end, low, high = (part[solvable] for part in said)
    aims = np.zeros(asked.shape)
    if len(ids):
        first, last, count = int(start.min()), int(end.max()), len(asked)
        pairs, which = np.unique(np.stack([start, end]), axis=1, return_inverse=True)
        under, over = np.full((pairs.shape[1], count), -np.inf), np.full((pairs.shape[1], count), np.inf)
        np.maximum.at(under, (which.ravel(), ids), low)
        np.minimum.at(over, (which.ravel(), ids), high)
        rates = even_rates(pairs[0] - first, pairs[1] - first, under, np.maximum(over, under), last - first)
        upto = np.concatenate([np.zeros((1, count)), np.cumsum(rates, axis=0)])
        aims = upto[np.clip(asked - first, 0, last - first), np.arange(count)[:, None]]
    return whole_levels(aims, bounds.reach)


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

"""Flows of the first days after release, of repositories that counters of windows were read of.

Days of reading are shared by many repositories, days of release are not: so the shortest paths run over the days of
reading, and a day between two of them stands between their levels. Nothing else is known of it, so the bounds are exact.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from modelcensus.engine import Engine
from modelcensus.flows.calendar import days
from modelcensus.flows.clocks import RELEASE, Clock
from modelcensus.flows.constraints import BEGINNING, Bounds, Constraints, Floats, Ints, closure
from modelcensus.flows.least_squares import even_rates, whole_levels
from modelcensus.flows.splices import Splice
from modelcensus.flows.windowed import Windowed, scales
from modelcensus.flows.windows import flow_table
from modelcensus.vocabulary.names import ALL_TIME, PERIOD, ROLLING

CELLS = 6_000_000
"""Differences held at a time: keeps memory flat."""


def aged_window_flows(
    engine: Engine, name: str, clock: Clock, ages: list[int], splices: list[Splice], only: str = ""
) -> None:
    """Register flows `name`: the columns of `window_flows`, one span per age; days of release are those of `zero`."""
    read = Windowed(engine, clock, only)
    zero = engine.fetch(engine.query("zero_days", "select repository, shift from zero"))
    shift = dict(zip(zero["repository"].to_pylist(), zero["shift"].to_pylist(), strict=True))
    known = np.array([n in shift for n in read.names.to_pylist()], bool)
    released = np.array([shift.get(n, 0) for n in read.names.to_pylist()], np.int64) + days(RELEASE)
    asked = released[:, None] + np.concatenate([[0], ages]).astype(np.int64)
    total, rolling, period = (read.has(c) for c in (ALL_TIME, ROLLING, PERIOD))
    measured = np.zeros(read.count, bool)
    measured[read.id[np.isin(read.series, list(scales(splices))) & (read.counter == ROLLING)]] = True
    parts = [
        _solved(read, known, None, asked, np.where(rolling, ROLLING, PERIOD)),
        _solved(read, known & total & (period | measured), splices, asked, np.full(read.count, "spliced", object)),
    ]
    engine.register(f"{name}_solved", pa.concat_tables(parts))
    engine.query(f"{name}_conflicts", f"select distinct repository, instrument from {name}_solved where conflict")
    engine.query(name, f"select * exclude (conflict) from {name}_solved where not conflict")


def _solved(
    read: Windowed, chosen: np.ndarray, splices: list[Splice] | None, asked: Ints, instrument: np.ndarray
) -> pa.Table:
    ids = np.flatnonzero(chosen)
    number = np.full(read.count, -1, np.int64)
    number[ids] = np.arange(len(ids))
    born, read.born = read.born, _snapped(read)
    told = read.constraints(chosen, splices)
    read.born = born
    told = Constraints(number[told.repository], told.u, told.v, told.weight)
    said = read.said(chosen, splices)
    order = np.argsort(number[said[0]], kind="stable")
    said = tuple(part[order] for part in said)
    broken = _broken(read, chosen, asked) if splices is not None else np.zeros((read.count, asked.shape[1] - 1), bool)
    step = max(16, CELLS // max(1, len(np.unique(np.concatenate([told.u, told.v])))) ** 2) if len(ids) else 1
    tables = [flow_table(read.names, ids[:0], _nothing(asked.shape[1]), asked[:0, 1:], broken, instrument)]
    for first in range(0, len(ids), step):
        mine = ids[first : first + step]
        levels = _levels(told.of(first, first + len(mine)), asked[mine], born[mine])
        a, b = np.searchsorted(number[said[0]], [first, first + len(mine)])
        own = (number[said[0][a:b]] - first, *(part[a:b] for part in said[1:]))
        solvable = ~levels.conflict[own[0]]
        likely = _likely(tuple(part[solvable] for part in own), levels, asked[mine])
        tables.append(flow_table(read.names, mine, levels, likely, broken, instrument))
    return pa.concat_tables(tables)


def _snapped(read: Windowed) -> Ints:
    """The last day of reading at or before that of creation: a repository has no downloads by then either."""
    nodes = np.unique(np.concatenate([read.start_from, read.start_to, read.since, read.until]))
    if not len(nodes):
        return read.born
    at = np.searchsorted(nodes, read.born, side="right") - 1
    return np.where((read.born >= 0) & (at >= 0), nodes[np.maximum(at, 0)], -1)


@dataclass(frozen=True)
class _Between:
    """Places of the last node at or before each day asked for, and of the first at or after it (-1: none)."""

    floor: Ints
    ceiling: Ints


def _levels(told: Constraints, asked: Ints, born: Ints) -> Bounds:
    """Bounds of the spans that start at the first day asked for and end at each other."""
    count, width = asked.shape
    nodes, reach, conflict = closure(told, count)
    beginning = int(np.searchsorted(nodes, BEGINNING))
    first = int(np.searchsorted(nodes, 0))
    floor = np.searchsorted(nodes, asked, side="right") - 1
    floor = np.where(floor < first, beginning, floor)
    ceiling = np.searchsorted(nodes, asked, side="left")
    ceiling = np.where(ceiling >= len(nodes), -1, np.maximum(ceiling, first))
    unborn = (born[:, None] >= 0) & (asked <= born[:, None])
    at = _Between(np.where(unborn, beginning, floor), np.where(unborn, beginning, ceiling))
    rows = np.arange(count)
    between = np.empty((width, count, width))
    for a in range(width):
        for b in range(width):
            most = np.where(
                at.ceiling[:, b] < 0, np.inf, reach[at.floor[:, a], rows, np.maximum(at.ceiling[:, b], 0)]
            )
            between[a, :, b] = most if b > a else np.minimum(most, 0)
    low = np.stack([np.maximum(0, -between[k, :, 0]) for k in range(1, width)], axis=1)
    high = np.stack([between[0, :, k] for k in range(1, width)], axis=1)
    return Bounds(low, high, conflict, between)


def _likely(said: tuple[np.ndarray, ...], levels: Bounds, asked: Ints) -> Floats:
    ids, start, end, low, high = said
    aims = np.zeros(asked.shape)
    if len(ids):
        first, last = int(start.min()), int(end.max())
        pairs, which = np.unique(np.stack([start, end]), axis=1, return_inverse=True)
        under, over = np.full((pairs.shape[1], len(asked)), -np.inf), np.full((pairs.shape[1], len(asked)), np.inf)
        np.maximum.at(under, (which.ravel(), ids), low)
        np.minimum.at(over, (which.ravel(), ids), high)
        rates = even_rates(pairs[0] - first, pairs[1] - first, under, np.maximum(over, under), last - first)
        upto = np.concatenate([np.zeros((1, len(asked))), np.cumsum(rates, axis=0)])
        aims = upto[np.clip(asked - first, 0, last - first), np.arange(len(asked))[:, None]]
    whole = whole_levels(aims, levels.reach)
    return whole[:, 1:] - whole[:, :1]


def _broken(read: Windowed, chosen: np.ndarray, asked: Ints) -> np.ndarray:
    """(repositories x ages) whether a recount lies between the readings around the span."""
    found = np.zeros((read.count, asked.shape[1] - 1), bool)
    fell = read.fell[chosen[read.id[read.fell]]]
    ids = read.id[fell]
    crossed = (asked[ids, :1] < read.until[fell][:, None]) & (read.stood[fell][:, None] < asked[ids, 1:])
    np.logical_or.at(found, ids, crossed)
    return found


def _nothing(width: int) -> Bounds:
    return Bounds(np.zeros((0, width - 1)), np.zeros((0, width - 1)), np.zeros(0, bool), np.zeros((width, 0, width)))

"""Flows of the first days after release, of repositories that counters of windows were read of.

Days of reading are shared by many repositories, days of release are not: so the shortest paths run over the days of
reading, and a day between two of them stands between their levels. Nothing else is known of it, so the bounds are exact.
"""

from dataclasses import dataclass
from functools import partial

import numpy as np
import pyarrow as pa

from modelcensus.engine import Engine
from modelcensus.flows.calendar import days
from modelcensus.flows.clocks import RELEASE, Clock
from modelcensus.flows.constraints import BEGINNING, Bounds, Constraints, Ints, closure
from modelcensus.flows.splices import Splice
from modelcensus.flows.windowed import Windowed
from modelcensus.flows.windows import flow_table, likely_levels, register_solved, solve_both

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
    register_solved(engine, name, solve_both(read, splices, partial(_solved, read, known, asked)))


def _solved(
    read: Windowed,
    known: np.ndarray,
    asked: Ints,
    chosen: np.ndarray,
    splices: list[Splice] | None,
    instrument: np.ndarray,
) -> pa.Table:
    chosen, width = chosen & known, asked.shape[1]
    told = read.told(chosen, splices, _snapped(read))
    broken = _broken(read, chosen, asked) if splices is not None else np.zeros((read.count, width - 1), bool)
    nodes = len(np.unique(np.concatenate([told.constraints.u, told.constraints.v])))
    step = max(16, CELLS // max(1, nodes) ** 2)
    tables = [flow_table(read.names, told.ids[:0], _nothing(width), asked[:0, 1:], broken, instrument)]
    for first in range(0, len(told.ids), step):
        part = told.part(first, first + step)
        bounds = _levels(part.constraints, asked[part.ids], read.born[part.ids])
        whole = likely_levels(part.said, asked[part.ids], bounds)
        likely = whole[:, 1:] - whole[:, :1]
        tables.append(flow_table(read.names, part.ids, bounds, likely, broken, instrument))
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

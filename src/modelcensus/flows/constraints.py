"""Flow bounds by shortest paths, vectorised over repositories (docs/method.md, section 2).

Every reading is a difference constraint on the cumulative downloads P: a `rolling_30d` value R read at t
says P(t) - P(t - 30 d) = R, a `period` count v says P(b) - P(a) = v, and P never falls. An edge u -> v of
weight w stands for P(v) - P(u) <= w; the shortest path from u to v is the largest difference that no
constraint forbids. A time of reading known only as an interval [f, t] gives the constraints that hold for
every day in it.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
CHUNK = 4096
"""Repositories solved at a time: keeps memory flat."""


@dataclass(frozen=True)
class Windows:
    """Counted windows as arrays: `repository` is an ordinal; a window runs from [start_from, start_to] to
    [end_from, end_to] (days as ordinals) and counted `value` downloads."""

    repository: NDArray[np.int64]
    start_from: NDArray[np.int64]
    start_to: NDArray[np.int64]
    end_from: NDArray[np.int64]
    end_to: NDArray[np.int64]
    value: Floats


@dataclass(frozen=True)
class Bounds:
    """Per repository and span: low, high (inf where open), estimate; conflict where no P satisfies all."""

    low: Floats
    high: Floats
    estimate: Floats
    conflict: NDArray[np.bool_]


def solve(
    windows: Windows, count: int, spans: list[tuple[date, date]], created: NDArray[np.int64] | None = None
) -> Bounds:
    """Bounds of every span for `count` repositories; `created` gives days of creation (negative: unknown)."""
    edges_of_days = sorted({d.toordinal() for span in spans for d in span})
    shape = (count, len(spans))
    low, high, estimate = np.zeros(shape), np.full(shape, np.inf), np.zeros(shape)
    conflict = np.zeros(count, dtype=bool)
    order = np.argsort(windows.repository, kind="stable")
    sorted_ids = windows.repository[order]
    for first in range(0, count, CHUNK):
        last = min(first + CHUNK, count)
        chosen = order[np.searchsorted(sorted_ids, first) : np.searchsorted(sorted_ids, last)]
        part = Windows(
            windows.repository[chosen] - first,
            *(getattr(windows, f)[chosen] for f in ("start_from", "start_to", "end_from", "end_to", "value")),
        )
        born = None if created is None else created[first:last]
        result = _solve_chunk(part, last - first, spans, edges_of_days, born)
        low[first:last], high[first:last], estimate[first:last], conflict[first:last] = (
            result.low,
            result.high,
            result.estimate,
            result.conflict,
        )
    return Bounds(low, high, estimate, conflict)


def _solve_chunk(
    windows: Windows,
    count: int,
    spans: list[tuple[date, date]],
    days: list[int],
    created: NDArray[np.int64] | None,
) -> Bounds:
    nodes = np.unique(
        np.concatenate(
            [
                windows.start_from,
                windows.start_to,
                windows.end_from,
                windows.end_to,
                np.asarray(days, np.int64),
            ]
        )
    )
    edges = _edges(windows, count, nodes, created)
    targets = np.searchsorted(nodes, days)
    distance = {}
    conflict = np.zeros(count, dtype=bool)
    for day, source in zip(days, targets, strict=True):
        reached, unsettled = _shortest(edges, count, len(nodes), int(source))
        distance[day] = reached
        conflict |= unsettled
    if days[-1] != nodes[-1]:  # every node is reached from the last one: a contradiction shows whatever is asked
        conflict |= _shortest(edges, count, len(nodes), len(nodes) - 1)[1]
    likely = _estimates(windows, count, days, distance, dict(zip(days, targets, strict=True)))
    shape = (count, len(spans))
    low, high, estimate = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    position = {d: i for i, d in enumerate(days)}
    for i, (start, end) in enumerate(spans):
        s, e = start.toordinal(), end.toordinal()
        high[:, i] = distance[s][:, targets[position[e]]]
        low[:, i] = np.maximum(0, -distance[e][:, targets[position[s]]])
        estimate[:, i] = likely[:, position[e]] - likely[:, position[s]]
    return Bounds(low, high, estimate, conflict)


def _edges(
    windows: Windows, count: int, nodes: NDArray[np.int64], created: NDArray[np.int64] | None
) -> dict[tuple[int, int], Floats]:
    """Weight per repository of each edge; infinite where the repository does not have it."""
    edges: dict[tuple[int, int], Floats] = {}

    def tighten(u: NDArray[np.int64], v: NDArray[np.int64], weight: Floats) -> None:
        pairs = u * len(nodes) + v
        for pair in np.unique(pairs):
            where = pairs == pair
            key = int(pair) // len(nodes), int(pair) % len(nodes)
            current = edges.setdefault(key, np.full(count, np.inf))
            np.minimum.at(current, windows.repository[where], weight[where])

    at = {f: np.searchsorted(nodes, getattr(windows, f)) for f in ("start_from", "start_to", "end_from", "end_to")}
    certain = windows.end_from >= windows.start_to
    tighten(at["end_to"], at["start_from"], -windows.value)
    if certain.any():
        upper = np.where(certain, windows.value, np.inf)
        tighten(at["start_to"], at["end_from"], upper)
    always = np.zeros(count)
    for i in range(len(nodes) - 1):
        current = edges.get((i + 1, i))
        edges[i + 1, i] = always if current is None else np.minimum(current, 0)
    if created is not None:
        for i in range(1, len(nodes)):
            unborn = created >= nodes[i]
            if unborn.any():
                weight = np.where(unborn, 0.0, np.inf)
                current = edges.get((0, i))
                edges[0, i] = weight if current is None else np.minimum(current, weight)
    return edges


def _shortest(
    edges: dict[tuple[int, int], Floats], count: int, size: int, source: int
) -> tuple[Floats, NDArray[np.bool_]]:
    """Bellman-Ford from one node for all repositories at once; true where a negative cycle keeps it moving."""
    distance = np.full((count, size), np.inf)
    distance[:, source] = 0
    backward = sorted((e for e in edges if e[0] > e[1]), key=lambda e: -e[0])
    forward = sorted((e for e in edges if e[0] <= e[1]), key=lambda e: e[0])
    changed = np.ones(count, dtype=bool)
    for _ in range(size + 1):
        before = distance.copy()
        for u, v in (*forward, *backward):
            np.minimum(distance[:, v], distance[:, u] + edges[u, v], out=distance[:, v])
        changed = (distance < before - 1e-9).any(axis=1) | (distance[:, source] < -1e-9)
        if not changed.any() or (distance[changed, source] < -1e-9).all():
            break
    return distance, changed


def _estimates(
    windows: Windows,
    count: int,
    days: list[int],
    distance: dict[int, Floats],
    node: dict[int, np.intp],
) -> Floats:
    """A cumulative estimate at each day that keeps every bound and adds up over spans.

    The aim is the even rate of the windows that cover a day; each day in turn takes the nearest value that
    the bounds to all days before it allow (a shortest-path closure always leaves one).
    """
    aims = np.zeros((count, len(days)))
    for i in range(1, len(days)):
        aims[:, i] = aims[:, i - 1] + _even(windows, count, days[i - 1], days[i])
    likely = np.zeros((count, len(days)))
    for i in range(1, len(days)):
        floor, ceiling = np.full(count, -np.inf), np.full(count, np.inf)
        for j in range(i):
            floor = np.maximum(floor, likely[:, j] - distance[days[i]][:, node[days[j]]])
            ceiling = np.minimum(ceiling, likely[:, j] + distance[days[j]][:, node[days[i]]])
        aim = likely[:, i - 1] + np.round(aims[:, i] - aims[:, i - 1])
        open_end = ~np.isfinite(ceiling)
        likely[:, i] = np.where(open_end, np.maximum(floor, likely[:, i - 1]), np.clip(aim, floor, ceiling))
    return likely


def _even(windows: Windows, count: int, start: int, end: int) -> Floats:
    """Downloads between two days if every window were spent evenly, averaged over the windows of each day."""
    middle_start = (windows.start_from + windows.start_to) // 2
    middle_end = np.maximum(middle_start + 1, (windows.end_from + windows.end_to) // 2)
    rate = windows.value / (middle_end - middle_start)
    total = np.zeros(count)
    spots = np.arange(start, end)
    if len(windows.value) == 0:
        return total
    rates, weights = np.zeros(count), np.zeros(count)
    for day in spots:
        covers = (middle_start <= day) & (day < middle_end)
        rates[:] = 0
        weights[:] = 0
        np.add.at(rates, windows.repository[covers], rate[covers])
        np.add.at(weights, windows.repository[covers], 1)
        total += np.divide(rates, weights, out=np.zeros(count), where=weights > 0)
    return total

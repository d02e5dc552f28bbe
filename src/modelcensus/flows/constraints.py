"""Flow bounds by shortest paths, vectorised over repositories (docs/method.md, section 2).

Every reading is a difference constraint on the cumulative downloads P: `all_time` A read at t says that P(t) is A
above the beginning, `rolling_30d` R that P(t) - P(t - 30 d) = R, `period` v that P(b) - P(a) = v; and P never falls.
An edge u -> v of weight w stands for P(v) - P(u) <= w; the shortest path from u to v is the largest difference that
no constraint forbids. A time of reading known only as an interval gives the constraints that hold for every day in it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
BEGINNING = -1
"""The node before all days. -2, -3, ... are the beginnings of the chains that recounts started."""

CHUNK = 2048
"""Repositories solved at a time: keeps memory flat."""


@dataclass(frozen=True)
class Constraints:
    """P(v) - P(u) <= weight, of `repository` (an ordinal); nodes are days, or beginnings."""

    repository: Ints
    u: Ints
    v: Ints
    weight: Floats

    @classmethod
    def together(cls, parts: Sequence["Constraints"]) -> "Constraints":
        """All of these."""
        return cls(*(np.concatenate([getattr(p, f) for p in parts]) for f in ("repository", "u", "v", "weight")))

    def of(self, first: int, last: int) -> "Constraints":
        """Those of the repositories from `first` to before `last`, counted from 0 (sorted by repository)."""
        a, b = np.searchsorted(self.repository, [first, last])
        return Constraints(self.repository[a:b] - first, self.u[a:b], self.v[a:b], self.weight[a:b])

    def sorted(self) -> "Constraints":
        """The same in the order of repositories."""
        order = np.argsort(self.repository, kind="stable")
        return Constraints(self.repository[order], self.u[order], self.v[order], self.weight[order])


def windows(
    repository: Ints, start_from: Ints, start_to: Ints, end_from: Ints, end_to: Ints, low: Floats, high: Floats
) -> Constraints:
    """low <= P(end) - P(start) <= high, where both days are known as intervals."""
    certain = end_from >= start_to
    return Constraints(
        np.concatenate([repository, repository[certain]]),
        np.concatenate([end_to, start_to[certain]]),
        np.concatenate([start_from, end_from[certain]]),
        np.concatenate([-low, high[certain]]).astype(float),
    )


def levels(repository: Ints, chain: Ints, read_from: Ints, read_to: Ints, value: Floats) -> Constraints:
    """P is `value` above the beginning of its chain (0, or the number of recounts before) at the time of reading."""
    beginning = BEGINNING - chain
    return Constraints(
        np.concatenate([repository, repository]),
        np.concatenate([read_to, beginning]),
        np.concatenate([beginning, read_from]),
        np.concatenate([-value, value]).astype(float),
    )


def at_most(repository: Ints, start: Ints, end: Ints, value: Floats) -> Constraints:
    """P(end) - P(start) <= value."""
    return Constraints(repository, start, end, value.astype(float))


@dataclass(frozen=True)
class Bounds:
    """Per repository and span: low and high (inf where open); conflict where no P satisfies all. `reach[a][i, b]` is
    the largest P(b) - P(a), by the positions of the days asked for."""

    low: Floats
    high: Floats
    conflict: NDArray[np.bool_]
    reach: Floats


def solve(constraints: Constraints, count: int, spans: list[tuple[int, int]]) -> Bounds:
    """Bounds of every span (days) for repositories 0 to `count`; constraints sorted by repository."""
    days = sorted({d for span in spans for d in span})
    nodes = np.unique(np.concatenate([constraints.u, constraints.v, np.asarray(days, np.int64)]))
    place = {int(n): i for i, n in enumerate(nodes)}
    edges = _edges(constraints, count, nodes)
    targets = [place[d] for d in days]
    conflict = np.zeros(count, bool)
    reach = np.empty((len(days), count, len(days)))
    for i, source in enumerate(targets):
        distance, unsettled = _shortest(edges, count, len(nodes), source)
        conflict |= unsettled
        reach[i] = distance[targets].T
    if (
        targets[-1] != len(nodes) - 1
    ):  # from the last node every one is reached: a contradiction shows whatever is asked
        conflict |= _shortest(edges, count, len(nodes), len(nodes) - 1)[1]
    at = {d: i for i, d in enumerate(days)}
    low = np.stack([np.maximum(0, -reach[at[e], :, at[s]]) for s, e in spans], axis=1)
    high = np.stack([reach[at[s], :, at[e]] for s, e in spans], axis=1)
    return Bounds(low, high, conflict, reach)


def closure(constraints: Constraints, count: int) -> tuple[Ints, Floats, NDArray[np.bool_]]:
    """The nodes, `reach[a, i, b]` (the largest P(b) - P(a), by places of nodes), and where no P satisfies all."""
    nodes = np.unique(np.concatenate([constraints.u, constraints.v, [BEGINNING]])).astype(np.int64)
    edges = _edges(constraints, count, nodes)
    reach, conflict = np.empty((len(nodes), count, len(nodes))), np.zeros(count, bool)
    for source in range(len(nodes)):
        distance, unsettled = _shortest(edges, count, len(nodes), source)
        reach[source] = distance.T
        conflict |= unsettled
    return nodes, reach, conflict


def _edges(constraints: Constraints, count: int, nodes: Ints) -> list[tuple[int, int, Floats]]:
    """(u, v, weight by repository) of each edge; infinite where a repository does not have it."""
    u, v = np.searchsorted(nodes, constraints.u), np.searchsorted(nodes, constraints.v)
    pairs, which = np.unique(u * len(nodes) + v, return_inverse=True)
    weights = np.full((len(pairs), count), np.inf)
    np.minimum.at(weights, (which, constraints.repository), constraints.weight)
    edges = {(int(p) // len(nodes), int(p) % len(nodes)): w for p, w in zip(pairs, weights, strict=True)}
    first = int(np.searchsorted(nodes, 0))
    always = np.zeros(count)
    steps = [(i + 1, i) for i in range(first, len(nodes) - 1)]
    beginning = np.searchsorted(nodes, BEGINNING)
    if beginning < len(nodes) and nodes[beginning] == BEGINNING and first < len(nodes):
        steps.append((first, int(beginning)))
    for step in steps:
        edges[step] = np.minimum(edges[step], 0) if step in edges else always
    return [(a, b, w) for (a, b), w in edges.items()]


def _shortest(
    edges: list[tuple[int, int, Floats]], count: int, size: int, source: int
) -> tuple[Floats, NDArray[np.bool_]]:
    """Bellman-Ford from one node for all repositories at once; true where a negative cycle keeps it moving."""
    distance = np.full((size, count), np.inf)
    distance[source] = 0
    forward = sorted((e for e in edges if e[0] <= e[1]), key=lambda e: (e[0], e[1]))
    backward = sorted((e for e in edges if e[0] > e[1]), key=lambda e: (-e[0], -e[1]))
    moving = np.ones(count, bool)
    step = np.empty(count)
    for _ in range(size + 1):
        before = distance.copy()
        for u, v, weight in (*forward, *backward):
            np.add(distance[u], weight, out=step)
            np.minimum(distance[v], step, out=distance[v])
        moving = (distance < before - 1e-6).any(axis=0) | (distance[source] < -1e-6)
        if not moving.any() or (distance[source][moving] < -1e-6).all():
            break
    return distance, moving

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
    """Bounds of every span (days) for repositories 0 to `count`; constraints sorted by repository.

    Paths are looked for between the nodes that constraints lead out of. Whatever other day a path comes to, it can only
    leave it to the day before, so that such days are told from the others by one pass.
    """
    days = np.asarray(sorted({d for span in spans for d in span}), np.int64)
    nodes = np.unique(np.concatenate([constraints.u, constraints.v[constraints.v < 0]]))
    edges = _edges(_between(constraints, nodes), count, nodes)
    outer = _Outer.of(constraints, count, nodes, days)
    conflict = np.zeros(count, bool)
    reach = np.full((len(days), count, len(days)), np.inf)
    left, place, told = _left_by(nodes, days), -1, np.empty((0, 0))
    for i, source in enumerate(left.tolist()):
        if source >= 0:
            if source != place:
                distance, unsettled = _shortest(edges, count, len(nodes), source)
                place, told = source, outer.told(distance)
                conflict |= unsettled
            reach[i] = told
        np.minimum(reach[i, :, : i + 1], 0, out=reach[i, :, : i + 1])
    if len(nodes) and place != len(nodes) - 1:
        # from the last node every one is reached: a contradiction shows whatever is asked
        conflict |= _shortest(edges, count, len(nodes), len(nodes) - 1)[1]
    at = {int(d): i for i, d in enumerate(days)}
    low = np.stack([np.maximum(0, -reach[at[e], :, at[s]]) for s, e in spans], axis=1)
    high = np.stack([reach[at[s], :, at[e]] for s, e in spans], axis=1)
    return Bounds(low, high, conflict, reach)


def _left_by(nodes: Ints, days: Ints) -> Ints:
    """The place of the node to which a path from each day comes first: itself, the one before, or the beginning; -1 where
    there is none."""
    found = np.searchsorted(nodes, days, side="right") - 1
    beginning = np.searchsorted(nodes, BEGINNING)
    known = beginning < len(nodes) and nodes[beginning] == BEGINNING
    return np.where((found >= np.searchsorted(nodes, 0)) | (days < 0), found, beginning if known else -1)


def _between(constraints: Constraints, nodes: Ints) -> Constraints:
    """The constraints with the nodes alone: one that leads to another day leads to the node before it."""
    to = _left_by(nodes, constraints.v)
    some = to >= 0
    return Constraints(constraints.repository[some], constraints.u[some], nodes[to[some]], constraints.weight[some])


@dataclass(frozen=True)
class _Outer:
    """How far the days asked for are from a node, from how far the nodes are: `edges` (place of the node, place of the day,
    weights) lead to days that are no nodes."""

    size: int
    inner: Ints
    """Places among all days of the nodes that are days; these are the last ones of the nodes."""
    asked: Ints
    edges: list[tuple[int, int, Floats]]

    @classmethod
    def of(cls, constraints: Constraints, count: int, nodes: Ints, days: Ints) -> "_Outer":
        inner = nodes[nodes >= 0]
        led = ~np.isin(constraints.v, nodes)
        all_days = np.unique(np.concatenate([inner, constraints.v[led], days]))
        u, v = np.searchsorted(nodes, constraints.u[led]), np.searchsorted(all_days, constraints.v[led])
        edges = _weighted(u, v, len(all_days), constraints.repository[led], constraints.weight[led], count)
        return cls(
            len(all_days), np.searchsorted(all_days, inner), np.searchsorted(all_days, days),
            [(a, b, w) for (a, b), w in edges.items()],
        )  # fmt: skip

    def told(self, distance: Floats) -> Floats:
        """The distances (repositories x days asked for), of those of the nodes (nodes x repositories)."""
        found = np.full((self.size, distance.shape[1]), np.inf)
        found[self.inner] = distance[len(distance) - len(self.inner) :]
        for u, v, weight in self.edges:
            np.minimum(found[v], distance[u] + weight, out=found[v])
        np.minimum.accumulate(found[::-1], axis=0, out=found[::-1])
        return found[self.asked].T


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
    edges = _weighted(u, v, len(nodes), constraints.repository, constraints.weight, count)
    first = int(np.searchsorted(nodes, 0))
    always = np.zeros(count)
    steps = [(i + 1, i) for i in range(first, len(nodes) - 1)]
    beginning = np.searchsorted(nodes, BEGINNING)
    if beginning < len(nodes) and nodes[beginning] == BEGINNING and first < len(nodes):
        steps.append((first, int(beginning)))
    for step in steps:
        edges[step] = np.minimum(edges[step], 0) if step in edges else always
    return [(a, b, w) for (a, b), w in edges.items()]


def _weighted(
    u: Ints, v: Ints, size: int, repository: Ints, weight: Floats, count: int
) -> dict[tuple[int, int], Floats]:
    """The least weight by repository of each pair of places; infinite where a repository does not have it."""
    pairs, which = np.unique(u * size + v, return_inverse=True)
    weights = np.full((len(pairs), count), np.inf)
    np.minimum.at(weights, (which, repository), weight)
    return {(int(p) // size, int(p) % size): w for p, w in zip(pairs, weights, strict=True)}


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

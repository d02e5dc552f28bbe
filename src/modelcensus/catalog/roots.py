"""Roots: where every line of descent begins, for graphs of millions of repositories.

Parents of one child share it equally, at every step. A cycle is broken at its youngest edge. Plain arrays: nodes
are 0..n-1, an edge is `child[i]` -> `parent[i]`.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Roots:
    """What every node descends from: rows (node, root, share), shares of a node add up to 1; a node without
    parents is its own root. `depth` is the number of steps of the longest line of descent to a root; `cut` marks
    the edges that were taken out, because they are a node's own or the youngest of a cycle."""

    node: Ints
    root: Ints
    share: NDArray[np.float64]
    depth: Ints
    cut: NDArray[np.bool_]


def find_roots(count: int, child: Ints, parent: Ints, age: Ints) -> Roots:
    """The roots of all nodes; `age` orders the edges, the largest is the youngest (ties: the later edge)."""
    cut = child == parent
    levels = _levels(count, child, parent, cut)
    if (levels < 0).any():
        inside = np.flatnonzero(~cut & (levels[child] < 0) & (levels[parent] < 0))
        below = _levels(count, parent[inside], child[inside], np.zeros(inside.size, dtype=np.bool_))
        inside = inside[(below[child[inside]] < 0) & (below[parent[inside]] < 0)]
        cut[_youngest_of_cycles(child, parent, age, inside)] = True
        levels = _levels(count, child, parent, cut)
    keep = ~cut
    node, root, share = _shares(count, child[keep], parent[keep], levels)
    return Roots(node, root, share, levels, cut)


def _levels(count: int, child: Ints, parent: Ints, cut: NDArray[np.bool_]) -> Ints:
    """Steps of the longest line of descent to a root; -1 for what is in a cycle or descends from one."""
    child, parent = child[~cut], parent[~cut]
    order = np.argsort(parent, kind="stable")
    sorted_children = child[order]
    starts = np.searchsorted(parent[order], np.arange(count + 1))
    pending = np.bincount(child, minlength=count)
    levels = np.full(count, -1, dtype=np.int64)
    frontier, level = np.flatnonzero(pending == 0), 0
    while frontier.size:
        levels[frontier] = level
        touched = sorted_children[_ranges(starts[frontier], starts[frontier + 1])]
        reached, times = np.unique(touched, return_counts=True)
        pending[reached] -= times
        frontier, level = reached[pending[reached] == 0], level + 1
    return levels


def _ranges(start: Ints, end: Ints) -> Ints:
    """All integers of the half-open ranges, one after the other."""
    lengths = end - start
    if not lengths.sum():
        return np.empty(0, dtype=np.int64)
    offsets = np.repeat(start - np.concatenate(([0], np.cumsum(lengths)[:-1])), lengths)
    return offsets + np.arange(lengths.sum())


def _youngest_of_cycles(child: Ints, parent: Ints, age: Ints, inside: Ints) -> list[int]:
    """The edges to cut: of every cycle the youngest.

    The youngest edge of a strongly connected component is the youngest of every cycle that it lies on; without
    it the component falls apart into what is left of its cycles.
    """
    import networkx as nx  # takes a second, and cycles are rare

    graph = nx.DiGraph()
    for edge in inside.tolist():
        graph.add_edge(int(child[edge]), int(parent[edge]), edge=edge)
    found: list[int] = []
    waiting = [graph]
    while waiting:
        part = waiting.pop()
        for component in list(nx.strongly_connected_components(part)):
            if len(component) < 2:
                continue
            tangle = part.subgraph(component)
            edges = sorted(tangle.edges(data="edge"), key=lambda e: (age[e[2]], e[2]))
            if len(component) <= SMALL:
                found += _closing(edges)
                continue
            youngest = edges[-1]
            rest = tangle.copy()
            rest.remove_edge(*youngest[:2])
            found.append(youngest[2])
            waiting.append(rest)
    return found


SMALL = 2_000
"""Nodes of a tangle of cycles up to which all that is reachable from each is kept in mind."""


def _closing(edges: list[tuple[int, int, int]]) -> list[int]:
    """Of edges from the oldest to the youngest, those that close a cycle with older ones."""
    place = {node: i for i, node in enumerate(dict.fromkeys(n for edge in edges for n in edge[:2]))}
    reached = [1 << i for i in range(len(place))]
    closing = []
    for child, parent, edge in edges:
        c, p = place[child], place[parent]
        if reached[p] >> c & 1:
            closing.append(edge)
        if not reached[c] >> p & 1:
            gained = reached[p]
            for node, reach in enumerate(reached):
                if reach >> c & 1:
                    reached[node] = reach | gained
    return closing


def _shares(count: int, child: Ints, parent: Ints, levels: Ints) -> tuple[Ints, Ints, NDArray[np.float64]]:
    """Rows (node, root, share), level by level: most nodes have one parent and take over its *head*, the nearest
    ancestor that is a root or whose parents lead to several roots; those few are worked out one by one."""
    order = np.argsort(levels[child], kind="stable")
    child, parent = child[order], parent[order]
    parents = np.bincount(child, minlength=count)
    head = np.arange(count)
    mixed: dict[int, dict[int, float]] = {}
    bounds = np.searchsorted(levels[child], np.arange(1, levels.max(initial=0) + 2))
    for start, end in pairwise(bounds.tolist()):
        children, above = child[start:end], parent[start:end]
        single = parents[children] == 1
        head[children[single]] = head[above[single]]
        several: dict[int, list[int]] = {}
        for c, p in zip(children[~single].tolist(), above[~single].tolist(), strict=True):
            several.setdefault(c, []).append(p)
        for c, listed in several.items():
            found: dict[int, float] = {}
            for p in listed:
                of = int(head[p])
                for root, share in mixed.get(of, {of: 1.0}).items():
                    found[root] = found.get(root, 0.0) + share / len(listed)
            if len(found) == 1:
                head[c] = next(iter(found))
            else:
                mixed[c] = found
    heads = np.fromiter(mixed, dtype=np.int64, count=len(mixed))
    sizes = np.fromiter((len(m) for m in mixed.values()), dtype=np.int64, count=len(mixed))
    roots = np.array([r for m in mixed.values() for r in m], dtype=np.int64)
    shares = np.array([s for m in mixed.values() for s in m.values()], dtype=np.float64)
    place = np.full(count, -1, dtype=np.int64)
    place[heads] = np.arange(heads.size)
    plain = np.flatnonzero(place[head] < 0)
    rest = np.flatnonzero(place[head] >= 0)
    starts = np.concatenate(([0], np.cumsum(sizes)))
    mine = place[head[rest]]
    rows = _ranges(starts[mine], starts[mine + 1])
    return (
        np.concatenate([plain, np.repeat(rest, sizes[mine])]),
        np.concatenate([head[plain], roots[rows]]),
        np.concatenate([np.ones(plain.size), shares[rows]]),
    )

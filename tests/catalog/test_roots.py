"""Roots against a few lines of plain Python: who descends from whom, shares, cycles, depth."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from modelcensus.catalog.roots import find_roots


@st.composite
def graphs(draw):
    """A small graph in which anything can happen: merges, cycles, own parents, double edges of other children."""
    count = draw(st.integers(1, 9))
    nodes = st.integers(0, count - 1)
    edges = draw(st.lists(st.tuples(nodes, nodes), max_size=16, unique=True))
    ages = draw(st.lists(st.integers(0, 5), min_size=len(edges), max_size=len(edges)))
    return count, edges, ages


def found(count, edges, ages):
    child, parent = (np.array([e[i] for e in edges], dtype=np.int64) for i in (0, 1))
    return find_roots(count, child, parent, np.array(ages, dtype=np.int64))


def cut_by_hand(edges, ages):
    """Own parents, then, again and again, the youngest edge that lies on any cycle."""
    cut = {i for i, (c, p) in enumerate(edges) if c == p}

    def reaches(start, goal):
        seen, waiting = set(), [start]
        while waiting:
            at = waiting.pop()
            if at == goal:
                return True
            if at not in seen:
                seen.add(at)
                waiting += [p for i, (c, p) in enumerate(edges) if c == at and i not in cut]
        return False

    while True:
        cyclic = [i for i, (c, p) in enumerate(edges) if i not in cut and reaches(p, c)]
        if not cyclic:
            return cut
        cut.add(max(cyclic, key=lambda i: (ages[i], i)))


def shares_by_hand(node, parents):
    above = parents.get(node, [])
    if not above:
        return {node: 1.0}
    total: dict[int, float] = {}
    for p in above:
        for root, share in shares_by_hand(p, parents).items():
            total[root] = total.get(root, 0) + share / len(above)
    return total


def depth_by_hand(node, parents):
    return max((1 + depth_by_hand(p, parents) for p in parents.get(node, [])), default=0)


@given(graphs())
def test_roots_and_shares_are_those_of_plain_python(graph):
    count, edges, ages = graph
    result = found(count, edges, ages)
    cut = cut_by_hand(edges, ages)
    assert set(np.flatnonzero(result.cut).tolist()) == cut
    parents: dict[int, list[int]] = {}
    for i, (c, p) in enumerate(edges):
        if i not in cut:
            parents.setdefault(c, []).append(p)
    ours: dict[int, dict[int, float]] = {n: {} for n in range(count)}
    for node, root, share in zip(result.node.tolist(), result.root.tolist(), result.share.tolist(), strict=True):
        ours[node][root] = share
    for node in range(count):
        expected = shares_by_hand(node, parents)
        assert set(ours[node]) == set(expected)
        assert all(abs(ours[node][r] - s) < 1e-9 for r, s in expected.items())
        assert abs(sum(ours[node].values()) - 1) < 1e-9
        assert result.depth[node] == depth_by_hand(node, parents)


@given(graphs(), st.randoms())
def test_the_order_of_edges_does_not_matter(graph, random):
    count, edges, _ = graph
    ages = list(range(len(edges)))
    random.shuffle(ages)
    order = list(range(len(edges)))
    random.shuffle(order)
    one = found(count, edges, ages)
    other = found(count, [edges[i] for i in order], [ages[i] for i in order])
    rows = lambda r: sorted(zip(r.node.tolist(), r.root.tolist(), r.share.round(9).tolist(), strict=True))  # noqa: E731
    assert rows(one) == rows(other)


def test_a_chain_of_any_depth():
    depth = 20_000
    result = found(depth + 1, [(i + 1, i) for i in range(depth)], [0] * depth)
    assert set(result.root.tolist()) == {0}
    assert result.depth[depth] == depth


def test_a_graph_without_edges():
    result = found(3, [], [])
    assert result.root.tolist() == result.node.tolist() == [0, 1, 2]


def test_a_tangle_of_cycles_ends():
    count = 150
    edges = [(a, b) for a in range(count) for b in range(count) if a != b]
    result = found(count, edges, list(range(len(edges))))
    assert (result.depth >= 0).all()

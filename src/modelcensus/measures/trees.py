"""What belongs to a subject by descent: its own repositories, and everything made from them."""

import numpy as np
import pyarrow as pa

from modelcensus.engine import Engine
from modelcensus.measures.frame import Terms, terms_sql

NODES = """
    with every as (select *, true as seen from catalog union all select *, false from missing_parents)
    select repository, organization, seen, {own} as own, ({terms}) and not {own} and len(parents) = 0 as named
    from every where {terms}
"""

LINES = """
    select l.child, l.parent, c.depth from lineage l join catalog c on c.repository = l.child
    where l.state = 'kept' order by c.depth, l.child, l.parent
"""

PARTS = """
    select b.repository, b.share,
           case when b.own and not (c.relation = 'quantized'
                                    and (b.child or (c.first_party and len(c.parents) = 0))) then 'own'
                when c.relation = 'quantized' and c.organization in (select organization from {name}_nodes where own)
                then 'first-party conversions'
                when c.relation = 'none' then 'unknown' else c.relation end as part
    from {name}_shares b join catalog c using (repository)
"""


def belonging(engine: Engine, name: str, terms: Terms, *, direct: bool) -> int:
    """Register `name`: repository, share (of it that descends from the subject, 0 to 1), part (`own`, `first-party
    conversions`, the relation of a derivative, or `unknown`); how many repositories are the subject's own.

    The subject's own are those that the terms name; of a family or generation those of its own organizations. Parents
    of one child share it equally. A repository that bears the family's name and has no known parent is made from it.
    """
    family = any(d in ("family", "generation") for d, _ in terms)
    mine = "first_party" if family and not any(d in ("organization", "repository") for d, _ in terms) else "true"
    nodes = engine.fetch(engine.query(f"{name}_nodes", NODES.format(own=mine, terms=terms_sql(terms))))
    lines = engine.fetch(engine.query(f"{name}_lines", LINES))
    own = nodes.filter(nodes["own"])["repository"].to_pylist()
    named = nodes.filter(nodes["named"])["repository"].to_pylist()
    every = [lines["child"].combine_chunks(), lines["parent"].combine_chunks(), pa.array([*own, *named], pa.string())]
    ids = pa.concat_arrays(every).dictionary_encode()
    codes, count = ids.indices.to_numpy(), len(lines)
    child, parent = codes[:count], codes[count : 2 * count]
    seeds = codes[2 * count :]
    share, is_own, of_own = descend(
        len(ids.dictionary), child, parent, lines["depth"].to_numpy(), seeds[: len(own)], seeds[len(own) :], direct
    )
    chosen = np.flatnonzero(share > 0)
    engine.register(
        f"{name}_shares",
        pa.table(
            {
                "repository": ids.dictionary.take(pa.array(chosen)),
                "share": share[chosen],
                "own": is_own[chosen],
                "child": of_own[chosen],
            }
        ),
    )
    engine.query(name, PARTS.format(name=name))
    return len(own)


def descend(
    count: int,
    child: np.ndarray,
    parent: np.ndarray,
    depth: np.ndarray,
    own: np.ndarray,
    named: np.ndarray,
    direct: bool,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of nodes 0..count-1: the share that descends from `own`, whether it is one of them, whether a parent of it is.

    Edges are ordered by the depth of the child. `named` descend from `own` though nobody knows how.

    >>> made, of, steps, none = np.array([1, 2, 2]), np.array([0, 1, 3]), np.array([1, 2, 2]), np.array([], int)
    >>> descend(4, made, of, steps, np.array([0]), none, False)[0].tolist()
    [1.0, 1.0, 0.5, 0.0]
    """
    share, is_own, of_own = np.zeros(count), np.zeros(count, bool), np.zeros(count, bool)
    is_own[own] = True
    of_own[child[is_own[parent]]] = True
    share[own] = 1.0
    if not direct:
        share[named] = 1.0
    source = share.copy()
    parents = np.bincount(child, minlength=count)
    for first, last in zip(*_runs(depth), strict=True):
        made, of = child[first:last], parent[first:last]
        come = np.bincount(made, weights=(source if direct else share)[of] / parents[made], minlength=count)
        made = np.unique(made[~is_own[made]])
        share[made] = np.minimum(come[made].round(12), 1.0)
    share[named] = 1.0
    return share, is_own, of_own


def _runs(depth: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """First and last place of every run of equal depths; none where there are no edges.

    >>> [r.tolist() for r in _runs(np.array([1, 1, 2]))], [r.tolist() for r in _runs(np.array([], int))]
    ([[0, 2], [2, 3]], [[], []])
    """
    starts = np.flatnonzero(np.diff(depth, prepend=-1))
    return starts, np.append(starts, len(depth))[1:]

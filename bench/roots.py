"""Roots of lineage by hand, beside the catalog, which finds them and everything else that a repository is.

Compared are the repositories whose line of parents is one, stated, and without a cycle; the catalog says which are not.
"""

from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.dataset  # what `read_table` loads when it is first called, which is not measured
import pyarrow.parquet as pq

from bench.sides import answer, timed

DEEPEST = 12
"""Levels of the lines of descent that are made (`bench.catalog`)."""
DOUBTFUL = """
    with recursive odd as (
        select child as repository from lineage where state <> 'kept' or rule = 'inferred'
        union select repository from shared_roots
        union select l.child from lineage l join odd on l.parent = odd.repository)
    select distinct repository from odd union select repository from catalog where root is null
"""
BY_HAND = f"""
    with recursive edges as (
        select repository as child, split_part(base_model, ' ', 1) as parent from facts where base_model is not null),
    up as (select child, parent, 1 as depth from edges
           union all select u.child, e.parent, depth + 1 from up u join edges e on e.child = u.parent
           where depth < {2 * DEEPEST}),
    roots as (select child as repository, arg_max(parent, depth) as root from up group by 1)
    select repository, coalesce(root, repository) as root from facts left join roots using (repository)
"""


def catalog(root: str) -> dict:
    """The whole catalog; which roots are not to be compared is told to the others."""
    from bench.catalog import ours
    from modelcensus.ledger import Ledger

    found: dict = {}
    with timed(found):
        engine = ours(Ledger(Path(root)))
    pq.write_table(
        pa.Table.from_pylist(engine.rows(DOUBTFUL), pa.schema([("repository", pa.string())])),
        f"{root}/doubtful.parquet",
    )
    roots = pa.Table.from_pylist(engine.rows("select repository, root from catalog where root is not null"))
    return {**found, **_said(root, roots)}


def with_duckdb(root: str) -> dict:
    """A recursive query."""
    db, found = duckdb.connect(), {}
    with timed(found):
        db.execute(f"create view facts as select * from read_parquet('{root}/facts/**/*.parquet')")
        roots = db.sql(BY_HAND).to_arrow_table()
    return {**found, **_said(root, roots)}


def with_python(root: str) -> dict:
    """Dictionaries, followed upwards."""
    found: dict = {}
    with timed(found):
        facts = pq.read_table(f"{root}/facts", columns=["repository", "base_model"], partitioning=None)
        ids = facts["repository"].to_pylist()
        places = {name: place for place, name in enumerate(ids)}
        first = [(text or "").partition(" ")[0] for text in facts["base_model"].to_pylist()]
        roots = plain(ids, pa.array([places.get(name, -1) for name in first]).to_numpy())
    told = pa.table({"repository": list(roots), "root": list(roots.values())})
    return {**found, **_said(root, told)}


def plain(ids: list[str], parent: np.ndarray) -> dict[str, str]:
    """The root of every repository, as a notebook would find it: follow the parents, remember what was found."""
    above = dict(enumerate(parent.tolist()))
    found: dict[int, int] = {}
    for node in above:
        path, at = [], node
        while at not in found and above[at] >= 0 and at not in path[-2 * DEEPEST :]:
            path.append(at)
            at = above[at]
        root = found.get(at, at)
        for step in (*path, node):
            found[step] = root
    return {ids[n]: ids[r] for n, r in found.items()}


def _said(root: str, roots: pa.Table) -> dict:
    """How many roots are compared, and a digest of them."""
    db = duckdb.connect()
    db.register("roots", roots)
    query = f"""select count(*), bit_xor(hash(repository, root))::varchar, sum(hash(repository, root)::hugeint)::varchar
                from roots anti join read_parquet('{root}/doubtful.parquet') using (repository)"""
    ((count, mixed, total),) = db.execute(query).fetchall()
    return {"roots": [count, mixed, total]}


if __name__ == "__main__":
    answer({"catalog": catalog, "duckdb": with_duckdb, "python": with_python})

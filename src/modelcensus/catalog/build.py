"""The catalog: one row per repository that the ledger has seen, with everything that attribution says of it.

Columns: see COLUMNS, which docs/data-model.md shows.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from modelcensus.catalog import patterns
from modelcensus.catalog.attribution import build_attributed
from modelcensus.catalog.knowledge import Knowledge
from modelcensus.catalog.lineage import build_edges, build_stated
from modelcensus.catalog.roots import find_roots
from modelcensus.catalog.tables import register_families, register_organizations, register_repositories
from modelcensus.engine import Engine
from modelcensus.vocabulary.names import SIZE_CLASSES, SIZE_EDGES

if TYPE_CHECKING:
    import ibis.expr.types as ir

KNOWN = """
    select repository from observations union select repository from facts union select repository from lists
    union select repository from also where repository is not null
"""

IDENTITIES = """
    select hub_id, arg_max(repository, (observed_on, repository)) as repository
    from facts where hub_id is not null group by hub_id
"""

STATEMENTS = """
    select * replace (coalesce(nullif(base_model, ''), nullif(array_to_string(
               regexp_extract_all(tags, 'base_model:[^\\s;,]+'), ' '), '')) as base_model) from facts
"""

LATEST = """
    select repository, {latest}, min(created_at) as created_at
    from statements f join batches b using (batch_id) group by repository
"""

NAMES = """
    with every as (
        select repository, true as seen from known
        union all
        select distinct parent, false from parents where how = 'missing')
    select row_number() over (order by repository) - 1 as node, repository, seen,
           split_part(repository, '/', 1) as namespace,
           left(lower(substr(repository, strpos(repository, '/') + 1)), {longest}) as name
    from every
"""

NUMBERED = """
    select e.child, e.parent, coalesce(date_diff('day', date '1970-01-01', a.created_at), 0) as age
    from edges e join attributed a on a.node = e.child order by child, parent
"""

LINES = """
    select c.repository as child, p.repository as parent, e.stated, e.relation, e.rule, e.how,
           case when not n.cut then 'kept' when n.child = n.parent then 'self' else 'cycle' end as state
    from cuts n join edges e on e.child = n.child and e.parent = n.parent
    join names c on c.node = n.child join names p on p.node = n.parent
"""

ENDS = """
    select e.node, case when not e.derived then e.repository end as root,
           coalesce(e.base_family, e.family) as root_family,
           coalesce(o.organization, case when e.derived then e.main else e.organization end) as root_organization,
           coalesce(o.country, 'unreviewed') as root_country, coalesce(o.region, 'unreviewed') as root_region
    from attributed e
    left join organizations o on o.namespace = lower(case when e.derived then e.main else e.organization end)
    where e.node in (select root from root_shares)
"""

MIXED = """
    select r.node, r.share, e.* exclude (node) from root_shares r join ends e on e.node = r.root where r.share < 1
"""

SHARED = """
    with told as (
        select node, root_family, root_organization, root_country, root_region, sum(share) as share
        from mixed group by node, root_family, root_organization, root_country, root_region
        qualify count(*) over (partition by node) > 1)
    select n.repository, told.* exclude (node),
           round(sum(share) over (partition by node order by root_organization, root_family, root_country, root_region
                                  rows unbounded preceding), 12) as upto
    from told join names n using (node)
"""

ROOTED = """
    select node, root as ending, null as root, null as root_family, null as root_organization, null as root_country,
           null as root_region from root_shares where share = 1
    union all
    select node, null, case when count(distinct coalesce(root, '')) = 1 then min(root) end, {one_root} from mixed group by node
"""

DESCENT = """
    with kept as (
        select e.child, e.parent, e.relation, e.rule, count(*) over (partition by e.child) as parents
        from cuts c join edges e on e.child = c.child and e.parent = c.parent where not c.cut),
    single as (
        select k.child as node, [p.repository] as parents, k.relation, k.rule, k.parent
        from kept k join names p on p.node = k.parent where k.parents = 1
        union all
        select k.child, list(p.repository order by p.repository), min(k.relation), min(k.rule), null
        from kept k join names p on p.node = k.parent where k.parents > 1 group by k.child)
    select s.*, h.depth, r.* exclude (node) from single s join rooted r using (node) join depths h using (node)
"""

CATALOG = """
    with related as (
        select a.*, d.parents, coalesce(d.relation, s.relation, 'none') as relation,
               coalesce(d.rule, case when s.relation is not null then 'inferred' end, 'none') as lineage_rule,
               coalesce(d.depth, 0) as depth, {roots},
               coalesce(p.curated_b, case when not p.packed then p.stated_b end, p.name_b) as parent_b
        from attributed a
        left join descent d using (node)
        left join ends e on e.node = coalesce(d.ending, case when d.node is null then a.node end)
        left join shown s using (node)
        left join attributed p on p.node = d.parent),
    sized as (
        select *, case when relation = 'adapter' or list_contains(variant, 'adapter') then 'adapter'
                       when curated_b is not null then 'curated'
                       when packed and name_b is not null then 'name'
                       when packed and parent_b is not null and relation = 'quantized' then 'parent'
                       when stated_b > 0 then coalesce(params_from, 'stated')
                       when name_b is not null then 'name'
                       when parent_b is not null and relation = 'quantized' then 'parent' end as size_rule
        from related),
    measured as (
        select *, case size_rule when 'curated' then curated_b when 'name' then name_b when 'parent' then parent_b
                  when 'adapter' then null else stated_b end as params_b from sized)
    select m.repository, m.organization, coalesce(o.organization_name, m.organization) as organization_name,
           coalesce(o.parent, '') as parent, coalesce(o.kind, 'unreviewed') as kind,
           coalesce(o.country, 'unreviewed') as country, coalesce(o.region, 'unreviewed') as region, m.role,
           family, family_rule, family_word, family_type, generation, variant, format, first_party,
           params_b, {active} as active_b, size_rule, case {size_class} end as size_class,
           case {active_class} end as active_class,
           coalesce(m.license, 'none stated') as license, license_rule,
           coalesce(lc.class, case when m.license is null then 'none' else 'unreviewed' end) as license_class,
           architecture, architecture_organization, library, task, created_at, released, released_rule,
           coalesce(parents, []) as parents, relation, lineage_rule, depth,
           root, root_family, root_organization, root_country, root_region
    from measured m left join license_classes lc on lc.license = lower(m.license)
    left join organizations o on o.namespace = lower(m.organization)
    where {seen}
"""

ACTIVE = "case when size_rule <> 'adapter' then coalesce(curated_active_b, stated_active_b, name_active_b) end"
ROOT_COLUMNS = ("root_family", "root_organization", "root_country", "root_region")
SEVERAL = "several"
"""What a column says of a repository whose parents lead to different roots."""


def build_catalog(engine: Engine, knowledge: Knowledge, also: Iterable[str] = ()) -> ir.Table:
    """Register `catalog`, `lineage`, `shared_roots`, and `missing_parents` (what the catalog would say of parents that
    the ledger has not seen); needs observations, facts, lists and batches.

    `also` names repositories to attribute beside those that the ledger has seen.
    """
    engine.register("also", pa.table({"repository": pa.array(list(also), pa.string())}))
    register_organizations(engine, knowledge)
    register_families(engine, knowledge)
    register_repositories(engine, knowledge)
    texts = (
        *("library", "pipeline_tag", "license", "params_from", "architecture", "base_model"),
        *("base_model_ids", "relation", "params", "active_params"),
    )
    latest = ", ".join(f"arg_max({c}, (f.observed_on, b.committed_at)) as {c}" for c in texts)
    engine.query("known", KNOWN)
    engine.query("identities", IDENTITIES)
    engine.query("statements", STATEMENTS, keep=False)
    if len(engine.rows("select distinct batch_id from facts limit 2")) > 1:
        engine.query("latest", LATEST.format(latest=latest))
    else:  # a batch says everything once
        engine.query("latest", f"select repository, {', '.join(texts)}, created_at from statements", keep=False)
    build_stated(engine)
    engine.query("names", NAMES.format(longest=patterns.LONGEST_NAME))
    build_attributed(engine, knowledge)
    engine.drop("familied", "worded", "matched", "latest", "statements", "known", "identities")
    build_edges(engine, knowledge)
    build_roots(engine)
    described = {
        "roots": ", ".join(f"coalesce(e.{c}, d.{c}) as {c}" for c in ("root", *ROOT_COLUMNS)),
        "size_class": _classes("m.params_b"),
        "active": ACTIVE,
        "active_class": _classes(f"coalesce({ACTIVE}, m.params_b)"),
    }
    catalog = engine.query("catalog", CATALOG.format(seen="m.seen", **described), as_written=True)
    engine.query("missing_parents", CATALOG.format(seen="not m.seen", **described), as_written=True)
    engine.drop("attributed", "shown", "descent", "ends", "names")
    return catalog


def _classes(size: str) -> str:
    edges = zip(SIZE_EDGES, SIZE_CLASSES, strict=False)
    below = " ".join(f"when {size} < {edge} then {patterns.text(name)}" for edge, name in edges)
    return f"when {size} is null then 'unknown' {below} else {patterns.text(SIZE_CLASSES[-1])}"


def build_roots(engine: Engine) -> None:
    """Register `lineage` (the edges, with what was cut), `shared_roots` (the repositories of several roots), and by
    node `descent` (parents, relation, depth, and where the lines end) and `ends` (what a root is)."""
    edges = engine.fetch(engine.query("numbered", NUMBERED))
    nodes = engine.rows("select count(*) as n from names")[0]["n"]
    child, parent, age = (edges[c].to_numpy().astype(np.int64) for c in ("child", "parent", "age"))
    found = find_roots(nodes, child, parent, age)
    deep = np.flatnonzero(found.depth)
    engine.register("root_shares", pa.table({"node": found.node, "root": found.root, "share": found.share}))
    engine.register("depths", pa.table({"node": deep, "depth": found.depth[deep]}))
    engine.register("cuts", pa.table({"child": child, "parent": parent, "cut": found.cut}))
    engine.query("ends", ENDS)
    engine.query("mixed", MIXED)
    engine.query("lineage", LINES)
    engine.query("shared_roots", SHARED)
    columns = ", ".join(f"case when count(distinct {c}) = 1 then min({c}) else '{SEVERAL}' end" for c in ROOT_COLUMNS)
    engine.query("rooted", ROOTED.format(one_root=columns))
    engine.query("descent", DESCENT)
    engine.drop("numbered", "edges", "root_shares", "cuts", "mixed", "rooted", "depths")

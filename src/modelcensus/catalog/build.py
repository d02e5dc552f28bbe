"""The catalog: one row per repository with everything that attribution says of it.

Columns: repository, organization (namespace, today's name), organization_name, parent, kind, country, region,
role, family, family_rule (name, architecture, organization, none), family_type, generation, variant (list),
format, first_party, params_b and active_b (billions), size_rule, size_class, license, license_class,
architecture, library, task, created_at, released.
"""

import ibis.expr.types as ir
import pyarrow as pa

from modelcensus.catalog import patterns
from modelcensus.catalog.knowledge import Knowledge
from modelcensus.engine import Engine
from modelcensus.vocabulary.names import SIZE_CLASSES, SIZE_EDGES

PACKED = ("awq", "gptq", "int4", "int8", "mlx", "bnb", "nvfp4", "mxfp4", "exl2", "exl3", "gguf", "fp8")
"""Formats whose stored tensors can hold several parameters per element: there a size in the name outranks
the stored count (docs/catalog.md)."""

KNOWN = """
    select repository from observations union select repository from facts union select repository from lists
"""

LATEST = """
    select repository,
           {latest}
    from facts f join batches b using (batch_id) group by repository
"""

NAMED = """
    select k.repository, split_part(k.repository, '/', 1) as namespace,
           lower(substr(k.repository, strpos(k.repository, '/') + 1)) as name,
           l.* exclude (repository),
           coalesce(l.pipeline_tag, '') as task_text
    from known k left join latest l using (repository)
"""

WORDED = """
    select n.*, {word} as family_word, {variants} as variant,
           coalesce(list_extract({formats}, 1), 'original') as format, {size} as name_b
    from named n
"""

FAMILIED = """
    select w.*, o.* exclude (namespace), w.namespace as stated_namespace,
           coalesce(o.organization, w.namespace) as owner,
           coalesce(fw.family, fa.family, fo.family) as found,
           case when fw.family is not null then 'name' when fa.family is not null then 'architecture'
                when fo.family is not null then 'organization' else 'none' end as family_rule
    from worded w
    left join organizations o on o.namespace = w.namespace
    left join family_words fw on fw.word = w.family_word
    left join family_architectures fa on fa.architecture = lower(w.architecture)
    left join family_owners fo on fo.namespace = w.namespace and fo.families = 1
"""

CATALOG = """
    with sized as (
        select f.*, c.total_b as curated_b, c.active_b as curated_active_b, r.released as curated_release,
               {generation} as generation, t.type as family_type,
               case when c.total_b is not null then 'curated'
                    when f.format in ({packed}) and f.name_b is not null then 'name'
                    when f.params > 0 then coalesce(f.params_from, 'stated')
                    when f.name_b is not null then 'name' end as size_rule
        from familied f
        left join sizes c on c.repository = f.repository
        left join releases r on r.repository = f.repository
        left join family_types t on t.family = f.found),
    measured as (
        select *, case size_rule when 'curated' then curated_b when 'name' then name_b
                                 else params / 1e9 end as params_b from sized)
    select m.repository, m.owner as organization, coalesce(m.organization_name, m.owner) as organization_name,
           coalesce(m.parent, '') as parent, coalesce(m.kind, 'unreviewed') as kind,
           coalesce(m.country, 'unreviewed') as country, coalesce(m.region, 'unreviewed') as region,
           coalesce(m.role, 'unreviewed') as role,
           coalesce(m.found, case when m.organization is not null then 'other' else 'unattributed' end) as family,
           m.family_rule, m.family_type, m.generation, m.variant, m.format,
           coalesce(list_contains(fo.owners, m.stated_namespace), false) as first_party,
           m.params_b, coalesce(m.curated_active_b, m.active_params / 1e9) as active_b, m.size_rule,
           case {size_class} end as size_class,
           coalesce(m.license, 'none stated') as license, coalesce(lc.class, 'unreviewed') as license_class,
           lower(m.architecture) as architecture, m.library, m.pipeline_tag as task, m.created_at,
           coalesce(m.curated_release, m.created_at, g.released) as released
    from measured m
    left join (select family, list(namespace) as owners from family_namespaces group by family) fo
      on fo.family = m.found
    left join license_classes lc on lc.license = lower(m.license)
    left join generations g on g.family = m.found and g.generation = m.generation
"""


def build_catalog(engine: Engine, knowledge: Knowledge) -> ir.Table:
    """Register `catalog` and the organizations it rests on; needs observations, facts, lists and batches."""
    register_organizations(engine, knowledge)
    _register_families(engine, knowledge)
    texts = (
        "library",
        "pipeline_tag",
        "license",
        "params_from",
        "architecture",
        "base_model",
        "relation",
        "tags",
    )
    latest = [f"arg_max({c}, (f.observed_on, b.committed_at)) as {c}" for c in (*texts, "params", "active_params")]
    engine.query("known", KNOWN)
    engine.query("latest", LATEST.format(latest=", ".join([*latest, "min(created_at) as created_at"])))
    engine.query("named", NAMED)
    engine.query(
        "worded",
        WORDED.format(
            word=patterns.family_word(knowledge, "n.name"),
            variants=patterns.marks(knowledge.variants, "n.name", "n.task_text"),
            formats=patterns.marks(knowledge.formats, "n.name", "n.task_text"),
            size=patterns.name_size("n.name"),
        ),
    )
    engine.query("familied", FAMILIED)
    classes = " ".join(
        f"when m.params_b < {edge} then {patterns.text(name)}"
        for edge, name in zip(SIZE_EDGES, SIZE_CLASSES, strict=False)
    )
    return engine.query(
        "catalog",
        CATALOG.format(
            generation=patterns.generation_case(knowledge.families.values(), "f.found", "f.name"),
            packed=", ".join(patterns.text(p) for p in PACKED),
            size_class=f"when m.params_b is null then 'unknown' {classes} else {patterns.text(SIZE_CLASSES[-1])}",
        ),
    )


def register_organizations(engine: Engine, knowledge: Knowledge) -> None:
    """Register `organizations`: namespace (today's or former), organization, organization_name, parent, kind,
    country, region, role."""
    rows = []
    for o in knowledge.organizations.values():
        for namespace in (o.namespace, *o.former):
            if namespace != o.namespace and namespace in knowledge.organizations:
                continue
            rows.append(
                {
                    "namespace": namespace,
                    "organization": o.namespace,
                    "organization_name": o.name,
                    "parent": o.parent,
                    "kind": o.kind,
                    "country": o.country,
                    "region": knowledge.region(o.country),
                    "role": o.role,
                }
            )
    names = ("namespace", "organization", "organization_name", "parent", "kind", "country", "region", "role")
    engine.register("organizations", _table(rows, dict.fromkeys(names, pa.string())))


def _register_families(engine: Engine, knowledge: Knowledge) -> None:
    string, families = pa.string(), knowledge.families.values()
    engine.register(
        "family_words",
        _table(
            [{"word": w, "family": f.family} for f in families for w in f.names],
            {"word": string, "family": string},
        ),
    )
    engine.register(
        "family_architectures",
        _table(
            [{"architecture": a.lower(), "family": f.family} for f in families for a in f.architectures],
            {"architecture": string, "family": string},
        ),
    )
    engine.register(
        "family_namespaces",
        _table(
            [{"family": f.family, "namespace": o} for f in families for o in f.organizations],
            {"family": string, "namespace": string},
        ),
    )
    engine.query(
        "family_owners",
        "select namespace, any_value(family) as family, count(*) as families from family_namespaces group by namespace",
    )
    engine.register(
        "family_types",
        _table([{"family": f.family, "type": f.type} for f in families], {"family": string, "type": string}),
    )
    engine.register(
        "generations",
        _table(
            [
                {"family": f.family, "generation": g.generation, "released": g.released}
                for f in families
                for g in f.generations
            ],
            {"family": string, "generation": string, "released": pa.date32()},
        ),
    )
    engine.register(
        "license_classes",
        _table(
            [{"license": v.license.lower(), "class": v.class_} for v in knowledge.licenses.values()],
            {"license": string, "class": string},
        ),
    )
    engine.register(
        "sizes",
        _table(
            [
                {"repository": s.repository, "total_b": s.total_b, "active_b": s.active_b}
                for s in knowledge.sizes.values()
            ],
            {"repository": string, "total_b": pa.float64(), "active_b": pa.float64()},
        ),
    )
    engine.register(
        "releases",
        _table(
            [{"repository": r.repository, "released": r.released} for r in knowledge.releases.values()],
            {"repository": string, "released": pa.date32()},
        ),
    )


def _table(rows: list[dict], columns: dict[str, pa.DataType]) -> pa.Table:
    return pa.Table.from_pylist(rows, schema=pa.schema(list(columns.items())))

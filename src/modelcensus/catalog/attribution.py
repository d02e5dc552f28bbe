"""Who made a repository and what it is, from its name, its facts and the knowledge: `attributed`.

A row per repository that the ledger has seen (`seen`) or that somebody names as a parent. What follows from
lineage (roots, the size of a quantized repository without one of its own) comes after: catalog/build.py.
"""

from modelcensus.catalog import patterns
from modelcensus.catalog.knowledge import Knowledge
from modelcensus.engine import Engine

MATCHED = """
    with every as (
        select distinct name, coalesce(l.pipeline_tag, '') as task_text
        from names left join latest l using (repository)),
    matched as (select e.*, {match} as family_match from every e)
    select m.* exclude (family_match), coalesce(l.word, s.word) as family_word,
           coalesce(l.family, s.family) as name_family
    from matched m
    left join family_words l on l.word = m.family_match
    left join family_words s on s.word = left(m.family_match, -1)
"""

WORDED = """
    select e.*, {variants} as variant, {format} as format, {size} as name_b, {active} as name_active_b, {key} as key,
           {generation} as generation
    from matched e left join family_types t on t.family = e.name_family
"""

FAMILIED = """
    with told as (
        select n.*, l.* exclude (repository, base_model, base_model_ids, relation),
               coalesce(l.pipeline_tag, '') as task_text
        from names n left join latest l using (repository)),
    found as (
        select t.* exclude (task_text), w.* exclude (name, task_text), o.organization,
               coalesce(o.organization, t.namespace) as owner, coalesce(o.role, 'unreviewed') as role,
               coalesce(w.name_family, fa.family) as found,
               case when w.name_family is not null then 'name' when fa.family is not null then 'architecture'
                    else 'none' end as family_rule
        from told t
        join worded w on w.name = t.name and w.task_text = t.task_text
        left join organizations o on o.namespace = lower(t.namespace)
        left join family_architectures a on a.architecture = lower(t.architecture)
        left join family_namespaces fx on fx.family = a.family and fx.namespace = o.namespace
        left join family_architectures fa on fa.architecture = a.architecture
             and (not coalesce(o.names_its_own, false) or fx.family is not null))
    select f.*, t.place, t.type as family_type, coalesce(t.retrained, false) as retrained, t.main as family_main,
           fn.namespace is not null as first_party,
           case when contains(f.name, 'distill') then {distilled_into}
                when fn.namespace is not null and f.family_rule = 'name'
                then substr(f.name, strpos(f.name, f.family_word) + length(f.family_word)) || ' '
                     || regexp_extract(f.family_word, '^([a-z]+)[^a-z]', 1) end as base_text
    from found f left join family_types t on t.family = f.found
    left join family_namespaces fn on fn.family = f.found and fn.namespace = lower(f.namespace)
"""

ATTRIBUTED = """
    with matched as (select *, {base_match} as base_match from familied),
    bases as (
        select w.word, w.family, t.main from family_words w join family_types t using (family)
        where not t.retrained and t.type = 'language'),
    based as (
        select g.*, coalesce(b.family, s.family) as base_family, coalesce(b.main, s.main, g.family_main) as main
        from matched g
        left join bases b on b.word = g.base_match and b.family <> g.found
        left join bases s on s.word = left(g.base_match, -1) and s.family <> g.found and b.word is null)
    select g.node, g.repository, g.seen, g.name, g.key, g.namespace, g.owner as organization,
           g.role,
           coalesce(g.found, case when g.organization is not null then 'other' else 'unattributed' end) as family,
           g.family_rule, g.family_word, g.place, g.family_type, g.retrained, g.base_family, g.main,
           g.family_rule = 'name' and not g.retrained and g.main is not null
               and (not g.first_party or g.base_family is not null) as derived,
           g.generation, g.variant, g.format, g.first_party,
           c.total_b as curated_b, c.active_b as curated_active_b, g.name_b, g.name_active_b,
           g.params / 1e9 as stated_b, g.active_params / 1e9 as stated_active_b, g.params_from,
           g.format in ({packed}) or coalesce(g.params_from like '%packed%', false) as packed,
           lower(g.architecture) as architecture, ar.organization as architecture_organization,
           g.library, g.pipeline_tag as task,
           coalesce(g.license, case when g.first_party then gl.license end) as license,
           case when g.license is not null then 'stated' when g.first_party and gl.license is not null
                then 'generation' else 'none' end as license_rule,
           g.created_at, coalesce(r.released, g.created_at, gl.released) as released,
           case when r.released is not null then 'curated' when g.created_at is not null then 'created'
                when gl.released is not null then 'generation' else 'none' end as released_rule
    from based g
    left join sizes c on c.repository = g.repository
    left join releases r on r.repository = g.repository
    left join architectures ar on ar.architecture = lower(g.architecture)
    left join generations gl on gl.family = g.found and gl.generation = g.generation
"""


def build_attributed(engine: Engine, knowledge: Knowledge) -> None:
    """Register `attributed`, and `worded`, what each distinct name says; needs `names` (node, repository, seen, namespace, name) and `latest`."""
    name = "e.name"
    engine.query("matched", MATCHED.format(match=patterns.family_match(knowledge, name)))
    present = {r["name_family"] for r in engine.rows("select distinct name_family from matched")}
    engine.query(
        "worded",
        WORDED.format(
            variants=patterns.marks(knowledge.variants.values(), name, "e.task_text"),
            format=patterns.first_mark(knowledge.formats.values(), name, "e.task_text", "original"),
            size=patterns.name_size(name),
            active=patterns.name_active(name),
            key=patterns.key(name),
            generation=patterns.generation_case(knowledge, present, "t.place", name),
        ),
    )
    engine.query("familied", FAMILIED.format(distilled_into=patterns.distilled_into("f.name")), keep=False)
    packed = [patterns.text(p.format) for p in knowledge.formats.values() if p.packed]
    engine.query(
        "attributed",
        ATTRIBUTED.format(base_match=patterns.family_match(knowledge, "base_text"), packed=", ".join(packed) or "''"),
        as_written=True,
    )

"""Who made a repository and what it is, from its name, its facts and the knowledge: `attributed`.

A row per repository that the ledger has seen (`seen`) or that somebody names as a parent. What follows from
lineage (roots, the size of a quantized repository without one of its own) comes after: catalog/build.py.
"""

from modelcensus.catalog import patterns
from modelcensus.catalog.knowledge import Knowledge
from modelcensus.engine import Engine

WORDED = """
    select n.*, {match} as family_match, {variants} as variant, {format} as format, {size} as name_b,
           {active} as name_active_b, {key} as key
    from (select names.*, l.* exclude (repository, base_model, base_model_ids, relation),
                 coalesce(l.pipeline_tag, '') as task_text
          from names left join latest l using (repository)) n
"""

FAMILIED = """
    with familied as (
        select w.*, o.* exclude (namespace), coalesce(o.organization, w.namespace) as owner,
               coalesce(fw.word, fs.word) as family_word, coalesce(fw.family, fs.family, fa.family) as found,
               case when coalesce(fw.family, fs.family) is not null then 'name' when fa.family is not null then 'architecture'
                    else 'none' end as family_rule
        from worded w
        left join organizations o on o.namespace = lower(w.namespace)
        left join family_words fw on fw.word = w.family_match
        left join family_words fs on fs.word = left(w.family_match, -1)
        left join family_architectures fa on fa.architecture = lower(w.architecture)
             and (o.role is distinct from 'maker' or o.kind in ('individual', 'community') or exists (
                 select 1 from family_namespaces n where n.family = fa.family and n.namespace = o.namespace)))
    select f.*, fn.namespace is not null as first_party, {generation} as generation,
           case when contains(f.name, 'distill') then {distilled_into}
                when fn.namespace is not null and f.family_rule = 'name' then coalesce({second}, {inside}) end as base_word
    from familied f left join family_namespaces fn on fn.family = f.found and fn.namespace = lower(f.namespace)
"""

ATTRIBUTED = """
    with based as (
        select g.*, b.family as base_family, coalesce(b.main, t.main) as main, t.type as family_type,
               coalesce(t.retrained, false) as retrained
        from familied g
        left join family_types t on t.family = g.found
        left join (select word, bases.* from family_words join family_types bases using (family)
                   where not bases.retrained and bases.type = 'language') b
          on b.word = g.base_word and b.family <> g.found)
    select g.node, g.repository, g.seen, g.name, g.key, g.namespace, g.owner as organization,
           coalesce(g.organization_name, g.owner) as organization_name,
           coalesce(g.parent, '') as parent, coalesce(g.kind, 'unreviewed') as kind,
           coalesce(g.country, 'unreviewed') as country, coalesce(g.region, 'unreviewed') as region,
           coalesce(g.role, 'unreviewed') as role,
           coalesce(g.found, case when g.organization is not null then 'other' else 'unattributed' end) as family,
           g.family_rule, g.family_word, g.family_type, g.retrained, g.base_family, g.main,
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
    """Register `attributed`; needs `names` (node, repository, seen, namespace, name) and `latest`."""
    named = "n.name"
    engine.query(
        "worded",
        WORDED.format(
            match=patterns.family_match(knowledge, named),
            variants=patterns.marks(knowledge.variants.values(), named, "n.task_text"),
            format=patterns.first_mark(knowledge.formats.values(), named, "n.task_text", "original"),
            size=patterns.name_size(named),
            active=patterns.name_active(named),
            key=patterns.key(named),
        ),
        keep=False,
    )
    after = "substr(f.name, strpos(f.name, f.family_word) + length(f.family_word))"
    engine.query(
        "familied",
        FAMILIED.format(
            generation=patterns.generation_case(knowledge.families.values(), "f.found", "f.name"),
            distilled_into=patterns.family_word(knowledge, patterns.distilled_into("f.name")),
            second=patterns.family_word(knowledge, after),
            inside=patterns.family_word(knowledge, "regexp_extract(f.family_word, '^([a-z]+)[^a-z]', 1)"),
        ),
        keep=False,
    )
    packed = [patterns.text(p.format) for p in knowledge.formats.values() if p.packed]
    engine.query("attributed", ATTRIBUTED.format(packed=", ".join(packed) or "''"))

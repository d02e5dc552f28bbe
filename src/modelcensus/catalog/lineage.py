"""Lineage: who descends from whom, as the knowledge says, else as the source states, else as the name tells.

`edges`: child, parent (nodes), stated (the parent as written), relation, rule (`curated`, `stated`, `inferred`) and
how the parent was found: `exact`, `case`, `moved` (another id with the same `_id`), `renamed` (a former namespace),
`legacy` (an id without namespace), `missing` (not in the ledger); from the name alone: `converted` (the name is
another's and words for a conversion), `contained` (a first-party name stands in it).
"""

from modelcensus.catalog import patterns
from modelcensus.catalog.knowledge import Knowledge
from modelcensus.engine import Engine

LISTED = """
    (list_filter(string_split_regex(
        regexp_replace(regexp_replace(base_model, 'https?://(?:huggingface\\.co|hf\\.co)/', '', 'g'), '(?:^|[\\s;,"\\[])base_model:(?:(?:finetune|adapter|quantized|merge):)?', ' ', 'g'),
        '[\\s;,"\\[\\]]+'), lambda p: regexp_full_match(p, '[A-Za-z0-9][^\\s/]*(?:/[^\\s/]+)?')))
"""

STATED = f"""
    with told as (
        select repository, {LISTED} as parents, string_split(coalesce(base_model_ids, ''), ' ') as ids,
               coalesce(case when lower(relation) in ('finetune', 'adapter', 'quantized', 'merge') then lower(relation) end,
                        nullif(regexp_extract(base_model, 'base_model:(finetune|adapter|quantized|merge):', 1), ''))
                   as relation
        from latest where base_model is not null),
    listed as (
        select distinct repository, relation, unnest(parents) as stated,
               unnest(case when len(ids) = len(parents) then ids else [null for p in parents] end) as hub_id
        from told)
    select repository, stated, nullif(hub_id, '') as hub_id, relation, 'stated' as rule from listed
    where repository not in (select repository from descents)
    union all
    select repository, parent, null, relation, 'curated' from descents
    where parent is not null and repository in (select repository from known)
"""

PARENTS = """
    with wanted as (select stated, max(hub_id) as hub_id from stated group by stated),
    sought as (
        select lower(stated) as id from wanted where stated not in (select repository from known)
        union
        select lower(o.organization || '/' || split_part(stated, '/', 2))
        from wanted join organizations o on o.namespace = lower(split_part(stated, '/', 1))
        where stated not in (select repository from known)),
    lowered as (
        select lower(repository) as id, min(repository) as repository from known
        where lower(repository) in (select id from sought) group by 1),
    legacy as (
        select lower(split_part(k.repository, '/', 2)) as name, min(k.repository) as repository
        from known k join organizations o on o.namespace = lower(split_part(k.repository, '/', 1))
        where o.legacy_ids group by 1)
    select w.stated, coalesce(e.repository, h.repository, l.repository, r.repository, g.repository, w.stated) as parent,
           case when e.repository is not null then 'exact' when h.repository is not null then 'moved'
                when l.repository is not null then 'case' when r.repository is not null then 'renamed'
                when g.repository is not null then 'legacy' else 'missing' end as how
    from wanted w
    left join known e on e.repository = w.stated
    left join identities h on h.hub_id = w.hub_id
    left join lowered l on l.id = lower(w.stated)
    left join organizations o on o.namespace = lower(split_part(w.stated, '/', 1))
    left join lowered r on r.id = lower(o.organization || '/' || split_part(w.stated, '/', 2))
    left join legacy g on g.name = lower(w.stated) and not contains(w.stated, '/')
"""

TOLD = """
    select c.node as child, p.node as parent, min(s.stated) as stated, min(s.relation) as relation,
           min(s.rule) as rule, min(q.how) as how
    from stated s join parents q using (stated)
    join names c on c.repository = s.repository join names p on p.repository = q.parent
    group by 1, 2
"""

STEMS = """
    select a.node, lower(a.namespace) as namespace, a.key,
           case when a.signed then {stem} else a.key end as stem, case when a.signed then {tail} else '' end as tail,
           nullif(greatest(strpos(a.key, coalesce(w.word_key, '')), 1), 1) as word_at,
           case when a.signed then coalesce(nullif(regexp_extract(a.name, '^([a-z0-9.-]+?)(?:_|--).', 1), ''), {said_owner})
           end as said_owner,
           coalesce(n.place, 99) + case when a.namespace = a.organization then 0 else 0.5 end as owner_place,
           a.first_party, a.packed, a.role, a.created_at, a.family,
           a.node not in (select child from told) and a.repository not in (select repository from descents) as open
    from (select *, {signed} as signed from attributed) a
    left join family_words w on w.word = a.family_word
    left join family_namespaces n on n.family = a.family and n.namespace = lower(a.namespace)
"""

FIRST_PARTY = """
    with every as (
        select key as wanted, 0 as worse, * from stems where first_party and key <> ''
        union all
        select stem, 100, * from stems where first_party and stem <> key and stem <> ''
        union all
        select substr(key, word_at), 200, * from stems where first_party and starts_with(namespace, left(key, word_at - 2))
        union all
        select '=' || replace(key, '-', ''), 0, * from stems where first_party and stem = key)
    select wanted, arg_min(node, (worse + owner_place, packed, created_at is null, created_at, node)) as node,
           arg_min(namespace, (worse + owner_place, packed, created_at is null, created_at, node)) as namespace
    from every group by wanted
"""

OTHERS = """
    select key as wanted,
           arg_min(node, (packed, role <> 'maker', role = 'republisher', created_at is null, created_at, node)) as node
    from stems where not first_party and key <> '' group by key
"""

WANTED = """
    with owned as (
        select s.*, o.namespace as owner, left(s.key, length(s.key) - length(s.tail)) as head,
               list_filter(string_split(s.tail, '-'), lambda w: w <> '') as words,
               case when o.namespace is not null then length({owner_key}) + 2 else 1 end as begins
        from stems s left join (select distinct namespace from stems) o on o.namespace = s.said_owner
        where s.open and s.stem <> s.key),
    spelled as (
        select node, unnest(range(0, greatest(len(words) + case when packed then 0 else 1 end, 1))) as kept, head, words
        from owned
        union all
        select node, -1, stem, [] from owned where stem <> head),
    wanted as (
        select node, kept, trim(head || '-' || array_to_string(words[:kept], '-'), '-') as wanted from spelled)
    select o.node, o.key, o.namespace, o.owner, o.role, o.first_party, w.kept, '' as dropped, w.wanted
    from wanted w join owned o using (node)
    union all
    select o.node, o.key, o.namespace, o.owner, o.role, o.first_party, w.kept, '', substr(w.wanted, o.begins)
    from wanted w join owned o using (node) where o.begins > 1
    union all
    select o.node, o.key, o.namespace, o.owner, o.role, o.first_party, w.kept, left(w.wanted, o.word_at - 2), substr(w.wanted, o.word_at)
    from wanted w join owned o using (node) where o.word_at > 1
    union all
    select node, key, namespace, owner, role, first_party, -2, '', '=' || replace(stem, '-', '') from owned
"""

CONVERTED = """
    with found as (
        select w.node as child, f.node as parent, w.kept, f.namespace = w.owner as named, true as first_party, false as own
        from wanted w join first_party f on f.wanted = w.wanted
        where f.node <> w.node and starts_with(f.namespace, w.dropped)
        union all
        select w.node, o.node, w.kept, false, false, false
        from wanted w join others o on o.wanted = w.wanted
        where o.node <> w.node and w.wanted <> w.key and w.dropped = '' and not w.first_party
        union all
        select w.node, s.node, w.kept, true, s.first_party, s.namespace = w.namespace
        from wanted w join stems s on s.key = w.wanted and s.namespace = w.owner
        where s.node <> w.node and w.dropped = ''
        union all
        select w.node, s.node, w.kept, false, s.first_party, true
        from wanted w join stems s on s.key = w.wanted and s.namespace = w.namespace
        where s.node <> w.node and w.dropped = '' and w.role <> 'republisher'
        union all
        select s.node, f.node, 0, false, true, false
        from stems s join first_party f on f.wanted = s.key
        where s.open and s.stem = s.key and not s.first_party and s.role <> 'maker'
        union all
        select s.node, f.node, 0, false, true, false
        from stems s join first_party f on f.wanted = '=' || replace(s.key, '-', '')
        where s.open and s.stem = s.key and not s.first_party and s.role <> 'maker'
        union all
        select s.node, f.node, -1, false, true, false
        from stems s join first_party f on f.wanted = substr(s.key, s.word_at) and starts_with(f.namespace, left(s.key, s.word_at - 2))
        where s.open and s.stem = s.key and not s.first_party and s.role <> 'maker')
    select child, arg_min(parent, (not coalesce(named, false), not first_party, not own, -kept, parent)) as parent
    from found group by child
"""

CONTAINED = """
    with bases as (
        select family, substr(key, coalesce(word_at, 1)) as key,
               arg_min(node, (owner_place, created_at is null, created_at, node)) as node
        from stems where first_party and stem = key group by 1, 2),
    seekers as (
        select s.node, s.family, string_split(substr(s.stem, coalesce(s.word_at, 1)), '-')[:{longest}] as words
        from stems s join attributed a using (node)
        where s.open and a.derived and a.base_family is null and s.node not in (select child from converted)),
    prefixes as (
        select node, family, unnest(range(1, len(words) + 1)) as n, words from seekers)
    select p.node as child, arg_max(b.node, p.n) as parent
    from prefixes p join bases b on b.family = p.family and b.key = array_to_string(p.words[:p.n], '-')
    group by 1
"""

EDGES = """
    with several as (select child from told group by child having count(*) > 1),
    found as (
        select t.*, m.child is not null as several from told t left join several m using (child)
        union all
        select child, parent, null, null, 'inferred', 'converted', false from converted
        union all
        select child, parent, null, null, 'inferred', 'contained', false from contained)
    select e.child, e.parent, e.stated, e.rule, e.how,
           coalesce(e.relation, case when e.several then 'merge' end, s.relation, 'finetune') as relation
    from found e join shown s on s.node = e.child
"""

SHOWN = """
    select a.node, case when a.repository in (select repository from descents) then null
                        when a.library = 'peft' then 'adapter' when sign is not null then sign
                        when a.format <> 'original' then 'quantized' when a.derived then 'finetune' end as relation
    from (select *, {sign} as sign from attributed) a
"""

LONGEST = 24
"""Words of a name, from the family word on, in which the name of a base is sought."""


def build_stated(engine: Engine) -> None:
    """Register `stated` (repository, stated, hub_id, relation, rule) and `parents` (stated, parent, how)."""
    engine.query("stated", STATED)
    engine.query("parents", PARENTS)


def build_edges(engine: Engine, knowledge: Knowledge) -> None:
    """Register `edges`, and `shown`: the relation that a name, a format or a library shows (node, relation)."""
    signs, conversion = knowledge.relations, knowledge.relations.get("quantized")
    present = {r["family"] for r in engine.rows("select distinct family from attributed")}
    engine.query("told", TOLD)
    engine.query(
        "stems",
        STEMS.format(
            signed=patterns.has_sign(conversion, "key"),
            stem=patterns.without(conversion, "a.key"),
            tail=patterns.trailing(conversion, "a.key"),
            said_owner=patterns.owner_case(knowledge, present, "a.place", "a.key"),
        ),
    )
    engine.query("first_party", FIRST_PARTY)
    engine.query("others", OTHERS)
    engine.query("wanted", WANTED.format(owner_key=patterns.key("s.said_owner")))
    engine.query("converted", CONVERTED)
    engine.query("contained", CONTAINED.format(longest=LONGEST))
    engine.query("shown", SHOWN.format(sign=patterns.relation_sign(signs.values(), "key")))
    engine.query("edges", EDGES)
    engine.drop("wanted", "stems", "first_party", "others", "converted", "contained", "told", "stated", "parents")

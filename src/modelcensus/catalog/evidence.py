"""Why the catalog says what it says of one repository: value, rule, file and evidence of every attribution."""

from dataclasses import dataclass
from datetime import date

from modelcensus.catalog import patterns
from modelcensus.catalog.entries import Fact, Pattern
from modelcensus.catalog.knowledge import Knowledge
from modelcensus.engine import Engine

STATED = {
    "library": "library",
    "pipeline_tag": "task",
    "license": "license",
    "architecture": "architecture",
    "params": "params_b",
    "created_at": "created_at",
    "base_model": "parents",
}
"""Column of the facts -> the field of the catalog that it decides."""


@dataclass(frozen=True)
class Evidence:
    """One attribution: the field, its value as text, the rule that gave it, where that is written down (a knowledge
    file, or a batch of the ledger), as of when, and in words why."""

    field: str
    value: str
    rule: str
    file: str = ""
    day: date | None = None
    why: str = ""


def explain_repository(engine: Engine, knowledge: Knowledge, repository: str) -> list[Evidence]:
    """Every attribution of a repository of the catalog, in the order in which they build on one another."""
    row = engine.rows(f"select * from catalog where repository = {patterns.text(repository)}")[0]
    stated = _statements(engine, repository)
    name = repository[repository.find("/") + 1 :].lower()[: patterns.LONGEST_NAME]
    return [
        *_organization(knowledge, row, repository),
        *_family(engine, knowledge, row, name, stated),
        *_marks(engine, knowledge, row, name),
        *_size(knowledge, row, stated),
        *_terms(knowledge, row, stated),
        *_lineage(engine, knowledge, row),
    ]


MOST_ROOTS = 5
"""Roots of a repository of several that are shown."""

MOST_EDGES = 60
"""Edges of a line of descent that are shown; merges of merges can have thousands."""


def line_of_descent(engine: Engine, repository: str) -> list[dict[str, object]]:
    """The edges above a repository, nearest first: step, child, parent, stated, relation, rule, how, state."""
    found: list[dict[str, object]] = []
    seen, level, step = {repository}, [repository], 1
    while level and len(found) < MOST_EDGES:
        listed = ", ".join(patterns.text(r) for r in level)
        edges = engine.rows(f"""select {step} as step, child, parent, stated, relation, rule, how, state from lineage
                                where child in ({listed}) order by child, parent limit {MOST_EDGES - len(found)}""")
        found += edges
        level = sorted({str(e["parent"]) for e in edges if e["state"] == "kept"} - seen)
        seen.update(level)
        step += 1
    return found


def direct_derivatives(engine: Engine, repository: str) -> list[tuple[str, str]]:
    """The repositories that were made from this one itself, in the order of their names, each with its relation."""
    edges = engine.rows(f"""select child, min(relation) as relation from lineage
                            where parent = {patterns.text(repository)} and state = 'kept' group by child order by child""")
    return [(str(e["child"]), str(e["relation"])) for e in edges]


def _statements(engine: Engine, repository: str) -> dict[str, tuple[str, str, date]]:
    """Field -> what was stated of it last, by which batch, when."""
    found = {}
    for column, field in STATED.items():
        rows = engine.rows(f"""
            select cast({column} as varchar) as value, batch_id, name, observed_on from facts join batches using (batch_id)
            where repository = {patterns.text(repository)} and {column} is not null
            order by observed_on desc, committed_at desc limit 1""")
        if rows:
            r = rows[0]
            found[field] = (r["value"], f"batch {r['batch_id']} ({r['name']})", r["observed_on"])
    return found


def _known(field: str, value: object, rule: str, entry: Fact | None, why: str = "") -> Evidence:
    if entry is None:
        return Evidence(field, _text(value), rule, why=why)
    said = "; ".join(t for t in (why, entry.note, f"citation: {entry.citation}") if t)
    return Evidence(field, _text(value), rule, entry.file, entry.day, said)


def _organization(knowledge: Knowledge, row: dict, repository: str) -> list[Evidence]:
    entry = knowledge.organizations.get(row["organization"])
    grouping = knowledge.groupings[knowledge.grouping]
    region = _known("region", row["region"], f"grouping {knowledge.grouping}", grouping, grouping.text)
    if entry is None:
        why = "nobody has looked at this namespace: add it with --knowledge (docs/catalog.md)"
        unknown = {
            f: Evidence(f, _text(row[f]), "no entry", why=why) for f in ("organization", "country", "region", "kind")
        }
        return list((unknown | ({"region": region} if row["region"] != "unreviewed" else {})).values())
    namespace = repository.partition("/")[0]
    rule = "namespace" if namespace.lower() == entry.namespace.lower() else f"former namespace {namespace}"
    return [
        _known("organization", f"{entry.namespace} ({entry.name})", rule, entry, entry.reason),
        _known("country", entry.country, "organization", entry),
        region,
        _known("kind", f"{entry.kind}, {entry.role}", "organization", entry),
    ]


def _family(engine: Engine, knowledge: Knowledge, row: dict, name: str, stated: dict) -> list[Evidence]:
    family = knowledge.families.get(row["family"])
    why = {
        "name": f"the word {row['family_word']!r} stands first in the name",
        "architecture": f"the architecture {row['architecture']!r} is the family's ({stated.get('architecture', ('', '', ''))[1]})",
        "none": "no word and no architecture of a family"
        + (", or of a maker that names its own" if row["architecture"] else ""),
    }[row["family_rule"]]
    found = [_known("family", row["family"], row["family_rule"], family, why)]
    if family and row["generation"]:
        generation = next(g for g in family.generations if g.generation == row["generation"])
        pattern = _first_match(engine, generation.names, name)
        found.append(_known("generation", row["generation"], "name", generation, f"pattern {pattern}"))
    if family:
        owner = "is" if row["first_party"] else "is not"
        found.append(
            Evidence(
                "first_party",
                _text(row["first_party"]),
                "namespace",
                family.file,
                family.day,
                f"{row['organization']} {owner} among {', '.join(family.organizations) or 'no organizations'}",
            )
        )
    return found


def _marks(engine: Engine, knowledge: Knowledge, row: dict, name: str) -> list[Evidence]:
    def shown(pattern: Pattern) -> str:
        match = _first_match(engine, pattern.names, name)
        return f"pattern {match}" if match else f"task {row['task']}"

    marks = [("variant", v, knowledge.variants[v]) for v in row["variant"]]
    if row["format"] in knowledge.formats and row["format"] != "original":
        marks.append(("format", row["format"], knowledge.formats[row["format"]]))
    return [_known(field, mark, "name or task", pattern, shown(pattern)) for field, mark, pattern in marks]


def _size(knowledge: Knowledge, row: dict, stated: dict) -> list[Evidence]:
    rule = row["size_rule"]
    value = "" if row["params_b"] is None else f"{row['params_b']:g} B ({row['size_class']})"
    if rule == "curated":
        found = [_known("params_b", value, rule, knowledge.sizes[row["repository"]])]
    elif rule in (None, "adapter", "name", "parent"):
        why = {
            None: "neither stated nor in the name",
            "adapter": "an adapter has no size of its own",
            "name": "the number in the name"
            + (f"; stored elements are packed ({row['format']})" if "params_b" in stated else ""),
            "parent": f"a conversion has the size of {', '.join(row['parents'])}",
        }[rule]
        found = [Evidence("params_b", value or "unknown", rule or "none", why=why)]
    else:
        _, file, day = stated.get("params_b", ("", "", None))
        found = [Evidence("params_b", value, rule, file, day, "as stated")]
    if row["active_b"] is not None:
        found.append(Evidence("active_b", f"{row['active_b']:g} B", "curated, stated or name"))
    return found


def _terms(knowledge: Knowledge, row: dict, stated: dict) -> list[Evidence]:
    found = []
    _, file, day = stated.get("license", ("", "", None))
    why = {"stated": "as stated", "generation": "of the generation", "none": "none stated"}[row["license_rule"]]
    found.append(Evidence("license", row["license"], row["license_rule"], file, day, why))
    entry = knowledge.licenses.get(row["license"]) or knowledge.licenses.get(row["license"].lower())
    found.append(_known("license_class", row["license_class"], "license", entry))
    for field in ("architecture", "library", "task"):
        if row[field]:
            _, file, day = stated[field]
            found.append(Evidence(field, row[field], "stated", file, day))
    first = knowledge.architectures.get(row["architecture"] or "")
    if first:
        why = f"first released with {first.repository} on {first.released}"
        found.append(_known("architecture_organization", first.organization, "architecture", first, why))
    release = knowledge.releases.get(row["repository"])
    if release:
        found.append(_known("released", row["released"], "curated", release))
    elif row["released"]:
        _, file, day = stated.get("created_at", ("", "", None))
        found.append(Evidence("released", str(row["released"]), row["released_rule"], file, day))
    return found


HOW = {
    "exact": "as stated",
    "case": "stated as {stated}, in other letters",
    "moved": "stated as {stated}, which is its earlier id (same _id)",
    "renamed": "stated as {stated}, a former namespace",
    "legacy": "stated as {stated}, an id from before there were namespaces",
    "missing": "stated; not in this ledger",
    "converted": "the rest of the name, without the words that mark a conversion, is its name",
    "contained": "its name stands in this one",
}


def _lineage(engine: Engine, knowledge: Knowledge, row: dict) -> list[Evidence]:
    found = []
    for edge in line_of_descent(engine, row["repository"]):
        why = HOW[str(edge["how"])].format(**edge)
        if edge["state"] == "self":
            why = "names itself as its parent; left out"
        elif edge["state"] == "cycle":
            why = "the youngest edge of a cycle; left out"
        curated = knowledge.lineage.get(str(edge["child"])) if edge["rule"] == "curated" else None
        value = f"{edge['child']} <- {edge['parent']} ({edge['relation']})"
        found.append(_known(f"lineage {edge['step']}", value, str(edge["rule"]), curated, why))
    if not row["parents"] and row["relation"] != "none":
        found.append(
            Evidence("relation", row["relation"], "inferred", why="the name shows it; the parent is not known")
        )
    shares = engine.rows(f"""select root_family, root_organization, share from shared_roots
                             where repository = {patterns.text(row["repository"])} order by share desc, root_family, root_organization""")
    root = ", ".join(f"{s['share']:.1%} {s['root_family']} ({s['root_organization']})" for s in shares[:MOST_ROOTS])
    root += f" and {len(shares) - MOST_ROOTS} more" if len(shares) > MOST_ROOTS else ""
    said = root or f"{row['root'] or 'not a known repository'} ({row['root_family']}, {row['root_organization']})"
    found.append(
        Evidence("root", said, "lineage", why="" if row["root"] or root else "the family that the name shows")
    )
    return [
        *found,
        Evidence("root_region", row["root_region"], "root_organization", why=f"country {row['root_country']}"),
    ]


def _first_match(engine: Engine, names: tuple[str, ...], name: str) -> str:
    for pattern in names:
        row = engine.rows(f"select regexp_matches({patterns.text(name)}, {patterns.text(pattern)}) as yes")[0]
        if row["yes"]:
            return pattern
    return ""


def _text(value: object) -> str:
    return "yes" if value is True else "no" if value is False else str(value)

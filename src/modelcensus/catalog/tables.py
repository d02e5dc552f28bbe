"""Knowledge as tables of the engine, one per kind of entry."""

from collections.abc import Iterable

import pyarrow as pa

from modelcensus.catalog.knowledge import Knowledge
from modelcensus.catalog.patterns import family_places
from modelcensus.engine import Engine

_TEXT, _NUMBER, _DAY, _FLAG = pa.string(), pa.float64(), pa.date32(), pa.bool_()


def register_organizations(engine: Engine, knowledge: Knowledge) -> None:
    """Register `organizations`: namespace (today's or former, lower-cased), organization, organization_name,
    parent, kind, country, region, role, legacy_ids, names_its_own (institutions that make models: theirs are not
    of a family because they use its architecture)."""
    rows = []
    regions, placed = knowledge.regions(), knowledge.placed()
    for o in knowledge.organizations.values():
        for namespace in (o.namespace, *o.former, *o.aliases):
            if namespace != o.namespace and namespace in knowledge.organizations:
                continue
            placed.pop(namespace.lower(), None)
            rows.append(
                (
                    namespace.lower(),
                    o.namespace,
                    o.name,
                    o.parent,
                    o.kind,
                    o.country,
                    regions[o.namespace],
                    o.role,
                    o.legacy_ids and namespace == o.namespace,
                    o.role == "maker" and o.kind not in ("individual", "community"),
                )
            )
    # nobody has looked at the others: their region alone is known
    rows += [(n, n, n, "", None, None, region, None, False, False) for n, region in placed.items()]
    texts = ("namespace", "organization", "organization_name", "parent", "kind", "country", "region", "role")
    _register(
        engine, "organizations", rows, dict.fromkeys(texts, _TEXT) | {"legacy_ids": _FLAG, "names_its_own": _FLAG}
    )


def register_families(engine: Engine, knowledge: Knowledge) -> None:
    """Register what names, architectures and namespaces say of families: `family_words` (word, word_key, family),
    `family_architectures` (architecture, family), `family_namespaces` (family, namespace, place),
    `family_types` (family, place, type, retrained, main: its first organization), `generations` (family, generation,
    released, license), `architectures` (architecture, organization)."""
    families = knowledge.families.values()
    named = {"family": _TEXT}
    places = family_places(knowledge)
    _register(
        engine,
        "family_words",
        [(w, "".join(c if c.isalnum() else "-" for c in w), f.family) for f in families for w in f.names],
        {"word": _TEXT, "word_key": _TEXT, "family": _TEXT},
    )
    _register(
        engine,
        "family_architectures",
        [(a.lower(), f.family) for f in families for a in f.architectures],
        {"architecture": _TEXT, "family": _TEXT},
    )
    _register(
        engine,
        "family_namespaces",
        [(f.family, o, i) for f in families for i, o in enumerate(dict.fromkeys(o.lower() for o in f.organizations))],
        named | {"namespace": _TEXT, "place": pa.int64()},
    )
    _register(
        engine,
        "family_types",
        [(f.family, places[f.family], f.type, f.retrained, next(iter(f.organizations), None)) for f in families],
        named | {"place": pa.int64(), "type": _TEXT, "retrained": _FLAG, "main": _TEXT},
    )
    _register(
        engine,
        "generations",
        [(f.family, g.generation, g.released, g.license or None) for f in families for g in f.generations],
        named | {"generation": _TEXT, "released": _DAY, "license": _TEXT},
    )
    _register(
        engine,
        "architectures",
        [(a.architecture.lower(), a.organization) for a in knowledge.architectures.values()],
        {"architecture": _TEXT, "organization": _TEXT},
    )


def register_repositories(engine: Engine, knowledge: Knowledge) -> None:
    """Register what is known of single repositories and licenses: `license_classes` (license, class), `sizes`
    (repository, total_b, active_b), `releases` (repository, released), `descents` (repository, parent, relation)."""
    _register(
        engine,
        "license_classes",
        [(v.license.lower(), v.class_) for v in knowledge.licenses.values()],
        {"license": _TEXT, "class": _TEXT},
    )
    _register(
        engine,
        "sizes",
        [(s.repository, s.total_b, s.active_b) for s in knowledge.sizes.values()],
        {"repository": _TEXT, "total_b": _NUMBER, "active_b": _NUMBER},
    )
    _register(
        engine,
        "releases",
        [(r.repository, r.released) for r in knowledge.releases.values()],
        {"repository": _TEXT, "released": _DAY},
    )
    _register(
        engine,
        "descents",
        [(d.repository, p, d.relation) for d in knowledge.lineage.values() for p in (d.parents or (None,))],
        {"repository": _TEXT, "parent": _TEXT, "relation": _TEXT},
    )


def _register(engine: Engine, name: str, rows: Iterable[tuple], columns: dict[str, pa.DataType]) -> None:
    dicts = [dict(zip(columns, row, strict=True)) for row in rows]
    engine.register(name, pa.Table.from_pylist(dicts, schema=pa.schema(list(columns.items()))))

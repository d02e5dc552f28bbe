"""A family, an organization, or a region: how it does, under every counter that the ledger holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from urllib.parse import quote

from modelcensus.catalog import patterns
from modelcensus.publish.scene import Scene
from modelcensus.publish.section import Facts, Section
from modelcensus.publish.views.asking import Ask, answered, countings
from modelcensus.publish.views.view import Chosen, View, Way, one, page
from modelcensus.vocabulary import UnknownError, did_you_mean, near, nearest
from modelcensus.vocabulary.names import HUB

KINDS = {"family": "families", "organization": "organizations", "region": "regions", "repository": "models"}
"""How a dimension is called in an address."""
ALIKE = 0.85
"""From which likeness on the name of a repository may have been meant by another (Jaro and Winkler; 1 is the same)."""


@page("/families/{name}", text="a family: its history, its rank, what grows from it")
def family(scene: Scene, chosen: Chosen) -> View:
    """The page of a family."""
    name = one(chosen, "name")
    known = scene.census.knowledge.families.get(name)
    must_be(scene, "family", name)
    facts = []
    if known:
        rows = tuple((g.generation, str(g.released or "unknown"), g.license, g.citation) for g in known.generations)
        facts.append(
            Facts(
                "generations", "Generations", ("generation", "released", "license", "cited"), rows,
                {r[0]: f"/launch?subject={quote(f'{name}@{r[0]}')}" for r in rows},
            )
        )  # fmt: skip
    return _subject(scene, chosen, "family", name, scene.called("family", name), facts)


@page("/organizations/{name}", text="an organization: its history, its rank, its models")
def organization(scene: Scene, chosen: Chosen) -> View:
    """The page of an organization."""
    name = one(chosen, "name")
    known = scene.census.knowledge.organizations.get(name)
    must_be(scene, "organization", name)
    facts = []
    if known:
        said = {
            "name": known.name, "country": known.country, "kind": known.kind, "role": known.role, "part of": known.parent,
            "former namespaces": ", ".join(known.former), "cited": known.citation, "why": known.reason,
        }  # fmt: skip
        facts.append(
            Facts("known", "What is known of it", ("field", "value"), tuple((k, v) for k, v in said.items() if v))
        )
    return _subject(scene, chosen, "organization", name, scene.called("organization", name), facts)


@page("/regions/{name}", text="a region: how its organizations do together")
def region(scene: Scene, chosen: Chosen) -> View:
    """The page of a region."""
    name = one(chosen, "name")
    must_be(scene, "region", name)
    return _subject(scene, chosen, "region", name, scene.called("region", name), [])


def must_be(scene: Scene, dimension: str, name: str) -> None:
    """UnknownError with the names most like it where neither the knowledge nor the catalog has the name."""
    if dimension == "repository":
        find_model(scene, name)
    elif name not in (known := _known(scene, dimension)) and name not in scene.members(dimension):
        choices = [*known, *scene.members(dimension)]
        alike = near(name, choices)
        remedy = nearest(name, choices, alike)
        raise UnknownError(f"no {dimension} {name!r}", name=name, near=alike, where=dimension, remedy=remedy)


def find_model(scene: Scene, name: str) -> Mapping[str, object]:
    """The repository of that name, however its letters are capitalized, with its library; UnknownError where there is none."""
    engine, asked = scene.census.engine, f"lower({patterns.text(name)})"
    if rows := engine.rows(f"select repository, library from catalog where lower(repository) = {asked}"):
        return rows[0]
    like = f"jaro_winkler_similarity(lower(repository), {asked}, {ALIKE})"
    found = engine.rows(
        f"select repository from (select repository, {like} as alike from catalog) where alike > 0"
        " order by alike desc, repository limit 3"
    )
    names = [str(r["repository"]) for r in found]
    remedy = did_you_mean(names) if names else "search for a part of its name"
    raise UnknownError(f"no model {name!r}", name=name, near=names, where="models", remedy=remedy)


def _known(scene: Scene, dimension: str) -> list[str]:
    known = scene.census.knowledge
    if dimension == "region":
        return list(known.groupings[known.grouping].labels)
    return list({"family": known.families, "organization": known.organizations}.get(dimension, {}))


def _subject(scene: Scene, chosen: Chosen, dimension: str, name: str, called: str, facts: list[Facts]) -> View:
    absent = name not in scene.members(dimension)
    asks = [a for a in _asks(scene, dimension, name, called) if not (absent and dimension in a.of)]
    sections, unanswered = answered(scene, asks)
    if absent:
        unanswered = [f"These data have no repository of {called}, so that its downloads are unknown."]
    if facts:
        sections.append(Section("known", f"What is known of {called}?", [], facts=facts))
    subject = quote(f"{dimension}={name}")
    return View(
        f"{dimension}-{name}".replace("/", "-"), f"How {_verbs(dimension)[0]} {called} adopted?", sections,
        ways=(
            Way(f"/explore?measure=share&of={subject}&by=month", "explore"),
            Way(f"/compare?of={subject}", "compare"),
            Way(f"/feeds/{KINDS[dimension]}/{quote(name)}.atom", "feed of what happens"),
            Way(f"/feeds/{KINDS[dimension]}/{quote(name)}.json", "the same as JSON Feed"),
            Way(f"/badges/share/{KINDS[dimension]}/{quote(name)}.svg", "badge"),
        ),
        remarks=tuple(unanswered), chosen=dict(chosen),
    )  # fmt: skip


def _verbs(dimension: str) -> tuple[str, str]:
    return ("are", "have") if dimension == "region" else ("is", "has")  # a region is called by its organizations


def _asks(scene: Scene, dimension: str, name: str, called: str) -> Iterator[Ask]:
    of = {dimension: name}
    are, have = _verbs(dimension)
    for way in countings(scene, dimension):
        over = (way.grain,)
        yield Ask(f"share-{way.said}", f"What share {have} {called}?", "share", of, over, way.reading)
        yield Ask(
            f"downloads-{way.said}", f"How often {are} {called} downloaded?", "downloads", of, over, way.reading
        )
        by = (dimension,)
        yield Ask(f"rank-{way.said}", f"Which place {have} {called}?", "rank", of, by, way.reading, way.newest)
    if scene.counter:
        read = {"channel": HUB, "counter": scene.counter}
        models = ("repository", "day")
        yield Ask("models", f"Which models of {called} are downloaded most?", "downloads", of, models, read)
        if dimension == "family":
            yield Ask("reach", f"How far does {called} reach with what grows from it?", "reach", of, ("day",), read)
            grown = {"root_family": name}
            yield Ask("grown", f"How much has been made from {called}?", "derivative_stock", grown, ("relation",))
    if scene.all_time_months:
        question = f"How do models of {called} do beside those of their size at the same age?"
        yield Ask("ram", question, "ram", of, ("repository",))

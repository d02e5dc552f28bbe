"""A family, an organization, or a region: how it does, under every counter that the ledger holds."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from modelcensus.publish.scene import Scene
from modelcensus.publish.section import Facts, Section
from modelcensus.publish.views.asking import Ask, answered, countings
from modelcensus.publish.views.view import Chosen, View, Way, one, page
from modelcensus.vocabulary import RequestError, nearest
from modelcensus.vocabulary.names import HUB

KINDS = {"family": "families", "organization": "organizations", "region": "regions", "repository": "models"}
"""How a dimension is called in an address."""


@page("/families/{name}", text="a family: its history, its rank, what grows from it")
def family(scene: Scene, chosen: Chosen) -> View:
    """The page of a family."""
    name = one(chosen, "name")
    known = scene.census.knowledge.families.get(name)
    _must_be(scene, "family", name, list(scene.census.knowledge.families))
    facts = []
    if known:
        rows = tuple((g.generation, str(g.released or ""), g.license, g.citation) for g in known.generations)
        facts.append(
            Facts(
                "generations", "Generations", ("generation", "released", "license", "cited"), rows,
                {r[0]: f"/launch?subject={quote(f'{name}@{r[0]}')}" for r in rows},
            )
        )  # fmt: skip
    return _subject(scene, chosen, "family", name, name, facts)


@page("/organizations/{name}", text="an organization: its history, its rank, its models")
def organization(scene: Scene, chosen: Chosen) -> View:
    """The page of an organization."""
    name = one(chosen, "name")
    known = scene.census.knowledge.organizations.get(name)
    _must_be(scene, "organization", name, list(scene.census.knowledge.organizations))
    facts = []
    if known:
        said = {
            "name": known.name, "country": known.country, "kind": known.kind, "role": known.role, "part of": known.parent,
            "former namespaces": ", ".join(known.former), "cited": known.citation, "why": known.reason,
        }  # fmt: skip
        facts.append(
            Facts("known", "What is known of it", ("field", "value"), tuple((k, v) for k, v in said.items() if v))
        )
    return _subject(scene, chosen, "organization", name, scene.name(name), facts)


@page("/regions/{name}", text="a region: how its organizations do together")
def region(scene: Scene, chosen: Chosen) -> View:
    """The page of a region."""
    name = one(chosen, "name")
    _must_be(scene, "region", name, list(scene.census.knowledge.groupings[scene.census.knowledge.grouping].labels))
    return _subject(scene, chosen, "region", name, f"organizations based in {scene.place(name)}", [])


def _must_be(scene: Scene, dimension: str, name: str, known: list[str]) -> None:
    """RequestError with the nearest name where neither the knowledge nor the catalog has it."""
    if name in known:
        return
    names = scene.members(dimension)
    if name not in names:
        raise RequestError(f"no {dimension} {name!r}", where=dimension, remedy=nearest(name, [*known, *names]))


def _subject(scene: Scene, chosen: Chosen, dimension: str, name: str, called: str, facts: list[Facts]) -> View:
    sections, unanswered = answered(scene, _asks(scene, dimension, name, called))
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

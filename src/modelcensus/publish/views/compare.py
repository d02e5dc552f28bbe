"""Families, organizations, regions or models side by side, by calendar or from their release on."""

from __future__ import annotations

from urllib.parse import urlencode

from modelcensus.publish.scene import Scene
from modelcensus.publish.section import Section
from modelcensus.publish.shapes import Shape, find_shape
from modelcensus.publish.views.asking import Ask, answered, countings
from modelcensus.publish.views.explore import SHOWN_AS
from modelcensus.publish.views.meant import meanings, which
from modelcensus.publish.views.view import (
    Choice,
    Chosen,
    Control,
    View,
    Way,
    for_example,
    members,
    one,
    page,
    several,
)
from modelcensus.vocabulary import CensusError, RequestError
from modelcensus.vocabulary.naming import listed
from modelcensus.vocabulary.readings import pair

BY_CALENDAR, BY_AGE = "calendar", "release"
DIMENSIONS = ("family", "organization", "region", "repository")
ALIGNED = {BY_CALENDAR: "calendar", BY_AGE: "days since release"}
COMPARED: tuple[Shape, ...] = ("lines", "index", "log")


@page("/compare", menu="Compare", text="any of them side by side", takes=("of", "aligned", "shape"))
def compare(scene: Scene, chosen: Chosen) -> View:
    """Downloads of several subjects, each a line."""
    chosen = chosen if several(chosen, "of") else dict(chosen) | _start(scene)
    kept = {name: one(chosen, name) for name in ("aligned", "shape") if one(chosen, name)}
    wrong, sections, remarks, called, ways = "", [], [], "", []
    try:
        dimension, names = subjects(several(chosen, "of"))
        called = listed([scene.place(n) for n in names]) if dimension == "region" else scene.called(dimension, *names)
        sections, remarks = _sections(scene, chosen, dimension, names, called)
        if not sections:
            wrong = remarks[0] if remarks else "nothing in this ledger tells them apart"
    except CensusError as error:
        meant = meanings(scene, [n.strip() for term in several(chosen, "of") for n in term.split(",")])
        wrong = which(meant) or error.told
        ways = [Way(f"/compare?{urlencode({**kept, 'of': of})}", f"compare {said}") for of, said in meant.items()]
    aligned = one(chosen, "aligned", BY_CALENDAR)
    controls = (
        Control(
            "of", "Whom", "text", "; ".join(several(chosen, "of")),
            hint=for_example(members(scene, "family", 2), members(scene, "organization", 2)),
        ),
        Control("aligned", "Along", "choice", aligned, tuple(Choice(k, v) for k, v in ALIGNED.items())),
        Control(
            "shape", "Shown as", "choice", one(chosen, "shape", "lines"), tuple(Choice(s, SHOWN_AS[s]) for s in COMPARED)
        ),
    )  # fmt: skip
    question = f"How do {called} compare?" if called else "How do they compare?"
    return View(
        "compare", question, sections, controls, tuple(ways), remarks=tuple(remarks), wrong=wrong, chosen=dict(chosen)
    )


def subjects(terms: list[str]) -> tuple[str, list[str]]:
    """The one dimension that all terms name, and the values in their order.

    >>> subjects(["family=Qwen", "family=Llama,Gemma"])
    ('family', ['Qwen', 'Llama', 'Gemma'])
    """
    pairs = [pair(term, "of") for term in terms]
    dimensions = list(dict.fromkeys(d for d, _ in pairs))
    if len(dimensions) != 1 or dimensions[0] not in DIMENSIONS:
        raise RequestError(
            "these are not of one kind", where="of", remedy=f"name values of one of {', '.join(DIMENSIONS)}"
        )
    names = [v.strip() for _, values in pairs for v in values.split(",") if v.strip()]
    return dimensions[0], list(dict.fromkeys(names))


def _sections(
    scene: Scene, chosen: Chosen, dimension: str, names: list[str], called: str
) -> tuple[list[Section], list[str]]:
    of, shape = {dimension: ",".join(names)}, find_shape(one(chosen, "shape", "lines"))
    if one(chosen, "aligned") == BY_AGE:
        question = f"How often are {called} downloaded from their release on?"
        return answered(scene, [Ask("since-release", question, "launch", of, (dimension,), shape=shape)])
    ways = list(countings(scene, dimension))
    asks = [
        Ask(f"{measure}-{way.said}", question, measure, of, (dimension, way.grain), way.reading, shape=shape)
        for way in ways
        for measure, question in (
            ("downloads", f"How often are {called} downloaded?"), ("share", f"What shares have {called}?")
        )
    ]  # fmt: skip
    return answered(scene, asks)


def _start(scene: Scene) -> dict[str, tuple[str, ...]]:
    """The two largest organizations of the newest period."""
    shares = scene.monthly or scene.readings
    if not shares and scene.keeps_months:
        newest_month = str(scene.all_time_months[-1])
        shares = scene.census.measure("downloads", by=["organization", "month"], period=newest_month)
    if not shares:
        return {"of": ()}
    newest = sorted(scene.newest(shares.rows), key=lambda r: -(r.value or 0))
    return {"of": ("organization=" + ",".join(str(r.dimensions["organization"]) for r in newest[:2]),)}

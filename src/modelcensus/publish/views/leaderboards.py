"""Who is first: by downloads, growth, reach and adoption since release; families, organizations, models."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from modelcensus.publish.scene import Scene
from modelcensus.publish.section import Section
from modelcensus.publish.views.asking import Ask, answered, collected, countings
from modelcensus.publish.views.boards import reach, rising
from modelcensus.publish.views.view import Choice, Chosen, Control, View, one, page
from modelcensus.vocabulary import RequestError, nearest
from modelcensus.vocabulary.names import HUB

BOARDS = ("organization", "family", "repository", "region", "size_class", "license_class")
ORDERED_BY = {
    "downloads": "downloads", "growth": "growth", "ram": "adoption since release", "reach": "reach", "rising": "places won",
}  # fmt: skip


@page("/leaderboards", menu="Leaderboards", text="who is first", takes=("by", "order"))
def leaderboards(scene: Scene, chosen: Chosen) -> View:
    """The newest period, the largest first."""
    dimension, ordered = one(chosen, "by", "organization"), one(chosen, "order", "downloads")
    wrong = _unknown("by", dimension, list(BOARDS)) or _unknown("order", ordered, list(ORDERED_BY))
    sections, remarks = ([], []) if wrong else _boards(scene, dimension, ordered)
    if not sections and not wrong:
        wrong, *remarks = remarks or ["the ledger holds nothing to order them by"]
    what = dimension.replace("_", " ")
    controls = (
        Control("by", "Of", "choice", dimension, tuple(Choice(b, b.replace("_", " ")) for b in BOARDS)),
        Control("order", "Ordered by", "choice", ordered, tuple(Choice(k, v) for k, v in ORDERED_BY.items())),
    )
    return View(
        "leaderboards", f"Which {what} is first?", sections, controls, remarks=tuple(remarks), wrong=wrong,
        chosen=dict(chosen),
    )  # fmt: skip


def _unknown(where: str, value: str, known: list[str]) -> str:
    return (
        "" if value in known else str(RequestError(f"no board {value!r}", where=where, remedy=nearest(value, known)))
    )


def _boards(scene: Scene, dimension: str, ordered: str) -> tuple[list[Section], list[str]]:
    """The boards that have an answer, and of the others why not."""
    if ordered == "rising":
        return collected(partial(rising, scene, dimension, way) for way in countings(scene, dimension))
    if ordered == "reach":
        return collected([partial(reach, scene, dimension)])
    return answered(scene, _asks(scene, dimension, ordered))


def _asks(scene: Scene, dimension: str, ordered: str) -> list[Ask]:
    question = f"Which {dimension.replace('_', ' ')} is first by {ORDERED_BY[ordered]}?"
    if ordered == "ram":
        return [Ask("ram", question, "ram", by=(dimension,), reading={"channel": HUB})]
    asks = []
    for way in countings(scene, dimension):
        if ordered == "growth" and way.grain == "day":  # a counter as it was read is of no period that could grow
            way = replace(way, grain="month", reading={"channel": HUB})
        by = (dimension, way.grain) if way.grain == "day" or ordered == "growth" else (dimension,)
        period = way.newest if ordered == "downloads" else ""
        asks.append(Ask(f"{ordered}-{way.said}", question, ordered, by=by, reading=way.reading, period=period))
    return asks

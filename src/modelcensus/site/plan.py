"""Which pages a site has: a rule, so that its size does not grow with the ledger."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from modelcensus.claims import Pack
from modelcensus.publish.scene import Scene
from modelcensus.publish.views.asking import countings
from modelcensus.publish.views.subject import KINDS
from modelcensus.publish.views.view import MENU
from modelcensus.site.addresses import FRAME, Address
from modelcensus.vocabulary import CensusError, Request

COMPARED = 3
"""Subjects of a kind that the first is compared with."""
FORMS = (".json", ".csv", ".parquet", ".svg", ".chart.js", FRAME)
"""Files that stand beside every page."""


@dataclass(frozen=True)
class Bounds:
    """`subjects`: families, organizations, regions, models and launches, the most downloaded of each, that get a page;
    `variants`: choices of a page that are prepared; `file_bytes`: what a file of data may have (a larger one is left out)."""

    subjects: int = 12
    variants: int = 12
    file_bytes: int = 2_000_000


def first_pages(scene: Scene, bounds: Bounds, packs: list[Pack]) -> Iterator[Address]:
    """The pages that are written whatever links lead to: the menu's, those of subjects, of claims, and comparisons."""
    for path in (*MENU, "/check", "/search"):
        yield Address(path)
    for dimension, kind in KINDS.items():
        names = most_downloaded(scene, dimension, bounds.subjects)
        yield from (Address(f"/{kind}/{name}") for name in names)
        if kind != "models":
            yield from (
                Address.of("/compare", [("of", f"{dimension}={names[0]},{other}")])
                for other in names[1 : 1 + COMPARED]
            )
    yield from (Address(f"/claims/{pack.id}/{claim.id}") for pack in packs for claim in pack.claims)
    yield from (
        Address("/claims"),
        Address("/claims/flipped"),
    )  # they tell of the claims that were tested before them


def most_downloaded(scene: Scene, dimension: str, most: int) -> list[str]:
    """The members of a dimension by downloads in the newest period of the first way of counting that tells them apart.

    What nobody has attributed is no subject.
    """
    known = scene.census.knowledge
    for way in countings(scene, dimension):
        by = [dimension] if way.newest else [dimension, way.grain]
        try:
            result = scene.census.answer(Request.build("downloads", by=by, period=way.newest, reading=way.reading))
        except CensusError:
            continue
        rows = [r for r in result.rows if r.span == result.rows[-1].span]
        rows.sort(key=lambda r: (-(r.value or 0), str(r.dimensions[dimension])))
        names = [str(r.dimensions[dimension]) for r in rows if r.dimensions[dimension] is not None]
        listed = {"family": known.families, "region": known.groupings[known.grouping].labels}.get(dimension)
        if listed is not None:
            names = [n for n in names if n in listed]
        return names[:most]
    return []

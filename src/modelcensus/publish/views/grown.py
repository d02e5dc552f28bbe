"""What was made directly from a model, by name: the most downloaded of each relation."""

from __future__ import annotations

from collections import Counter
from urllib.parse import quote

from modelcensus.catalog import direct_derivatives
from modelcensus.measures import Result, Row, bounds, number, period_text
from modelcensus.publish.scene import Scene
from modelcensus.publish.section import Facts, Section, Statement
from modelcensus.publish.views.asking import Counting, countings, who
from modelcensus.vocabulary import CensusError

SHOWN = 10
"""Derivatives of each relation that are named."""
MOST_ASKED = 5_000
"""Derivatives whose downloads are asked for."""


def grown(scene: Scene, name: str) -> Section | None:
    """The most downloaded direct derivatives of a repository; nothing where none is known."""
    children = direct_derivatives(scene.census.engine, name)
    if not children:
        return None
    question, said = f"What was made from {name}?", _counted(name, children)
    remarks = []
    if len(children) > MOST_ASKED:
        remarks.append(f"Downloads were asked for of the first {MOST_ASKED:,} by name alone.")
    asked = dict(children[:MOST_ASKED])
    for way in countings(scene, "repository"):
        try:
            result = _downloads(scene, way, list(asked))
        except CensusError as error:
            remarks.append(error.told)
            continue
        statement = Statement(said, (result.provenance.id,))
        return Section(
            "grown", question, [statement], facts=[_table(result, asked)], results=[result], remarks=remarks
        )
    remarks.append("Of none of them downloads are known.")
    return Section("grown", question, [Statement(said, ())], remarks=remarks)


def _counted(name: str, children: list[tuple[str, str]]) -> str:
    counted = Counter(relation for _, relation in children)
    told = ", ".join(f"{many:,} {relation}" for relation, many in counted.most_common())
    many = "1 repository is" if len(children) == 1 else f"{len(children):,} repositories are"
    return f"{many} known to be made directly from {name}: {told}."


def _downloads(scene: Scene, way: Counting, models: list[str]) -> Result:
    by = ["repository", *([] if way.newest else [way.grain])]
    return scene.census.measure("downloads", of={"repository": models}, by=by, period=way.newest, reading=way.reading)


def _table(result: Result, relations: dict[str, str]) -> Facts:
    """The rows of the newest period, relation by relation, the most downloaded first."""
    newest = [r for r in result.rows if r.span == result.rows[-1].span]
    shown: dict[str, list[Row]] = {}
    for row in sorted(newest, key=lambda r: (-(r.value or 0), str(r.dimensions["repository"]))):
        of_relation = shown.setdefault(relations[str(row.dimensions["repository"])], [])
        if len(of_relation) < SHOWN:
            of_relation.append(row)
    rows = tuple(
        (relation, str(r.dimensions["repository"]), number(r.value, result.unit), bounds(r, result.unit) or "exact")
        for relation, some in sorted(shown.items())
        for r in some
    )
    when = period_text(newest[0].period)
    caption = f"The most downloaded, up to {SHOWN} of each relation: downloads in {when} ({who(result)})"
    links = {model: f"/models/{quote(model)}" for _, model, _, _ in rows}
    return Facts("derivatives", caption, ("relation", "model", "downloads", "interval"), rows, links)

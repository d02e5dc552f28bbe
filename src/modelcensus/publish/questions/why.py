"""Why the leader's share moved between the two newest readings of the Hub's counter: split exactly, and by repository."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import quote

from modelcensus.measures import Result, Row, number, period_text
from modelcensus.measures.change import CHANGE, LISTED, NEW, SAME, VANISHED
from modelcensus.publish.prose import Linked, Name, Prose
from modelcensus.publish.scene import Scene
from modelcensus.publish.section import Facts, Statement
from modelcensus.vocabulary import CensusError
from modelcensus.vocabulary.names import HUB

PARTS = {
    SAME: "within the repositories that were there before",
    NEW: "by new ones",
    LISTED: "since the source listed others for the first time",
    VANISHED: "since others vanished from it",
}
"""The parts of a change in words, in the order in which they are told."""
MOVED = 8
"""Repositories that moved most which are named."""


@dataclass(frozen=True)
class Why:
    """What is said of the reasons; nothing where the ledger cannot be asked."""

    statements: list[Statement] = field(default_factory=list)
    facts: list[Facts] = field(default_factory=list)
    results: list[Result] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def why(scene: Scene) -> Why:
    """The leader's share between the two newest readings, by what moved it, and the repositories that moved most."""
    if not scene.counter or scene.readings is None:
        return Why()
    days = list(dict.fromkeys(r.period for r in scene.readings.rows))[-2:]
    if len(days) < 2:
        return Why()
    reading = {"channel": HUB, "counter": scene.counter}
    of = {"organization": scene.leader}
    try:
        split = scene.census.measure("decomposition", of=of, within=scene.scope, by="day", reading=reading)
        moved = scene.census.measure(
            "downloads", of=of, by=["repository", "day"], within=scene.scope, reading=reading
        )
    except CensusError as error:
        return Why(remarks=[f"Why the share moved cannot be said: {error}"])
    parts = {str(r.dimensions["part"]): r for r in scene.newest(split.rows)}
    if parts[CHANGE].value is None:
        return Why()
    return Why([_split(scene, split, parts)], _movers(scene, moved), [split, moved])


def _split(scene: Scene, result: Result, parts: dict[str, Row]) -> Statement:
    record, total = result.provenance.id, parts[CHANGE]
    since, until = str(total.dimensions["since"]), total.period
    told: list[str | Linked | Prose] = []
    for part, words in PARTS.items():
        row = parts.get(part)
        if row is not None and row.value and abs(row.value) >= 0.0005:  # half of the last digit that is shown
            told += [", " if told else ": ", Linked(number(row.value, "share points"), record), f" {words}"]
    return Statement.build(
        "Why: the share of ", Name(scene.maker(scene.leader)), f" in {result.whole_text} changed by ",
        Linked(number(total.value, "share points"), record),
        f" from the reading of {period_text(since)} to that of {period_text(until)}", *told, f" ({result.counted_by}).",
    )  # fmt: skip


def _movers(scene: Scene, result: Result) -> list[Facts]:
    """The leader's repositories whose counter moved most between the two newest readings that have them."""
    spans = sorted({r.span for r in result.rows})[-2:]
    then, now = ({str(r.dimensions["repository"]): r for r in result.rows if r.span == s} for s in spans)
    both = [n for n in now if n in then and now[n].value is not None and then[n].value is not None]
    steps = {n: (now[n].value or 0) - (then[n].value or 0) for n in both}
    first = sorted((n for n in both if steps[n]), key=lambda n: (-abs(steps[n]), n))[:MOVED]
    if not first:
        return []
    rows = tuple(
        (n, number(then[n].value, "downloads"), number(now[n].value, "downloads"), _signed(steps[n])) for n in first
    )
    when = [period_text(next(iter(rows.values())).period) for rows in (then, now)]
    header = ("repository", when[0], when[1], "change")
    caption = f"Whose counter moved most, of {scene.name(scene.leader)}"
    return [Facts("movers", caption, header, rows, {n: f"/models/{quote(n)}" for n in first})]


def _signed(step: float) -> str:
    sign = "+" if step > 0 else "\N{MINUS SIGN}"
    return f"{sign}{number(abs(step), 'downloads')}"

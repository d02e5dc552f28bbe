"""Why the leader's share moved between the two periods of a change: split exactly, and by repository."""

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


def why(scene: Scene, changed: Result, periods: tuple[str, str]) -> Why:
    """The leader's share between the two periods of a change, by what moved it, and the repositories that moved most. What
    others reported has no repositories: where the Hub's months do not hold the periods, its two newest readings, and that
    is said."""
    if not scene.counter or scene.readings is None:
        return Why()
    days = list(dict.fromkeys(r.period for r in scene.readings.rows))[-2:]
    if len(days) < 2:
        return Why()
    monthly = not changed.request.reading.counter and set(periods) <= {str(m) for m in scene.all_time_months}
    reading = {"channel": HUB} if monthly else {"channel": HUB, "counter": scene.counter}
    grain, period = ("month", periods) if monthly else ("day", ())
    of = {"organization": scene.leader}
    try:
        split = scene.census.measure(
            "decomposition", of=of, within=scene.scope, by=grain, period=period, reading=reading
        )
        moved = scene.census.measure(
            "downloads", of=of, by=["repository", grain], within=scene.scope, period=period, reading=reading
        )
    except CensusError as error:
        return Why(remarks=[f"Why the share moved cannot be said: {error.told}"])
    parts = {str(r.dimensions["part"]): r for r in scene.newest(split.rows)}
    if parts[CHANGE].value is None:
        return Why()
    other = changed.request.reading.channel != HUB and not monthly
    return Why([_split(scene, split, parts, other)], _movers(scene, moved), [split, moved])


def _split(scene: Scene, result: Result, parts: dict[str, Row], other: bool) -> Statement:
    record, total = result.provenance.id, parts[CHANGE]
    since, until = (period_text(p) for p in (str(total.dimensions["since"]), total.period))
    read = bool(result.request.reading.counter)
    opening = "Why cannot be said of reported numbers. Counted here, the share of " if other else "Why: the share of "
    told: list[str | Linked | Prose] = []
    for part, words in PARTS.items():
        row = parts.get(part)
        if row is not None and row.value and abs(row.value) >= 0.0005:  # half of the last digit that is shown
            told += [", " if told else ": ", Linked(number(row.value, "share points"), record), f" {words}"]
    return Statement.build(
        opening, Name(scene.maker(scene.leader)), f" in {result.whole_text} changed by ",
        Linked(number(total.value, "share points"), record),
        f" from the reading of {since} to that of {until}" if read else f" from {since} to {until}", *told, f" ({result.counted_by}).",
    )  # fmt: skip


def _movers(scene: Scene, result: Result) -> list[Facts]:
    """The leader's repositories whose downloads moved most between two periods that have both."""
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
    moved = "Whose counter" if result.request.reading.counter else "Whose downloads"
    caption = f"{moved} moved most, of {scene.name(scene.leader)}"
    return [Facts("movers", caption, header, rows, {n: f"/models/{quote(n)}" for n in first})]


def _signed(step: float) -> str:
    sign = "+" if step > 0 else "\N{MINUS SIGN}"
    return f"{sign}{number(abs(step), 'downloads')}"

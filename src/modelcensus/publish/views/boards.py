"""Boards that compare answers: who rose in the order, and who reaches furthest with what was made from it."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from modelcensus.measures import Result, Row, number, period_text
from modelcensus.publish.prose import Linked, Name
from modelcensus.publish.scene import Scene
from modelcensus.publish.section import Facts, Section, Statement
from modelcensus.publish.views.asking import Counting, who
from modelcensus.publish.views.subject import KINDS
from modelcensus.vocabulary import Request, RequestError
from modelcensus.vocabulary.names import HUB
from modelcensus.vocabulary.naming import opening

MOST = 15
"""Rows of a board."""
FURTHEST = 60
"""Places that a board of the rising looks at: far down a place is won by a handful of downloads."""


def rising(scene: Scene, dimension: str, way: Counting) -> Section:
    """Who won most places between the two newest periods; RequestError where there is one only."""
    result = scene.census.measure("downloads", by=[dimension, way.grain], reading=way.reading, period=way.newest_two)
    spans = sorted({r.span for r in result.rows})
    if len(spans) < 2:
        raise RequestError("there is one period only", where="rising", remedy="collect another reading")
    before, now = (_places([r for r in result.rows if r.span == s], dimension) for s in spans[-2:])
    last = next(r for r in reversed(result.rows) if r.span == spans[-1])
    moved = [
        (before[name][0] - place, name, before[name][0], place, row)
        for name, (place, row) in now.items()
        if name in before and place <= FURTHEST
    ]
    moved = sorted((m for m in moved if m[0] > 0), key=lambda m: (-m[0], m[3]))[:MOST]
    if not moved:
        raise RequestError("nobody won a place", where="rising", remedy="ask for growth")
    _won, name, was, place, _row = moved[0]
    lead = Statement.build(
        Name(_called(scene, dimension, name)), " won most places: from place ", Linked(str(was), result.provenance.id), " to place ",
        Linked(str(place), result.provenance.id), f" in {period_text(last.period)}, by downloads within {result.whole_text}.",
    )  # fmt: skip
    rows = tuple(
        (n, f"+{w}", b, p, number(r.value, "downloads"), "yes" if _overlaps(now, p, r) else "no")
        for w, n, b, p, r in moved
    )
    header = (dimension, "places won", "place before", "place", "downloads", "a neighbour's interval overlaps")
    unknown = sum(r.value is None for r in scene.newest(result.rows))
    left = f"; {unknown:,} of which the data do not decide how many have no place" if unknown else ""
    caption = f"Places won among the first {FURTHEST} in {period_text(last.period)}{left}"
    facts = Facts(f"rising-{way.said}", caption, header, rows, _links(dimension, [n for _w, n, *_ in moved]))
    question = f"Which {dimension.replace('_', ' ')} rises fastest in the order? ({who(result)})"
    return Section(f"rising-{way.said}", question, [lead], facts=[facts], results=[result])


def reach(scene: Scene, dimension: str) -> Section:
    """The most downloaded by their reach; RequestError where the lineage has no such dimension."""
    reading = {"channel": HUB, "counter": scene.counter}
    grain, period = (
        ("day", "") if scene.counter or not scene.keeps_months else ("month", str(scene.all_time_months[-1]))
    )
    own = scene.census.measure("downloads", by=[dimension, grain], period=period, reading=reading)
    first = [n for n, _ in sorted(_places(scene.newest(own.rows), dimension).items(), key=lambda p: p[1][0])[:MOST]]
    asked = [Request.build("reach", {dimension: n}, by=grain, period=period, reading=reading) for n in first]
    found: list[tuple[str, Result, Row, Row | None]] = []
    for name, result in zip(first, scene.census.answers_to(asked), strict=True):
        if isinstance(result, Result):
            parts = {str(r.dimensions.get("part")): r for r in scene.newest(result.rows)}
            if "total" in parts:
                found.append((name, result, parts["total"], parts.get("own")))
    if not found:
        raise RequestError("no reach is known of them", where="reach", remedy="order by downloads")
    found.sort(key=lambda f: -(f[2].value or 0))
    name, result, total, _own = found[0]
    lead = Statement.build(
        Name(_called(scene, dimension, name)), " reaches furthest: ", Linked(number(total.value, "downloads"), result.provenance.id),
        f" downloads of its own repositories and of what was made from them, in {period_text(total.period)}.",
        also=(own.provenance.id, *(r.provenance.id for _n, r, _t, _o in found[1:])),
    )  # fmt: skip
    rows = tuple(
        (n, number(t.value, "downloads"), number(t.low, "downloads"), number(t.high, "downloads"),
         number(o.value, "downloads") if o else "", r.provenance.id)
        for n, r, t, o in found
    )  # fmt: skip
    header = (dimension, "reach", "at least", "at most", "its own", "record")
    links = _links(dimension, [f[0] for f in found]) | {
        r.provenance.id: f"/provenance/{r.provenance.id}" for _n, r, *_ in found
    }
    facts = Facts("reach", f"The reach of the {len(found)} most downloaded", header, rows, links)
    question = f"Which {dimension.replace('_', ' ')} reaches furthest with what grows from it? ({who(own)})"
    return Section("reach", question, [lead], facts=[facts], results=[f[1] for f in found])


def _called(scene: Scene, dimension: str, name: str) -> str:
    if dimension == "region":
        return scene.place(name)
    return opening(scene.called(dimension, name)) if dimension in ("organization", "family") else name


def _places(rows: Sequence[Row], dimension: str) -> dict[str, tuple[int, Row]]:
    """Who stands at which place, from the first on."""
    known = [r for r in rows if r.value is not None and r.dimensions[dimension] is not None]
    ordered = sorted(known, key=lambda r: (-(r.value or 0), str(r.dimensions[dimension])))
    return {str(r.dimensions[dimension]): (i, r) for i, r in enumerate(ordered, 1)}


def _overlaps(places: dict[str, tuple[int, Row]], place: int, row: Row) -> bool:
    """Whether the interval of a neighbour in the order allows another place than this one."""
    low, high = _interval(row)
    beside = [_interval(r) for p, r in places.values() if abs(p - place) == 1]
    return any(above >= low and below <= high for below, above in beside)


def _interval(row: Row) -> tuple[float, float]:
    value = row.value or 0.0
    return value if row.low is None else row.low, value if row.high is None else row.high


def _links(dimension: str, names: Sequence[str]) -> dict[str, str]:
    kind = KINDS.get(dimension)
    return {n: f"/{kind}/{quote(n)}" for n in names} if kind else {}

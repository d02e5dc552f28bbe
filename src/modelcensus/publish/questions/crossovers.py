"""When the leader passed the one that led before, and when a region passed another."""

from itertools import accumulate

from modelcensus.measures import Result, Row, lasting, number, period_text
from modelcensus.publish.breaks import break_marks, crossed_breaks
from modelcensus.publish.charts import Words
from modelcensus.publish.lines import Point, line_chart
from modelcensus.publish.questions.cumulative import method_marks, method_remarks
from modelcensus.publish.result_chart import source_line
from modelcensus.publish.scene import MAKERS, Scene
from modelcensus.publish.section import DataTable, Figure, Section, Statement
from modelcensus.vocabulary.naming import listed

PLACES = ("unknown", "unreviewed", "other")
"""Regions that nobody can have passed: they are not one place."""


def passing(scene: Scene) -> Section | None:
    """The leader and the maker that led when the series began."""
    if not scene.monthly:
        return None
    before = _first_leader(scene.monthly, "organization", scene.months[0])
    if before == scene.leader:
        before = _first_leader(scene.monthly, "organization", scene.months[0], but=scene.leader)
    if not before:
        return None
    return _section(
        scene,
        "passing",
        "organization",
        scene.leader,
        before,
        scene.name(scene.leader),
        scene.name(before),
        scene.monthly,
    )


def regions(scene: Scene) -> Section | None:
    """The regions of the makers: shares by month, who passed whom, and which organizations decide it."""
    if not scene.monthly:
        return None
    shares = scene.ask("share", by=["region", "month"], within=MAKERS)
    sums = scene.ask("downloads", by=["region", "month"], within=MAKERS)
    placed = [r for r in shares.rows if r.dimensions["region"] not in PLACES]
    if not placed:
        return None
    now = max((r for r in placed if r.period == scene.month), key=lambda r: r.value or 0, default=None)
    if now is None:
        return None
    top = str(now.dimensions["region"])
    before = _first_leader(sums, "region", scene.months[0], but=top)
    words = Words(
        f"Organizations based in {scene.place(top)} had {number(now.value, 'share')} of the listed makers' downloads",
        f"Share of downloads by region of the releasing organization, of {shares.whole_text}; {shares.counted_by}",
        source_line(shares),
    )
    points = [Point(scene.place(str(r.dimensions["region"])), f"{r.period}-01", r.value or 0) for r in shares.rows]
    breaks = crossed_breaks(shares)
    marks = [*method_marks(scene), *break_marks(breaks)]
    figure = Figure("regions", lambda size: line_chart(points, words, percent=True, size=size, marks=marks))
    table = DataTable("shares-by-region", "Share by region and month", shares, last_only=True)
    lead = Statement(
        f"Organizations based in {scene.place(top)} had {number(now.value, 'share')} of the downloads of"
        f" {shares.whole_text} in {period_text(now.period)}, {shares.counted_by}.",
        (shares.provenance.id,),
    )
    if not before:
        return Section(
            "regions", "Which regions lead?", [lead], [figure], [table], results=[shares, sums], breaks=breaks
        )
    crossing = _section(scene, "regions", "region", top, before, scene.place(top), scene.place(before), sums)
    return Section(
        "regions",
        "Which regions lead, and when did that change?",
        [lead, *(crossing.statements if crossing else [])],
        [figure, *(crossing.figures if crossing else [])],
        [table, *(crossing.tables if crossing else [])],
        remarks=[
            *_members(scene, top, before),
            *_deciding(scene, top, before),
            *(crossing.remarks if crossing else []),
            "A region is where an organization has its base; it says nothing of where the downloads came from.",
        ],
        results=[shares, sums, *(crossing.results if crossing else [])],
        breaks=breaks,
    )


def _section(
    scene: Scene,
    name: str,
    dimension: str,
    subject: str,
    peer: str,
    subject_name: str,
    peer_name: str,
    series: Result,
) -> Section | None:
    reading = {"peers": f"{dimension}:{peer}"}
    whole = scene.ask("crossover", of={dimension: subject}, within=MAKERS, reading=reading)
    exact = None
    if scene.first_exact:
        period = f"{scene.first_exact}..{scene.month}"
        exact = scene.ask(
            "crossover",
            of={dimension: subject},
            within=MAKERS,
            period=period,
            reading={**reading, "origin": scene.first_exact},
        )
    statements = [
        s
        for s in (
            _by_month(whole, subject_name, peer_name),
            _in_sum(whole, subject_name, peer_name, scene.months[0]),
        )
        if s
    ]
    if exact:
        statements += [s for s in (_in_sum(exact, subject_name, peer_name, scene.first_exact),) if s]
    if not statements:
        statements = [
            Statement(f"{subject_name} was never above {peer_name} in these months.", (whole.provenance.id,))
        ]
    title = statements[0].text.split(";")[0].split(" (")[0].removesuffix(".")
    words = Words(title, f"Downloads per month, {series.whole_text}; {series.counted_by}", source_line(series, whole))
    chosen = {subject: subject_name, peer: peer_name}
    points = [
        Point(chosen[str(r.dimensions[dimension])], f"{r.period}-01", r.value or 0)
        for r in series.rows
        if r.dimensions[dimension] in chosen
    ]
    breaks = crossed_breaks(series)
    marks = [*method_marks(scene), *break_marks(breaks)]
    tables = [DataTable(f"crossovers-{name}", f"{subject_name} and {peer_name}: every crossing", whole)]
    return Section(
        name,
        f"When did {subject_name} pass {peer_name}?",
        statements,
        [
            Figure(
                f"crossover-{name}",
                lambda size: line_chart(points, words, percent=False, size=size, marks=marks),
            )
        ],
        tables,
        remarks=method_remarks(scene) if name != "regions" else [],
        results=[whole, *([exact] if exact else [])],
        breaks=breaks,
    )


def _by_month(result: Result, subject: str, peer: str) -> Statement | None:
    rows = [r for r in result.rows if r.dimensions["basis"] == "period"]
    stays = _of(rows, "persistent")
    reverted = [r for r in rows if r.dimensions["crossover"] == "reverted"]
    early = listed([period_text(r.period) for r in reverted])
    if not stays:
        text = f"By month {subject} was above {peer} in {early}, and fell behind again" if reverted else ""
    else:
        text = f"By month {subject} has been above {peer} since {period_text(stays[0].period)} ({number(stays[0].value, 'times')} times in that month)"
        if reverted:
            estimated = all(any("earlier method" in f for f in r.flags) for r in reverted)
            text += f"; it was above already in {early}, which reverted"
            text += " (all under the publisher's earlier method)" if estimated else ""
    return Statement(f"{text}; {result.counted_by}.", (result.provenance.id,)) if text else None


def _in_sum(result: Result, subject: str, peer: str, origin: str) -> Statement | None:
    stays = _of([r for r in result.rows if r.dimensions["basis"] == "cumulative"], "persistent")
    if not stays:
        return None
    text = (
        f"Counted up from {period_text(origin)}, {subject} passed {peer} for good in {period_text(stays[0].period)}"
    )
    return Statement(f"{text}; {result.counted_by}.", (result.provenance.id,))


def _of(rows: list[Row], kind: str) -> list[Row]:
    return [r for r in rows if r.dimensions["crossover"] == kind]


def _first_leader(result: Result, dimension: str, month: str, but: str = "") -> str:
    rows = [
        r for r in result.rows
        if r.period == month and r.dimensions[dimension] != but and r.dimensions[dimension] not in PLACES
    ]  # fmt: skip
    return str(max(rows, key=lambda r: r.value or 0).dimensions[dimension]) if rows else ""


def _organizations(scene: Scene, region: str) -> list[str]:
    rows = scene.ask("cumulative", of={"region": region}, by=["organization"], within=MAKERS, period=scene.month)
    return [str(r.dimensions["organization"]) for r in sorted(rows.rows, key=lambda r: -(r.value or 0))]


def _members(scene: Scene, *places: str) -> list[str]:
    return [
        f"For {scene.place(place)} the series lists {', '.join(scene.name(o) for o in _organizations(scene, place))}."
        for place in places
    ]


def _deciding(scene: Scene, top: str, before: str) -> list[str]:
    """What the lasting crossovers become when any single organization is left out."""
    sides = {top: _organizations(scene, top), before: _organizations(scene, before)}
    base = _dates(scene, sides[top], sides[before])
    without: dict[str, tuple[str, str]] = {}
    for place, members in sides.items():
        for left_out in members:
            rest = [m for m in members if m != left_out]
            if rest:
                without[left_out] = _dates(scene, *((rest, sides[before]) if place == top else (sides[top], rest)))
    found = []
    for basis, text in ((0, "by month"), (1, f"cumulatively since {period_text(scene.months[0])}")):
        moved: dict[str, list[str]] = {}
        for left_out, dates in without.items():
            if dates[basis] != base[basis]:
                moved.setdefault(dates[basis], []).append(scene.name(left_out))
        if moved:
            listed = "; ".join(f"{when} without {' or '.join(who)}" for when, who in moved.items())
            found.append(f"The list of organizations decides: {text}, it is {base[basis]}, but {listed}.")
    return found


def _dates(scene: Scene, subject: list[str], peers: list[str]) -> tuple[str, str]:
    """The lasting crossover of two sums of organizations, by month and cumulatively, in words."""
    assert scene.monthly is not None
    values = {(r.dimensions["organization"], r.period): r.value or 0 for r in scene.monthly.rows}
    a, b = ([sum(values.get((o, m), 0) for o in side) for m in scene.months] for side in (subject, peers))
    found = (lasting(a, b), lasting(list(accumulate(a)), list(accumulate(b))))
    month, total = ("no lasting crossover" if i is None else period_text(scene.months[i]) for i in found)
    return month, total

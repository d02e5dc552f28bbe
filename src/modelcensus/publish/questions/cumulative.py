"""Downloads over time, and what they sum up to."""

from datetime import date

from modelcensus.measures import Result, Row, number, period_text
from modelcensus.publish.breaks import break_marks, crossed_breaks
from modelcensus.publish.charts import Words
from modelcensus.publish.lines import Point, line_chart
from modelcensus.publish.marks import Mark
from modelcensus.publish.result_chart import source_line
from modelcensus.publish.scene import MAKERS, Scene
from modelcensus.publish.section import DataTable, Figure, Section, Statement
from modelcensus.vocabulary.naming import opening


def cumulative(scene: Scene) -> Section | None:
    """Months and their running sum by organization."""
    if not scene.monthly:
        return None
    sums = scene.ask("cumulative", by=["organization", "month"], within=MAKERS)
    ranked = sorted(scene.newest(sums.rows), key=lambda r: -(r.value or 0))
    first, second = ranked[0], ranked[1] if len(ranked) > 1 else None
    name = scene.maker(str(first.dimensions["organization"]))
    behind = (
        f", {scene.name(str(second.dimensions['organization']))} {number(second.value, 'downloads')}"
        if second
        else ""
    )
    since = period_text(scene.months[0])
    lead = Statement(
        f"Since {since} {name} had {number(first.value, 'downloads')} downloads{behind}"
        f" ({sums.whole_text}; {sums.counted_by}).",
        (sums.provenance.id,),
    )
    breaks = crossed_breaks(scene.monthly)
    marks = [*method_marks(scene), *break_marks(breaks)]
    months = Words(
        _leading(scene, scene.monthly),
        f"Downloads per month, {scene.monthly.whole_text}; {scene.monthly.counted_by}",
        source_line(scene.monthly),
    )
    total = Words(
        f"{opening(name)} had {number(first.value, 'downloads')} downloads since {since}",
        f"Cumulative downloads since {since}, {sums.whole_text}; {sums.counted_by}",
        source_line(sums),
    )
    monthly = [_point(scene, r) for r in scene.monthly.rows]
    running = [_point(scene, r) for r in sums.rows]
    newest = [r for r in scene.newest(scene.monthly.rows) if r.dimensions["organization"] == scene.leader]
    return Section(
        "cumulative",
        "How many downloads, by month and in sum?",
        [lead, *(Statement.of(scene.monthly, r) for r in newest)],
        [
            Figure("by-month", lambda size: line_chart(monthly, months, percent=False, size=size, marks=marks)),
            Figure("cumulative", lambda size: line_chart(running, total, percent=False, size=size, marks=marks)),
        ],
        [
            DataTable("downloads-by-month", "Downloads by organization and month", scene.monthly, last_only=True),
            DataTable("cumulative-by-month", "Cumulative downloads", sums, last_only=True),
        ],
        remarks=method_remarks(scene),
        breaks=breaks,
    )


def _leading(scene: Scene, monthly: Result) -> str:
    """Since when the leader has been first in every month."""
    first: dict[str, Row] = {}
    for row in monthly.rows:
        if row.period not in first or (row.value or 0) > (first[row.period].value or 0):
            first[row.period] = row
    led = [first[m].dimensions["organization"] == scene.leader for m in scene.months]
    since = len(led) - (led[::-1].index(False) if False in led else len(led))
    name = scene.name(scene.leader)
    if since == len(led) - 1:
        return f"{name} led in {period_text(scene.month)}"
    return f"{name} has led every month since {period_text(scene.months[since])}"


def method_marks(scene: Scene) -> list[Mark]:
    """The change of the publisher's method, drawn on time plots that cross it."""
    if not scene.first_exact:
        return []
    first = f"{scene.first_exact}-01"
    return [Mark(first, f"exact counts from {date.fromisoformat(first):%b %Y} on, estimates before")]


def method_remarks(scene: Scene) -> list[str]:
    """The change of the publisher's method, in words."""
    if not scene.first_exact:
        return []
    return [
        f"Months before {period_text(scene.first_exact)} are the publisher's estimates by an earlier method:"
        " steps and reversals in them can be artefacts of it."
    ]


def _point(scene: Scene, row: Row) -> Point:
    return Point(scene.name(str(row.dimensions["organization"])), f"{row.period}-01", row.value or 0)

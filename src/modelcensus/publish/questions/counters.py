"""What the Hub's own counters say, repository by repository: organizations, families, sizes."""

from modelcensus.measures import Result, Row, number, period_text
from modelcensus.publish.bars import Bar, bar_chart
from modelcensus.publish.breaks import crossed_breaks
from modelcensus.publish.charts import Words
from modelcensus.publish.events import time_marks
from modelcensus.publish.lines import Point, line_chart
from modelcensus.publish.partial import partial_words, points_of
from modelcensus.publish.result_chart import source_line
from modelcensus.publish.scene import Scene
from modelcensus.publish.section import DataTable, Figure, Section, Statement
from modelcensus.vocabulary import CensusError, Period
from modelcensus.vocabulary.names import HUB, ROLLING, SIZE_CLASSES
from modelcensus.vocabulary.naming import opening, size_text

SHOWN = 6
ALONE = 0.1
"""From this share of one snapshot on, a single repository is named: it moves every share."""


def counters(scene: Scene) -> Section | None:
    """Shares by organization at each reading of the counter."""
    shares = scene.readings
    if shares is None:
        return None
    newest = sorted(scene.newest(shares.rows), key=lambda r: -(r.value or 0))
    top = [str(r.dimensions["organization"]) for r in newest[:SHOWN]]
    first = newest[0]
    name = opening(scene.maker(top[0]))
    what = (
        "30-day windows that end where the counter was read"
        if scene.counter == ROLLING
        else "the all-time counter as read"
    )
    points = points_of(
        (r for r in shares.rows if r.dimensions["organization"] in top),
        lambda row: scene.name(str(row.dimensions["organization"])),
    )
    words = Words(
        f"{name} had {number(first.value, 'share')} of {shares.whole_text} at the last reading",
        f"Share of {what}; points stand at the latest day of reading; {shares.counted_by}{partial_words(points)}",
        source_line(shares),
    )
    breaks = crossed_breaks(shares)
    marks = time_marks(shares)
    return Section(
        "counters",
        "What do the counters themselves say?",
        [Statement.of(shares, r) for r in newest[:2]],
        [Figure("readings", lambda size: line_chart(points, words, percent=True, size=size, marks=marks))],
        [DataTable("shares-at-readings", "Share by organization at each reading", shares, last_only=True)],
        remarks=_alone(scene),
        breaks=breaks,
    )


def new_downloads(scene: Scene) -> Section | None:
    """Flows by month where the all-time counter is known: new downloads, with the bounds that the gaps leave."""
    months = scene.all_time_months
    if not months:
        return None
    panel = "moving" if scene.keeps_months else "fixed"  # who was read at every edge is told by readings alone
    reading = {"channel": HUB, "panel": panel}
    try:
        shares = scene.census.measure(
            "share",
            of={"organization": _first_in(scene, months[-1], reading)} if scene.keeps_months else {},
            by=["organization", "month"],
            within=scene.scope,
            period=f"{months[0]}..{months[-1]}",
            reading=reading,
        )
    except CensusError:
        return None  # no repository was read at both ends of every month
    known = [r for r in shares.rows if r.value is not None]
    if not known:
        return None
    newest = sorted((r for r in known if r.span == known[-1].span), key=lambda r: -(r.value or 0))
    top = [str(r.dimensions["organization"]) for r in newest[:SHOWN]]
    words = Words(
        f"{opening(scene.maker(top[0]))} had {number(newest[0].value, 'share')} of new downloads in {period_text(newest[0].period)}",
        f"Share of downloads by month, of {shares.whole_text}, with the interval that gaps and stalls leave;"
        f" {shares.counted_by}",
        source_line(shares),
    )
    points = [
        Point(scene.name(str(r.dimensions["organization"])), f"{r.period}-01", r.value or 0, r.low, r.high)
        for r in known
        if r.dimensions["organization"] in top
    ]
    breaks = crossed_breaks(shares)
    marks = time_marks(shares)
    return Section(
        "new-downloads",
        "Who gains downloads month by month?",
        [Statement.of(shares, r) for r in newest[:2]],
        [Figure("new-downloads", lambda size: line_chart(points, words, percent=True, size=size, marks=marks))],
        [
            DataTable(
                "shares-of-new-downloads", "Share of new downloads by organization and month", shares, last_only=True
            )
        ],
        remarks=["Only repositories that were read around both ends of every month are counted, the same in each."]
        if panel == "fixed"
        else [],
        breaks=breaks,
    )


def _first_in(scene: Scene, month: Period, reading: dict[str, str]) -> list[str]:
    """The organizations with most downloads in a month: of a large ledger all of them, over all months, are millions of
    rows."""
    shares = scene.census.measure(
        "share", by=["organization", "month"], within=scene.scope, period=str(month), reading=reading
    )
    known = sorted((r for r in shares.rows if r.value is not None), key=lambda r: -(r.value or 0))
    return [str(r.dimensions["organization"]) for r in known[:SHOWN]]


def families(scene: Scene) -> Section | None:
    """Families, whoever publishes them."""
    return _breakdown(
        scene,
        "families",
        "family",
        "text-vision" if scene.scope == "mainline" else "hub",
        "Which families are downloaded, whoever publishes them?",
        "the family",
    )


def sizes(scene: Scene) -> Section | None:
    """Size classes."""
    return _breakdown(
        scene, "sizes", "size_class", scene.scope, "How large are the models that are downloaded?", "models of"
    )


def _breakdown(scene: Scene, name: str, dimension: str, scope: str, question: str, noun: str) -> Section | None:
    if not scene.counter:
        return None
    shares = scene.census.measure(
        "share", by=[dimension, "day"], within=scope, reading={"channel": HUB, "counter": scene.counter}
    )
    rows = sorted(scene.newest(shares.rows), key=lambda r: -(r.value or 0))
    shown = rows[:12]
    if dimension == "size_class":
        order = {c: i for i, c in enumerate((*SIZE_CLASSES, "unknown"))}
        shown = sorted(rows, key=lambda r: order.get(str(r.dimensions[dimension]), 99))
    top = next((r for r in rows if r.dimensions[dimension] not in ("unknown", "unattributed", "other")), rows[0])
    words = Words(
        f"{_label(top, dimension)}: {number(top.value, 'share')} of {shares.whole_text}",
        f"Share of downloads by {dimension.replace('_', ' ')}, reading of {period_text(top.period)}; {shares.counted_by}",
        source_line(shares),
    )
    bars = [Bar(_label(r, dimension), r.value or 0, number(r.value, "share"), accent=r is top) for r in shown]
    lead = Statement(
        f"At the reading of {period_text(top.period)}, {noun} {_label(top, dimension)} had {number(top.value, 'share')}"
        f" of the downloads of {shares.whole_text}; {top.observed:,} of {top.scope_size:,} repositories read"
        f" ({shares.counted_by}).",
        (shares.provenance.id,),
    )
    return Section(
        name, question, [lead],
        [Figure(name, lambda size: bar_chart(bars, words, percent=True, size=size))],
        [DataTable(f"shares-by-{dimension.replace('_', '-')}", f"Share by {dimension.replace('_', ' ')}", shares, last_only=True)],
    )  # fmt: skip


def _label(row: Row, dimension: str) -> str:
    value = str(row.dimensions[dimension])
    return size_text(value) if dimension == "size_class" else value


def alone(scene: Scene) -> list[Row]:
    """Per reading the repository that makes an uncommon part of everything read, where one does."""
    found: Result = scene.census.measure(
        "share",
        by=["repository", "day"],
        within=scene.scope,
        reading={"channel": HUB, "counter": scene.counter},
    )
    largest: dict[str, Row] = {}
    for row in found.rows:
        if row.period not in largest or (row.value or 0) > (largest[row.period].value or 0):
            largest[row.period] = row
    return [r for r in largest.values() if (r.value or 0) >= ALONE]


def _alone(scene: Scene) -> list[str]:
    return [
        f"At the reading of {period_text(row.period)}, {row.dimensions['repository']} alone made"
        f" {number(row.value, 'share')} of everything read: whoever made it gains or loses that share with it."
        for row in alone(scene)
    ]

"""Who leads, and by how much, under each denominator."""

from collections.abc import Iterator

from modelcensus.catalog import lists
from modelcensus.measures import Result, bounds, number, period_text, span_text
from modelcensus.publish.bars import Bar, bar_chart
from modelcensus.publish.charts import Words
from modelcensus.publish.explored import address_of
from modelcensus.publish.prose import Linked, Name, Prose, resting
from modelcensus.publish.result_chart import source_line
from modelcensus.publish.scene import Scene
from modelcensus.publish.section import DataTable, Figure, Section, Statement
from modelcensus.vocabulary import CensusError
from modelcensus.vocabulary.names import HUB
from modelcensus.vocabulary.naming import opening


def who_leads(scene: Scene) -> Section | None:
    """The ladder of denominators for the leader."""
    if not scene.leader:
        return None
    shares = [*_reported(scene), *_observed(scene)]
    shares.sort(key=lambda r: r.rows[-1].value or 0)
    if not shares:
        return None
    low, high = shares[0].rows[-1], shares[-1].rows[-1]
    name, called = scene.name(scene.leader), scene.maker(scene.leader)
    lead = Statement.build(Name(opening(called)), " leads. Its share of downloads in ", *_rungs(shares), ".")
    words = Words(
        f"{name}: {number(low.value, 'share')} or {number(high.value, 'share')}? It depends on what stands under the line",
        f"Share of downloads by {called}, by denominator; the line on a bar is the interval that the data allow",
        source_line(*shares),
    )
    bars = [
        Bar(
            f"{r.whole_text}: {period_text(r.rows[-1].period)}, {r.counted_by}",
            r.rows[-1].value or 0, number(r.rows[-1].value, "share"), r.rows[-1].low, r.rows[-1].high, accent=True,
            to=address_of(r.request),
        )
        for r in reversed(shares)
    ]  # fmt: skip
    return Section(
        "who-leads",
        "Who leads, and by how much?",
        [lead, *(Statement.of(r) for r in reversed(shares))],
        [Figure("who-leads", lambda size: bar_chart(bars, words, percent=True, size=size))],
        [
            DataTable(
                "shares-by-organization", "Share of every organization in the newest period", table, last_only=True
            )
            for table in _tables(scene)
        ],
        remarks=_remarks(scene, shares),
        results=shares,
    )


def _rungs(shares: list[Result]) -> Iterator[str | Linked | Prose]:
    """The shares with their intervals, those of one period and counter together, after what both are."""
    told: dict[tuple[str, str], list[Result]] = {}
    for share in shares:
        span = span_text(share.request.reading.counter, share.rows[-1].period)
        told.setdefault((span, share.counted_by), []).append(share)
    for group, ((span, counted), some) in enumerate(told.items()):
        yield resting(f"{'; in ' if group else ''}{span} ({counted}): ", some[0].provenance.id)
        for place, share in enumerate(some):
            yield "" if not place else ", " if place + 1 < len(some) else " and "
            yield from _rung(share)


def _rung(share: Result) -> tuple[Linked, Prose]:
    record, row = share.provenance.id, share.rows[-1]
    within = bounds(row, "share")
    interval = f" ({within})" if within else ""
    return Linked(number(row.value, "share"), record), resting(f"{interval} of {share.whole_text}", record)


def _reported(scene: Scene) -> list[Result]:
    if not scene.reported:
        return []
    of, period = {"organization": scene.leader}, scene.month
    totals = [
        r["scope"]
        for r in scene.census.engine.rows("select distinct scope from reported where organization is null order by 1")
    ]
    found = [scene.ask("share", of=of, period=period, within=str(t)) for t in totals]
    for name, peers in scene.census.knowledge.peers.items():
        if peers.use == "ladder" and scene.leader in peers.members:
            found.append(scene.ask("share", of=of, period=period, reading={"peers": name}))
    return found


def _observed(scene: Scene) -> list[Result]:
    if not scene.counter:
        return []
    found = []
    newest_lists = {name.partition("@")[0]: name for name in lists(scene.census.engine)}
    for scope in dict.fromkeys((scene.scope, "hub", *newest_lists.values())):
        try:
            found.append(
                scene.census.measure(
                    "share", of={"organization": scene.leader}, within=scope, by="day",
                    reading={"channel": HUB, "counter": scene.counter},
                )
            )  # fmt: skip
        except CensusError:
            continue  # the leader of the reported series is not among the repositories read
    return found


def _tables(scene: Scene) -> list[Result]:
    if scene.reported:
        return [scene.ask("share", by=["organization"], period=scene.month)]
    return [scene.readings] if scene.readings else []


def _remarks(scene: Scene, shares: list[Result]) -> list[str]:
    said = ("not in these data", "organizations are counted over")
    remarks = list(dict.fromkeys(f"{n[0].upper()}{n[1:]}." for r in shares for n in r.notes if n.startswith(said)))
    if scene.reported and scene.counter:
        remarks.append(
            "Reported and counted numbers are of different days and different repositories; they are set side by side"
            " and never added or averaged."
        )
    return remarks

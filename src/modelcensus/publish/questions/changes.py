"""What changed since the period before, over a year, and why."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from modelcensus.flows import breaks_between
from modelcensus.measures import Result, Row, number, period_text
from modelcensus.publish.bars import Bar, bar_chart
from modelcensus.publish.breaks import break_marks
from modelcensus.publish.charts import Words
from modelcensus.publish.prose import Linked, Name, Prose, prose
from modelcensus.publish.questions.why import why
from modelcensus.publish.result_chart import source_line
from modelcensus.publish.scene import Scene
from modelcensus.publish.section import Figure, Section, Statement
from modelcensus.publish.unbroken import MINUS, unbroken
from modelcensus.vocabulary import CensusError
from modelcensus.vocabulary.names import HUB

SHOWN = 12


def changes(scene: Scene) -> Section | None:
    """Downloads of each maker in the newest period against the one before and a year before, and what moved them."""
    result = _over_time(scene)
    spans = sorted({r.span for r in result.rows}) if result else []
    if result is None or len(spans) < 2:
        return None
    now, then = (_values(result, span) for span in (spans[-1], spans[-2]))
    moved = sorted((o for o in now if o in then), key=lambda o: (-abs(_gained(now[o], then[o])), o))
    if not moved:
        return None
    who, record = moved[0], result.provenance.id
    name, when, before = scene.name(who), _said(now), _said(then)
    word = "rose" if _gained(now[who], then[who]) > 0 else "fell"
    by = number(abs(_gained(now[who], then[who])), "downloads")
    statements = [
        Statement.build(
            f"The largest change from {before} to {when}: ", Name(scene.maker(who)), f" {word} by ", Linked(by, record),
            " downloads (", Linked(_percent(now[who], then[who]), record), f"), {result.counted_by}.", _unsure(now[who], then[who]),
        ),
        _together(now, then, record),
        *_year(scene, result, spans, now),
    ]  # fmt: skip
    found = why(scene, result, (_period(then), _period(now)))
    words = Words(
        f"{name} {word} most from {before} to {when}: by {by} downloads",
        f"Downloads in {when}, and the change since {before} at the bars, the largest change first; {result.whole_text};"
        f" {result.counted_by}",
        source_line(result),
    )
    bars = [
        Bar(
            f"{scene.name(o)}: {number(now[o].value, 'downloads')}", now[o].value or 0, _told(now[o], then[o]),
            accent=o == who,
        )
        for o in moved[:SHOWN]
    ]  # fmt: skip
    return Section(
        "changes",
        "What changed since the period before, and why?",
        [*statements, *found.statements],
        [Figure("changes", lambda size: bar_chart(bars, words, percent=False, size=size))],
        remarks=[*_counting(result, then, now), *found.remarks],
        results=[result, *found.results],
        facts=found.facts,
    )


def _over_time(scene: Scene) -> Result | None:
    """Downloads by organization: what was reported by month, else the Hub's flows by month, else its counter as read."""
    if scene.monthly and len(scene.months) > 1:
        return scene.monthly
    by, reading = ["organization", "month"], {"channel": HUB}
    if len(months := scene.all_time_months) > 1:
        period = f"{months[-2]}..{months[-1]}"
        try:
            return scene.census.measure("downloads", by=by, within=scene.scope, period=period, reading=reading)
        except CensusError:
            pass  # no repository was read at both ends of a month: the counter as read says more
    if not scene.counter:
        return None
    reading |= {"counter": scene.counter}
    return scene.census.measure("downloads", by=["organization", "day"], within=scene.scope, reading=reading)


def _values(result: Result, span: int) -> dict[str, Row]:
    return {
        str(r.dimensions["organization"]): r
        for r in result.rows
        if r.span == span and r.value is not None and r.dimensions["organization"] is not None
    }


def _period(rows: Mapping[str, Row]) -> str:
    return next(iter(rows.values())).period


def _said(rows: Mapping[str, Row]) -> str:
    return period_text(_period(rows))


def _gained(now: Row, then: Row) -> float:
    return (now.value or 0) - (then.value or 0)


def _percent(now: Row, then: Row) -> str:
    if not then.value:
        return "from nothing"
    change = 100 * ((now.value or 0) / then.value - 1)
    return f"{change:+.{0 if round(change) or not change else 1}f} %"


def _told(now: Row, then: Row) -> str:
    step = _gained(now, then)
    sign = "+" if step > 0 else MINUS if step < 0 else ""
    return unbroken(f"{sign}{number(abs(step), 'downloads')} ({_percent(now, then)})")


def _unsure(now: Row, then: Row) -> Prose:
    """What to add where the intervals of both periods overlap."""
    sides = [(r.value if r.low is None else r.low, r.value if r.high is None else r.high) for r in (now, then)]
    (low, high), (least, most) = ((a or 0, b or 0) for a, b in sides)
    overlap = low <= most and least <= high and not (low == high and least == most)
    return prose(" Their intervals overlap: it need not have moved at all." if overlap else "")


def _together(now: Mapping[str, Row], then: Mapping[str, Row], record: str) -> Statement:
    total, before = (sum(r.value or 0 for r in rows.values()) for rows in (now, then))
    change = f"{100 * (total / before - 1):+.0f} %" if before else "from nothing"
    return Statement.build(
        "All listed makers together went from ", Linked(number(before, "downloads"), record), " to ",
        Linked(number(total, "downloads"), record), " (", Linked(change, record), ").",
    )  # fmt: skip


def _year(scene: Scene, result: Result, spans: list[int], now: Mapping[str, Row]) -> list[Statement]:
    """The leader against the same month of the year before, where the series reaches back so far."""
    if result is not scene.monthly or len(spans) < 13 or scene.leader not in now:
        return []
    then, record = _values(result, spans[-13]), result.provenance.id
    if scene.leader not in then:
        return []
    one, other = then[scene.leader], now[scene.leader]
    return [
        Statement.build(
            f"Over the year from {_said(then)}, ", Name(scene.maker(scene.leader)), " went from ",
            Linked(number(one.value, "downloads"), record), " to ", Linked(number(other.value, "downloads"), record),
            " (", Linked(_percent(other, one), record), ").",
        )
    ]  # fmt: skip


def _counting(result: Result, then: Mapping[str, Row], now: Mapping[str, Row]) -> list[str]:
    """The changes of counting that lie between both periods: a step there need not be a change of interest."""
    first, last = next(iter(then.values())), next(iter(now.values()))
    reading = result.request.reading
    found = breaks_between(
        reading.channel, date.fromisoformat(first.end), date.fromisoformat(last.end), counter=reading.counter
    )
    told = "; ".join(mark.text for mark in break_marks(found))
    return (
        [f"Counting changed in between, so that a step there need not be a change of interest: {told}."]
        if told
        else []
    )

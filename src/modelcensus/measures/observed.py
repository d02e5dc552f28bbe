"""Quantities of observed channels: flows of periods, or counters at their readings."""

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import ibis.expr.types as ir

from modelcensus.catalog import Scope
from modelcensus.flows import reading_table, spiked_counters
from modelcensus.measures.affordable import MOST_READ, must_be_affordable
from modelcensus.measures.ages import age_sql
from modelcensus.measures.by_month import ByMonth, month_quantities
from modelcensus.measures.frame import Span
from modelcensus.measures.in_words import COUNTER_NAMES
from modelcensus.measures.registry import find_measure
from modelcensus.measures.span_sums import span_quantities
from modelcensus.vocabulary import Period, Request, RequestError
from modelcensus.vocabulary.names import DIMENSIONS, ROOT_DIMENSIONS

if TYPE_CHECKING:
    from modelcensus.measures.census import Census

BY_ID = "select * replace (repository as unit) from {numbered}"
"""Of months that a large ledger keeps units are numbers."""

COUNTERS = """
    with rows as (
        select l.span, r.repository, {value} as value, coalesce(w.width, 0) as width from {readings} r
        join labels l using (series, counter, snapshot)
        left join rounded w on w.series = r.series and w.counter = r.counter
             and r.value >= w.from_value and r.value < w.below
        where r.counter = '{counter}' and not r.aside and {spikes}
        qualify row_number() over (partition by l.span, r.repository order by r.series, r.snapshot desc) = 1)
    select r.span, r.repository as unit, greatest(0, r.value - r.width // 2) as low, r.value as estimate,
           r.value + (r.width + 1) // 2 as high,
           false as open, false as broken, '{counter}' as instrument, c.*, {age} as age
    from rows r join catalog c using (repository)
    join (select span, min(observed_from) as start from labels group by span) s on s.span = r.span
    where {where} {panel}
"""

LABELS = """
    with rows as (
        select series, counter, snapshot, observed_from, observed_on, batch,
               count(*) over (partition by series, counter, observed_from, observed_on) as same_days
        from snapshots where counter = '{counter}' and ({periods})),
    named as (
        select *, case when observed_from = observed_on then cast(observed_on as varchar)
                       else observed_from || '..' || observed_on end
                  || case when same_days > 1 then ' (' || batch || ')' else '' end as label
        from rows)
    select *, dense_rank() over (order by observed_on, observed_from, label) - 1 as span from named
"""


def flow_quantities(
    census: "Census", request: Request, scope: Scope, name: str, cumulative: bool = False, summed: bool = False
) -> tuple[ir.Table, tuple[Span, ...]]:
    """Quantities: a row per repository and period, with the bounds of its flow; of a large ledger's months (as `name`)
    also rows that stand for several repositories, and sums alone where no more is wanted (`summed`)."""
    periods, spans = spans_of(census, request, cumulative)
    kept, dimensions = kept_of(census, request), _told_by(request)
    if kept and not cumulative and kept.covers(spans):
        named = find_measure(request.measure).named
        dimensions |= {"repository"} if named else set()
        table = month_quantities(census.engine, kept, spans, scope.where, dimensions, name, summed)
        if named:
            table = census.engine.query(f"{name}_named", BY_ID.format(numbered=name), keep=False)
    elif kept and summed and kept.reaches(spans) and not dimensions & {*ROOT_DIMENSIONS, "repository"}:
        table = span_quantities(census.engine, kept, census.counters, spans, scope.where, dimensions, name)
    else:
        must_be_affordable(census, request, spans, scope)
        table = census.flows.of(spans, request.reading, scope.where)
        return table, labelled(census, request, periods, spans, census.flows.conflicts(table, scope))
    return table, labelled(census, request, periods, spans)


def spans_of(
    census: "Census", request: Request, cumulative: bool = False
) -> tuple[list[Period], list[tuple[date, date]]]:
    """The periods that a request asks for, and the days between which each is counted: from the origin on where
    `cumulative`."""
    first, last = extent(census)
    periods = _periods(request, first, last)
    origin = _origin(request, first)
    spans = [(origin, p.end) if cumulative else (p.start, p.end) for p in periods]
    if not any(a < b for a, b in spans):
        raise RequestError(
            f"the origin {origin} lies after every period", where="reading origin", remedy="choose an earlier month"
        )
    return periods, spans


def kept_of(census: "Census", request: Request) -> ByMonth | None:
    """The flows that a large ledger keeps by month, where they are those of this reading."""
    reading = request.reading
    as_kept = (reading.repair, reading.spikes, reading.panel) == ("conservative", "keep", "moving")
    return census.by_month if as_kept else None


def labelled(
    census: "Census", request: Request, periods: list[Period], spans: list[tuple[date, date]], conflicts: int = 0
) -> tuple[Span, ...]:
    """The spans of an answer, with what befell the days at their ends."""
    events = _wide_events(census, request)
    flags = [(*_event_flags(events, start, end), *_contradicted(conflicts)) for start, end in spans]
    return tuple(
        Span(str(p), start.isoformat(), end.isoformat(), flag)
        for p, (start, end), flag in zip(periods, spans, flags, strict=True)
    )


CONFLICT = "conflict: "
"""How the flag begins that says how many repositories contradict themselves."""


def _contradicted(conflicts: int) -> tuple[str, ...]:
    said = f"{CONFLICT}{conflicts:,} repositories whose readings contradict each other left out"
    return (said,) if conflicts else ()


def narrowed(
    census: "Census", request: Request, table: ir.Table, spans: tuple[Span, ...], scope: Scope
) -> tuple[Span, ...]:
    """The spans of quantities, with the flags that they have in a narrower scope (of counters: the labels read last)."""
    if request.reading.counter:
        left = _left_out(census, request, scope)
        return tuple(replace(s, flags=tuple(left.get(i, ()))) for i, s in enumerate(spans))
    if not any(f.startswith(CONFLICT) for s in spans for f in s.flags):
        return spans
    own = _contradicted(census.flows.conflicts(table, scope))
    return tuple(replace(s, flags=(*(f for f in s.flags if not f.startswith(CONFLICT)), *own)) for s in spans)


def _left_out(census: "Census", request: Request, scope: Scope) -> dict[int, list[str]]:
    """What the events took away from each labelled snapshot, in scope."""
    found: dict[int, list[str]] = {}
    for row in census.engine.rows(f"""select l.span, r.event, count(*) as n
                from {reading_table(request.reading.repair)} r join labels l using (series, counter, snapshot)
                join catalog c using (repository)
                where r.counter = '{request.reading.counter}' and r.aside and ({scope.where}) group by all order by all"""):
        found.setdefault(row["span"], []).append(f"{row['event']}: {row['n']} left out")
    return found


def _told_by(request: Request) -> set[str]:
    """The dimensions that a request may group by or choose from; an organization is what peers are where nothing else is
    said."""
    measure, peers = find_measure(request.measure), request.reading.peers
    unsaid = set() if not peers or peers.partition(":")[0] in DIMENSIONS else {"organization"}
    if not request.dimensions and (measure.among or not measure.summed):
        unsaid.add(measure.among or "organization")
    return {*request.dimensions, *(d for d, _ in request.of), *({peers.partition(":")[0]} & set(DIMENSIONS)), *unsaid}


def counter_quantities(
    census: "Census", request: Request, scope: Scope, name: str
) -> tuple[ir.Table, tuple[Span, ...]]:
    """Register quantities `name`: a row per repository and snapshot, with the counter as read."""
    reading = request.reading
    periods = " or ".join(
        f"(observed_on >= date '{p.start}' and observed_on < date '{p.end}')" for p in request.periods
    )
    census.engine.query("labels", LABELS.format(counter=reading.counter, periods=periods or "true"))
    rows = census.engine.rows(
        "select span, label, min(observed_from) as first, max(observed_on) as last from labels group by all order by 1"
    )
    if not rows:
        raise RequestError(
            f"the {COUNTER_NAMES.get(reading.counter, reading.counter)} ({reading.counter}) was not read then",
            where="--period",
            remedy=_nearest_readings(census, reading.counter, request.periods),
        )
    if not census.counters.small and len(rows) * census.counters.ordinals.count > MOST_READ:
        most = MOST_READ // census.counters.ordinals.count
        raise RequestError(
            f"{len(rows):,} readings of {census.counters.ordinals.count:,} repositories are too many to be read one by one",
            where="--period",
            remedy=f"ask for a period with at most {most:,} readings, or for months, which are kept"
            if most
            else "ask for months, which are kept",
        )
    readings = reading_table(reading.repair)
    panel = ""
    if reading.panel == "fixed":
        panel = f"""and r.repository in (
            select r.repository from {readings} r join labels l using (series, counter, snapshot)
            where r.counter = '{reading.counter}' and not r.aside
            group by r.repository having count(distinct l.span) = {len(rows)})"""
    value, spikes = spiked_counters(reading.spikes if reading.repair != "none" else "keep")
    choices = {"readings": readings, "counter": reading.counter, "value": value, "spikes": spikes, "panel": panel}
    sql = COUNTERS.format(where=scope.where, age=age_sql("s.start"), **choices)
    table = census.flows.remember(census.engine.query(name, sql))
    left_out = _left_out(census, request, scope)
    return table, tuple(
        Span(r["label"], str(r["first"]), str(r["last"]), tuple(left_out.get(r["span"], ()))) for r in rows
    )


def _periods(request: Request, first: date, last: date) -> list[Period]:
    asked = request.periods or (Period(first, last),)
    if not request.grain:
        chosen = list(asked)
    else:
        chosen = [part for p in asked for part in p.split(request.grain)]
        if not chosen:
            raise RequestError(
                f"no whole {request.grain} in the period", where="--period", remedy="ask for a longer one"
            )
    outside = [p for p in chosen if p.end <= first - timedelta(days=30) or p.start > last]
    if len(outside) == len(chosen):
        raise RequestError(
            f"the observations run from {first} to {last}",
            where=f"period {chosen[0]}",
            remedy="ask for a period among them",
        )
    return chosen


def extent(census: "Census") -> tuple[date, date]:
    """The first and the last day of reading of the prepared channel."""
    if census.counters in census.extents:
        return census.extents[census.counters]
    table = "readings_raw" if census.counters.small else "(select *, null::date as period_start from snapshots)"
    row = census.engine.rows(
        f"select min(least(observed_from, period_start)) as first, max(observed_on) as last from {table}"
    )[0]
    if row["first"] is None:
        raise RequestError(
            "no observations in this channel",
            where="reading channel",
            remedy=f"channels with numbers here: {', '.join(census.channels) or 'none'}",
        )
    found = row["first"], max(row["last"], row["first"] + timedelta(days=1))
    census.extents[census.counters] = found
    return found


def _origin(request: Request, first: date) -> date:
    origin = request.reading.origin
    return first if origin in ("first", "first_exact") else Period.parse(origin).start


def _event_flags(events: list[dict], start: date, end: date) -> tuple[str, ...]:
    """The snapshot-wide events in which an edge of the span lies: they are why its bounds are wide."""
    met = (e for e in events if any(e["first"] < edge <= e["last"] for edge in (start, end)))
    return tuple(f"{e['kind']} {e['first']}..{e['last']}" for e in met)


def _wide_events(census: "Census", request: Request) -> list[dict]:
    """The events of whole snapshots, in their order; none where nothing is repaired."""
    if request.reading.repair == "none":
        return []
    return census.engine.rows("""select kind, "from" as first, max("to") as last from events where repository is null
                group by kind, "from" order by 2, 1""")


def _nearest_readings(census: "Census", counter: str, periods: tuple[Period, ...]) -> str:
    days = [
        r["observed_on"]
        for r in census.engine.rows(
            f"select distinct observed_on from snapshots where counter = '{counter}' order by 1"
        )
    ]
    if not days:
        return f"the ledger has no {COUNTER_NAMES.get(counter, counter)} ({counter})"
    near = sorted(days, key=lambda d: abs((d - periods[0].start).days))[:3] if periods else days[:3]
    return f"nearest days of reading: {', '.join(str(d) for d in sorted(near))}"

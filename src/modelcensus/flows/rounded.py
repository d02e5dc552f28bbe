"""Counters that their source shows rounded: each reading is an interval, and nothing is inferred from one that stands.

A text such as `35.0M` says that P lies between 34.95 and 35.05 million. P never falls, so at a day it is at least the
highest lower end read up to then, and at most the lowest upper end read from then on: no tighter bounds follow
(docs/method.md, section 2). A rounded counter stands still for days although it is counted on: stalls and freezes cannot
be told from that, so its readings are not judged.
"""

from datetime import date

from modelcensus.engine import Engine
from modelcensus.flows.clocks import Clock

ROUNDED = """
    with told as (
        select distinct b.name as series, r.counter, r.from_value, r.width
        from roundings r join batches b using (batch_id) where b.channel = '{channel}')
    select series, counter, from_value, max(width) as width,
           coalesce(lead(from_value) over (partition by series, counter order by from_value), 9223372036854775807) as below
    from told group by series, counter, from_value
"""

NONE = """
    select '' as series, '' as counter, 0::bigint as from_value, 0::bigint as width, 0::bigint as below where false
"""

ENDS = """
    select r.repository, r.series, r.snapshot, r.value, r.t_from, r.t_to, r.t_best,
           greatest(0, r.value - coalesce(w.width // 2, 0)) as lower,
           r.value + coalesce((w.width + 1) // 2, 0) as upper
    from {readings} r left join rounded w
      on w.series = r.series and w.counter = r.counter and r.value >= w.from_value and r.value < w.below
    where r.counter = 'all_time' and not r.aside {only}
"""

CONTRADICTED = """
    with highest as (
        select repository, t_to, max(max(lower)) over (partition by repository order by t_to rows unbounded preceding)
               as reached
        from ends group by repository, t_to)
    select distinct e.repository, 'all_time' as instrument
    from ends e asof join highest h on h.repository = e.repository and e.t_from > h.t_to
    where h.reached > e.upper
"""

AT_EDGES = """
    with days(day) as (values {days})
    select r.repository, d.day, max(e.lower) filter (where e.t_to <= d.day) as least,
           min(e.upper) filter (where e.t_from >= d.day) as most,
           max(e.value) filter (where e.t_best <= d.day) as base, max(e.t_best) filter (where e.t_best <= d.day) as base_day,
           greatest(min(e.value) filter (where e.t_best >= d.day), max(e.value) filter (where e.t_best <= d.day)) as next,
           min(e.t_best) filter (where e.t_best >= d.day) as next_day
    from (select distinct repository from ends) r cross join days d join ends e using (repository)
    group by all
"""

LIKELY = """
    select *, cast(least(greatest(coalesce(
               case when base_day = next_day or next_day is null then base when base_day is null then next
                    else round(base + (next - base) * (day - base_day) / (next_day - base_day)) end,
               least, most), coalesce(least, 0)), coalesce(most, 9223372036854775807)) as bigint) as likely
    from at_edges
"""
"""Even between the readings around a day, within what the bounds allow."""

FLOWS = """
    with spans(span, start_day, end_day) as (values {spans})
    select s.span, a.repository, cast(greatest(0, coalesce(e.least - a.most, 0)) as bigint) as low,
           cast(e.most - coalesce(a.least, 0) as bigint) as high, cast(e.likely - a.likely as bigint) as estimate,
           e.most is null as open, false as broken, 'all_time' as instrument
    from spans s
    join likely_edges a on a.day = s.start_day
    join likely_edges e on e.day = s.end_day and e.repository = a.repository
    anti join {conflicts} c on c.repository = a.repository
"""


def register_rounded(engine: Engine, channel: str) -> set[tuple[str, str]]:
    """Register `rounded` (series, counter, from_value, width, below); returns the series and counters in it."""
    quoted = channel.replace("'", "''")
    engine.query("rounded", ROUNDED.format(channel=quoted) if engine.has("roundings") else NONE)
    return {(r["series"], r["counter"]) for r in engine.rows("select distinct series, counter from rounded")}


def rounded_flows(engine: Engine, name: str, clock: Clock, spans: list[tuple[date, date]], only: str = "") -> None:
    """Register flows `name` of each span, with the columns of `all_time_flows`, and `name`_conflicts: repositories whose
    readings no history satisfies. Of raw readings the same: what is rounded has no exact difference."""
    engine.query("ends", ENDS.format(readings=clock.readings, only=only))
    engine.query(f"{name}_conflicts", CONTRADICTED)
    days = sorted({d for span in spans for d in span})
    engine.query("at_edges", AT_EDGES.format(days=", ".join(f"(date '{d}')" for d in days)))
    engine.query("likely_edges", LIKELY)
    listed = ", ".join(f"({i}, date '{a}', date '{b}')" for i, (a, b) in enumerate(spans))
    engine.query(name, FLOWS.format(spans=listed, conflicts=f"{name}_conflicts"))

"""Exact flow bounds where only `all_time` is known: the neighbouring readings, as one window query.

low = max(0, A(last reading <= end) - A(first reading >= start)), high = A(first >= end) - A(last <= start).
A fall (recount) breaks the chain: across it low counts 0 and high the counter after it. Two running sums
carry this: in `least` a break adds nothing, in `most` it adds the counter after it.

Readings whose possible days overlap have no certain order, so a lower one among them is no fall: they form a
*knot*, and only a knot that stands below the one before it has fallen. A reading that may lie on either side of
a certain fall says nothing that holds on both, and is left out. Of two values read on one day the higher was read
later in it, so it bounds the next day. Where a lower reading is certainly no sooner than a higher one and yet no
fall, no history satisfies them: a conflict.

A repository cannot be read before it is created: a day of creation after the first reading is none, and a reading
on the day of creation comes after it.

Estimates put every reading in the middle of the days that its neighbours in value leave it (`soonest` to `latest`),
so that they never fall.
"""

from datetime import date

from modelcensus.engine import Engine
from modelcensus.flows.clocks import Clock

CHAIN = """
    with read as (
        select repository, value, t_from, t_best, snapshot,
               t_to + case when {repair} = 1 and t_from = t_to and value > min(value) over same_day then 1 else 0 end as t_to
        from {readings} where counter = 'all_time' and not aside {only}
        window same_day as (partition by repository, t_from, t_to)),
    kept as (
        select repository, value, t_from, t_to, t_best, snapshot from read
        union all
        select repository, 0, day, day, day, 0 from (
            select repository, least(min(f.created_at), min(r.first_to) - 1) as day, min(f.created_at) <= min(r.first_to) as known
            from {facts} f join (select repository, min(t_to) as first_to from read group by repository) r using (repository)
            where {use_creation} and f.created_at is not null group by repository)
        where known),
    sharp_falls as (
        select repository, before_on, t_to as fell_on from (
            select *, lag(value) over one as before, lag(t_to) over one as before_on from kept where t_from = t_to
            window one as (partition by repository order by t_to, snapshot, value))
        where value < before),
    placed as (
        select k.*, coalesce(max(k.t_to) over earlier > k.t_from, false) as tied
        from kept k anti join sharp_falls f
          on {repair} = 1 and f.repository = k.repository and k.t_from < k.t_to
             and k.t_from < f.fell_on and f.before_on < k.t_to
        window earlier as (partition by k.repository order by k.t_from, k.t_to, k.snapshot, k.value
                           rows between unbounded preceding and 1 preceding)),
    knots as (
        select *, sum(case when tied then 0 else 1 end) over one as knot
        from placed window one as (partition by repository order by t_from, t_to, snapshot, value
                                   rows unbounded preceding)),
    levels as (
        select *, max(value) over one as top, min(value) over one as bottom
        from knots window one as (partition by repository, knot)),
    falls as (
        select *, coalesce(lag(top) over one, 0) as before,
               not tied and bottom < coalesce(lag(top) over one, 0) as fell, lag(t_from) over one as stood_on
        from levels window one as (partition by repository order by t_from, t_to, snapshot, value)),
    chained as (
        select *,
               value + {repair} * sum(case when fell then before - bottom else 0 end) over upto as least,
               value + {repair} * sum(case when fell then before else 0 end) over upto as most,
               {repair} * sum(case when fell then 1 else 0 end) over upto as breaks
        from falls
        window upto as (partition by repository order by t_from, t_to, snapshot, value rows unbounded preceding)),
    narrowed as (
        select * exclude (t_best), t_best as middle,
               max(t_from) over (rising rows unbounded preceding) as soonest,
               max(t_from) over (partition by repository order by least
                                 range between unbounded preceding and 1 preceding) as lower_from,
               min(t_to) over (rising rows between current row and unbounded following) as latest
        from chained window rising as (partition by repository order by least, t_from, t_to))
    select *, case when {repair} = 1 then soonest + cast((latest - soonest) // 2 as integer) else middle end as t_best
    from narrowed
"""

ON_THE_LINE = """coalesce(case when base_day = day then base when next_day = day then next
                           else cast(round(base + (next - base) * (day - base_day) / (next_day - base_day)) as bigint)
                      end {outside})"""

EDGES = """
    with days(day) as (values {days}),
    spots as (
        select r.repository, d.day,
               {last}(c.least{time}) filter (where c.t_to <= d.day) as least_upto,
               {last}(c.most{time}) filter (where c.t_to <= d.day) as most_upto,
               {first}(c.least{time}) filter (where c.t_from >= d.day) as least_from,
               {first}(c.most{time}) filter (where c.t_from >= d.day) as most_from,
               count(*) filter (where c.fell and c.t_to <= d.day) as fallen,
               count(*) filter (where c.fell and c.stood_on < d.day) as falling,
               arg_max(c.least, (c.t_best, c.least)) filter (where c.t_best <= d.day) as base,
               max(c.t_best) filter (where c.t_best <= d.day) as base_day,
               arg_min(c.least, (c.t_best, c.least)) filter (where c.t_best >= d.day) as next,
               min(c.t_best) filter (where c.t_best >= d.day) as next_day
        from (select distinct repository from chain) r cross join days d
        join chain c using (repository)
        group by all)
    select *, {likely} as likely from spots
"""

SPANS = """
    with spans(span, start_day, end_day) as (values {spans}),
    bounded as (
        select s.span, a.repository,
               greatest(0, coalesce(e.least_upto - a.least_from, 0)) as low,
               e.most_from - coalesce(a.most_upto, 0) as high,
               e.likely - a.likely as likely,
               e.falling > a.fallen as broken
        from spans s
        join edges a on a.day = s.start_day
        join edges e on e.day = s.end_day and e.repository = a.repository)
    select span, repository, cast(low as bigint) as low, cast(high as bigint) as high,
           cast(least(greatest(likely, low), high) as bigint) as estimate,
           high is null as open, broken, 'all_time' as instrument
    from bounded anti join {conflicts} using (repository)
"""

CONFLICTS = (
    "select distinct repository, 'all_time' as instrument from chain where {repair} = 1 and lower_from >= t_to"
)

SPANS_RAW = """
    with spans(span, start_day, end_day) as (values {spans})
    select s.span, a.repository, cast(e.likely - a.likely as bigint) as low,
           cast(e.likely - a.likely as bigint) as high, cast(e.likely - a.likely as bigint) as estimate,
           false as open, false as broken, 'all_time' as instrument
    from spans s
    join edges a on a.day = s.start_day
    join edges e on e.day = s.end_day and e.repository = a.repository
    where e.likely is not null and a.likely is not null
"""


def all_time_flows(engine: Engine, name: str, clock: Clock, spans: list[tuple[date, date]], only: str = "") -> None:
    """Register flows `name` of each span: span (ordinal), repository, low, estimate, high (downloads), open, broken;
    and `name`_conflicts: repositories whose readings no history satisfies, and instrument.

    On the clock of raw readings, flows are differences as read (even inside a gap), may be negative, and exist only
    between readings.
    `only` is SQL that limits the repositories (`and repository in ...`).
    """
    raw = clock.raw
    repair = 0 if raw else 1
    engine.query("chain", chain_sql(clock, only, use_creation=not raw))
    engine.query(f"{name}_conflicts", CONFLICTS.format(repair=repair))
    days = sorted({d for span in spans for d in span})
    line = ON_THE_LINE.format(outside="" if raw else ", base, next")
    ends = (
        {"last": "arg_max", "first": "arg_min", "time": ", c.t_to", "likely": line}
        if raw
        else {"last": "max", "first": "min", "time": "", "likely": f"greatest(least({line}, least_from), least_upto)"}
    )
    engine.query("edges", EDGES.format(days=", ".join(f"(date '{d}')" for d in days), **ends))
    listed = ", ".join(f"({i}, date '{a}', date '{b}')" for i, (a, b) in enumerate(spans))
    engine.query(name, (SPANS_RAW if raw else SPANS).format(spans=listed, conflicts=f"{name}_conflicts"))


def chain_sql(clock: Clock, only: str, *, use_creation: bool) -> str:
    """SQL of the readings of `all_time` as chains that recounts break."""
    creation = "true" if use_creation else "false"
    return CHAIN.format(
        readings=clock.readings, facts=clock.facts, only=only, use_creation=creation, repair=0 if clock.raw else 1
    )

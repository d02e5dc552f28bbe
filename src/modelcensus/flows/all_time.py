"""Exact flow bounds where only `all_time` is known: the neighbouring readings, as one window query.

low = max(0, A(last reading <= end) - A(first reading >= start)), high = A(first >= end) - A(last <= start).
A fall (recount) breaks the chain: across it low counts 0 and high the counter after it. Two running sums
carry this: in `least` a break adds nothing, in `most` it adds the counter after it.

Readings whose possible days overlap have no certain order, so a lower one among them is no fall: they form a
*knot*, and only a knot that stands below the one before it has fallen. A reading that may lie on either side of
a certain fall says nothing that holds on both, and is left out.
"""

from datetime import date

from modelcensus.engine import Engine

CHAIN = """
    with kept as (
        select repository, value, t_from, t_to, t_best, snapshot from {readings}
        where counter = 'all_time' and not aside {only}
        union all
        select f.repository, 0, f.created_at, f.created_at, f.created_at, 0
        from (select repository, min(created_at) as created_at from facts
              where created_at is not null group by repository) f
        semi join (select repository from {readings} where counter = 'all_time' {only}) r using (repository)
        where {use_creation}),
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
               not tied and bottom < coalesce(lag(top) over one, 0) as fell
        from levels window one as (partition by repository order by t_from, t_to, snapshot, value))
    select *,
           value + {repair} * sum(case when fell then before - bottom else 0 end) over upto as least,
           value + {repair} * sum(case when fell then before else 0 end) over upto as most,
           sum(case when fell then 1 else 0 end) over upto as breaks
    from falls
    window upto as (partition by repository order by t_from, t_to, snapshot, value rows unbounded preceding)
"""

EDGES = """
    with days(day) as (values {days}),
    spots as (
        select r.repository, d.day,
               {last}(c.least{time}) filter (where c.t_to <= d.day) as least_upto,
               {last}(c.most{time}) filter (where c.t_to <= d.day) as most_upto,
               {first}(c.least{time}) filter (where c.t_from >= d.day) as least_from,
               {first}(c.most{time}) filter (where c.t_from >= d.day) as most_from,
               max(c.breaks) filter (where c.t_to <= d.day) as breaks_upto,
               min(c.breaks) filter (where c.t_from >= d.day) as breaks_from,
               arg_max(c.least, (c.t_best, c.least)) filter (where c.t_best <= d.day) as base,
               max(c.t_best) filter (where c.t_best <= d.day) as base_day,
               arg_min(c.least, (c.t_best, c.least)) filter (where c.t_best >= d.day) as next,
               min(c.t_best) filter (where c.t_best >= d.day) as next_day
        from (select distinct repository from chain) r cross join days d
        join chain c using (repository)
        group by all)
    select *, coalesce(case when base_day = day then base when next_day = day then next
                            else cast(round(base + (next - base) * (day - base_day) / (next_day - base_day)) as bigint)
                       end {outside}) as likely
    from spots
"""

SPANS = """
    with spans(span, start_day, end_day) as (values {spans}),
    bounded as (
        select s.span, a.repository,
               greatest(0, coalesce(e.least_upto - a.least_from, 0)) as low,
               e.most_from - coalesce(a.most_upto, 0) as high,
               e.likely - a.likely as likely,
               coalesce(e.breaks_from, e.breaks_upto, 0) > coalesce(a.breaks_upto, 0) as broken
        from spans s
        join edges a on a.day = s.start_day
        join edges e on e.day = s.end_day and e.repository = a.repository)
    select span, repository, cast(low as bigint) as low, cast(high as bigint) as high,
           cast(least(greatest(likely, low), high) as bigint) as estimate,
           high is null as open, broken, 'all_time' as instrument
    from bounded
    where high is null or high >= low
"""


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


def all_time_flows(engine: Engine, name: str, readings: str, spans: list[tuple[date, date]], only: str = "") -> None:
    """Register flows of each span: span (ordinal), repository, low, estimate, high (downloads), open, broken.

    `readings` is the table of readings; under the raw one, flows are differences as read (even inside a gap),
    may be negative, and exist only between readings.
    `only` is SQL that limits the repositories (`and repository in ...`).
    """
    raw = readings == "readings_raw"
    engine.query(
        "chain",
        CHAIN.format(readings=readings, only=only, use_creation="false" if raw else "true", repair=0 if raw else 1),
    )
    days = sorted({d for span in spans for d in span})
    ends = (
        {"last": "arg_max", "first": "arg_min", "time": ", c.t_to", "outside": ""}
        if raw
        else {"last": "max", "first": "min", "time": "", "outside": ", base, next"}
    )
    engine.query("edges", EDGES.format(days=", ".join(f"(date '{d}')" for d in days), **ends))
    listed = ", ".join(f"({i}, date '{a}', date '{b}')" for i, (a, b) in enumerate(spans))
    engine.query(name, (SPANS_RAW if raw else SPANS).format(spans=listed))

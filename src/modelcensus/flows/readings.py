"""Observations in the order in which each source made them, with what the events did to them.

Columns of `readings`: series, counter, repository, value (downloads), snapshot (ordinal within series and
counter), observed_from, observed_on (days, as stated), t_from, t_to (days between which the counter was
really computed), t_best (day used for estimates), previous (value at the series' reading before), event
(kind that touched the row, or null), aside (true: no observation any more).
"""

from datetime import date

from modelcensus.engine import Engine
from modelcensus.flows.settings import BUSY, FEWEST_BUSY, FEWEST_FALLEN, FULL_STALL, LONGEST_ROLLBACK, ROLLBACK, STALL

SUPERSEDED = """
    select o.*, b.name as series
    from observations o join batches b using (batch_id)
    where b.channel = '{channel}'
    qualify row_number() over (
        partition by b.name, o.counter, o.repository, o.observed_from, o.observed_on, o.batch, o.period_start
        order by b.committed_at desc, o.batch_id desc) = 1
"""

SNAPSHOTS = """
    select series, counter, observed_from, observed_on, batch,
           row_number() over (partition by series, counter order by observed_on, observed_from, batch) as snapshot
    from (select distinct series, counter, observed_from, observed_on, batch from superseded)
"""

ORDERED = """
    select s.series, s.counter, s.repository, s.value, n.snapshot, s.observed_from, s.observed_on, s.batch,
           s.period_start,
           lag(s.value) over one as previous, lag(n.snapshot) over one as previous_snapshot,
           max(s.value) over (partition by s.series, s.counter, s.repository order by n.snapshot
                              rows between unbounded preceding and 1 preceding) as peak,
           lag(s.observed_on) over one as previous_on,
           greatest(1, s.observed_on - lag(s.observed_on) over one) as gap,
           (max(s.value) over whole - min(s.value) over whole)
             / greatest(1, max(s.observed_on) over whole - min(s.observed_on) over whole) as daily
    from superseded s
    join snapshots n using (series, counter, observed_from, observed_on, batch)
    window one as (partition by s.series, s.counter, s.repository order by n.snapshot),
           whole as (partition by s.series, s.counter, s.repository)
"""

ROLLBACKS = """
    with below as (
        select series, counter, snapshot, any_value(observed_on) as observed_on, count(*) as compared,
               avg(case when value < peak then 1.0 else 0.0 end) as fallen
        from ordered
        where counter = 'all_time' and peak is not null and (value <> previous or daily * gap >= {busy})
        group by all having count(*) >= {fewest_fallen} and fallen >= {rollback}),
    runs as (
        select *, snapshot - row_number() over (partition by series, counter order by snapshot) as run from below)
    select series, counter, snapshot, compared, fallen
    from runs
    window one as (partition by series, counter, run)
    qualify max(observed_on) over one - min(observed_on) over one <= {longest_rollback}
"""

HEALTH = """
    select series, counter, snapshot, any_value(observed_on) as observed_on, count(*) as busy,
           count(*) filter (where value = previous) as unchanged, unchanged / busy as share
    from ordered
    where counter = 'all_time' and previous is not null and daily * gap >= {busy}
    group by all having count(*) >= {fewest_busy}
"""

STALLS = """
    select h.*, case when share >= {full_stall} then 'stall' else 'half_stall' end as kind
    from health h anti join rollbacks using (series, counter, snapshot)
    where share >= {stall}
"""

LAST_GOOD = """
    select n.series, n.counter, n.snapshot, max(g.snapshot) as good, max_by(g.observed_from, g.snapshot) as good_on
    from snapshots n
    join snapshots g on g.series = n.series and g.counter = n.counter and g.snapshot < n.snapshot
    anti join stalls s on s.series = g.series and s.counter = g.counter and s.snapshot = g.snapshot
    anti join rollbacks r on r.series = g.series and r.counter = g.counter and r.snapshot = g.snapshot
    group by all
"""

MARKED = """
    select o.*, g.good_on,
           case when r.snapshot is not null then 'rollback'
                when s.kind is not null and (o.value = o.previous or (o.previous is null and s.kind = 'stall'))
                     then s.kind
                when o.counter = 'rolling_30d' and o.value = o.previous
                     and o.value * least(o.gap, 30) / 30 >= {busy} then 'freeze'
                when o.counter = 'all_time' and o.value < o.previous then 'recount'
           end as event
    from ordered o
    left join rollbacks r using (series, counter, snapshot)
    left join stalls s using (series, counter, snapshot)
    left join last_good g using (series, counter, snapshot)
"""

REPAIRED = """
    select series, counter, repository, value, snapshot, observed_from, observed_on, batch, period_start, previous,
           case when event in ('stall', 'half_stall') then coalesce(good_on, observed_from)
                else observed_from end as t_from,
           observed_on as t_to,
           case when event in ('stall', 'half_stall') then coalesce(good_on, observed_from)
                else observed_from + cast((observed_on - observed_from) // 2 as integer) end as t_best,
           event,
           coalesce(event in ('rollback', 'freeze')
                    or (event in ('stall', 'half_stall') and previous is not null), false) as aside
    from marked
"""

RAW = """
    select series, counter, repository, value, snapshot, observed_from, observed_on, batch, period_start, previous,
           observed_on as t_from, observed_on as t_to, observed_on as t_best,
           cast(null as varchar) as event, false as aside
    from ordered
"""


def build_readings(engine: Engine, channel: str) -> None:
    """Register `readings` (events applied) and `readings_raw` (every row counts as read) for a channel.

    Needs `observations` and `batches`; also registers the steps by their names, so that explained SQL and
    `modelcensus doctor` show them.
    """
    settings = {
        "busy": BUSY,
        "fewest_busy": FEWEST_BUSY,
        "stall": STALL,
        "full_stall": FULL_STALL,
        "rollback": ROLLBACK,
        "fewest_fallen": FEWEST_FALLEN,
        "longest_rollback": LONGEST_ROLLBACK,
    }
    steps = {
        "superseded": SUPERSEDED.format(channel=channel.replace("'", "''")),
        "snapshots": SNAPSHOTS,
        "ordered": ORDERED,
        "rollbacks": ROLLBACKS,
        "health": HEALTH,
        "stalls": STALLS,
        "last_good": LAST_GOOD,
        "marked": MARKED,
        "readings": REPAIRED,
        "readings_raw": RAW,
    }
    for name, sql in steps.items():
        engine.query(name, sql.format(**settings) if name != "superseded" else sql)


def reading_table(repair: str) -> str:
    """The table of readings under a repair reading."""
    return "readings_raw" if repair == "none" else "readings"


def fixed_panel_sql(readings: str, counter: str, boundaries: list[date]) -> str:
    """SQL of the repositories that one source read in the snapshot that decides each boundary: its last one
    up to that day, another one for each boundary."""
    days = ", ".join(f"(date '{b}')" for b in boundaries)
    return f"""
        with edges as (
            select s.series, b.day, max(s.snapshot) as snapshot
            from snapshots s join (values {days}) b(day) on s.observed_on <= b.day
            where s.counter = '{counter}' group by all)
        select r.repository from {readings} r
        join edges e on e.series = r.series and e.snapshot = r.snapshot
        where r.counter = '{counter}'
        group by r.repository, r.series having count(distinct e.snapshot) = {len(boundaries)}"""

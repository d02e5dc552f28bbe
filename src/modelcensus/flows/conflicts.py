"""Repositories about which two sources of one counter cannot both be right."""

from modelcensus.engine import Engine

NEAR = """
    with shared as (
        select repository from said where counter = 'all_time' group by repository
        having count(distinct series) > 1),
    read as (
        select s.series, s.repository, s.observed_on, s.value, count(*) over one as readings,
               (max(s.value) over one - min(s.value) over one)
                 / greatest(1, max(s.observed_on) over one - min(s.observed_on) over one) as rate
        from said s semi join shared using (repository)
        left join verdicts v using (series, counter, snapshot)
        where s.counter = 'all_time' and s.observed_from = s.observed_on
          and (s.series, s.counter) not in (select series, counter from rounded)
          and coalesce(v.kind, 'read') in ('read', 'catch_up')
        window one as (partition by s.series, s.repository)),
    around as (
        select *, min(value) over (partition by series, repository order by observed_on
                                   range between {days} preceding and {days} following) as lowest,
               max(value) over (partition by series, repository order by observed_on
                                range between {days} preceding and {days} following) as highest
        from read)
    select x.repository, x.observed_on, x.series as series, y.series as other, x.value, y.value as other_value,
           x.readings < y.readings or (x.readings = y.readings and x.series > y.series) as fewer,
           exists (select 1 from breaks b where b.series = x.series and b.repository = x.repository
                   and b.counter = 'all_time' and b."to" between x.observed_on and x.observed_on + {days}) as fell
    from read x join around y on y.repository = x.repository and y.observed_on = x.observed_on
      and y.series <> x.series
    where x.value < y.lowest - {days} * greatest(x.rate, y.rate) - {least}
       or x.value > y.highest + {days} * greatest(x.rate, y.rate) + {least}
"""
"""Two copies of one day may be taken hours apart: values that a source itself had two days before or after, or that
two days more at the usual rate would bring, are no contradiction."""

BLAMED = """
    with weighed as (
        select *, max(fell) over (partition by repository, series) as own_fall from near)
    select repository, observed_on, series, other, value, other_value from weighed
    where case when own_fall <> coalesce((select max(n.fell) from near n where n.repository = weighed.repository
                                          and n.series = weighed.other), false)
               then own_fall else fewer end
"""
"""The less reliable one is set aside: the one whose own counter falls there, else the one with fewer readings."""


def build_conflicts(engine: Engine) -> None:
    """Register `conflicts`: repository, observed_on, series (the less reliable), other, value, other_value."""
    sources = engine.rows("select count(distinct series) as n from snapshots where counter = 'all_time'")[0]["n"]
    if sources < 2:
        engine.query(
            "conflicts",
            "select '' as repository, null::date as observed_on, '' as series, '' as other, 0 as value,"
            " 0 as other_value where false",
        )
        return
    engine.query("near", NEAR.format(days=2, least=20))
    engine.query("conflicts", BLAMED)

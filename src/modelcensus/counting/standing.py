"""From downloads by day to observations: what the ledger has to be told so that its counters say just that.

A repository that was counted at all has a count for every day that the log covers: a row of its own for a day with
downloads, one row with 0 for days in a row without. Only differences are told, so that the same again tells nothing; a
row that no longer holds is taken back by the same row without a value.
"""

import pyarrow as pa

from modelcensus.engine import Tables
from modelcensus.vocabulary import OBSERVATIONS

STANDING = """
    select lower(repository) as key, repository, period_start as since, observed_on as until, value
    from told_before where value is not null
"""
LATEST = """
    select * from stored_observations s join stored_order o using (batch_id) where counter = 'period'
    qualify row_number() over (partition by repository, observed_on, period_start order by o.place desc) = 1
"""
SPELLED = """
    select key, coalesce(min(repository) filter (where rank = 1), min(repository) filter (where rank = 2), min(repository)) as repository
    from (select key, repository, 1 as rank from standing
          union all select key, repository, 2 from libraries where key in (select key from {desired})
          union all select key, repository, 3 from {desired}) group by key
"""
CHANGED = """
    with old as (select day from days_touched semi join days_covered_before using (day)),
    held as (
        select s.key, s.since, s.until, s.value, o.day
        from standing s join old o on o.day >= s.since and o.day < s.until)
    select distinct h.key, h.since, h.until from held h left join {desired} d using (key, day)
    where coalesce(d.value, 0) <> h.value
"""
"""Rows that hold a day for which something else is wanted; a row of several days has the value 0."""
TODO = """
    with wrong as (
        select c.key, cast(unnest(range(c.since, c.until, interval 1 day)) as date) as day from changed c),
    new_days as (select day from days_touched anti join days_covered_before using (day)),
    keys as (select key from spelled),
    unheld as (
        select k.key, n.day from keys k cross join new_days n
        union
        select k.key, b.day from (select key from keys except select key from standing) k
        cross join days_covered_before b),
    wanted as (select key, day from wrong union select key, day from unheld)
    select w.key, w.day, coalesce(d.value, 0) as value from wanted w left join {desired} d using (key, day)
"""
TOLD = """
    with zeros as (
        select key, day, day - cast(row_number() over (partition by key order by day) as integer) as island
        from todo where value = 0),
    rows as (
        select key, day as since, day + 1 as until, value from todo where value > 0
        union all
        select key, min(day), max(day) + 1, 0 from zeros group by key, island)
    select key, since, until, value from rows
    union all
    select key, since, until, null from (
        select key, since, until from changed except select key, since, until from rows)
"""


def observations(engine: Tables, desired: str) -> pa.Table:
    """What is to be told for the counters of table `desired` (key, repository, day, value) of `days_touched`.

    Needs `libraries`; `stored_observations` with `stored_order` (batches of the series in order); the tables `days_touched` and
    `days_covered_before`, a day each.
    """
    engine.make("told_before", LATEST)
    engine.make("standing", STANDING)
    engine.make("spelled", SPELLED.format(desired=desired))
    engine.make("changed", CHANGED.format(desired=desired))
    engine.make("todo", TODO.format(desired=desired))
    rows = engine.arrow(
        f"""select s.repository, null::varchar as hub_id, 'period' as counter, cast(t.value as bigint) as value,
                   t.until as observed_from, t.until as observed_on, '' as batch, t.since as period_start
            from ({TOLD}) t join spelled s using (key) order by observed_on, repository, period_start""",
    )
    return rows.select(OBSERVATIONS.names).cast(OBSERVATIONS.arrow)

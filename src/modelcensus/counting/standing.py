"""From downloads by day to observations: what the ledger has to be told so that its counters say just that.

A repository that was counted at all has a count for every day that the log covers: a row of its own for a day with
downloads, one row with 0 for days in a row without. Only differences are told, so that the same again tells nothing; a
row that no longer holds is taken back by the same row without a value.
"""

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from modelcensus.engine import Tables
from modelcensus.vocabulary import OBSERVATIONS

STANDING = """
    select lower(repository) as key, repository, period_start as since, observed_on as until, value
    from stored_observations s join stored_order o using (batch_id) where counter = 'period'
    qualify row_number() over (partition by repository, observed_on, period_start order by o.place desc) = 1
"""
NEW_KEYS = """
    select {known} + cast(row_number() over (order by repository) as integer) as id, key, repository from (
        select d.key, coalesce(min(l.repository), min(d.repository)) as repository
        from {desired} d left join libraries l using (key) anti join spelled_{name} using (key) group by d.key)
"""
DESIRED = "select s.id, d.day, d.value from {desired} d join spelled_{name} s using (key)"
CHANGED = """
    with old as (select day from days_touched semi join days_covered_before using (day)),
    held as (
        select s.id, s.since, s.until, s.value, o.day
        from standing_{name} s join old o on o.day >= s.since and o.day < s.until)
    select distinct h.id, h.since, h.until from held h left join desired d using (id, day)
    where coalesce(d.value, 0) <> h.value
"""
"""Rows that hold a day for which something else is wanted; a row of several days has the value 0."""
TODO = """
    with wrong as (
        select c.id, cast(unnest(range(c.since, c.until, interval 1 day)) as date) as day from changed c),
    new_days as (select day from days_touched anti join days_covered_before using (day)),
    unheld as (
        select s.id, n.day from spelled_{name} s cross join new_days n
        union all
        select k.id, b.day from new_keys k cross join days_covered_before b),
    wanted as (select id, day from wrong union all select id, day from unheld)
    select w.id, w.day, coalesce(d.value, 0) as value from wanted w left join desired d using (id, day)
"""
TOLD = """
    with zeros as (
        select id, day, day - cast(row_number() over (partition by id order by day) as integer) as island
        from todo where value = 0),
    rows as (
        select id, day as since, day + 1 as until, value from todo where value > 0
        union all
        select id, min(day), max(day) + 1, 0 from zeros group by id, island)
    select id, since, until, value from rows
    union all
    select id, since, until, null from (
        select id, since, until from changed except select id, since, until from rows)
"""
OBSERVED = """
    select s.repository, null::varchar as hub_id, 'period' as counter, cast(t.value as bigint) as value,
           t.until as observed_from, t.until as observed_on, '' as batch, t.since as period_start
    from told t join spelled_{name} s using (id) order by observed_on, id, period_start
"""


class Standing:
    """What the counters of a series say, kept up to date from batch to batch.

    `files` are the observations of its `batches`, the oldest first. Needs `libraries`.
    """

    def __init__(self, engine: Tables, name: str, files: Sequence[Path], batches: Sequence[str]) -> None:
        self.engine, self.name = engine, name
        engine.scan("stored_observations", files, OBSERVATIONS.arrow.append(pa.field("batch_id", pa.string())))
        order = {"batch_id": pa.array(batches, pa.string()), "place": pa.array(range(len(batches)), pa.int64())}
        engine.hold("stored_order", pa.table(order))
        engine.make("standing", f"select * from ({STANDING}) where value is not null")
        engine.make(
            f"spelled_{name}",
            "select cast(row_number() over (order by repository) as integer) as id, key, repository"
            " from (select key, min(repository) as repository from standing group by key)",
        )
        sql = f"select id, since, until, value from standing join spelled_{name} using (key)"
        engine.make(f"standing_{name}", sql)
        engine.drop("standing", "stored_observations", "stored_order")

    def observations(self, desired: str) -> pa.Table:
        """What is to be told for the counters of table `desired` (key, repository, day, value) of `days_touched`, and
        taken for told; needs the tables `days_touched` and `days_covered_before`, a day each."""
        engine, name = self.engine, self.name
        known = engine.rows(f"select count(*) as n from spelled_{name}")[0]["n"]
        engine.make("new_keys", NEW_KEYS.format(desired=desired, name=name, known=known))
        engine.connection.execute(f"insert into spelled_{name} select * from new_keys")
        engine.make("desired", DESIRED.format(desired=desired, name=name))
        engine.make("changed", CHANGED.format(name=name))
        engine.make("todo", TODO.format(name=name))
        engine.make("told", TOLD)
        if engine.rows("select count(*) as n from changed")[0]["n"]:
            engine.connection.execute(
                f"delete from standing_{name} s using told t where (s.id, s.since, s.until) = (t.id, t.since, t.until)"
            )
        engine.connection.execute(f"insert into standing_{name} select * from told where value is not null")
        return engine.arrow(OBSERVED.format(name=name)).select(OBSERVATIONS.names).cast(OBSERVATIONS.arrow)

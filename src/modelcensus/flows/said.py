"""What each source said of each repository at each snapshot, whether its rows were stored whole or as what changed."""

import pyarrow as pa

from modelcensus.flows.counters import Counters

WHOLE = """
    select s.series, s.counter, s.repository, s.value, n.snapshot, s.observed_from, s.observed_on, s.batch,
           s.period_start
    from {superseded} s join snapshots n using (series, counter, observed_from, observed_on, batch)
    where s.value is not null
"""

FILLED = """
    with sparse as (select distinct series, counter from snapshots where since is not null),
    stored as (
        select s.series, s.counter, s.repository, s.value, n.snapshot
        from {superseded} s join snapshots n using (series, counter, observed_from, observed_on, batch)
        semi join sparse using (series, counter)
        anti join rebased r on r.series = s.series and r.counter = s.counter and r.snapshot = n.snapshot
        union all
        select series, counter, repository, value, snapshot from rebased {only}),
    ends as (
        select series, counter, snapshot,
               coalesce(min(case when since is null then snapshot end) over later, count(*) over source + 1) as whole
        from snapshots
        window source as (partition by series, counter),
               later as (partition by series, counter order by snapshot rows between 1 following and unbounded following)),
    lasting as (
        select s.*, least(e.whole, lead(s.snapshot) over (
                   partition by s.series, s.counter, s.repository order by s.snapshot)) as until
        from stored s join ends e using (series, counter, snapshot))
    select l.series, l.counter, l.repository, l.value, n.snapshot, n.observed_from, n.observed_on, n.batch,
           null::date as period_start
    from (select *, unnest(range(snapshot, until)) as at from lasting where value is not null) l
    join snapshots n on n.series = l.series and n.counter = l.counter and n.snapshot = l.at
    union all
    select w.* from ({whole}) w anti join sparse using (series, counter)
"""
"""A value lasts until the next row of its repository, or the next snapshot that was stored whole."""


def build_said(counters: Counters, suffix: str = "", chosen: str = "") -> None:
    """Register `said`: series, counter, repository, value, snapshot, observed_from, observed_on, batch, period_start.

    Rows that stand against an older snapshot than the last were rebased by the fold (`rebased`): a null is an absence.
    `chosen` names a table of repositories; then only what is said of those, as `said` with the suffix.
    """
    engine, superseded, only = counters.engine, "superseded", ""
    if chosen:
        superseded, only = f"superseded{suffix}", f"semi join {chosen} using (repository)"
        engine.query(superseded, f"select * from superseded {only}")
    if all(s.since is None for s in counters.calendar):
        engine.query(f"said{suffix}", WHOLE.format(superseded=superseded), keep=False)
        return
    names = counters.ordinals.names()
    parts = [
        pa.table(
            {
                "series": pa.repeat(series, len(ids)),
                "counter": pa.repeat(counter, len(ids)),
                "snapshot": pa.repeat(pa.scalar(number, pa.int64()), len(ids)),
                "repository": names.take(pa.array(ids)),
                "value": pa.array(values, mask=values < 0),
            }
        )
        for (series, counter), number, ids, values in counters.rebased
    ]
    columns = {"series": pa.string(), "counter": pa.string(), "snapshot": pa.int64(), "repository": pa.string()}
    empty = pa.schema([*columns.items(), ("value", pa.int64())]).empty_table()
    engine.register("rebased", pa.concat_tables([empty, *parts]))
    whole = WHOLE.format(superseded=superseded)
    filled = FILLED.format(whole=whole, superseded=superseded, only=only)
    engine.query(f"said{suffix}", filled, keep=False)

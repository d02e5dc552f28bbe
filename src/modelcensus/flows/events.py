"""What the counters themselves suffered, as rows with evidence."""

import pyarrow as pa

from modelcensus.engine import Engine

EVENTS = """
    select s.kind as kind, s.series as source, s.counter,
           g.good_on as "from", s.observed_on as "to", s.unchanged as repositories,
           cast(null as varchar) as repository,
           format('{:.0f} % of {:d} repositories expected to move by at least 20 are unchanged',
                  100 * s.share, s.busy) as evidence,
           'unchanged values keep the time of the snapshot before' as done
    from stalls s left join last_good g using (series, counter, snapshot)
    union all
    select 'rollback', r.series, r.counter, n.observed_from, n.observed_on, r.compared, null,
           format('{:.1f} % of {:d} busy or moved repositories stand below an earlier snapshot',
                  100 * r.fallen, r.compared),
           'the snapshot is set aside'
    from rollbacks r join snapshots n using (series, counter, snapshot)
    union all
    select 'recount', series, counter, previous_on, observed_on, 1, repository,
           format('the counter fell from {:d} to {:d}', previous, value),
           'the chain breaks here: low 0, high the counter after it'
    from marked where event = 'recount'
    union all
    select 'freeze', series, counter, min(coalesce(previous_on, observed_from)), max(observed_on), 1, repository,
           format('{:d} unchanged over {:d} readings', any_value(value), count(*) + 1),
           'the repeated values are no observations'
    from marked where event = 'freeze' group by series, counter, repository, value
"""

SUMMARY = """
    select kind, source, counter, min("from") as "from", max("to") as "to", sum(repositories) as repositories,
           case when kind = 'freeze' then format('{:d} repositories with repeated values', count(*))
                else format('{:d} repositories fell', count(*)) end as evidence, any_value(done) as done
    from events where repository is not null group by kind, source, counter
    union all
    select kind, source, counter, "from", "to", repositories, evidence, done
    from events where repository is null
    order by "from", kind, source
"""


def build_events(engine: Engine) -> None:
    """Register `events`: kind, source, counter, from, to, repositories, repository, evidence, done."""
    engine.query("events", EVENTS)


def event_summary(engine: Engine) -> pa.Table:
    """One row per snapshot-wide event, and one per kind of repository-wise events and source."""
    return engine.fetch(engine.query("event_summary", SUMMARY))

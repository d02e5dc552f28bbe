"""The state of the data themselves: what each source gave, when, and what its counters suffered."""

from modelcensus.flows import event_summary
from modelcensus.measures.census import Census
from modelcensus.vocabulary.names import REPORTED

COVERAGE = """
    select r.series as source, r.counter, strftime(r.observed_on, '%Y-%m') as month,
           count(distinct r.snapshot) as snapshots, count(distinct r.repository) as repositories,
           cast(sum(case when r.aside then 1 else 0 end) as bigint) as rows_set_aside, count(*) as rows,
           round(count(distinct r.repository) / any_value(k.known), 4) as of_known
    from readings r, (select count(*) as known from catalog) k
    group by all order by all
"""


def health(census: Census) -> dict[str, list]:
    """`coverage` per source, counter and month; `events`; `sources` with their terms and last day."""
    coverage, events = [], []
    for channel in census.channels:
        if channel.startswith(REPORTED):
            continue
        census.prepare(channel)
        coverage += census.engine.rows(COVERAGE)
        events += [
            {**e, "from": str(e["from"]), "to": str(e["to"]), "repositories": int(e["repositories"])}
            for e in event_summary(census.engine).to_pylist()
        ]
    sources = [
        {
            "source": m.name,
            "channel": m.channel or "list",
            "batch": m.id,
            "from": m.first_day,
            "to": m.last_day,
            "rows": sum(n for t, n in m.rows.items() if t != "set_aside"),
            "set_aside": m.rows.get("set_aside", 0),
            "license": m.terms.get("license", ""),
            "committed_at": f"{m.committed_at:%Y-%m-%dT%H:%M:%SZ}",
        }
        for m in census.manifests
    ]
    return {"coverage": coverage, "events": events, "sources": sources}

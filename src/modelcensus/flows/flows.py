"""Flows of any spans: each repository by its own best instrument, never two joined."""

from datetime import date

from modelcensus.engine import Engine
from modelcensus.flows.all_time import all_time_flows
from modelcensus.flows.readings import reading_table
from modelcensus.flows.windows import window_flows
from modelcensus.vocabulary.names import ALL_TIME, PERIOD, ROLLING

CHOSEN = """
    with known as ({parts}),
    best as (
        select repository, instrument from (
            select repository, instrument, sum(case when open then 1 else 0 end) as opened, sum(high - low) as width
            from known group by repository, instrument)
        qualify row_number() over (partition by repository order by opened, width, instrument) = 1)
    select known.* from known join best using (repository, instrument)
"""


def build_flows(engine: Engine, spans: list[tuple[date, date]], repair: str, only: str = "") -> None:
    """Register `flows`: span (ordinal), repository, low, estimate, high (downloads), open, broken, instrument.

    Where a repository is known by several counters, each gives its own intervals, and the one that is narrower
    over all spans together is taken for all of them, so that months add up to their span: equations of different instruments are never mixed. An open flow has no estimate. Registers also
    `flow_conflicts`: repositories whose readings no history can satisfy; they have no flow.
    """
    readings = reading_table(repair)
    present = engine.query("instruments", f"select distinct counter from {readings} where not aside")
    counters = set(engine.fetch(present)["counter"].to_pylist())
    parts, conflicts = [], ["select '' as repository where false"]
    if ALL_TIME in counters:
        all_time_flows(engine, "flows_all_time", readings, spans, only)
        parts.append("select * from flows_all_time")
    for counter in (ROLLING, PERIOD):
        if counter in counters:
            window_flows(engine, f"flows_{counter}", readings, counter, spans, only)
            parts.append(f"select * from flows_{counter}")
            conflicts.append(f"select repository from flows_{counter}_conflicts")
    empty = """select 0 as span, '' as repository, 0 as low, 0 as high, 0 as estimate, false as open,
               false as broken, '' as instrument where false"""
    columns = "span, repository, low, high, estimate, open, broken, instrument"
    selects = [p.replace("*", columns) for p in parts] or [empty]
    engine.query("flow_conflicts", " union ".join(conflicts))
    engine.query("flows", CHOSEN.format(parts=" union all ".join(selects)))

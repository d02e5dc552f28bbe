"""Flows of any spans: each repository by its own best instrument, never two joined."""

from datetime import date

import numpy as np
import pyarrow as pa

from modelcensus.flows.all_time import all_time_flows
from modelcensus.flows.calendar import day_of
from modelcensus.flows.counters import Counters
from modelcensus.flows.readings import reading_table
from modelcensus.flows.spike_readings import apply_spikes
from modelcensus.flows.windows import window_flows
from modelcensus.vocabulary.names import ALL_TIME

CHOSEN = """
    with known as ({parts}),
    best as (
        select repository, instrument from (
            select repository, instrument, sum(case when open then 1 else 0 end) as opened, sum(high - low) as width
            from known group by repository, instrument)
        qualify row_number() over (partition by repository
                                   order by instrument <> 'spliced', opened, width, instrument) = 1)
    select known.* from known join best using (repository, instrument)
"""


def build_flows(
    counters: Counters, spans: list[tuple[date, date]], repair: str, only: str = "", spikes: str = "keep"
) -> None:
    """Register `flows`: span (ordinal), repository, low, estimate, high (downloads), open, broken, instrument.

    Where a repository is known by several counters, their equations are never mixed: either the disagreement of the two
    was measured, and then windows of 30 days count on the all-time scale with that width (`spliced`), or the counter
    that is narrower over all spans together is taken for all of them, so that months add up to their span. An open
    flow's estimate is what is known of it. Beyond `MOST_KEPT` rows the counters of windows are left aside where there
    is an all-time one: what came before it is then open. Registers also `flow_conflicts`: repositories whose readings no history can
    satisfy; where another instrument is left, it gives their flow.
    """
    engine, readings = counters.engine, reading_table(repair)
    if counters.small:
        present = engine.query("instruments", f"select distinct counter from {readings} where not aside")
        known = set(engine.fetch(present)["counter"].to_pylist())
    else:
        known = {s.counter for s in counters.calendar}
    columns = "span, repository, low, high, estimate, open, broken, instrument"
    parts, conflicts = [], ["select '' as repository, '' as instrument where false"]
    if ALL_TIME in known:
        if counters.certain:
            _folded_flows(counters, "flows_all_time", spans, repair, only)
        else:
            all_time_flows(engine, "flows_all_time", readings, spans, only)
            conflicts.append("select repository, instrument from flows_all_time_conflicts")
        parts.append(f"select {columns} from flows_all_time")
    if known - {ALL_TIME} and (ALL_TIME not in known or counters.small):
        window_flows(engine, "flows_windows", readings, spans, counters.splices if repair != "none" else [], only)
        parts.append(f"select {columns} from flows_windows")
        conflicts.append("select repository, instrument from flows_windows_conflicts")
    empty = """select 0 as span, '' as repository, 0 as low, 0 as high, 0 as estimate, false as open,
               false as broken, '' as instrument where false"""
    engine.query("flow_conflicts", " union all ".join(conflicts))
    engine.query("flows_kept", CHOSEN.format(parts=" union all ".join(parts or [empty])))
    apply_spikes(engine, "flows_kept", "flows", spans, spikes if repair != "none" else "keep")


FOLDED = """
    select f.span, o.repository, f.* exclude (span, ordinal), 'all_time' as instrument
    from folded f join ordinals o using (ordinal) where true {only}
"""


def _folded_flows(counters: Counters, name: str, spans: list[tuple[date, date]], repair: str, only: str) -> None:
    """Register flows of the one source of `all_time`, which its fold has."""
    days = sorted({d for span in spans for d in span})
    all_time, finished = counters.all_time(days, raw=repair == "none")
    edges = {day_of(e.day): e for e in finished.edges}
    flows = [
        flow.append_column("span", pa.array(np.full(len(flow), i, np.int32)))
        for i, flow in enumerate(all_time.flow(edges[a], edges[e]) for a, e in spans)
    ]
    counters.engine.register("folded", pa.concat_tables(flows))
    counters.engine.query(name, FOLDED.format(only=only))

"""Flows of any spans: each repository by its own best instrument, never two joined."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa

from modelcensus.flows.aged_windows import aged_window_flows
from modelcensus.flows.all_time import all_time_flows
from modelcensus.flows.calendar import day_of
from modelcensus.flows.clocks import Clock, at_age, calendar_clock, release_clock
from modelcensus.flows.counters import Counters
from modelcensus.flows.readings import readings_of
from modelcensus.flows.rounded import rounded_flows
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
    flow's estimate is what is known of it. Beyond `MOST_KEPT` rows the counters of windows are left aside of repositories
    that have an all-time one: what came before it is then open. Registers also `flow_conflicts`: repositories whose
    readings no history can satisfy; where another instrument is left, it gives their flow.
    """
    _build(counters, calendar_clock(repair), spans, only, spikes, folded=counters.certain)


def build_aged_flows(
    counters: Counters,
    zero: str,
    ages: list[int],
    repair: str,
    only: str = "",
    spikes: str = "keep",
    suffix: str = "",
) -> None:
    """Register `flows` of the first days after a day of each repository's own: one span per age, in days.

    `zero` is SQL of repository and zero_on; else as `build_flows`. Readings are worked with row by row: of a large ledger
    those of some repositories (`readings_of`, which gives the `suffix`).
    """
    clock = release_clock(counters.engine, repair, zero, ages, suffix)
    aged = _Aged(tuple(ages), calendar_clock(repair, suffix))
    _build(counters, clock, [(at_age(0), at_age(a)) for a in ages], only, spikes, folded=False, aged=aged)


@dataclass(frozen=True)
class _Aged:
    """Ages asked for, and the calendar's readings."""

    ages: tuple[int, ...]
    calendar: Clock


def _build(
    counters: Counters,
    clock: Clock,
    spans: list[tuple[date, date]],
    only: str,
    spikes: str,
    *,
    folded: bool,
    aged: _Aged | None = None,
) -> None:
    engine = counters.engine
    if aged or counters.small:
        present = engine.query("instruments", f"select distinct counter from {clock.readings} where not aside")
        known = set(engine.fetch(present)["counter"].to_pylist())
    else:
        known = {s.counter for s in counters.calendar}
    columns = "span, repository, low, high, estimate, open, broken, instrument"
    parts, conflicts = [], ["select '' as repository, '' as instrument where false"]
    if ALL_TIME in known:
        if folded:
            _folded_flows(counters, "flows_all_time", spans, clock, only)
        elif engine.rows("select count(*) as n from rounded where counter = 'all_time'")[0]["n"]:
            rounded_flows(engine, "flows_all_time", clock, spans, only)
            conflicts.append("select repository, instrument from flows_all_time_conflicts")
        else:
            all_time_flows(engine, "flows_all_time", clock, spans, only)
            conflicts.append("select repository, instrument from flows_all_time_conflicts")
        parts.append(f"select {columns} from flows_all_time")
    if known - {ALL_TIME} and ALL_TIME in known and not (aged or counters.small):
        clock = _alone(counters, clock)
    if known - {ALL_TIME}:
        splices = [] if clock.raw else counters.splices
        if aged:
            aged_window_flows(engine, "flows_windows", aged.calendar, list(aged.ages), splices, only)
        else:
            window_flows(engine, "flows_windows", clock, spans, splices, only, counters.solved)
        parts.append(f"select {columns} from flows_windows")
        conflicts.append("select repository, instrument from flows_windows_conflicts")
    empty = """select 0 as span, '' as repository, 0 as low, 0 as high, 0 as estimate, false as open,
               false as broken, '' as instrument where false"""
    engine.query("flow_conflicts", " union all ".join(conflicts))
    engine.query("flows_kept", CHOSEN.format(parts=" union all ".join(parts or [empty])))
    apply_spikes(engine, "flows_kept", "flows", spans, "keep" if clock.raw else spikes, clock.spikes)


def _alone(counters: Counters, clock: Clock) -> Clock:
    """The readings of the repositories that only counters of windows were read of."""
    if not counters.read_alone:
        counters.engine.register("alone", counters.windows_alone)
        counters.read_alone = readings_of(counters, "alone")
    return Clock(f"{clock.readings}{counters.read_alone}", clock.facts, clock.spikes)


FOLDED = """
    select f.span, o.repository, f.* exclude (span, ordinal), 'all_time' as instrument
    from folded f join ordinals o using (ordinal) where true {only}
"""


def _folded_flows(counters: Counters, name: str, spans: list[tuple[date, date]], clock: Clock, only: str) -> None:
    """Register flows of the one source of `all_time`, which its fold has."""
    days = sorted({d for span in spans for d in span})
    all_time, finished = counters.all_time(days, raw=clock.raw)
    edges = {day_of(e.day): e for e in finished.edges}
    flows = [
        flow.append_column("span", pa.array(np.full(len(flow), i, np.int32)))
        for i, flow in enumerate(all_time.flow(edges[a], edges[e]) for a, e in spans)
    ]
    counters.engine.register("folded", pa.concat_tables(flows))
    counters.engine.query(name, FOLDED.format(only=only))

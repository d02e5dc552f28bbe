"""Counters to flows with bounds, and the events that the counters themselves suffer."""

from modelcensus.flows.events import build_events, event_summary
from modelcensus.flows.flows import build_flows
from modelcensus.flows.readings import build_readings, fixed_panel_sql, reading_table

__all__ = [
    "build_events",
    "build_flows",
    "build_readings",
    "event_summary",
    "fixed_panel_sql",
    "reading_table",
]

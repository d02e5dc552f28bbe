"""Counters to flows with bounds, and the events that the counters themselves suffer."""

from modelcensus.flows.aged import keep_ages, totals_upto
from modelcensus.flows.between import windowed_flows
from modelcensus.flows.calendar import days
from modelcensus.flows.counters import MOST_KEPT, Counters
from modelcensus.flows.events import build_events, event_summary
from modelcensus.flows.flows import build_aged_flows, build_flows
from modelcensus.flows.levels import Level, Levels, found_in, keep_levels
from modelcensus.flows.monthly import keep_months, moved_file, quiet_file
from modelcensus.flows.readings import build_readings, fixed_panel_sql, reading_table, readings_of
from modelcensus.flows.series_breaks import SeriesBreak, breaks_between, load_series_breaks, series_break_table
from modelcensus.flows.spike_readings import spiked_counters

__all__ = [
    "MOST_KEPT",
    "Counters",
    "Level",
    "Levels",
    "SeriesBreak",
    "breaks_between",
    "build_aged_flows",
    "build_events",
    "build_flows",
    "build_readings",
    "days",
    "event_summary",
    "fixed_panel_sql",
    "found_in",
    "keep_ages",
    "keep_levels",
    "keep_months",
    "load_series_breaks",
    "moved_file",
    "quiet_file",
    "reading_table",
    "readings_of",
    "series_break_table",
    "spiked_counters",
    "totals_upto",
    "windowed_flows",
]

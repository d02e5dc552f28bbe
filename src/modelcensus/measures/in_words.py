"""Values, bounds, periods and counters in words."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from math import floor, inf, log10
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from modelcensus.measures.result import Row

COUNTER_NAMES = {"rolling_30d": "30-day counter", "all_time": "all-time counter", "period": "exact count of periods"}
"""How a counter is called."""
COUNTED = {"rolling_30d": "the 30 days up to the reading of ", "all_time": "all time up to the reading of "}
"""What a counter counts, before the day on which it was read."""


def number(value: float | None, unit: str) -> str:
    """A value for reading.

    >>> number(172_412_000, "downloads"), number(0.398, "share"), number(2.546, "times"), number(None, "share")
    ('172.4 million', '39.8 %', '2.5', 'unknown')
    >>> number(2.0163, "times"), number(2.0, "times")
    ('2.02', '2.0')
    >>> number(3.0, "place"), number(812, "downloads"), number(0.9999, "share"), number(2.81e-7, "share")
    ('3', '812', 'just under 100 %', '0.000028 %')
    >>> number(123.456, "base 100"), number(57.04, "points"), number(1234.0, "days")
    ('123.5', '57.0', '1,234 days')
    >>> number(0.1234, "change"), number(-0.5, "change"), number(24.0, "change"), number(0.04167, "index")
    ('+12.3 %', '-50.0 %', '+2,400.0 %', '0.0417')
    >>> number(-0.024, "share points")
    '-2.4 points'
    """
    if value is None:
        return "unknown"
    if unit == "share":
        percent = 100 * value
        if 99.95 <= percent < 100:
            return "just under 100 %"
        if percent == 0 or abs(percent) >= 0.1:
            return f"{percent:.1f} %"
        two_digits = f"{percent:.{1 - floor(log10(abs(percent)))}f}"  # never 2.8e-05
        return f"{two_digits.rstrip('0')} %"
    if unit == "change":
        return f"{100 * value:+,.1f} %"
    if unit == "share points":
        return f"{100 * value:+.1f} points"
    if unit == "index":
        return f"{value:.3g}" if value < 1000 else f"{value:,.0f}"
    if unit == "days":
        return f"{value:,.0f} days"
    if unit in ("base 100", "points"):
        return f"{value:,.1f}"
    if unit == "times":
        near = value < 10 and value != round(value) and f"{value:.1f}".endswith(".0")  # "more than twice": is it?
        return f"{value:.2f}" if near else f"{value:.1f}" if value < 100 else f"{value:,.0f}"
    if unit == "place":
        return f"{value:.0f}"
    for size, word in ((1e9, " billion"), (1e6, " million")):
        if abs(value) >= size:
            return f"{value / size:.2f}{word}" if size == 1e9 else f"{value / size:.1f}{word}"
    return f"{value:,.0f}"


PARTS_OF_ONE = ("of_total", "percentile_low", "percentile", "percentile_high")
"""Columns beside the value that are shares."""


def cell(name: str, value: object) -> str:
    """What stands in a column beside the value, for reading.

    >>> cell("of_total", 0.66666667), cell("part", "own"), cell("part", None)
    ('66.7 %', 'own', '')
    """
    if isinstance(value, float) and name in PARTS_OF_ONE:
        return number(value, "share")
    return "" if value is None else str(value)


@lru_cache(maxsize=8_192)
def period_text(label: str) -> str:
    """A period for reading.

    >>> period_text("2026-02"), period_text("2026-06-05"), period_text("2026-09-01..2026-09-30")
    ('February 2026', '5 June 2026', 'September 2026')
    >>> period_text("2024-07..2026-09")
    'July 2024 to September 2026'
    """
    try:
        first, _, last = label.partition("..")
        if last and len(first) == 10 and len(last) == 10 and first[:7] == last[:7] and first.endswith("-01"):
            month_end = (date.fromisoformat(first).replace(day=28) + timedelta(days=4)).replace(day=1)
            if date.fromisoformat(last) == month_end - timedelta(days=1):
                return _day_text(first[:7])
        return f"{_day_text(first)} to {_day_text(last)}" if last else _day_text(first)
    except ValueError:
        return label


def _day_text(text: str) -> str:
    if len(text) == 7:
        return f"{date.fromisoformat(text + '-01'):%B %Y}"
    if len(text) == 10:
        day = date.fromisoformat(text)
        return f"{day.day} {day:%B %Y}"
    return text


FLOORS = {"change": -1.0, "share points": -1.0}
"""The least that a value of a unit can be at all, where that is not 0."""
CEILINGS = {"share": 1.0}
"""The most that it can be, where that is bounded."""


def least(row: Row, unit: str) -> float | None:
    """What is sure of a row: its value, else a lower bound above what any value reaches; nothing where there is none."""
    if row.value is not None:
        return row.value
    return row.low if row.low is not None and row.low > FLOORS.get(unit, 0.0) else None


def says_nothing(row: Row, unit: str) -> bool:
    """Whether a row has neither a value nor a bound that excludes anything."""
    return (row.high is None or row.high >= CEILINGS.get(unit, inf)) and least(row, unit) is None


def bounds(row: Row, unit: str) -> str:
    """The interval in words: empty where the value is exact or reported.

    An open interval says so; it never shows a number that nobody knows, nor a bound that excludes nothing.
    """
    if row.low is None and row.high is None:
        return ""
    if says_nothing(row, unit):
        return "unknown"
    low = number(row.low, unit)
    if row.high is None:
        return f"at least {low}; the upper bound is open"
    high = number(row.high, unit)
    if low == high:
        return ""
    return f"between {low} and {high}"


def counter_text(counter: str) -> str:
    """A counter that is taken as it was read, in words.

    >>> counter_text("rolling_30d"), counter_text("period")
    ('30-day counter as read', 'exact count of periods as read')
    """
    return f"{COUNTER_NAMES.get(counter, f'counter {counter}')} as read"


def span_text(counter: str, period: str) -> str:
    """What a number is counted over: a period, or what a counter counts up to its reading.

    >>> span_text("", "2026-02"), span_text("all_time", "2026-10-27")
    ('February 2026', 'all time up to the reading of 27 October 2026')
    """
    return COUNTED.get(counter, "") + period_text(period)

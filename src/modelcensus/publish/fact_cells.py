"""What stands in the cells of a table of facts."""

from __future__ import annotations

from modelcensus.measures import COUNTER_NAMES, number

FRACTIONS = ("coverage", "by_downloads", "of_known", "of_known_then")
"""Columns that are shares."""
NAMES = ("kind", "status", "field")
"""Columns of names that are words with `_` between them."""
FIELDS = {"params_b": "parameters (billions)", "active_b": "active parameters (billions)"}
"""Fields of the catalog whose names are not words."""


def row_text(name: str, value: object) -> str:
    """A value of a record's row: every digit that it has, lists in one line.

    >>> row_text("value", 153600000.0), row_text("value", 0.2987654), row_text("flags", ["a", "b"]), row_text("low", None)
    ('153,600,000', '0.2987654', 'a; b', '')
    """
    if isinstance(value, list | tuple):
        return "; ".join(str(v) for v in value)
    if isinstance(value, bool) or not isinstance(value, int | float) or name == "coverage":
        return fact_text(name, value)
    return f"{int(value):,}" if value == int(value) else f"{value:,}"


def fact_text(name: str, value: object) -> str:
    """A value for reading; in the files it stands as it is.

    >>> fact_text("rows", 1178), fact_text("by_downloads", 0.4739), fact_text("usual_step", 31.0), fact_text("came", None)
    ('1,178', '47.4 %', '31', '')
    >>> fact_text("counter", "rolling_30d"), fact_text("kind", "series_break"), fact_text("why", "a_b")
    ('30-day counter', 'series break', 'a_b')
    """
    if value is None:
        return ""
    if isinstance(value, str) and name == "counter":
        return COUNTER_NAMES.get(value, value.replace("_", " "))
    if isinstance(value, str) and name in NAMES:
        return FIELDS.get(value, value.replace("_", " "))
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    if isinstance(value, float):
        return number(value, "share") if name in FRACTIONS else f"{value:,.6g}"
    return f"{value:,}"

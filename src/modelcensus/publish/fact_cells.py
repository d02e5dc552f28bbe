"""What stands in the cells of a table of facts."""

from __future__ import annotations

from modelcensus.measures import number

FRACTIONS = ("coverage", "by_downloads", "of_known", "of_known_then")
"""Columns that are shares."""


def fact_text(name: str, value: object) -> str:
    """A value for reading; in the files it stands as it is.

    >>> fact_text("rows", 1178), fact_text("by_downloads", 0.4739), fact_text("usual_step", 31.0), fact_text("came", None)
    ('1,178', '47.4 %', '31', '')
    """
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    if isinstance(value, float):
        return number(value, "share") if name in FRACTIONS else f"{value:,.6g}"
    return f"{value:,}"

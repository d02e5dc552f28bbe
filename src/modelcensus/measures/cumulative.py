"""Cumulative downloads since a stated origin, or the all-time counter where that is asked for."""

import ibis.expr.types as ir

from modelcensus.measures.downloads import downloads
from modelcensus.measures.frame import Frame
from modelcensus.measures.registry import measure


@measure(
    "cumulative",
    text="downloads from the origin up to the end of each period; with counter=all_time, the counter as read",
    unit="downloads",
    phrase="{subject} had {value} cumulative downloads {whole} by the end of {period}",
    question="How often has {whom} been downloaded in all?",
    citation="docs/method.md, section 3",
    parameters=("channel", "counter", "repair", "panel", "origin"),
    cumulative=True,
    summed=True,
)
def cumulative(frame: Frame) -> ir.Table:
    """Columns: dimensions, span, value, low, high (downloads), observed, open."""
    return downloads(frame)

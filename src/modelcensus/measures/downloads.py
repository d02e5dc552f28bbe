"""Downloads of a subject in each period: the sum of its flows, or the counter itself at its readings."""

import ibis.expr.types as ir

from modelcensus.measures.frame import Frame
from modelcensus.measures.registry import measure


@measure(
    "downloads",
    text="sum of the flows of the repositories in each period; with counter=..., the sum of the counters as read",
    unit="downloads",
    phrase="{subject} had {value} downloads {whole} in {period}",
    question="How often is {whom} downloaded?",
    citation="docs/method.md, section 3",
    parameters=("channel", "counter", "repair", "panel"),
    summed=True,
)
def downloads(frame: Frame) -> ir.Table:
    """Columns: dimensions, span, value, low, high (downloads), observed, open."""
    sums = frame.sums()
    return sums.mutate(value=sums.estimate)

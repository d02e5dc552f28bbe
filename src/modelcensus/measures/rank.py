"""The place of each member of a dimension, with the places that the bounds allow."""

from dataclasses import replace

import ibis
import ibis.expr.types as ir
from ibis import _

from modelcensus.measures.frame import Frame, add_up
from modelcensus.measures.registry import measure

OPEN = 9_000_000_000_000_000_000
"""Stands for an unbounded count where places are compared."""


@measure(
    "rank",
    text="1 + how many members of the dimension have more downloads; ties share the better place",
    unit="place",
    phrase="{subject} was number {value} by downloads {whole} in {period}",
    question="Which place has {whom}?",
    citation="docs/method.md, section 3",
    parameters=("channel", "counter", "repair", "panel"),
    summed=True,
    among="organization",
)
def rank(frame: Frame) -> ir.Table:
    """Columns: dimension, span, value, low, high (place; low is the best possible), downloads, observed, open.

    A member is surely ahead of another where its low exceeds the other's high.
    """
    dimension = (
        frame.dimensions[0] if frame.dimensions else (frame.request.of[0][0] if frame.request.of else "organization")
    )
    frame.require(dimension)
    one = replace(frame, request=replace(frame.request, by=(dimension, *frame.request.by)))
    others = tuple(term for term in frame.request.of if term[0] != dimension)
    sums = add_up(one.where(one.grouped(), others), (dimension, "span"))
    known = sums.mutate(own=_.high.fill_null(OPEN))
    placed = _above(_above(known, dimension, "low", "own", "surely"), dimension, "own", "low", "maybe")
    within = ibis.window(group_by="span")
    by_estimate = ibis.window(group_by="span", order_by=ibis.desc("estimate", nulls_first=False))
    ranked = placed.mutate(
        place=1 + ibis.rank().over(by_estimate),
        undecided=_.estimate.isnull().any().over(within),
        best=1 + _.surely,
        worst=1 + _.maybe - (_.own > _.low).cast("int64"),  # nobody is ahead of itself
    )
    chosen = ranked.select(
        dimension,
        "span",
        "observed",
        "open",
        "opened",
        "broken",
        downloads="estimate",
        value=ibis.ifelse(_.best == _.worst, _.best, ibis.ifelse(_.undecided, ibis.null("int64"), _.place)),
        low=_.best,
        high=ibis.greatest(_.worst, _.best),
    )
    for name, values in frame.request.of:
        if name == dimension:
            frame.must_exist(dimension, values)
            chosen = chosen.filter(_[dimension].isin(values))
    return chosen


def _above(members: ir.Table, dimension: str, counted: str, asked: str, name: str) -> ir.Table:
    """The members with a column `name`: how many of their span, itself among them, have more in `counted` than they have
    in `asked`. One sort, whatever the number of members."""
    both = members.mutate(at=_[counted], counts=ibis.literal(1, "int64")).union(
        members.mutate(at=_[asked], counts=ibis.literal(0, "int64"))
    )
    upto = ibis.cumulative_window(group_by="span", order_by=[ibis.desc("at"), ibis.asc("counts")])
    return both.mutate(**{name: _.counts.sum().over(upto)}).filter(_.counts == 0).drop("at", "counts")

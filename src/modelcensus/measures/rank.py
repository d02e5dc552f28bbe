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
    made_of="members",
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
    other = sums.select(o_span="span", o_name=dimension, o_low="low", o_estimate="estimate", o_high="high")
    pairs = sums.join(other, [sums.span == other.o_span, sums[dimension] != other.o_name], how="left")
    known = pairs.mutate(reach=_.o_high.fill_null(OPEN), own=_.high.fill_null(OPEN))
    counted = known.mutate(
        ahead=(_.o_estimate > _.estimate).fill_null(False).cast("int64"),
        surely=(_.o_low > _.own).fill_null(False).cast("int64"),
        maybe=(_.o_name.notnull() & (_.reach > _.low)).fill_null(False).cast("int64"),
    )
    ranked = counted.group_by([dimension, "span"]).aggregate(
        place=1 + _.ahead.sum().cast("int64"),
        undecided=(_.estimate.isnull() | (_.o_name.notnull() & _.o_estimate.isnull())).any(),
        best=1 + _.surely.sum().cast("int64"),
        worst=1 + _.maybe.sum().cast("int64"),
        downloads=_.estimate.max(),
        observed=_.observed.max(),
        open=_.open.any(),
        opened=_.opened.max(),
        broken=_.broken.any(),
    )
    chosen = ranked.mutate(
        value=ibis.ifelse(_.best == _.worst, _.best, ibis.ifelse(_.undecided, ibis.null("int64"), _.place)),
        low=_.best,
        high=ibis.greatest(_.worst, _.best),
    )
    for name, values in frame.request.of:
        if name == dimension:
            frame.must_exist(dimension, values)
            chosen = chosen.filter(_[dimension].isin(values))
    return chosen.drop("best", "worst", "place", "undecided")

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
    named = sums.filter(_[dimension].notnull()).mutate(reach=_.high.fill_null(OPEN))
    span = ibis.window(group_by="span")
    placed = named.mutate(
        ahead=ibis.ifelse(
            _.estimate.isnull(), 0, ibis.rank().over(ibis.window(group_by="span", order_by=_.estimate.desc()))
        ),
        lacking=_.estimate.isnull().any().over(span),
    ).select("span", dimension, "ahead", "lacking", own=_.reach, least=_.low)
    placed = _exceeding(placed, named.select("span", dimension, at="low"), dimension, "own", "surely")
    placed = _exceeding(placed, named.select("span", dimension, at="reach"), dimension, "least", "maybe")
    told = placed.select(
        o_span="span", o_name=dimension, ahead="ahead", lacking="lacking", surely="surely",
        maybe=_.maybe - (_.own > _.least).cast("int64"),
    )  # fmt: skip
    joined = sums.left_join(told, [sums.span == told.o_span, sums[dimension] == told.o_name])
    ranked = joined.select(
        dimension, "span", "observed", "open", "opened", "broken",
        place=1 + _.ahead.fill_null(0).cast("int64"),
        undecided=_.estimate.isnull() | _.lacking.fill_null(False),
        best=1 + _.surely.fill_null(0).cast("int64"),
        worst=1 + _.maybe.fill_null(0).cast("int64"),
        downloads=_.estimate,
    )  # fmt: skip
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


def _exceeding(table: ir.Table, given: ir.Table, dimension: str, column: str, name: str) -> ir.Table:
    """The table with a column more: how many of the span's members have more (`at`) than the row has in a column.

    Both stand in one order, the larger first and of equals those that ask: a running count then says it without a look
    at every pair.
    """
    asks = table.select("span", dimension, at=_[column], given=ibis.literal(0, "int64"))
    both = asks.union(given.mutate(given=ibis.literal(1, "int64")))
    order = ibis.window(group_by="span", order_by=[_.at.desc(), _.given], preceding=None, following=0)
    counted = both.mutate(passed=_.given.sum().over(order)).filter(_.given == 0)
    found = counted.select(c_span="span", c_name=dimension, **{name: _.passed})
    keys = [table.span == found.c_span, table[dimension] == found.c_name]
    return table.join(found, keys).drop("c_span", "c_name")

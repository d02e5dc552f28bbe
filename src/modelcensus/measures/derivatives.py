"""Derivatives by what they were made from: the share of new ones, and how many exist."""

from datetime import timedelta

import ibis
import ibis.expr.types as ir
from ibis import _
from ibis.common.deferred import Deferred

from modelcensus.measures.descent import derivatives, having
from modelcensus.measures.frame import Frame
from modelcensus.measures.registry import measure
from modelcensus.measures.releases import SEEN
from modelcensus.vocabulary import Period, RequestError

PARAMETERS = ("channel", "counter", "repair", "relations", "tree", "minimum", "first_party")


@measure(
    "derivative_share",
    text="derivatives released in the period that were made from the subject / all derivatives released in it",
    unit="share",
    phrase="{subject} had {value} of the new derivatives {whole} in {period}",
    citation="docs/method.md, section 3; ATOM (January 2026) counts those with more than 5 downloads",
    parameters=(*PARAMETERS, "peers"),
    basis="catalog",
)
def derivative_share(frame: Frame) -> ir.Table:
    """Columns: dimensions, span, value, low, high (share), count, of_all (new derivatives, the subject's
    and all; one of several bases is shared).

    The bounds hold what is not known: derivatives without a day of release, new at the latest when they were first
    seen, and with a minimum those without a reading. Exact where none of these has several bases, else valid.
    """
    if not (frame.request.grain or frame.request.periods):
        raise RequestError(
            "new derivatives are those of a period", where="derivative_share", remedy="give --period or --by month"
        )
    made = derivatives(frame)
    spans = _spans(frame, made)
    surely = (_.released >= _.start) & (_.released < _.end)
    maybe = _.released.isnull() & ((_.first_seen >= _.start) | _.first_seen.isnull())
    peers = frame.request.reading.peers
    whole = having(frame, made, (_peers(frame, peers),), "reading peers") if peers else made
    part = _counted(frame, having(frame, whole, frame.request.of, "--of"), spans, surely, maybe, frame.dimensions)
    total = _counted(frame, whole, spans, surely, maybe, ()).select("span", whole="sure", whole_most="most")
    both = part.join(total, "span")
    if not frame.dimensions:  # periods without any of the subject's are periods with a share of 0
        zero = {c: ibis.coalesce(part[c], 0.0) for c in ("sure", "most")}
        both = total.left_join(part, "span").select(total.span, "whole", "whole_most", **zero)
    value = _.sure / _.whole.nullif(0)
    low = (_.sure / (_.sure + _.whole_most - _.most).nullif(0)).fill_null(0.0)
    high = (_.most / (_.most + _.whole - _.sure).nullif(0)).fill_null(1.0)
    return both.select(*frame.dimensions, "span", value=value, low=low, high=high, count="sure", of_all="whole")


@measure(
    "derivative_stock",
    text="derivatives of the subject that had been released by the end of the period, whether or not they still exist",
    unit="repositories",
    phrase="{value} {derivatives} were known {whole} at the end of {period}",
    citation="docs/method.md, section 3",
    parameters=PARAMETERS,
    basis="catalog",
)
def derivative_stock(frame: Frame) -> ir.Table:
    """Columns: dimensions, span, value, low, most (repositories; one of several bases is shared); high is null: what no
    source lists is not counted.

    A derivative without a day of release existed when it was first seen; before, it may have: `most` counts it.
    """
    made = derivatives(frame)
    spans = _spans(frame, made, (SEEN,))
    known = ibis.coalesce(_.released, _.first_seen)
    surely = known < _.end
    maybe = _.released.isnull() & ((_.first_seen >= _.end) | _.first_seen.isnull())
    counted = _counted(frame, having(frame, made, frame.request.of, "--of"), spans, surely, maybe, frame.dimensions)
    return counted.select(*frame.dimensions, "span", "most", value="sure", low="sure", high=ibis.null("float64"))


def _counted(
    frame: Frame, made: ir.Table, spans: ir.Table, surely: Deferred, maybe: Deferred, keys: tuple[str, ...]
) -> ir.Table:
    """Derivatives per key and span: sure (known to be of the span, and to count), and most."""
    if "variant" in keys:
        made = made.mutate(variant=ibis.ifelse(_.variant.length() == 0, ibis.array(["none"]), _.variant))
        made = made.mutate(variant=_.variant.unnest())
    rows = made.cross_join(spans).mutate(surely=ibis.coalesce(surely, False), maybe=ibis.coalesce(maybe, False))
    sums = rows.filter(_.surely | _.maybe).group_by([*keys, "span"])
    return sums.aggregate(
        sure=_.part.sum(where=_.surely & _.counts).fill_null(0.0).round(6),
        most=_.part.sum(where=_.counts.fill_null(True)).fill_null(0.0).round(6),
    ).filter(_.most > 0)


def _spans(frame: Frame, made: ir.Table, flags: tuple[str, ...] = ()) -> ir.Table:
    """The periods of the request, labelled and flagged, as a table: span, start, end (days)."""
    extent = frame.engine.rows(
        f"""select min(least(released, first_seen)) as first, (select max(observed_on) from readings_raw) as last,
                   count(distinct repository) filter (where released is null) as undated
            from {made.get_name()}"""
    )[0]
    if extent["first"] is None or extent["last"] is None:
        raise RequestError(
            "no derivatives in scope", where=frame.request.measure, remedy="widen --within or relations"
        )
    if extent["undated"]:
        frame.notes.append(f"without a day of release, so only in the bounds: {extent['undated']:,} derivatives")
    whole = Period(extent["first"], max(extent["first"], extent["last"]) + timedelta(days=1))
    if frame.request.grain and not frame.request.periods:
        whole = Period(Period.month(whole.start).start, Period.month(whole.end - timedelta(days=1)).end)
    chosen = list(frame.request.periods or (whole,))
    if frame.request.grain:
        chosen = [part for p in chosen for part in p.split(frame.request.grain)]
    chosen = [p for p in chosen if p.end > whole.start and p.start < whole.end]
    if not chosen:
        raise RequestError(f"derivatives here are of {whole}", where="--period", remedy="ask for a period among them")
    return frame.calendar(chosen, flags)


def _peers(frame: Frame, reading: str) -> tuple[str, tuple[str, ...]]:
    if reading.startswith("ranks:"):
        raise RequestError(
            "derivatives have no ranks of peers", where="reading peers", remedy="name them: root_family:Qwen,Llama"
        )
    return frame.peer_list(reading)

"""The share of a subject in a stated denominator."""

import ibis
import ibis.expr.types as ir
from ibis import _

from modelcensus.measures.frame import Frame, Terms
from modelcensus.measures.registry import measure
from modelcensus.vocabulary import Request, RequestError
from modelcensus.vocabulary.names import ROOT_DIMENSIONS


@measure(
    "share",
    text="downloads of the subject within the denominator / downloads of the denominator: the scope, or the peers of the"
    " reading",
    unit="share",
    phrase="{subject} had {value} of the downloads of {whole} in {period}",
    question="What share of downloads has {whom}?",
    citation="docs/method.md, section 2 (exact for disjoint parts)",
    parameters=("channel", "counter", "repair", "panel", "peers"),
    summed=True,
)
def share(frame: Frame) -> ir.Table:
    """Columns: dimensions, span, value, low, high (share, 0 to 1), observed (units under the line), open."""
    peers = frame.peers()
    if peers is None:
        return part_of(frame.sums(), frame.total())
    return part_of(frame.sums(_among(frame)), peers)


def part_of(part: ir.Table, total: ir.Table) -> ir.Table:
    """Sums as shares of a total of the same span that contains them.

    low = A.low / (A.low + rest.high), high = A.high / (A.high + rest.low), where rest is the total without A.
    """
    whole = total.select(
        "span",
        whole_low="low",
        whole="estimate",
        whole_closed="closed",
        whole_observed="observed",
        whole_open="open",
        whole_opened="opened",
    )
    both = part.join(whole, "span")
    rest_low = _.whole_low - _.low
    others_open = (_.whole_opened > _.opened) | _.open_part  # of a unit that is shared, the rest is open too
    rest_high = ibis.ifelse(others_open, ibis.null("int64"), _.whole_closed - _.closed)
    value = _.estimate / _.whole.nullif(0)
    low = ibis.ifelse(rest_high.isnull(), 0.0, _.low / (_.low + rest_high).nullif(0))
    high = ibis.ifelse(_.high.isnull(), 1.0, _.high / (_.high + rest_low).nullif(0))
    return both.mutate(
        value=value,
        low=ibis.least(low, ibis.coalesce(value, low)),  # parts of shared units are whole: off by less than one
        high=ibis.greatest(high, ibis.coalesce(value, high)),
        observed=_.whole_observed,
        open=_.open | _.whole_open,
        opened=_.whole_opened,
    ).drop("whole_low", "whole", "whole_closed", "whole_observed", "whole_open", "whole_opened")


def _among(frame: Frame) -> Terms:
    """Whom the subject is counted among: the peers, whose own it is alone (of a family, what these published of it)."""
    if frame.request.reading.peers.startswith("ranks:"):
        _among_ranks(frame)
        return ()
    peers = frame.peer_list(frame.request.reading.peers)
    contained(frame.request, *peers)
    return (peers,)


def contained(request: Request, dimension: str, members: tuple[str, ...]) -> None:
    """Refuse a denominator of these members that does not contain the request's subject."""
    subjects = [d for d, _ in request.of]
    if (dimension in ROOT_DIMENSIONS) != any(d in ROOT_DIMENSIONS for d in subjects):
        raise RequestError(
            f"{dimension} tells repositories apart otherwise than {', '.join(subjects)}",
            where="reading peers",
            remedy="name peers of the subject's own dimension",
        )
    for subject, values in request.of:
        if subject == dimension and not set(values) <= set(members):
            raise RequestError(
                f"the denominator does not contain {', '.join(sorted(set(values) - set(members)))}",
                where="reading peers",
                remedy="add it to the peers, or ask for the ratio",
            )


def _among_ranks(frame: Frame) -> None:
    dimension, ranked = frame.ranked(frame.request.reading.peers)
    members = frame.told((dimension, *(d for d, _ in frame.request.of)))
    members = frame.where(members, frame.request.of).select("span", dimension).distinct()
    outside = frame.engine.fetch(members.anti_join(ranked, ["span", dimension]))
    if len(outside):
        names = sorted({str(v) for v in outside[dimension].to_pylist()})
        shown = ", ".join(names[:3]) + (f" and {len(names) - 3:,} more" if len(names) > 3 else "")
        raise RequestError(
            f"the denominator, {frame.request.reading.peers}, does not always contain {shown}",
            where="reading peers",
            remedy="choose ranks from 1 on that contain it, or ask for the ratio",
        )

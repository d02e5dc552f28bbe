"""A subject against the sum of its peers: "more than double the next eight"."""

import ibis
import ibis.expr.types as ir
from ibis import _

from modelcensus.measures.frame import Frame
from modelcensus.measures.registry import measure
from modelcensus.vocabulary import RequestError


@measure(
    "ratio",
    text="downloads of the subject / summed downloads of the peers, the subject not among them",
    unit="times",
    phrase="{subject} had {value} times the downloads of {whole} in {period}",
    citation="docs/method.md, section 3",
    parameters=("channel", "counter", "repair", "panel", "peers"),
    summed=True,
)
def ratio(frame: Frame) -> ir.Table:
    """Columns: dimensions, span, value, low, high (times), observed, open."""
    if not frame.request.reading.peers:
        raise RequestError(
            "a ratio needs what it is compared with",
            where="ratio",
            remedy="give --reading peers=ORG,ORG or peers=ranks:2..9",
        )
    part = frame.sums()
    subjects = tuple(v for _, values in frame.request.of for v in values)
    peers = frame.peers(exclude=subjects)
    assert peers is not None
    both = part.join(peers.select("span", peer_low="low", peer="estimate", peer_high="high"), "span")
    return both.mutate(
        value=_.estimate / _.peer.nullif(0),
        low=ibis.ifelse(_.peer_high.isnull(), 0.0, _.low / _.peer_high.nullif(0)),
        high=_.high / _.peer_low.nullif(0),
    ).drop("peer_low", "peer", "peer_high")

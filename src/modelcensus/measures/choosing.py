"""What a request chooses from sums: the dimensions that tell them apart, and whom it names."""

from __future__ import annotations

from modelcensus.measures.frame import Terms
from modelcensus.measures.registry import Measure
from modelcensus.measures.share import contained
from modelcensus.vocabulary import Request
from modelcensus.vocabulary.names import REPORTED, ROOT_DIMENSIONS

Peers = tuple[str, tuple[str, ...]] | None


def chooses(request: Request, measure: Measure, peers: Peers) -> bool:
    """Whether a request's numbers are sums over rows that are told apart by what it names."""
    reading = request.reading
    used = {*request.dimensions, *(d for d, _ in request.of), *([peers[0]] if peers else [])}
    if peers and measure.name == "share":
        contained(request, *peers)
    return (
        not reading.peers.startswith("ranks:")
        and reading.panel == "moving"
        and not (reading.counter and reading.channel.startswith(REPORTED))  # refused, with its reason
        and not used & {*ROOT_DIMENSIONS}
        and "variant" not in (*request.dimensions, *(peers or ())[:1])
        and not (measure.name == "rank" and ranked_dimension(request) == "variant")
        and not request.within.startswith("where:")
        and bool(peers or measure.name != "ratio")
        and bool(request.dimensions or measure.name != "mix")
    )


def told_apart_by(request: Request, peers: Peers, measure: Measure) -> tuple[str, ...]:
    """What sums have to be told apart by."""
    among = {measure.among} if measure.among and not request.dimensions and not request.of else set()
    return tuple(sorted({*request.dimensions, *(d for d, _ in request.of), *([peers[0]] if peers else []), *among}))


def looked_for(request: Request, peers: Peers, measure: Measure) -> Terms:
    """The values that have to be there, in the order in which a measure looks for them."""
    if measure.name == "rank":
        return tuple(sorted(request.of, key=lambda term: term[0] == ranked_dimension(request)))
    return (*request.of, *([peers] if peers else []))


def counted(request: Request, measure: Measure, peers: Peers) -> Terms:
    """Whom the numbers are of: the subject, for a share what it has among the peers."""
    return (*request.of, peers) if peers and measure.name == "share" else request.of


def ranked_dimension(request: Request) -> str:
    """The dimension whose members are ranked."""
    return (*request.dimensions, *(d for d, _ in request.of), "organization")[0]


def wanted_members(request: Request, dimension: str) -> frozenset[str] | None:
    """The members of a ranked dimension that a request asks for; nothing where it asks for all."""
    named = [frozenset(values) for d, values in request.of if d == dimension]
    return frozenset.intersection(*named) if named else None


def other_peers(request: Request, measure: Measure, peers: tuple[str, tuple[str, ...]]) -> list[str]:
    """The peers that count; a ratio leaves the subject itself out."""
    own = {v for _, values in request.of for v in values} if measure.name == "ratio" else set()
    return [v for v in peers[1] if v not in own]

"""When a subject passed another: first and for good, by month and cumulatively, with what was reverted."""

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from modelcensus.measures.frame import Frame, Span
from modelcensus.measures.registry import measure
from modelcensus.vocabulary import RequestError

COLUMNS = pa.schema(
    [
        ("basis", pa.string()),
        ("crossover", pa.string()),
        ("span", pa.int64()),
        ("earliest", pa.string()),
        ("latest", pa.string()),
        ("value", pa.float64()),
        ("low", pa.float64()),
        ("high", pa.float64()),
        ("observed", pa.int64()),
        ("open", pa.bool_()),
        ("opened", pa.int64()),
    ]
)


@measure(
    "crossover",
    text="the first period in which the subject exceeds the peers, the first from which on it always does"
    " (persistent), and the periods that were reverted; by period and cumulatively",
    unit="times",
    phrase="{subject} passed {whole} in {period} ({value} times)",
    citation="docs/method.md, section 3",
    parameters=("channel", "counter", "peers", "origin", "repair", "panel"),
    ordered=True,
    summed=True,
)
def crossover(frame: Frame) -> ir.Table:
    """Columns: basis (`period`, `cumulative`, or the counter that is asked for), crossover (first, persistent, reverted), span, earliest and
    latest (periods that the bounds allow), value, low, high (subject / peers in that period)."""
    if not frame.request.reading.peers:
        raise RequestError(
            "a crossover needs whom the subject passed",
            where="crossover",
            remedy="give --reading peers=ORG or peers=region:us",
        )
    rows = []
    counter = frame.request.reading.counter  # read at days of its own: neither a period's nor a running sum
    bases = ((counter, frame),) if counter else (("period", frame), ("cumulative", frame.cumulate()))
    for basis, chosen in bases:
        rows += [{"basis": basis, **row} for row in crossings(_series(chosen), frame.spans)]
    if not rows:
        raise RequestError(
            "the subject exceeds its peers in no period that the data decide",
            where="crossover",
            remedy="ask for other peers or periods, or for the ratio by month",
        )
    return ibis.memtable(pa.Table.from_pylist(rows, schema=COLUMNS))


def _series(frame: Frame) -> list[dict]:
    subjects = tuple(v for _, values in frame.request.of for v in values)
    part = frame.sums()
    peers = frame.peers(exclude=subjects)
    assert peers is not None
    both = part.join(peers.select("span", peer_low="low", peer="estimate", peer_high="high"), "span")
    series = both.order_by("span")
    frame.evidence.append(series)
    return frame.engine.fetch(series).to_pylist()


def lasting(subject: list[float], peers: list[float]) -> int | None:
    """The place in two series of exact values from which on the subject is always above the peers."""
    return _since([a > b for a, b in zip(subject, peers, strict=True)])


def crossings(series: list[dict], spans: tuple[Span, ...]) -> list[dict]:
    """The crossings of one series of rows (estimate, low, high against peer, peer_low, peer_high).

    A period counts as *possible* where the subject's high exceeds the peers' low, and as *certain* where its
    low exceeds their high; `earliest` and `latest` are the first of each kind. Where an open flow leaves no
    estimate only what is certain counts as above.
    """
    possible = [r["high"] is None or r["high"] > r["peer_low"] for r in series]
    certain = [r["peer_high"] is not None and r["low"] > r["peer_high"] for r in series]
    above = [
        sure if r["estimate"] is None or r["peer"] is None else r["estimate"] > r["peer"]
        for r, sure in zip(series, certain, strict=True)
    ]
    found = []
    first = next((i for i, up in enumerate(above) if up), None)
    if first is not None:
        found.append(("first", first, _at(possible), _at(certain)))
    stays = _since(above)
    if stays is not None:
        found.append(("persistent", stays, _since(possible), _since(certain)))
    for i, up in enumerate(above):
        if up and (stays is None or i < stays):
            found.append(("reverted", i, i if possible[i] else None, i if certain[i] else None))
    return [
        {
            "crossover": kind,
            "span": series[i]["span"],
            "earliest": spans[series[early]["span"]].label if early is not None else None,
            "latest": spans[series[late]["span"]].label if late is not None else None,
            "value": series[i]["estimate"] / series[i]["peer"]
            if series[i]["estimate"] and series[i]["peer"]
            else None,
            "low": series[i]["low"] / series[i]["peer_high"] if series[i]["peer_high"] else 0.0,
            "high": series[i]["high"] / series[i]["peer_low"]
            if series[i]["high"] is not None and series[i]["peer_low"]
            else None,
            "observed": series[i]["observed"],
            "open": bool(series[i]["open"]),
            "opened": series[i]["opened"],
        }
        for kind, i, early, late in found
    ]


def _at(marks: list[bool]) -> int | None:
    return next((i for i, mark in enumerate(marks) if mark), None)


def _since(marks: list[bool]) -> int | None:
    """The first period from which on the mark always holds."""
    if not marks or not marks[-1]:
        return None
    return next(i for i in range(len(marks)) if all(marks[i:]))

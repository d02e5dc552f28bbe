"""How concentrated downloads are on few members of a dimension, with the indexes that the bounds allow."""

from dataclasses import replace
from itertools import pairwise

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from modelcensus.measures.frame import Frame, Span, add_up
from modelcensus.measures.inequality import Extremes, Index
from modelcensus.measures.registry import measure
from modelcensus.vocabulary import RequestError

NAMES = {
    "hhi": "Herfindahl-Hirschman index",
    "effective": "effective number",
    "gini": "Gini coefficient",
    "entropy": "entropy in bits",
    "top": "share of the top {k}",
}
ANSWER = {
    **dict.fromkeys(("index", "over"), pa.string()),
    **dict.fromkeys(("members", "span"), pa.int64()),
    **dict.fromkeys(("value", "low", "high"), pa.float64()),
    **dict.fromkeys(("open", "broken"), pa.bool_()),
    **dict.fromkeys(("opened", "observed"), pa.int64()),
}


@measure(
    "concentration",
    text="how concentrated the downloads of the subject are on the members of a dimension, the first of --by"
    " (default organization): Herfindahl-Hirschman index (sum of squared shares), effective number (1 / HHI), Gini"
    " coefficient, entropy (bits), or the share of the top members",
    unit="index",
    phrase="{subject}: the {index} over {over} ({members} members) was {value} {whole} in {period}",
    question="How concentrated are downloads?",
    citation="docs/method.md, section 3; Hirschman 1964; Shannon 1948",
    parameters=("channel", "counter", "repair", "spikes", "panel", "index", "top"),
    summed=True,
    among="organization",
)
def concentration(frame: Frame) -> ir.Table:
    """Columns: the further dimensions, index, over (the dimension), members (those whose high is above zero), span,
    value, low, high (the index: 0 to 1; effective number: members; entropy: bits), observed, open.

    The bounds are the extremes over all downloads between the members' bounds (inequality.py): the end of least
    inequality is exact, the other within 0.01 % of it, or flagged. An open member can outgrow all others.
    """
    reading = frame.request.reading
    if reading.top and reading.index != "top":
        raise RequestError("top belongs to the index top", where="reading top", remedy="add --reading index=top")
    index = Index(reading.index or "hhi", reading.number("top", 10))
    if index.k < 1:
        raise RequestError("a top of none", where="reading top", remedy="ask for 1 or more")
    dimension, *further = frame.dimensions or ("organization",)
    frame.require(dimension)
    if "variant" in frame.dimensions:
        raise RequestError(
            "a repository can carry several variants, so that they have no shares of a whole",
            where="--by variant",
            remedy="ask for the concentration over another dimension, or for the mix",
        )
    if frame.reported:
        frame.notes.append("over the organizations that the series lists, as if there were no others")
    one = replace(frame, request=replace(frame.request, by=(dimension, *further)))
    sums = add_up(one.subject(), (dimension, *further, "span")).order_by(["span", *further, dimension])
    frame.evidence.append(sums)
    members = frame.engine.fetch(sums)
    rows = [
        {**group, **_answer(frame, index, dimension, part, group["span"])}
        for group, part in _groups(members, further)
    ]
    types = {**{d: members.schema.field(d).type for d in further}, **ANSWER}
    return ibis.memtable(pa.Table.from_pylist(rows, schema=pa.schema(list(types.items()))))


def _groups(members: pa.Table, further: list[str]) -> list[tuple[dict, pa.Table]]:
    """The members of each span and group; the rows are in that order."""
    if not len(members):
        return []
    keys = members.select(["span", *further])
    codes = [
        c.combine_chunks().dictionary_encode("encode").indices.to_numpy(zero_copy_only=False) for c in keys.columns
    ]
    new = np.any([c[1:] != c[:-1] for c in codes], axis=0)
    starts = [0, *(np.flatnonzero(new) + 1).tolist(), len(members)]
    return [(keys.slice(a, 1).to_pylist()[0], members.slice(a, b - a)) for a, b in pairwise(starts)]


def _answer(frame: Frame, index: Index, dimension: str, members: pa.Table, span: int) -> dict:
    """The index of one span and group; its label is that of the span, with a flag where a bound may be loose."""
    low, likely, high = (
        members[c].cast(pa.float64()).fill_null(np.inf).to_numpy() for c in ("low", "estimate", "high")
    )
    there = high > 0
    is_open = bool(np.isinf(high).any())
    value = None if is_open else index.of(likely[there])
    if value is not None and np.array_equal(low, high):
        found = Extremes(value, value)
    else:
        found = index.extremes(low[there], high[there])
    ends = [e for e in (value, found and found.low, found and found.high) if e is not None]
    own = frame.spans[span]
    flags = own.flags
    if found is not None and found.reached is not None:
        flags = (*flags, f"{'lower' if index.falls else 'upper'} bound may be loose: {found.reached:.6g} is possible")
    frame.labels.append(Span(own.label, own.start, own.end, flags))
    return {
        "index": NAMES[index.name].format(k=index.k),
        "over": dimension,
        "members": int(there.sum()),
        "span": len(frame.labels) - 1,
        "value": value,
        "low": min(ends) if found else None,
        "high": max(ends) if found else None,
        "open": is_open,
        "broken": any(members["broken"].to_pylist()),
        "opened": sum(members["opened"].to_pylist()),
        "observed": None if frame.reported else sum(members["observed"].to_pylist()),
    }

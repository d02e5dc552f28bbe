"""How far a subject reaches: its own downloads, and those of everything that was made from it."""

from dataclasses import replace

import ibis
import ibis.expr.types as ir
import pyarrow as pa
from ibis import _

from modelcensus.measures.descent import relations
from modelcensus.measures.frame import Frame, add_up
from modelcensus.measures.registry import measure
from modelcensus.measures.trees import belonging
from modelcensus.vocabulary import RequestError
from modelcensus.vocabulary.names import ROOT_DIMENSIONS

PARTS = ("own", "first-party conversions", "finetune", "adapter", "quantized", "merge", "unknown", "total")
"""The parts, as they are shown; `unknown` bear a family's name, and nobody states their parent or relation."""


@measure(
    "reach",
    text="downloads of the subject's own repositories and of their derivatives, by relation; a derivative of several"
    " parents counts for each in equal parts",
    unit="downloads",
    phrase="{subject}, {part}: {value} downloads {whole} in {period}",
    question="How far does {whom} reach with what grows from it?",
    citation="docs/method.md, section 3",
    parameters=("channel", "counter", "repair", "panel", "relations", "tree"),
    ordered=True,
    named=True,
)
def reach(frame: Frame) -> ir.Table:
    """Columns: dimensions, part, span, value, low, high (downloads), of_total (share of the total's estimate),
    repositories (that were observed), open. Bounds are sums; a shared one's are rounded outwards."""
    request = frame.request
    for name in (*frame.dimensions, *(d for d, _values in request.of)):
        if name in (*ROOT_DIMENSIONS, "relation"):
            raise RequestError(
                f"reach follows the lineage itself, so it has no {name}",
                where="reach",
                remedy="use family, organization or repository; the column part tells the relations",
            )
    if not request.of:
        raise RequestError(
            "whose reach?", where="reach", remedy="give --of family=NAME, organization= or repository="
        )
    name = f"{frame.more.name}_reach"
    if not belonging(frame.engine, name, request.of, direct=request.reading.tree == "direct"):
        for dimension, values in request.of:
            frame.must_exist(dimension, values)
        frame.notes.append("none of the subject's own repositories is known, only what bears its name")
    kept = ("own", "first-party conversions", "unknown", *relations(frame))
    tree = frame.engine.table(name).filter(_.part.isin(kept)).rename(unit="repository")
    told = frame.more.of_members(replace(frame, request=replace(request, of=())), name).grouped()
    both = told.join(tree, "unit")
    counted = both.mutate(
        low=(_.low * _.share).round(2).floor().cast("int64"),
        estimate=(_.estimate * _.share).round(0).cast("int64"),
        high=(_.high * _.share).round(2).ceil().cast("int64"),
        shared=_.share < 1,
    )
    keys = (*frame.dimensions, "span")
    sums = [add_up(counted, (*keys, "part")), add_up(counted.mutate(part=ibis.literal("total")), (*keys, "part"))]
    frame.evidence.extend(sums)
    rows = [row for table in sums for row in frame.engine.fetch(table).to_pylist()]
    totals = {tuple(r[k] for k in keys): r["estimate"] for r in rows if r["part"] == "total"}
    rows.sort(key=lambda r: (r["span"], [str(r[d]) for d in frame.dimensions], PARTS.index(r["part"])))
    return ibis.memtable(_table(rows, frame.dimensions, [totals[tuple(r[k] for k in keys)] for r in rows]))


def _table(rows: list[dict], dimensions: tuple[str, ...], totals: list[int | None]) -> pa.Table:
    columns = {d: pa.array([None if r[d] is None else str(r[d]) for r in rows], pa.string()) for d in dimensions}
    columns["part"] = pa.array([r["part"] for r in rows], pa.string())
    columns["of_total"] = pa.array(
        [r["estimate"] / t if t and r["estimate"] is not None else None for r, t in zip(rows, totals, strict=True)],
        pa.float64(),
    )
    columns["repositories"] = pa.array([r["observed"] for r in rows], pa.int64())
    for name, source in {
        "span": "span",
        "value": "estimate",
        "low": "low",
        "high": "high",
        "opened": "opened",
    }.items():
        columns[name] = pa.array([r[source] for r in rows], pa.int64())
    for name in ("open", "broken"):
        columns[name] = pa.array([r[name] for r in rows], pa.bool_())
    return pa.table(columns)

"""From the records of a measure to the rows of an answer: in order, with coverage and flags."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import ibis
import ibis.expr.types as ir
import pyarrow as pa
from ibis import _

from modelcensus.catalog import Scope
from modelcensus.measures.ages import age_sql
from modelcensus.measures.frame import WITH_ROOTS, Frame, Span, Terms, add_up, terms_sql
from modelcensus.measures.many_rows import ManyRows
from modelcensus.measures.registry import Measure
from modelcensus.measures.row import Row
from modelcensus.vocabulary import Request
from modelcensus.vocabulary.names import DIMENSIONS, ROOT_DIMENSIONS

KNOWN_COLUMNS = {
    "span",
    "value",
    "low",
    "high",
    "estimate",
    "closed",
    "open",
    "opened",
    "open_part",
    "broken",
    "observed",
}


Sizes = dict[tuple[object, ...], int]
"""How many repositories the subject of a row has, by what tells rows apart."""


@dataclass(frozen=True)
class Known:
    """What is known of an answer without asking the engine: `sizes` of whom terms name by what tells rows apart (nothing:
    they have to be counted); of a reported series how much of the published total is listed by span, the organizations that are
    listed, and those of the subject."""

    sizes: Callable[[Terms, list[str]], Sizes | None] | None
    covered: dict[int, float] = field(default_factory=dict)
    listed: tuple[str, ...] = ()
    members: tuple[str, ...] = ()


def rows_of(
    frame: Frame,
    scope: Scope,
    records: list[dict] | pa.Table,
    size: int | None,
    measure: Measure,
    known: Known | None = None,
) -> Sequence[Row]:
    """The rows of an answer, in order. `size`: how many repositories the subject has, where that is known."""
    if isinstance(records, pa.Table):
        return _many_rows(frame, scope, records, known)
    names = [c for c in (records[0] if records else {}) if c not in KNOWN_COLUMNS]
    rows = []
    listed = {} if frame.is_total and not names else known.covered if known else _listed(frame)
    keys = [] if size is not None else size_keys(frame.request, names)
    sizes = {} if size is not None else _sizes(frame, scope, names, known)
    known_size = size if size is not None else _whole(frame, scope)
    for record in records:
        own = sizes.get(tuple([record[k] for k in keys])) if sizes else known_size
        rows.append(_row(frame, names, record, own, listed))
    if not measure.ordered:
        ranked = frame.request.measure == "rank"
        rows.sort(key=lambda r: (r.span, _place(r) if ranked else (), [str(r.dimensions[n]) for n in names]))
    return tuple(rows)


def _place(row: Row) -> tuple[float, float]:
    """What ranks are ordered by: the place, or where it is undecided the best that is possible; then the worst."""
    best = row.low or 0.0
    return (best if row.value is None else row.value), (best if row.high is None else row.high)


def in_order(table: ir.Table, ranked: bool) -> ir.Table:
    """The records in the order of their rows: by span, ranks by their place, then by what they are of."""
    told = [c for c, kind in table.schema().items() if c not in KNOWN_COLUMNS and kind.is_string()]
    if "repository" in told and "variant" not in table.columns and not set(ROOT_DIMENSIONS) & set(told):
        told = ["repository"]
    first = [_.value.fill_null(_.low), _.high.fill_null(_.low)] if ranked else []
    return table.order_by("span", *first, *(table[c].fill_null(ibis.literal("None")) for c in told))


def _many_rows(frame: Frame, scope: Scope, records: pa.Table, known: Known | None) -> ManyRows:
    """The same of columns that are in order: a row is made when it is looked at."""
    names = [c for c in records.column_names if c not in KNOWN_COLUMNS]
    records = records.append_column("scope_size", _sizes_of(frame, scope, records, names, known))

    def make(record: dict) -> Row:
        return _row(frame, names, record, record["scope_size"], {})

    return ManyRows(records, names, make)


def _sizes_of(frame: Frame, scope: Scope, records: pa.Table, names: list[str], known: Known | None) -> pa.Array:
    """How many repositories of the scope the subject of each record has."""
    keys = size_keys(frame.request, names)
    if "repository" in keys and "variant" not in names:
        return pa.repeat(pa.scalar(1, pa.int64()), len(records))
    sizes = _sizes(frame, scope, names, known)
    if not sizes:
        return pa.repeat(pa.scalar(_whole(frame, scope), pa.int64()), len(records))
    told = zip(*(records[k].to_pylist() for k in keys), strict=True) if keys else ((),) * len(records)
    return pa.array([sizes.get(key) for key in told], pa.int64())


def _row(frame: Frame, names: list[str], record: dict, size: int | None, listed: dict[int, float]) -> Row:
    span: Span = (frame.labels or frame.spans)[record["span"]]
    observed = record.get("observed")
    reported = frame.reported
    return Row(
        {n: record[n] for n in names},
        span.label, span.start, span.end, record["span"],
        record["value"], None if reported else record["low"], None if reported else record["high"],
        listed.get(record["span"]) if reported else _part(observed, size),
        observed, size, _flags(span, record, bool(record.get("open"))),
    )  # fmt: skip


def _sizes(frame: Frame, scope: Scope, names: list[str], known: Known | None) -> Sizes:
    """How many repositories of the scope each row's subject has; of a share or a mix the denominator's are meant."""
    terms, keys = _counted(frame), size_keys(frame.request, names)
    if frame.reported or terms is None or "variant" in keys:
        return {}
    if known and known.sizes and (sizes := known.sizes(terms, keys)) is not None:
        return sizes
    chosen = "".join(f"{k}, " for k in keys)
    shared = set(ROOT_DIMENSIONS) & {*keys, *(d for d, _ in terms)}
    told = f"({WITH_ROOTS})" if shared else "catalog"
    if "span" in keys:
        starts = ", ".join(f"({i}, date '{s.start}')" for i, s in enumerate(frame.labels or frame.spans))
        told = f"(select c.*, s.span, {age_sql('s.start')} as age from {told} c, (values {starts}) s(span, start))"
    rows = frame.engine.rows(
        f"select {chosen}count({'distinct repository' if shared else '*'}) as size from {told} where ({scope.where}) and {terms_sql(terms)} group by all"
    )
    return {tuple(r[k] for k in keys): r["size"] for r in rows}


def _counted(frame: Frame) -> Terms | None:
    """Whose repositories sizes count: the subject's, of a share the peers'; nothing where it is the whole scope's, or where
    the peers are those at some places, who are others from span to span."""
    if frame.request.measure != "share":
        return frame.request.of
    peers = frame.request.reading.peers
    return (frame.peer_list(peers),) if peers and not _ranked(frame) else None


def _ranked(frame: Frame) -> bool:
    return frame.request.reading.peers.startswith("ranks:")


def _whole(frame: Frame, scope: Scope) -> int | None:
    """How many repositories stand under the line where it is the scope; unknown of the peers at some places."""
    return None if frame.request.measure == "share" and _ranked(frame) else scope.size or None


def size_keys(request: Request, names: list[str]) -> list[str]:
    """What tells sizes apart; ages differ from span to span."""
    if request.measure == "share":
        return []
    if request.measure == "mix":
        names = []
    aged = "age" in (*names, *(d for d, _ in request.of))
    return [n for n in names if n in DIMENSIONS] + ["span"] * aged


def _part(observed: int | None, size: int | None) -> float | None:
    return observed / size if observed is not None and size else None


def _listed(frame: Frame) -> dict[int, float]:
    """How much of the published total the listed organizations are, per span: a reported series' coverage."""
    if not frame.reported or frame.whole is None:
        return {}
    sums = add_up(frame.quantities, ("span",)).select("span", listed="estimate")
    both = frame.engine.fetch(sums.join(frame.whole, "span").select("span", "listed", "estimate")).to_pylist()
    return {r["span"]: r["listed"] / r["estimate"] for r in both if r["estimate"]}


def _flags(span: Span, record: dict, is_open: bool) -> tuple[str, ...]:
    if not is_open and not record.get("broken"):
        return span.flags
    flags = list(span.flags)
    if is_open:
        flags.append(f"open: {record['opened']:,} repositories without a reading at or after the end")
    if record.get("broken"):
        flags.append("recount")
    return tuple(flags)

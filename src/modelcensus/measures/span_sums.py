"""Sums of a large ledger's flows over any spans between the days that its flows are kept at.

Who is added up with whom (a *cell*) is worked out once, over the repositories; every span is then a difference of two
days' sums (`level_sums.py`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from modelcensus.engine import Engine
from modelcensus.flows import Counters, windowed_flows
from modelcensus.measures.ages import age_sql
from modelcensus.measures.by_month import ByMonth
from modelcensus.measures.cells import CellTable
from modelcensus.measures.level_sums import LevelSums, SpanSums
from modelcensus.vocabulary.names import REPOSITORY_DIMENSIONS

AGED = """
    select q.* exclude (released), {age} as age
    from {name}_released q join (values {starts}) s(span, start) on s.span = q.span
"""
COMMON = ("family", "license_class", "region", "size_class")
"""Columns that have few values, and that most questions name: the sums by some of them are added up from those by all."""


def span_quantities(
    engine: Engine,
    kept: ByMonth,
    counters: Counters,
    spans: Sequence[tuple[date, date]],
    where: str,
    dimensions: Collection[str],
    name: str,
) -> ir.Table:
    """Register quantities `name` of these spans, added up by the dimensions (none of a root, nor the repository)."""
    named = {d: d for d in REPOSITORY_DIMENSIONS if d in dimensions and d in kept.columns}
    aged = "age" in dimensions
    parts = named | ({"released": "released"} if aged else {})
    sums = level_sums(engine, kept, counters, parts, where)
    if not aged:
        return _registered(engine, counters, sums, spans, name)
    _registered(engine, counters, sums, spans, f"{name}_released")
    starts = ", ".join(f"({i}, date '{start}')" for i, (start, _) in enumerate(spans))
    return engine.query(name, AGED.format(name=name, starts=starts, age=age_sql("s.start", "q.released")))


def level_sums(engine: Engine, kept: ByMonth, counters: Counters, parts: Mapping[str, str], where: str) -> LevelSums:
    """The sums of whoever `where` names by these parts (name -> SQL over the catalog), which stay."""

    def make() -> LevelSums:
        if set(parts) < set(COMMON):
            return level_sums(engine, kept, counters, {c: c for c in COMMON}, where).coarser(tuple(parts))
        return LevelSums(kept.levels, CellTable.read(engine, counters.ordinals.count, parts, where))

    return kept.sums.of((where, tuple(parts)), make)


def summed_flows(
    engine: Engine,
    kept: ByMonth,
    counters: Counters,
    spans: Sequence[tuple[date, date]],
    cells: CellTable,
    name: str,
) -> ir.Table:
    """Register sums `name` of these spans (each `reached` by what is kept) by the parts of the cells: the columns of
    `add_up`, and of what a span has no flow of no row."""
    return _registered(engine, counters, LevelSums(kept.levels, cells), spans, name)


def span_table(
    sums: LevelSums, spans: Sequence[tuple[date, date]], cells: NDArray[np.int64] | None = None
) -> tuple[pa.Table, NDArray[np.int64]]:
    """The sums of these spans (their places as `span`) as `add_up` has them, and the cell of each row: of all cells, or of
    these; of what a span has no flow of no row."""
    return _table([sums.of(*span, cells) for span in spans], sums, cells)


def _registered(
    engine: Engine, counters: Counters, sums: LevelSums, spans: Sequence[tuple[date, date]], name: str
) -> ir.Table:
    found = []
    for span, windowed in zip(spans, windowed_flows(counters, spans), strict=True):
        found.append(sums.of(*span))
        if windowed is not None:
            sums.add(found[-1], windowed)
    return engine.register(name, _table(found, sums)[0])


def _table(
    found: Sequence[SpanSums], of: LevelSums, cells: NDArray[np.int64] | None = None
) -> tuple[pa.Table, NDArray[np.int64]]:
    places = [np.flatnonzero(s.observed + s.opened) for s in found]
    low, estimate, closed, opened, broken, observed = (
        np.concatenate([getattr(s, name)[there] for s, there in zip(found, places, strict=True)])
        for name in ("low", "estimate", "closed", "opened", "broken", "observed")
    )
    is_open = opened > 0
    columns = {
        "span": pa.array(np.repeat(np.arange(len(found)), [len(there) for there in places])),
        "low": pa.array(low),
        "estimate": pa.array(estimate, mask=is_open),
        "high": pa.array(closed, mask=is_open),
        "closed": pa.array(closed),
        "open": pa.array(is_open),
        "opened": pa.array(opened),
        "broken": pa.array(broken > 0),
        "open_part": pa.array(np.zeros(len(low), bool)),
        "observed": pa.array(observed),
    }
    chosen = np.concatenate(places)
    chosen = chosen if cells is None else cells[chosen]
    told = of.cells.parts.drop_columns("size").take(pa.array(chosen))
    return pa.table({**columns, **dict(zip(told.column_names, told.columns, strict=True))}), chosen

"""Sums of a large ledger's flows over any spans between the days that its flows are kept at.

Who is added up with whom (a *cell*) is worked out once, over the repositories; every span is then a pass over numbers:
what moved in a month is read as it is kept, a longer span comes from the counters at its two ends.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from modelcensus.engine import Engine
from modelcensus.flows import Between, Counters, moved_file, quiet_file
from modelcensus.measures.ages import age_sql
from modelcensus.measures.by_month import ByMonth
from modelcensus.vocabulary.names import REPOSITORY_DIMENSIONS

CELLS = """
    select {parts}count(*) as size, list(ordinal) filter (ordinal is not null) as ordinals
    from told_repositories where {where} group by all
"""
AGED = """
    select q.* exclude (released), {age} as age
    from {name}_released q join (values {starts}) s(span, start) on s.span = q.span
"""
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class CellTable:
    """The cells: what they are of (`parts`, and `size`: how many repositories), and by ordinal which one (from 1 on;
    0: out of scope)."""

    parts: pa.Table
    of: NDArray[np.int32]

    @classmethod
    def read(cls, engine: Engine, count: int, parts: Mapping[str, str], where: str) -> CellTable:
        """The cells by these parts (name -> SQL over the catalog) of whoever `where` names, among `count` ordinals."""
        listed = "".join(f"{sql} as {name}, " for name, sql in parts.items())
        found = engine.fetch(engine.query("cells", CELLS.format(parts=listed, where=where), keep=False))
        of = np.zeros(count, np.int32)
        members = found["ordinals"].combine_chunks()
        numbers = np.repeat(np.arange(1, len(found) + 1, dtype=np.int32), np.diff(members.offsets.to_numpy()))
        of[members.flatten().to_numpy()] = numbers
        return cls(found.drop_columns("ordinals"), of)


@dataclass
class _Sums:
    """Sums of one span by cell."""

    low: Ints
    estimate: Ints
    closed: Ints
    opened: Ints
    broken: Ints
    observed: Ints

    @classmethod
    def of(cls, flow: pa.Table, cells: CellTable, quiet: Ints | None) -> _Sums:
        """Of the flows of a span, and how many of each cell are quiet in it."""
        cell = cells.of[flow["ordinal"].to_numpy()]
        size = len(cells.parts) + 1
        is_open = flow["open"].to_numpy(zero_copy_only=False)

        def total(values: NDArray) -> Ints:
            """Exact: downloads add up to far less than the 2^53 up to which a double counts one by one."""
            return np.bincount(cell, values, size)[1:].astype(np.int64)

        closed = np.bincount(cell[~is_open], minlength=size)[1:]
        return cls(
            low=total(flow["low"].to_numpy()),
            estimate=total(flow["estimate"].to_numpy()),
            closed=total(flow["high"].fill_null(0).to_numpy()),
            opened=np.bincount(cell[is_open], minlength=size)[1:],
            broken=total(flow["broken"].to_numpy(zero_copy_only=False)),
            observed=closed if quiet is None else closed + quiet,
        )


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
    cells = CellTable.read(engine, counters.ordinals.count, parts, where)
    if not aged:
        return summed_flows(engine, kept, counters, spans, cells, name)
    summed_flows(engine, kept, counters, spans, cells, f"{name}_released")
    starts = ", ".join(f"({i}, date '{start}')" for i, (start, _) in enumerate(spans))
    return engine.query(name, AGED.format(name=name, starts=starts, age=age_sql("s.start", "q.released")))


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
    quiet = _quiet(kept, cells) if any(kept.covers([s]) for s in spans) else np.zeros((0, 0), np.int64)
    between = Between(counters, kept.at) if not all(kept.covers([s]) for s in spans) else None
    found: list[pa.Table] = []
    for place, span in enumerate(spans):
        if kept.covers([span]):
            columns = ["ordinal", "low", "estimate", "high", "open", "broken"]
            flow = pq.read_table(moved_file(kept.flows, span[0]), columns=columns)
            sums = _Sums.of(flow, cells, quiet[:, kept.months.index(span[0])])
        else:
            assert between
            sums = _Sums.of(next(between.of([span])), cells, None)
        found.append(_table(place, sums, cells))
    return engine.register(name, pa.concat_tables(found))


def _quiet(kept: ByMonth, cells: CellTable) -> Ints:
    """How many repositories of each cell are quiet, by month."""
    rows = pq.read_table(quiet_file(kept.flows), columns=["ordinal", "first", "last"])
    starts = np.array([m.toordinal() for m in kept.months]) - date(1970, 1, 1).toordinal()
    first, last = (np.searchsorted(starts, rows[c].cast(pa.int32()).to_numpy()) for c in ("first", "last"))
    cell, size, months = cells.of[rows["ordinal"].to_numpy()].astype(np.int64), len(cells.parts) + 1, len(starts) + 1
    began = np.bincount(cell * months + first, minlength=size * months)
    ended = np.bincount(cell * months + last + 1, minlength=size * months)
    return np.cumsum((began - ended).reshape(size, months), axis=1)[1:]


def _table(place: int, sums: _Sums, cells: CellTable) -> pa.Table:
    there = np.flatnonzero(sums.observed + sums.opened)
    is_open = sums.opened[there] > 0
    columns = {
        "span": pa.array(np.full(len(there), place, np.int64)),
        "low": pa.array(sums.low[there]),
        "estimate": pa.array(sums.estimate[there], mask=is_open),
        "high": pa.array(sums.closed[there], mask=is_open),
        "closed": pa.array(sums.closed[there]),
        "open": pa.array(is_open),
        "opened": pa.array(sums.opened[there]),
        "broken": pa.array(sums.broken[there] > 0),
        "open_part": pa.array(np.zeros(len(there), bool)),
        "observed": pa.array(sums.observed[there]),
    }
    told = cells.parts.drop_columns("size").take(pa.array(there))
    for column in told.column_names:
        columns[column] = told[column]
    return pa.table(columns)

"""Rows of an answer as columns, where there are so many that an object for each would not fit memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from math import inf
from typing import Any, overload

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from modelcensus.measures.row import Row

MANY = 100_000
"""Rows from which on they stay columns."""
BATCH = 20_000
LEADING = 200
"""Members of whom a picture of many rows is drawn."""

Record = dict[str, Any]


class ManyRows(Sequence[Row]):
    """Rows in their order, each made when it is looked at."""

    def __init__(self, records: pa.Table, dimensions: list[str], make: Callable[[Record], Row]) -> None:
        """`records` has a column for each dimension, and those that `make` turns into a row."""
        self._records, self._dimensions, self._make = records, dimensions, make

    def __len__(self) -> int:
        return len(self._records)

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Row, ...]: ...
    def __getitem__(self, index: int | slice) -> Row | tuple[Row, ...]:
        places = range(len(self))[index]
        if isinstance(places, int):
            return self._make(self._records.slice(places, 1).to_pylist()[0])
        if places.step == 1:
            return tuple(map(self._make, self._records.slice(places.start, len(places)).to_pylist()))
        return tuple(self[i] for i in places)

    def __iter__(self) -> Iterator[Row]:
        for batch in self._records.to_batches(max_chunksize=BATCH):
            yield from map(self._make, batch.to_pylist())

    def newest(self) -> list[Row]:
        """The rows of the last span."""
        spans = self._records["span"].to_numpy()
        there = np.flatnonzero(spans == spans[-1])
        return list(map(self._make, self._records.take(pa.array(there)).to_pylist()))

    def newest_count(self) -> int:
        """How many these are."""
        spans = self._records["span"].to_numpy()
        return int((spans == spans[-1]).sum())

    def largest(self, most: int) -> list[Row]:
        """The rows of the last span that have most for certain, the largest first."""
        return list(map(self._make, self._largest(most).to_pylist()))

    def leading(self, most: int) -> list[Row]:
        """The rows of the members that are largest in the last span; where several dimensions tell them apart all rows."""
        first = self._largest(most)
        varying = [d for d in self._dimensions if len(first) < 2 or len(first[d].unique()) > 1]
        if len(varying) != 1:
            return list(self)
        (name,) = varying
        wanted = pc.call_function("is_in", [self._records[name]], pc.SetLookupOptions(first[name]))
        return list(map(self._make, self._records.filter(wanted).to_pylist()))

    def to_arrow(self) -> pa.Table:
        """As `Row.as_dict` of each, flags joined by `; `."""
        first, which = self._kinds()
        kinds = [self[int(i)] for i in first]
        columns: dict[str, Any] = {n: self._records[n] for n in self._dimensions}
        columns["period"] = pa.array([k.period for k in kinds], pa.string()).take(which)
        for name in ("value", "low", "high"):
            columns[name] = self._records[name].cast(pa.float64())
        size, observed = self._records["scope_size"], self._column("observed", pa.int64())
        with np.errstate(invalid="ignore"):
            part = observed.cast(pa.float64()).to_numpy() / size.cast(pa.float64()).to_numpy()
        columns["coverage"] = pa.array(part, from_pandas=True)
        columns |= {"observed": observed, "scope_size": size}
        columns["flags"] = pa.array(["; ".join(k.flags) for k in kinds], pa.string()).take(which)
        return pa.table(columns)

    def _largest(self, most: int) -> pa.Table:
        spans = self._records["span"].to_numpy()
        last = self._records.filter(pa.array(spans == spans[-1]))
        value, low = (last[name].cast(pa.float64()) for name in ("value", "low"))
        sure = pc.call_function("coalesce", [value, low, pa.scalar(-np.inf)]).to_numpy()
        unknown = last["value"].is_null().to_numpy()
        return last.take(pa.array(np.lexsort((unknown, -sure))[:most]))

    def _kinds(self) -> tuple[np.ndarray, pa.Array]:
        """Rows that differ in span or flags: the place of the first of each kind, and the kind of every row."""
        code = np.zeros(len(self), np.int64)
        for name in ("span", "open", "opened", "broken"):
            values = self._column(name, pa.int64()).fill_null(0).to_numpy()
            code = code * (int(values.max(initial=0)) + 1) + values
        _, first, which = np.unique(code, return_index=True, return_inverse=True)
        return first, pa.array(which)

    def _column(self, name: str, kind: pa.DataType) -> pa.ChunkedArray:
        if name not in self._records.column_names:
            return pa.chunked_array([pa.nulls(len(self), kind)])
        return self._records[name].cast(kind)


def newest(rows: Sequence[Row]) -> list[Row]:
    """The rows of the span of the last one."""
    if isinstance(rows, ManyRows):
        return rows.newest()
    last = rows[-1].span
    return [r for r in rows if r.span == last]


def newest_count(rows: Sequence[Row]) -> int:
    """How many rows the span of the last one has."""
    return rows.newest_count() if isinstance(rows, ManyRows) else len(newest(rows))


def largest(rows: Sequence[Row], most: int) -> list[Row]:
    """The rows of the last span that have most for certain (their value, or their lower bound where it is undecided), the
    largest first; of equals those that are known, and last those of which nothing is."""
    if isinstance(rows, ManyRows):
        return rows.largest(most)

    def sure(row: Row) -> tuple[float, bool]:
        least = row.low if row.value is None else row.value
        return -inf if least is None else least, row.value is not None

    return sorted(newest(rows), key=sure, reverse=True)[:most]


def leading(rows: Sequence[Row], most: int = LEADING) -> Sequence[Row]:
    """The rows; of many those of the members that are largest in the last span."""
    return rows.leading(most) if isinstance(rows, ManyRows) else rows


def several_spans(rows: Sequence[Row]) -> bool:
    """Whether rows are of more than one span; many rows are in the order of their spans."""
    if isinstance(rows, ManyRows):
        return rows[0].span != rows[-1].span
    return len({r.span for r in rows}) > 1

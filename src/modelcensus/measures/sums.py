"""Sums by some dimensions and span in memory, from which rows are chosen by what they are of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from modelcensus.measures.finding import Found
from modelcensus.measures.formulas import Parts, Ranked, SumColumns
from modelcensus.measures.frame import Span

Place = tuple[str, date, date]
"""A span as it is found again: its label, and the days between which it is counted."""


@dataclass
class Sums:
    """Sums by dimensions and span (a number: its place among `labels`), and `whole`: what a publisher gives for all."""

    found: Found
    whole: pa.Table | None
    labels: list[Span]
    places: dict[Place, int]
    steps: str
    """The SQL that they came from."""
    passing: tuple[str, ...] | None = None
    """The dimensions, where these sums are for one answer: then whoever is asked for is looked up, not everyone worked out."""
    _ranked: dict[str, Ranked] = field(default_factory=dict)
    _numbers: tuple[tuple[int, ...], NDArray[np.int64]] | None = None
    """The spans that were asked for last, and of every span its place among them."""

    @cached_property
    def keys(self) -> dict[int, Place]:
        """The spans, by their place."""
        return {place: key for key, place in self.places.items()}

    @cached_property
    def bytes(self) -> int:
        """What they take in memory, about: the table, its arrays, and an entry for each name where it stands."""
        return 3 * self.found.table.nbytes + 400 * len(self.found.table) // max(1, len(self.labels))

    @cached_property
    def quantities(self) -> ir.Table:
        """The table in an expression, without rows."""
        return ibis.table(ibis.schema(self.found.table.schema), name="sums")

    @cached_property
    def given(self) -> ir.Table | None:
        """The same of what is given for the whole."""
        return None if self.whole is None else ibis.table(ibis.schema(self.whole.schema), name="published")

    @cached_property
    def columns(self) -> SumColumns:
        """The sums as arrays."""
        return SumColumns(self.found.table)

    @cached_property
    def _whole_columns(self) -> SumColumns | None:
        return None if self.whole is None else SumColumns(self.whole)

    def chosen(
        self, spans: Sequence[int], rows: NDArray[np.int64] | None = None
    ) -> tuple[NDArray[np.int64] | None, NDArray[np.int64]]:
        """Which rows (of all where none are named) are of these spans, and the spans of each, numbered anew."""
        return _renumbered(self.columns.span, self._numbered(spans), rows)

    def _numbered(self, spans: Sequence[int]) -> NDArray[np.int64]:
        """Of every span its place among these, -1 where it is none of them."""
        asked = tuple(spans)
        if self._numbers is None or asked != self._numbers[0]:
            numbers = np.full(len(self.labels), -1, np.int64)
            numbers[list(asked)] = np.arange(len(asked))
            self._numbers = asked, numbers
        return self._numbers[1]

    def parts(self, spans: Sequence[int], rows: NDArray[np.int64] | None = None, keys: Sequence[str] = ()) -> Parts:
        """The rows (all of them where none are named) that are of these spans, numbered anew, added up by `keys`."""
        return Parts.among(self.columns, *self.chosen(spans, rows), keys)

    def ranked(self, spans: Sequence[int], dimension: str, only: frozenset[str] | None) -> Ranked:
        """The places of the members of a dimension (of these alone) in these spans, numbered anew: worked out once for all
        spans."""
        if only is not None and self.passing == (dimension,):
            return self._ranked_alone(spans, dimension, only)
        if dimension not in self._ranked:
            self._ranked[dimension] = Ranked.of(
                Parts.among(self.columns, None, self.columns.span, (dimension,)), dimension
            )
        whole = self._ranked[dimension]
        rows = None
        if only is not None:
            ends = sorted(whole.rows[n] for n in only if n in whole.rows)
            rows = np.concatenate([np.zeros(0, np.int64), *(np.arange(a, b) for a, b in ends)])
        there, span = _renumbered(whole.part.span, self._numbered(spans), rows)
        assert there is not None
        return whole.take(there, span)

    def _ranked_alone(self, spans: Sequence[int], dimension: str, only: frozenset[str]) -> Ranked:
        """The same of sums by this dimension alone, without the places of all others."""
        columns, names = self.columns, self.found.table[dimension]
        rows, span = self.chosen(spans, self.found.having(dimension, sorted(only)))
        assert rows is not None
        everyone = Parts.stacked({}, columns.span, columns.sums, columns.flags, columns.unobserved(rows))
        own = names.take(pa.array(rows)).to_numpy(zero_copy_only=False).astype(object)
        named = names.is_valid().to_numpy(zero_copy_only=False)
        found = Ranked.among(everyone, named, replace(everyone.take(rows), keys={dimension: own}), rows)
        return replace(found, part=replace(found.part, span=span))

    def names(self, column: str, rows: NDArray[np.int64] | None) -> list[str]:
        """What stands in a column of these rows, each once."""
        codes, names = self.columns.coded(column)
        there = np.zeros(len(names), bool)
        there[codes if rows is None else codes[rows]] = True
        return names[there].tolist()

    def published(self, spans: Sequence[int]) -> Parts | None:
        """What is given for the whole, of these spans, numbered anew."""
        if (columns := self._whole_columns) is None:
            return None
        return Parts.among(columns, *_renumbered(columns.span, self._numbered(spans), None))


def _renumbered(
    own: NDArray[np.int64], numbers: NDArray[np.int64], rows: NDArray[np.int64] | None
) -> tuple[NDArray[np.int64] | None, NDArray[np.int64]]:
    new = numbers[own if rows is None else own[rows]]
    there = new >= 0
    return np.flatnonzero(there) if rows is None else rows[there], new[there]

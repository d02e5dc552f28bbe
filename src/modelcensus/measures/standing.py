"""Sums that stay in memory, so that what is asked next is a choice among them.

An app is asked the same quantities again and again, of other subjects and periods. So the sums of a channel in a scope by
a few dimensions are worked out once, by span, and stay; a request takes the rows of its subject and spans, and its measure
does its arithmetic on these alone (`formulas.py`). What is not asked for in sums, or not of named scopes, is answered as
ever (`from_sums.py`).
"""

from __future__ import annotations

import json
import os
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING
from zlib import crc32

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from modelcensus.measures.finding import Found
from modelcensus.measures.formulas import Parts, Ranked, SumColumns
from modelcensus.measures.frame import Frame, Span, add_up, terms_sql
from modelcensus.measures.observed import spans_of
from modelcensus.measures.quantities import Quantities
from modelcensus.measures.reported import reported_months, reported_spans
from modelcensus.measures.told import recorded_sql
from modelcensus.vocabulary import Period, Request
from modelcensus.vocabulary.names import REPORTED

if TYPE_CHECKING:
    from modelcensus.catalog import Scope
    from modelcensus.measures.census import Census

MOST_BYTES = max(256_000_000, min(2_000_000_000, os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 16))
"""Bytes of sums that stay, a sixteenth of the machine's memory and at most 2 GB; those asked for longest ago give way."""
MOST_FRAMES = 20
MOST_MONTHS = 60
"""Months of a published series of which all spans are summed at once."""
MOST_ROWS = 2_000_000
"""Rows of sums by some dimensions: more are not kept."""
Place = tuple[str, date, date]
"""A span as it is found again: its label, and the days between which it is counted."""
Spans = Sequence[tuple[Period, tuple[date, date]]]
"""Periods, each with the days between which it is counted."""


@dataclass(frozen=True)
class Basis:
    """What sums are of: a request without subject, peers and periods, its scope, and the dimensions that tell them apart.

    `alone`: the spans, where those of others would change them (of a ledger that keeps no months a repository counts in
    spans that are asked for together).
    """

    request: Request
    scope: Scope
    total: str
    dimensions: tuple[str, ...]
    cumulative: bool
    alone: tuple[Place, ...] = ()

    @property
    def name(self) -> str:
        """What their tables are called."""
        told = [
            self.request.canonical(),
            self.scope.id,
            self.scope.where,
            self.total,
            self.dimensions,
            self.cumulative,
        ]
        content = json.dumps([told, [[n, str(a), str(b)] for n, a, b in self.alone]])
        return f"standing_{crc32(content.encode()):08x}"

    def without(self) -> Basis:
        """The same, not told apart."""
        return replace(self, dimensions=(), request=replace(self.request, by=()))

    def among(self, terms: Sequence[tuple[str, tuple[str, ...]]]) -> Basis:
        """The same of those alone that have one of the values of every term."""
        return replace(self, scope=replace(self.scope, where=f"({self.scope.where}) and {terms_sql(terms)}"))

    @classmethod
    def of(
        cls,
        request: Request,
        scope: Scope,
        total: str,
        dimensions: tuple[str, ...],
        cumulative: bool,
        alone: tuple[Place, ...],
    ) -> Basis:
        """What the sums are of that a request chooses from."""
        origin = request.reading.origin if cumulative else "first"
        told = Request(
            "cumulative" if cumulative else "downloads", (), request.within, dimensions, (),
            replace(request.reading, peers="", origin=origin),
        )  # fmt: skip
        return cls(told, scope, total, dimensions, cumulative, alone)


@dataclass
class Sums:
    """Sums by dimensions and span (a number: its place among `labels`), and `whole`: what a publisher gives for all."""

    found: Found
    whole: pa.Table | None
    labels: list[Span]
    places: dict[Place, int]
    steps: str
    """The SQL that they came from."""
    _ranked: dict[str, Ranked] = field(default_factory=dict)
    _numbers: tuple[tuple[int, ...], NDArray[np.int64]] | None = None
    """The spans that were asked for last, and of every span its place among them."""

    @cached_property
    def keys(self) -> dict[int, Place]:
        """The spans, by their place."""
        return {place: key for key, place in self.places.items()}

    @cached_property
    def bytes(self) -> int:
        """What they take in memory, about."""
        return 2 * self.found.table.nbytes

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


class StandingSums:
    """The sums of one census that were asked for last."""

    def __init__(self, census: Census) -> None:
        self._census = census
        self._kept: OrderedDict[Basis, Sums] = OrderedDict()
        self._bytes = 0
        self._too_many: set[Basis] = set()
        self._frames: dict[Basis, Frame] = {}

    @property
    def any(self) -> bool:
        """Whether there are some."""
        return bool(self._kept)

    def of(self, basis: Basis, spans: Spans, monthly: bool = False) -> Sums | None:
        """The sums of a basis with at least these spans, and `monthly` with all months (of a counter: with all of its
        readings); nothing where they are too many to keep."""
        if basis in self._too_many:
            return None
        sums = self._kept.pop(basis, None)
        self._bytes -= sums.bytes if sums else 0
        lacking = [(p, days) for p, days in spans if sums is None or (str(p), *days) not in sums.places]
        if sums is None or lacking:
            if basis.request.reading.channel.startswith(REPORTED):
                lacking = self._with_all_ranges(basis, lacking, sums)
            elif monthly and sums is None and not basis.alone:
                lacking = self._with_all_months(basis, lacking)
            sums = self._added(basis, sums, lacking)
        if sums is None:
            self._too_many.add(basis)
            return None
        self._kept[basis] = sums
        self._bytes += sums.bytes
        while len(self._kept) > 1 and self._bytes > MOST_BYTES:
            self._bytes -= self._kept.popitem(last=False)[1].bytes
        return sums

    def _added(self, basis: Basis, sums: Sums | None, lacking: Spans) -> Sums | None:
        """Sums with further spans."""
        census, request = self._census, basis.request
        name = basis.name
        frame = self._frame(basis, name, lacking)
        by_span = add_up(frame.quantities, (*basis.dimensions, "span"))
        table = _numbered(census.engine.fetch(by_span))
        whole = None if frame.whole is None else _numbered(census.engine.fetch(frame.whole))
        steps = recorded_sql(census.engine, by_span)
        if frame.quantities.get_name().startswith(name) and not request.reading.counter:
            census.engine.drop(frame.quantities.get_name(), f"{frame.quantities.get_name()}_whole")
        if len(table) + (len(sums.found.table) if sums else 0) > MOST_ROWS:
            return None
        labels = list(frame.spans)
        first = len(sums.labels) if sums else 0
        if lacking:
            places = {(str(p), *days): first + i for i, (p, days) in enumerate(lacking)}
        else:  # a counter: a reading has a label of its own
            places = {
                (s.label, date.fromisoformat(s.start), date.fromisoformat(s.end)): i for i, s in enumerate(labels)
            }
        if sums:
            table = pa.concat_tables([sums.found.table, _moved(table, first)])
            whole = None if whole is None else pa.concat_tables([sums.whole, _moved(whole, first)])
            labels, places = [*sums.labels, *labels], {**sums.places, **places}
        return Sums(Found(table), whole, labels, places, steps)

    def _frame(self, basis: Basis, name: str, lacking: Spans) -> Frame:
        """The quantities of these spans; those of a counter as it was read are the same whatever tells sums apart."""
        plain = basis.without() if basis.request.reading.counter else basis
        if not plain.request.reading.counter:
            quantities = Quantities(self._census, plain.request, plain.scope, plain.total, name)
            return quantities.frame([p for p, _ in lacking], cumulative=plain.cumulative)
        kept = self._frames.get(plain)
        if kept is None or not self._census.flows.has(kept.quantities):
            if len(self._frames) > MOST_FRAMES:
                self._frames.clear()
            kept = Quantities(self._census, plain.request, plain.scope, plain.total, plain.name).frame()
            self._frames[plain] = kept
        return kept

    def _with_all_months(self, basis: Basis, lacking: Spans) -> Spans:
        """These spans, and every month: who asks for one asks for others."""
        request = replace(basis.request, by=(*basis.dimensions, "month"))
        periods, days = spans_of(self._census, request, basis.cumulative)
        told = {(str(p), *d): (p, d) for p, d in [*zip(periods, days, strict=True), *lacking] if d[0] < d[1]}
        return [told[place] for place in sorted(told, key=lambda p: (p[2], p[1], p[0]))]

    def _with_all_ranges(self, basis: Basis, lacking: Spans, sums: Sums | None) -> Spans:
        """These spans, and every span from a month of a published series to a later one: they are few, and all of them take
        no longer than one."""
        months = reported_months(self._census, basis.request.reading.channel)
        if len(months) > MOST_MONTHS:
            return lacking
        ranges = [Period(a.start, b.end) for a in months for b in months if a.start < b.end]
        request = replace(basis.request, by=basis.dimensions, periods=tuple(ranges))
        periods, days, _labels = reported_spans(self._census, request, basis.cumulative)
        told = {(str(p), *d): (p, d) for p, d in [*zip(periods, days, strict=True), *lacking] if d[0] < d[1]}
        return [span for place, span in told.items() if sums is None or place not in sums.places]


def _numbered(table: pa.Table) -> pa.Table:
    """With spans as 64-bit numbers, whatever counted them."""
    place = table.column_names.index("span")
    return table.set_column(place, "span", table["span"].cast(pa.int64()))


def _moved(table: pa.Table, by: int) -> pa.Table:
    spans = table["span"].to_numpy() + by
    return table.set_column(table.column_names.index("span"), "span", pa.array(spans, pa.int64()))


def _renumbered(
    own: NDArray[np.int64], numbers: NDArray[np.int64], rows: NDArray[np.int64] | None
) -> tuple[NDArray[np.int64] | None, NDArray[np.int64]]:
    new = numbers[own if rows is None else own[rows]]
    there = new >= 0
    return np.flatnonzero(there) if rows is None else rows[there], new[there]

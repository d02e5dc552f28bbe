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
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from modelcensus.measures.finding import Found
from modelcensus.measures.frame import Frame, Span, Terms, add_up, terms_sql
from modelcensus.measures.level_sums import LevelSums
from modelcensus.measures.observed import kept_of, labelled, spans_of
from modelcensus.measures.quantities import Quantities
from modelcensus.measures.reported import reported_months, reported_spans
from modelcensus.measures.span_sums import level_sums, span_table
from modelcensus.measures.sums import Place, Sums
from modelcensus.measures.told import recorded_sql
from modelcensus.vocabulary import Period, Request
from modelcensus.vocabulary.names import REPORTED, ROOT_DIMENSIONS

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
MOST_CELLS = 5_000
"""What sums can be told apart into, and all months of them stay: of more, those that a question names are taken from a large
ledger's levels each time."""
LEVELS = "-- what the ledger keeps at the edges of months, where {where}, added up by {dimensions}"
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
    few: bool = False
    """Whether the scope is that of a few repositories, which can be told apart one by one."""

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
        where = f"({self.scope.where}) and {terms_sql(terms)}"
        return replace(self, scope=replace(self.scope, where=where), few=any(d == "repository" for d, _ in terms))

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


class StandingSums:
    """The sums of one census that were asked for last."""

    def __init__(self, census: Census) -> None:
        self._census = census
        self._kept: OrderedDict[Basis, Sums] = OrderedDict()
        self._bytes = 0
        self._too_many: set[Basis] = set()
        self._frames: dict[Basis, Frame] = {}
        self._labels: dict[tuple[str, Place], Span] = {}

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

    def some(self, basis: Basis, spans: Spans, terms: Terms) -> Sums | None:
        """Sums of these spans made anew from a large ledger's levels: of what has a value of one of the terms alone, or of all
        where there is none; nothing where there are no levels, or it is better that all months stay."""
        levels = self._levels(basis, spans)
        many = levels is not None and len(levels.cells.parts) > MOST_CELLS
        if levels is None or basis in self._kept or not (basis.alone or (many and terms)):
            return None
        named = [levels.cells.found.having(d, values) for d, values in terms] if many else []
        return self._of_levels(
            basis, levels, spans, np.unique(np.concatenate(named)) if named else None, passing=True
        )

    def _levels(self, basis: Basis, spans: Spans) -> LevelSums | None:
        """The sums of levels of a large ledger that answers come from; nothing where they lack something."""
        census, reading = self._census, basis.request.reading
        if reading.channel.startswith(REPORTED) or reading.counter:
            return None
        kept = kept_of(census, basis.request)
        if (
            kept is None
            or {*basis.dimensions} & {*ROOT_DIMENSIONS, "age", *(() if basis.few else ("repository",))}
            or not kept.reaches([days for _, days in spans])
            or len(census.counters.windows_alone)  # which of two counters is taken depends on all spans asked for
        ):
            return None
        return level_sums(census.engine, kept, census.counters, {d: d for d in basis.dimensions}, basis.scope.where)

    def _of_levels(
        self,
        basis: Basis,
        levels: LevelSums,
        spans: Spans,
        cells: NDArray[np.int64] | None = None,
        passing: bool = False,
    ) -> Sums:
        """Sums of these spans, of all cells or of some; `passing`: for one answer."""
        table, chosen = span_table(levels, [days for _, days in spans], cells)
        found = Found(table, (levels.cells.found, chosen)) if passing else Found(table)
        places: list[Place] = [(str(p), *days) for p, days in spans]
        steps = LEVELS.format(where=basis.scope.where or "true", dimensions=", ".join((*basis.dimensions, "span")))
        return Sums(
            found, None, self._labelled(basis, spans, places), {p: i for i, p in enumerate(places)}, steps,
            basis.dimensions if passing else None,
        )  # fmt: skip

    def _labelled(self, basis: Basis, spans: Spans, places: Sequence[Place]) -> list[Span]:
        """The spans with what befell their days, each looked for once."""
        channel = basis.request.reading.channel
        lacking = [i for i, place in enumerate(places) if (channel, place) not in self._labels]
        if lacking:
            periods, days = zip(*(spans[i] for i in lacking), strict=True)
            found = labelled(self._census, basis.request, list(periods), list(days))
            self._labels |= {(channel, places[i]): label for i, label in zip(lacking, found, strict=True)}
        return [self._labels[channel, place] for place in places]

    def _added(self, basis: Basis, sums: Sums | None, lacking: Spans) -> Sums | None:
        """Sums with further spans."""
        if (levels := self._levels(basis, lacking)) is not None:
            return self._joined(sums, self._of_levels(basis, levels, lacking))
        census, request = self._census, basis.request
        name = basis.name
        frame = self._frame(basis, name, lacking)
        by_span = add_up(frame.quantities, (*basis.dimensions, "span"))
        table = _numbered(census.engine.fetch(by_span))
        whole = None if frame.whole is None else _numbered(census.engine.fetch(frame.whole))
        steps = recorded_sql(census.engine, by_span)
        if frame.quantities.get_name().startswith(name) and not request.reading.counter:
            census.engine.drop(frame.quantities.get_name(), f"{frame.quantities.get_name()}_whole")
        labels = list(frame.spans)
        if lacking:
            places = {(str(p), *days): i for i, (p, days) in enumerate(lacking)}
        else:  # a counter: a reading has a label of its own
            places = {
                (s.label, date.fromisoformat(s.start), date.fromisoformat(s.end)): i for i, s in enumerate(labels)
            }
        return self._joined(sums, Sums(Found(table), whole, labels, places, steps))

    def _joined(self, sums: Sums | None, more: Sums) -> Sums | None:
        """Sums of the spans of both; nothing where they are too many to keep."""
        if len(more.found.table) + (len(sums.found.table) if sums else 0) > MOST_ROWS:
            return None
        if not sums:
            return more
        first = len(sums.labels)
        table = pa.concat_tables([sums.found.table, _moved(more.found.table, first)])
        whole = None if more.whole is None else pa.concat_tables([sums.whole, _moved(more.whole, first)])
        places = sums.places | {place: first + i for place, i in more.places.items()}
        return Sums(Found(table), whole, [*sums.labels, *more.labels], places, more.steps)

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

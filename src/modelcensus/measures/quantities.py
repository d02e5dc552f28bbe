"""Where the quantities of a request come from: a channel's counters, or a series that somebody published."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from zlib import crc32

import ibis.expr.types as ir

from modelcensus.catalog import Scope
from modelcensus.measures.frame import Frame, Span
from modelcensus.measures.observed import counter_quantities, flow_quantities, kept_of, narrowed
from modelcensus.measures.registry import find_measure
from modelcensus.measures.reported import reported_quantities, reported_scope
from modelcensus.vocabulary import Period, Request, RequestError
from modelcensus.vocabulary.names import REPORTED

if TYPE_CHECKING:
    from modelcensus.measures.census import Census


@dataclass(frozen=True)
class Quantities:
    """The quantities that a request is computed from, of its own periods and of others that its measure asks for."""

    census: Census
    request: Request
    scope: Scope
    total: str
    """Of a reported channel: the published total that stands for the scope (empty: the listed rows' sum)."""
    name: str

    @classmethod
    def of(cls, census: Census, request: Request, mark: str) -> Quantities:
        """For a request whose channel is known; `mark` tells its tables from those of other requests."""
        total = ""
        if request.reading.channel.startswith(REPORTED):
            if request.reading.counter:
                raise RequestError(
                    "a reported series has no counters",
                    where=f"channel {request.reading.channel}",
                    remedy="leave out the reading counter",
                )
            scope, total = reported_scope(census, request.reading.channel, request.within)
        else:
            scope = census.scope(request.within or "hub")
        return cls(census, request, scope, total, f"quantities_{mark}")

    @property
    def summed(self) -> bool:
        """Whether the measure needs no more than sums."""
        return find_measure(self.request.measure).summed

    @property
    def reported(self) -> bool:
        """Whether somebody else counted."""
        return self.request.reading.channel.startswith(REPORTED)

    def frame(self, periods: Sequence[Period] = (), *, cumulative: bool = False) -> Frame:
        """The quantities of the request's periods, or of these instead; each up to its end from the origin on where
        `cumulative`."""
        request, name = self.request, self.name
        if periods:
            request = replace(request, periods=tuple(periods), by=request.dimensions)
            name += f"_{crc32(str([str(p) for p in periods]).encode()):08x}"
        whole = None
        if self.reported:
            table, whole, spans = reported_quantities(
                self.census, request, self.scope, self.total, f"{name}{'_cumulative' * cumulative}", cumulative
            )
        elif request.reading.counter and not cumulative:
            table, spans = counter_quantities(self.census, request, self.scope, name)
        else:
            name += "_cumulative" * cumulative
            table, spans = flow_quantities(self.census, request, self.scope, name, cumulative, self.summed)
        return self.over(request, table, spans, whole)

    def of_members(self, frame: Frame, table: str) -> Frame:
        """A frame's quantities of the repositories that a table names: of months that a large ledger keeps these alone are
        read."""
        if self.reported or frame.request.reading.counter or kept_of(self.census, frame.request) is None:
            return frame
        where = f"({self.scope.where}) and repository in (select repository from {table})"
        one = replace(
            self, scope=replace(self.scope, where=where), name=f"{self.name}_of_{crc32(table.encode()):08x}"
        )
        return replace(frame, quantities=one.frame().quantities)

    def over(
        self, request: Request, table: ir.Table, spans: tuple[Span, ...], whole: ir.Table | None = None
    ) -> Frame:
        """The frame of a table of quantities."""
        return Frame(
            request, self.census.engine, self.census.knowledge, table, spans, self.reported, whole, self, self.scope
        )

    def labels_within(self, frame: Frame, scope: Scope) -> tuple[Span, ...]:
        """The spans of a frame with the flags that they have in a narrower scope."""
        return (
            frame.spans
            if self.reported
            else narrowed(self.census, frame.request, frame.quantities, frame.spans, scope)
        )

    def repositories(self) -> Frame:
        """The repositories in scope instead of quantities (column `unit`, and those of the catalog)."""
        self.observed_only()
        table = self.census.engine.query(
            f"{self.name}_repositories",
            f"select repository as unit, c.* from catalog c where {self.scope.where}",
            keep=False,
        )
        return Frame(
            self.request, self.census.engine, self.census.knowledge, table, (), False, None, self, self.scope
        )

    def observed_only(self) -> None:
        """Refuse a reported series: it has no repositories."""
        if self.reported:
            raise RequestError(
                "a reported series by organization has no repositories",
                where=f"channel {self.request.reading.channel}",
                remedy="use a channel of counters that were observed, such as hub",
            )

"""SQL of measures, written once for all requests of the same shape.

A measure's expression says the same for every subject, scope and period: what differs are rows and names. So it is made
once over tables that have no rows yet, with a mark in the place of every value that a request names; a request then fills
in its values and gives its rows.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from modelcensus.catalog.patterns import text
from modelcensus.measures.frame import Frame
from modelcensus.measures.quantities import Quantities
from modelcensus.measures.registry import Measure
from modelcensus.vocabulary import Request
from modelcensus.vocabulary.names import REPORTED

if TYPE_CHECKING:
    from modelcensus.catalog import Scope
    from modelcensus.measures.census import Census

ASKED, TOTAL, WHOLE = "asked_sums", "asked_total", "asked_whole"
"""The tables that the SQL reads: sums by the dimensions of the request and span, of the scope by span, and what a
publisher gives for the whole, by span."""
MARK = re.compile(r"'(@\d+@)'")
"""A mark as it stands in SQL. All are filled in at once: what a value says is never looked at again."""
LACKING = "\0"
"""How a note begins that stands for the values, if any, that no quantity has."""

SUMS = {
    "span": "int64",
    **dict.fromkeys(("low", "estimate", "high", "closed", "opened", "observed"), "int64"),
    **dict.fromkeys(("open", "broken", "open_part"), "boolean"),
}
"""The columns of sums by span (`add_up`)."""

Peers = tuple[str, tuple[str, ...]] | None


@dataclass(frozen=True)
class Outline:
    """The SQL of a measure with marks for values, the columns that it gives, and its notes."""

    sql: str
    schema: pa.Schema
    notes: tuple[str, ...]

    def filled(self, values: Values) -> str:
        """The SQL for these values."""
        known = values.marks
        return MARK.sub(lambda found: text(known[found[1]]), self.sql)

    def lacking(self, values: Values) -> list[str | tuple[str, tuple[str, ...]]]:
        """The notes; in the place of those on what the data lack, the dimension and the values to look for."""
        known = values.marks
        told: list[str | tuple[str, tuple[str, ...]]] = []
        for note in self.notes:
            if note.startswith(LACKING):
                dimension, marks = json.loads(note.removeprefix(LACKING))
                told.append((dimension, tuple(known[m] for m in marks)))
            else:
                told.append(note)
        return told


class Values:
    """The values that a request names, each with a mark: the same value has the same mark wherever it stands."""

    def __init__(self, request: Request, peers: Peers) -> None:
        self._marks: dict[str, str] = {}
        of = tuple((d, tuple(self._mark(v) for v in values)) for d, values in request.of)
        named = f"{peers[0]}:{','.join(self._mark(v) for v in peers[1])}" if peers else ""
        self.request = replace(request, of=of, reading=replace(request.reading, peers=named))
        """The request with marks for its values."""

    def _mark(self, value: str) -> str:
        return self._marks.setdefault(value, f"@{len(self._marks)}@")

    @property
    def marks(self) -> dict[str, str]:
        """Mark -> value."""
        return {mark: value for value, mark in self._marks.items()}

    @property
    def shape(self) -> str:
        """What requests have in common that differ in nothing but values, scope and periods."""
        asked = self.request
        told = [
            asked.measure,
            asked.of,
            asked.dimensions,
            asked.reading.peers,
            asked.reading.special,
            _reported(asked),
        ]
        return json.dumps(told)


class _Sketch(Frame):
    """A frame over tables without rows."""

    def total(self) -> ir.Table:
        return self.whole if self.whole is not None else ibis.table(SUMS, name=TOTAL)

    def must_exist(self, dimension: str, values: tuple[str, ...], where: str = "--of") -> None:
        self.notes.append(LACKING + json.dumps([dimension, list(values)]))


def outline(
    census: Census, measure: Measure, values: Values, scope: Scope, asked: ir.Table, whole: ir.Table | None
) -> Outline:
    """The outline of a measure for requests of a shape, over the columns of `asked` and `whole`; RequestError where the
    shape itself makes no sense."""
    request = values.request
    sketch = _Sketch(
        request, census.engine, census.knowledge, asked, (), _reported(request), whole,
        Quantities(census, request, scope, "", ASKED), scope,
    )  # fmt: skip
    for dimension in sketch.dimensions:
        sketch.require(dimension)
    table = measure.compute(sketch)
    return Outline(census.engine.sql(table), table.schema().to_pyarrow(), tuple(sketch.notes))


def _reported(request: Request) -> bool:
    return request.reading.channel.startswith(REPORTED)

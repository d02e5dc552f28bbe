"""A table of values that knows its unit, its bounds, its denominator and where every number came from."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import TYPE_CHECKING, Literal

import pyarrow as pa

from modelcensus.measures.cite import bibtex_citation, one_line, text_citation
from modelcensus.measures.drawing import Drawing, drawn
from modelcensus.measures.happened import Happened
from modelcensus.measures.many_rows import ManyRows, largest, newest, several_spans
from modelcensus.measures.notebook import html_table
from modelcensus.measures.row import Row
from modelcensus.measures.sentence import sentence
from modelcensus.vocabulary import CensusError, Request, RequestError, nearest
from modelcensus.vocabulary.inert_text import straight
from modelcensus.vocabulary.names import COUNTED

if TYPE_CHECKING:
    import pandas
    import polars

SIZES = ("post", "social", "print")
"""Sizes of a chart."""


@dataclass(frozen=True)
class Provenance:
    """What a number rests on; `id` is what `modelcensus explain` resolves."""

    id: str
    batches: tuple[str, ...]
    scope_id: str
    scope_digest: str
    scope_text: str
    knowledge: str
    software: dict[str, str]
    sources: tuple[str, ...]
    newest: str
    """Day (UTC) on which the newest of the batches was committed."""

    def as_dict(self) -> dict[str, object]:
        """Plain values, for JSON."""
        return {
            "id": self.id,
            "batches": list(self.batches),
            "scope": {"id": self.scope_id, "digest": self.scope_digest, "text": self.scope_text},
            "knowledge": self.knowledge,
            "software": self.software,
            "sources": list(self.sources),
            "newest": self.newest,
        }


@dataclass(repr=False)
class Result:
    """The answer to a request."""

    measure: str
    unit: str
    definition: str
    citation: str
    phrase: str
    request: Request
    rows: Sequence[Row]
    notes: tuple[str, ...]
    subject_text: str
    """Whom the request is about, in words; empty where it names nobody."""
    whole_text: str
    provenance: Provenance
    unrecorded: bool = field(default=False)
    places: dict[str, str] = field(default_factory=dict)
    """What the regions in its rows are called."""
    shared: tuple[str, ...] = ()
    """Names, in lower case, that an organization and a family have in common: sentences say which is meant."""
    happened: tuple[Happened, ...] = ()
    """What befell the counters in the time of its rows, and what was released then by whom it names."""

    @property
    def reported(self) -> bool:
        """Whether the numbers are somebody else's."""
        return self.request.reading.channel.startswith("reported:")

    @property
    def counted_by(self) -> str:
        """Who counted: `counted here`, or `reported by X`."""
        channel = self.request.reading.channel
        return f"reported by {channel.partition(':')[2]}" if self.reported else "counted here"

    @property
    def added_up(self) -> str:
        """What a sum over a series by organization leaves out, to be said after who counted: nothing of any other number."""
        told = {*self.request.dimensions, *(d for d, _ in self.request.of)}
        whole = not told or "organization" in told or "listed" in self.whole_text
        return "" if whole or not self.reported else ", of the organizations that it lists"

    @property
    def noun(self) -> str:
        """What is counted, as the channel states it: downloads, pulls, tokens ..."""
        told = re.split(r"\W+", f"{self.unit} {self.phrase}")
        return next((n for n in COUNTED if n in told), COUNTED[0])

    def to_arrow(self) -> pa.Table:
        """The rows as an Arrow table; flags joined by `; `. The schema's metadata: provenance, unit, citation."""
        if isinstance(self.rows, ManyRows):
            table = self.rows.to_arrow()
        else:
            table = pa.Table.from_pylist([{**r.as_dict(), "flags": "; ".join(r.flags)} for r in self.rows])
        for name in ("value", "low", "high", "coverage"):
            index = table.column_names.index(name)
            table = table.set_column(index, name, table[name].cast(pa.float64()))
        stated = {"provenance": self.provenance.id, "unit": self.unit, "citation": self.cite()}
        return table.replace_schema_metadata(stated)

    def to_pandas(self) -> pandas.DataFrame:
        """The rows as a pandas data frame; CensusError where pandas is not installed."""
        _must_have("pandas")
        return self.to_arrow().to_pandas()

    def to_polars(self) -> polars.DataFrame:
        """The rows as a Polars data frame; CensusError where Polars is not installed."""
        _must_have("polars")
        import polars

        return polars.DataFrame(polars.from_arrow(self.to_arrow()))

    def chart(self, title: str = "", size: str = "post") -> Drawing:
        """The chart of the result: `.svg()`, `.png()`, `.spec` (Vega-Lite). Its title is the sentence unless given;
        `size`: post, social or print."""
        if size not in SIZES:
            raise RequestError(f"no size {size!r}", where="chart", remedy=nearest(size, list(SIZES)))
        return drawn(self, title, size)

    def cite(self, format: Literal["text", "bibtex"] = "text", row: Row | None = None) -> str:
        """A citation of the number in a row (default: that of the sentence), as a line or as a BibTeX entry."""
        formats = {"text": text_citation, "bibtex": bibtex_citation}
        if format not in formats:
            raise RequestError(f"no citation {format!r}", where="cite", remedy=nearest(format, list(formats)))
        return formats[format](self, row or self.leading)

    def to_csv(self) -> str:
        """The rows as CSV; a text that a spreadsheet would run as a formula is quoted with an apostrophe, and controls that
        turn letters around are shown by their codes: JSON and Parquet have every text as it is."""
        sink = io.StringIO()
        writer = csv.DictWriter(sink, list(self.rows[0].as_dict()), lineterminator="\n")
        writer.writeheader()
        for row in self.rows:
            told = {**row.as_dict(), "flags": "; ".join(row.flags)}
            writer.writerow({k: inert(v) for k, v in told.items()})
        return sink.getvalue()

    def as_dict(self, most: int | None = None) -> dict[str, object]:
        """The result as plain values: the command line's JSON; of its rows the first `most`."""
        return {
            "measure": self.measure,
            "unit": self.unit,
            "request": self.request.as_dict(),
            "rows": [r.as_dict() for r in self.rows[:most]],
            "counted": self.counted_by,
            "denominator": self.whole_text,
            "notes": list(self.notes),
            "provenance": self.provenance.as_dict(),
        }

    def sentence(self, row: Row | None = None) -> str:
        """One quotable sentence on a row: unit, denominator, period, bounds, who counted.

        Without a row: of the last period the member with the highest value, or lower bound where it is undecided; of a
        crossover the monthly one for good, of ranks the first place.
        """
        return sentence(self, row or self.leading)

    @property
    def leading(self) -> Row:
        """The row that a sentence is about."""
        if self.measure == "crossover":
            lasting = [r for r in self.rows if r.dimensions.get("crossover") == "persistent"]
            return (lasting or self.rows[-1:])[0]
        if self.measure == "rank":
            return next(r for r in self.rows if r.span == self.rows[-1].span)
        return largest(self.rows, 1)[0] if self.request.dimensions else self.rows[-1]

    def listed(self, most: int, newest_only: bool = False) -> Sequence[Row]:
        """So many of the rows for a table: of one period (`newest_only`: the last one) the largest first, unless they are
        parts of the same, which measures name; ranks by their place; else as they are."""
        alone = (newest_only or not several_spans(self.rows)) and self.measure != "rank"
        parts = {*self.rows[0].dimensions} - {*self.request.dimensions}
        if alone and not (parts and any(len({r.dimensions[p] for r in newest(self.rows)}) > 1 for p in parts)):
            return largest(self.rows, most)
        return (newest(self.rows) if newest_only else self.rows)[:most]

    def __repr__(self) -> str:
        said = one_line(self.sentence()) if self.rows else ""
        return f"<Result {self.measure} {self.provenance.id}, {len(self.rows):,} rows: {said}>"

    def _repr_html_(self) -> str:
        return html_table(self)


def _must_have(library: str) -> None:
    if find_spec(library) is None:
        raise CensusError(
            f"{library} is not installed", where=f"to_{library}", remedy=f"install {library}, or use to_arrow()"
        )


def inert(value: object) -> object:
    """A cell of a table for spreadsheets: no formula, and no letters turned around.

    >>> inert("=1+1"), inert(-1), inert("gpt\u202e3")
    ("'=1+1", -1, 'gpt[U+202E]3')
    """
    if not isinstance(value, str):
        return value
    return straight(f"'{value}" if value[:1] in ("=", "+", "-", "@", "\t", "\r") else value)

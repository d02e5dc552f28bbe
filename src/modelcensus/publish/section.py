"""What a report is made of: questions, each with an answer, pictures, tables, and what the data cannot say."""

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache

import pyarrow as pa

from modelcensus.flows import SeriesBreak
from modelcensus.measures import Result, Row, inert
from modelcensus.publish.charts import Chart
from modelcensus.publish.prose import Linked, Prose, prose, resting


@dataclass(frozen=True)
class Statement:
    """One sentence with the ids of the numbers in it; `said` tells which number rests on which, where there are several."""

    text: str
    provenance: tuple[str, ...]
    said: Prose | None = None

    @classmethod
    def of(cls, result: Result, row: Row | None = None) -> "Statement":
        return cls(result.sentence(row), (result.provenance.id,))

    @classmethod
    def build(cls, *parts: str | Linked | Prose, also: tuple[str, ...] = ()) -> "Statement":
        """A statement from words and numbers; `also` are ids that it rests on besides."""
        said = prose(*parts)
        return cls(said.text, tuple(dict.fromkeys((*said.rests_on, *also))), said)

    def linked(self, otherwise: str) -> Prose:
        """The sentence with its numbers as links; those of a statement on several records that does not say which is
        whose lead to the place `otherwise`."""
        return self.said or resting(self.text, self.provenance[0] if len(self.provenance) == 1 else otherwise)


@dataclass(frozen=True)
class Figure:
    """A picture that can be drawn at several sizes, each once."""

    name: str
    draw: Callable[[str], Chart]

    def __post_init__(self) -> None:
        object.__setattr__(self, "draw", cache(self.draw))


@dataclass(frozen=True)
class DataTable:
    """A result shown as a table: which columns are worth reading, and its full rows as CSV."""

    name: str
    caption: str
    result: Result
    last_only: bool = False


@dataclass(frozen=True)
class Facts:
    """A table that is no result of a measure: what is known of a thing, or of the data themselves. Values are texts,
    numbers or nothing; `links` leads from a cell's text to a page of the app, whose answer is shown below the table where
    they are `in_place`; a table that is `folded` is opened by who wants it. `shown` are the columns that are read on a
    page, where there are too many for it: the files have all."""

    name: str
    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]
    links: dict[str, str] = field(default_factory=dict)
    shown: tuple[str, ...] = ()
    in_place: bool = False
    folded: bool = False

    def records(self) -> list[dict[str, object]]:
        """The rows with their names."""
        return [dict(zip(self.header, row, strict=True)) for row in self.rows]

    def filled(self) -> "Facts":
        """The same for reading: the columns that are shown, without those that are empty; the files have them."""
        order = [self.header.index(n) for n in self.shown if n in self.header] or range(len(self.header))
        kept = [i for i in order if any(row[i] not in (None, "") for row in self.rows)]
        rows = tuple(tuple(row[i] for i in kept) for row in self.rows)
        return replace(self, header=tuple(self.header[i] for i in kept), rows=rows)

    def to_arrow(self, edition: str, citation: str) -> pa.Table:
        """The rows as an Arrow table; a column of several kinds of values becomes text. The schema's metadata: provenance
        (the edition that they were read from) and its citation."""
        columns = {}
        for name, values in zip(self.header, zip(*self.rows, strict=True), strict=True) if self.rows else ():
            kinds = {type(v) for v in values if v is not None}
            columns[name] = list(values) if len(kinds) < 2 else [None if v is None else str(v) for v in values]
        table = pa.table(columns or {name: pa.array([], pa.string()) for name in self.header})
        return table.replace_schema_metadata({"provenance": edition, "citation": citation})

    def to_csv(self) -> str:
        """The rows as CSV; a text that a spreadsheet would run as a formula is quoted with an apostrophe."""
        sink = io.StringIO()
        writer = csv.writer(sink, lineterminator="\n")
        writer.writerow(self.header)
        writer.writerows([inert(v) for v in row] for row in self.rows)
        return sink.getvalue()


@dataclass(frozen=True)
class Section:
    """A question and its answer; the first statement is the answer, the others carry it."""

    id: str
    question: str
    statements: list[Statement]
    figures: list[Figure] = field(default_factory=list)
    tables: list[DataTable] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    results: list[Result] = field(default_factory=list)
    breaks: tuple[SeriesBreak, ...] = ()
    """The series breaks that its time plots cross."""
    facts: list[Facts] = field(default_factory=list)

    def all_results(self) -> list[Result]:
        """Every result that the section rests on, once."""
        found = {r.provenance.id: r for r in [*self.results, *(t.result for t in self.tables)]}
        return list(found.values())

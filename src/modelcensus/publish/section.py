"""What a report is made of: questions, each with an answer, pictures, tables, and what the data cannot say."""

from collections.abc import Callable
from dataclasses import dataclass, field

from modelcensus.flows import SeriesBreak
from modelcensus.measures import Result, Row
from modelcensus.publish.charts import Chart


@dataclass(frozen=True)
class Statement:
    """One sentence with the ids of the numbers in it."""

    text: str
    provenance: tuple[str, ...]

    @classmethod
    def of(cls, result: Result, row: Row | None = None) -> "Statement":
        return cls(result.sentence(row), (result.provenance.id,))


@dataclass(frozen=True)
class Figure:
    """A picture that can be drawn at several sizes."""

    name: str
    draw: Callable[[str], Chart]


@dataclass(frozen=True)
class DataTable:
    """A result shown as a table: which columns are worth reading, and its full rows as CSV."""

    name: str
    caption: str
    result: Result
    last_only: bool = False


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

    def all_results(self) -> list[Result]:
        """Every result that the section rests on, once."""
        found = {r.provenance.id: r for r in [*self.results, *(t.result for t in self.tables)]}
        return list(found.values())

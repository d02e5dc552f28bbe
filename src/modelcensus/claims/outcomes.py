"""What each reading of a claim comes to: its number with bounds, and whether the comparison is true of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from modelcensus.claims.entries import Comparison
from modelcensus.claims.specify import Specification
from modelcensus.claims.verdicts import HOLDS, UNDETERMINED, UNTESTABLE, judge, month_number
from modelcensus.measures import Census, Result, Row
from modelcensus.vocabulary import RequestError

NEVER = "the data decide no such crossing"


@dataclass(frozen=True)
class Outcome:
    """The answer under one reading. Without evidence there is no result, and `reason` says why.

    Of a crossover `value`, `low` and `high` are months as numbers (verdicts.month_text).
    """

    specification: Specification
    verdict: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    result: Result | None = None
    row: Row | None = None
    reason: str = ""

    @property
    def choices(self) -> dict[str, str]:
        """Its choices by degree of freedom."""
        return dict(self.specification.choices)

    @property
    def is_decided(self) -> bool:
        """Whether it holds or fails."""
        return self.verdict not in (UNDETERMINED, UNTESTABLE)

    @property
    def holds(self) -> bool:
        """Whether the comparison is true under it for certain."""
        return self.verdict == HOLDS

    @property
    def id(self) -> str:
        """Provenance id of the number; empty without evidence."""
        return self.result.provenance.id if self.result else ""


def outcomes(census: Census, specifications: Sequence[Specification], compare: Comparison) -> list[Outcome]:
    """The outcome of every reading; all are computed together."""
    answers = census.answers_to([s.request for s in specifications])
    return [_outcome(s, a, compare) for s, a in zip(specifications, answers, strict=True)]


def _outcome(specification: Specification, answer: Result | RequestError, compare: Comparison) -> Outcome:
    if isinstance(answer, RequestError):
        return Outcome(specification, UNTESTABLE, reason=answer.what)
    chosen = [r for r in answer.rows if all(str(r.dimensions.get(n, "")) == v for n, v in specification.row)]
    if not chosen:
        return Outcome(specification, UNTESTABLE, reason=NEVER, result=answer)
    row = chosen[-1]
    if compare.first is not None:
        return _crossing(specification, answer, row, compare)
    exact = answer.reported and row.low is None
    low, high = (row.value, row.value) if exact else (row.low, row.high)
    if row.value is None and low is None and high is None:
        return Outcome(specification, UNTESTABLE, reason="the answer is unknown", result=answer, row=row)
    return Outcome(specification, judge(compare, low, high), row.value, low, high, answer, row)


def _crossing(specification: Specification, answer: Result, row: Row, compare: Comparison) -> Outcome:
    """A crossover lies between the months that its bounds allow; without a last one it may never have been."""
    told = row.dimensions
    value = month_number(row.period)
    early, late = told.get("earliest"), told.get("latest")
    low = month_number(str(early)) if early else value
    high = month_number(str(late)) if late else None
    return Outcome(specification, judge(compare, low, high), value, low, high, answer, row)

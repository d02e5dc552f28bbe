"""What each reading of a claim comes to: its number with bounds, and whether the comparison is true of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from modelcensus.claims.entries import Comparison
from modelcensus.claims.specify import Specification
from modelcensus.claims.verdicts import HOLDS, UNDETERMINED, UNTESTABLE, allowed, judge, month_number, month_text
from modelcensus.measures import Census, Result, Row
from modelcensus.vocabulary import RequestError

NEVER = "the data decide no such crossing"
LATE = "the data begin in {}, after the months that are claimed"


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
    begins = [_begins(census, s) if compare.first else None for s in specifications]
    late = [b is not None and b > allowed(compare)[1] for b in begins]
    asked = [s for s, too_late in zip(specifications, late, strict=True) if not too_late]
    answers = iter(census.answers_to([s.request for s in asked]))
    return [
        Outcome(s, UNTESTABLE, reason=LATE.format(month_text(begin or 0)))
        if too_late
        else _outcome(s, next(answers), compare, begin)
        for s, begin, too_late in zip(specifications, begins, late, strict=True)
    ]


def _begins(census: Census, specification: Specification) -> int | None:
    """The first whole month of a reading's evidence: what was before it no crossing tells. Nothing where there is none."""
    request = specification.request
    first = min((p.start for p in request.periods), default=date.min)
    try:
        start = max(first, census.extent(request.reading.channel).first)
    except RequestError:
        return None
    return 12 * start.year + start.month - 1 + (start.day > 1)


def _outcome(
    specification: Specification, answer: Result | RequestError, compare: Comparison, begins: int | None
) -> Outcome:
    if isinstance(answer, RequestError):
        return Outcome(specification, UNTESTABLE, reason=answer.what)
    chosen = [r for r in answer.rows if all(str(r.dimensions.get(n, "")) == v for n, v in specification.row)]
    if not chosen:
        return Outcome(specification, UNTESTABLE, reason=NEVER, result=answer)
    row = chosen[-1]
    if compare.first is not None:
        return _crossing(specification, answer, row, compare, begins)
    exact = answer.reported and row.low is None
    low, high = (row.value, row.value) if exact else (row.low, row.high)
    if row.value is None and low is None and high is None:
        return Outcome(specification, UNTESTABLE, reason="the answer is unknown", result=answer, row=row)
    return Outcome(specification, judge(compare, low, high), row.value, low, high, answer, row)


def _crossing(
    specification: Specification, answer: Result, row: Row, compare: Comparison, begins: int | None
) -> Outcome:
    """A crossover lies between the months that its bounds allow; without a last one it may never have been, and one in the
    first month of the data may have been before."""
    told = row.dimensions
    value = month_number(row.period)
    early, late = told.get("earliest"), told.get("latest")
    low = month_number(str(early)) if early else value
    high = month_number(str(late)) if late else None
    least = None if begins is not None and low <= begins else low
    return Outcome(specification, judge(compare, least, high), value, least, high, answer, row)

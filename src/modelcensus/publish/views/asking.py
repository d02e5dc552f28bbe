"""Questions as data: requests to measures, each answered as a section, or with the reason why there is no answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cache

from modelcensus.measures import (
    Result,
    Row,
    bounds,
    counter_text,
    largest,
    least,
    newest_count,
    number,
    period_text,
    several_spans,
)  # fmt: skip
from modelcensus.measures import leading as leading_rows
from modelcensus.publish.breaks import crossed_breaks
from modelcensus.publish.events import marked, time_marks
from modelcensus.publish.result_chart import along_time, result_chart, series_name
from modelcensus.publish.scene import Scene
from modelcensus.publish.section import DataTable, Figure, Section, Statement
from modelcensus.publish.shapes import Shape
from modelcensus.vocabulary import CensusError, Period, Request
from modelcensus.vocabulary.errors import without_options
from modelcensus.vocabulary.names import HUB, ORGANIZATION_DIMENSIONS, REPORTED

COUNTED = re.compile(r" \((?:counted here|reported by)[^()]*\)$")
"""Who counted, at the end of a finding: the line under a picture's title says it again."""
FIRST = 200
"""Rows of which most is sure, among which the one is sought that a sentence is about."""
NAMED = 5
"""Subjects that one sentence tells of."""


@dataclass(frozen=True)
class Ask:
    """One question to a measure; who counted is added to its words."""

    name: str
    question: str
    measure: str
    of: dict[str, str] = field(default_factory=dict)
    by: tuple[str, ...] = ()
    reading: dict[str, str] = field(default_factory=dict)
    period: str = ""
    within: str = ""
    shape: Shape = "lines"

    def request(self) -> Request:
        """The request that it stands for."""
        return Request.build(self.measure, self.of, self.within, self.by, self.period, self.reading)


@dataclass(frozen=True)
class Counting:
    """A way in which the ledger can be asked over time: a channel, or a counter as it was read."""

    said: str
    reading: dict[str, str]
    grain: str
    newest: str
    """The newest whole period; empty where readings stand for themselves."""

    @property
    def newest_two(self) -> str:
        """It and the month before it; empty where readings stand for themselves."""
        if not self.newest:
            return ""
        before = Period.month(Period.parse(self.newest).start - timedelta(days=1))
        return f"{before}..{self.newest}"


def countings(scene: Scene, dimension: str) -> Iterator[Counting]:
    """Flows by month, counters as read, and what others reported of organizations, as far as the ledger holds them."""
    if scene.all_time_months:
        yield Counting("counted", {"channel": HUB}, "month", str(scene.all_time_months[-1]))
    if scene.counter:
        yield Counting("read", {"channel": HUB, "counter": scene.counter}, "day", "")
    if dimension in ORGANIZATION_DIMENSIONS and scene.reported:
        yield Counting(scene.reported.removeprefix(REPORTED), {"channel": scene.reported}, "month", scene.month)


def answered(scene: Scene, asks: Iterable[Ask]) -> tuple[list[Section], list[str]]:
    """The sections of the questions that have an answer, and of the others why not."""
    sections: list[Section] = []
    unanswered: dict[str, list[str]] = {}
    for ask in asks:
        try:
            result = scene.census.answer(ask.request())
            section = answer_section(ask.name, f"{ask.question} ({who(result)})", result, ask.shape)
        except CensusError as error:
            unanswered.setdefault(error.told, []).append(ask.question)
        else:
            sections.append(section)
    return sections, [_unanswered(reason, list(dict.fromkeys(some))) for reason, some in unanswered.items()]


def _unanswered(reason: str, questions: list[str]) -> str:
    """Why questions have no answer, said once."""
    if len(questions) == 1:
        return f"{questions[0]} {reason}"
    said = f"{reason[0].upper()}{reason[1:]}{'' if reason.endswith(('.', '?')) else '.'}"
    return f"{said} So there is no answer to {len(questions)} questions: {' '.join(questions)}"


def collected(makers: Iterable[Callable[[], Section]]) -> tuple[list[Section], list[str]]:
    """The sections that can be made, and of the others why not."""
    sections, unanswered = [], []
    for make in makers:
        try:
            sections.append(make())
        except CensusError as error:
            unanswered.append(error.told)
    return sections, list(dict.fromkeys(unanswered))


def answer_section(name: str, question: str, result: Result, shape: Shape = "lines") -> Section:
    """A result as a section: its sentence, its picture, its table, what it notes; RequestError where it cannot have that
    shape."""
    last_only = bool(result.request.dimensions) and several_spans(result.rows)
    first = leading(result)
    others = beside(result, first)
    finding = undecided(result) or Statement.of(result, first)
    title = f"{COUNTED.sub('', finding.text.removesuffix('.'))}{others}"
    finding = replace(finding, text=f"{finding.text.removesuffix('.')}{others}.") if others else finding
    figure = Figure(name, cache(lambda size: result_chart(result, title=title, size=size, shape=shape)))
    shown = shows(result)
    over_time = shown and along_time(result, shape)
    if shown and shape != "lines":
        figure.draw("post")
    return Section(
        name,
        question,
        [finding],
        [figure] if shown else [],
        [
            DataTable(
                name, period_text(result.rows[-1].period) if last_only else "all rows", result, last_only=last_only
            )
        ],
        remarks=[without_options(f"{n[0].upper()}{n[1:]}.") for n in result.notes],
        results=[result],
        breaks=crossed_breaks(result) if over_time else (),
        facts=marked(name, time_marks(result)) if over_time else [],
    )


def shows(result: Result) -> bool:
    """Whether a picture tells more than its sentence: not of a single place, nor where nothing is sure of anybody; what
    was sure of earlier periods is no bar of the newest."""
    if result.unit == "place" and not several_spans(result.rows):
        return newest_count(result.rows) > 1
    sure = [r for r in leading_rows(result.rows) if least(r, result.unit) is not None]
    return bool(sure) and (along_time(result) or undecided(result) is None)


def leading(result: Result) -> Row:
    """The row that says most: of several of the newest period the largest (where none has an estimate, the one of which
    most is sure), else the result's own choice."""
    if result.measure in ("rank", "crossover") or not result.request.dimensions:
        return result.leading
    return max(
        largest(result.rows, FIRST), key=lambda r: (r.value is not None, r.value or 0, r.low or 0, r.high or 0)
    )


def beside(result: Result, first: Row) -> str:
    """What the sentence on the first of several that were asked for adds of the others; nothing of many, nor of those
    that nobody named."""
    dimension = result.request.dimensions[0] if len(result.request.dimensions) == 1 else ""
    asked = next((values for d, values in result.request.of if d == dimension), ())
    if result.measure in ("rank", "crossover") or not 0 < len(asked) <= NAMED or undecided(result):
        return ""
    others = [r for r in result.rows if r.span == first.span and r is not first]
    if not 0 < len(others) < len(asked):
        return ""
    others.sort(key=lambda r: (-(r.value or r.low or 0), series_name(result, r)))
    return "".join(f"; {series_name(result, r)} {_value(result, r)}" for r in others)


def _value(result: Result, row: Row) -> str:
    if row.value is None:
        return bounds(row, result.unit).partition(";")[0] or "unknown"
    return number(row.value, result.unit)


def undecided(result: Result) -> Statement | None:
    """What to say of several of which nothing is sure: naming one of them would say more than the data do."""
    first, count = largest(result.rows, 1)[0], newest_count(result.rows)
    if count < 2 or least(first, result.unit) is not None:
        return None
    ways = "Ask for shorter periods, or for a counter as it was read."
    if result.unit in ("change", "times"):  # of these no counter as it was read says more
        ways = "It cannot be told from these counters."
    said = f"These data do not decide it for {period_text(first.period)}: of none of the {count:,} anything is sure. {ways}"
    return Statement(said, (result.provenance.id,))


def who(result: Result) -> str:
    """Who counted, and which counter was taken as read."""
    counter = result.request.reading.counter
    return f"{result.counted_by}, {counter_text(counter)}" if counter else result.counted_by

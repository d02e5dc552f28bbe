"""Every measure by name: the extension point of this room (docs/extending.md)."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import ibis.expr.types as ir

from modelcensus.measures.frame import Frame
from modelcensus.vocabulary import RequestError, UnknownError, near, nearest

Compute = Callable[[Frame], ir.Table]
Basis = Literal["periods", "catalog"]


@dataclass(frozen=True)
class Measure:
    """A registered measure.

    `text` is its definition, `unit` that of `value`; `parameters` the readings that change it; `citation`
    who defined it. `phrase` is its sentence, with {subject}, {value}, {whole} and {period}; `question` what it asks, with
    {whom}, where its name says that badly. A `cumulative`
    measure gets spans that start at the origin instead of periods. `basis`: what the frame's quantities are: flows of the
    request's `periods`, or the repositories of the `catalog` in scope (then the measure labels its own spans). An
    `ordered` measure's rows stay in the order in which it gives them; one that is `summed` looks at sums of quantities
    alone, never at single repositories; one that is `named` looks them up by their ids. `among`: the dimension whose members it compares where none is asked for.
    """

    name: str
    text: str
    unit: str
    parameters: tuple[str, ...]
    citation: str
    phrase: str
    compute: Compute
    cumulative: bool = False
    basis: Basis = "periods"
    ordered: bool = False
    summed: bool = False
    among: str = ""
    named: bool = False
    question: str = ""

    def asks(self, whom: str, several: bool = False) -> str:
        """What the measure asks of somebody, or of several, as a question."""
        question = self.question or f"What is the {self.name.replace('_', ' ')} of {{whom}}?"
        return (in_plural(question) if several else question).format(whom=whom)


PLURAL = {"has": "have", "is {whom}": "are {whom}", "does": "do", "its": "their", "it": "them"}


def in_plural(question: str) -> str:
    """A question of one as one of several.

    >>> in_plural("What share of downloads has {whom}?"), in_plural("How far does {whom} reach with what grows from it?")
    ('What share of downloads have {whom}?', 'How far do {whom} reach with what grows from them?')
    """
    words = "|".join(sorted(map(re.escape, PLURAL), key=len, reverse=True))
    return re.sub(rf"\b(?:{words})(?!\w)", lambda found: PLURAL[found[0]], question)


_MEASURES: dict[str, Measure] = {}


def measure(
    name: str,
    *,
    text: str,
    unit: str,
    phrase: str,
    citation: str,
    parameters: tuple[str, ...] = (),
    cumulative: bool = False,
    basis: Basis = "periods",
    ordered: bool = False,
    summed: bool = False,
    among: str = "",
    named: bool = False,
    question: str = "",
) -> Callable[[Compute], Compute]:
    """Register a function from a frame to a table: the request's dimensions, `span`, `value`, `low`, `high`,
    and where they apply `observed`, `open` and further columns that the measure names."""

    def register(compute: Compute) -> Compute:
        _MEASURES[name] = Measure(
            name,
            text,
            unit,
            parameters,
            citation,
            phrase,
            compute,
            cumulative,
            basis,
            ordered,
            summed,
            among,
            named,
            question,
        )
        return compute

    return register


def measures() -> dict[str, Measure]:
    """All registered measures."""
    return dict(_MEASURES)


def find_measure(name: str) -> Measure:
    """The measure of that name, or an error with the nearest one."""
    if name == "revision":
        raise RequestError(
            "a revision compares the answers of measures",
            where="measure revision",
            remedy="ask with `modelcensus diff THEN NOW` (docs/measures/revision.md)",
        )
    if name not in _MEASURES:
        alike = near(name, _MEASURES)
        remedy = nearest(name, list(_MEASURES), alike)
        raise UnknownError(f"unknown measure {name!r}", name=name, near=alike, where="measure", remedy=remedy)
    return _MEASURES[name]

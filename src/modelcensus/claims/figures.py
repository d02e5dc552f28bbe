"""Single figures that others published: kept beside the observations, and tested against each other."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from pydantic import Field, field_validator, model_validator

from modelcensus.claims.entries import Comparison, Entry, Mark, Number, PeriodText
from modelcensus.claims.packs import read_yaml
from modelcensus.claims.verdicts import UNTESTABLE, judge, month_number, slack_of
from modelcensus.vocabulary import RequestError, nearest

EXPLANATIONS = ("date", "scope", "source")
"""What two figures of the same quantity can differ in."""


class Published(Entry):
    """One figure: a value (`least`: at least so much) or a month, of what, when, over what, and who says so."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    about: str
    value: Number | None = None
    month: PeriodText | None = None
    least: bool = False
    date: str = ""
    scope: str
    source: str
    mark: Mark
    url: str = ""

    @field_validator("date", mode="before")
    @classmethod
    def _text(cls, value: Any) -> Any:
        return str(value)

    @model_validator(mode="after")
    def _one(self) -> Published:
        if (self.value is None) == (self.month is None):
            raise ValueError("give a value or a month")
        return self

    @property
    def bounds(self) -> tuple[float, float | None]:
        """The numbers that the figure as written leaves open."""
        if self.month is not None:
            return month_number(self.month), month_number(self.month)
        assert self.value
        slack = slack_of(self.value)
        return self.value.value - slack, None if self.least else self.value.value + slack


class Figures(Entry):
    """The file figures.yml."""

    version: datetime.date
    figures: tuple[Published, ...]


@cache
def published_figures() -> dict[str, Published]:
    """All figures by id."""
    content = (files("modelcensus.claims") / "figures.yml").read_text()
    return {f.id: f for f in read_yaml(Figures, content, "figures.yml").figures}


def find_figures(ids: Iterable[str], where: str) -> list[Published]:
    """The figures of these ids."""
    known = published_figures()
    for name in ids:
        if name not in known:
            raise RequestError(f"no figure {name!r}", where=where, remedy=nearest(name, list(known)))
    return [known[i] for i in ids]


def judge_figure(figure: Published, compare: Comparison) -> str:
    """Whether a comparison is true of a figure of the same kind as it is printed; untestable where it is of another."""
    if (figure.month is None) != (compare.first is None):
        return UNTESTABLE
    number = getattr(compare, compare.kind)
    threshold = number[0] if isinstance(number, tuple) else number
    if figure.value and getattr(threshold, "kind", "plain") not in (figure.value.kind, "plain"):
        return UNTESTABLE
    return judge(compare, *figure.bounds)


@dataclass(frozen=True)
class Contradiction:
    """Figures of one quantity that cannot all be right as they stand, and what could explain it."""

    about: str
    figures: tuple[Published, ...]
    explained_by: tuple[str, ...]


def contradictions(figures: Iterable[Published] | None = None) -> list[Contradiction]:
    """Quantities with figures that exclude each other, with the ways in which those figures differ."""
    groups: dict[str, list[Published]] = defaultdict(list)
    for figure in published_figures().values() if figures is None else figures:
        groups[figure.about].append(figure)
    found = []
    for about, members in groups.items():
        clashing = [(a, b) for i, a in enumerate(members) for b in members[i + 1 :] if not _compatible(a, b)]
        if clashing:
            involved = {f.id for pair in clashing for f in pair}
            explained = tuple(
                name for name in EXPLANATIONS if any(getattr(a, name) != getattr(b, name) for a, b in clashing)
            )
            found.append(Contradiction(about, tuple(f for f in members if f.id in involved), explained))
    return found


def _compatible(one: Published, other: Published) -> bool:
    (a, b), (c, d) = one.bounds, other.bounds
    return (d is None or a <= d) and (b is None or c <= b)

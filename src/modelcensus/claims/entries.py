"""What a claim pack holds: the schema of its YAML (docs/claims.md)."""

import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from modelcensus.claims.numbers import Written, written
from modelcensus.vocabulary import Period, RequestError

Mark = Literal["primary", "reported", "computed", "inferred"]
"""How sure a figure is: read in the primary source, reported by another, computed, inferred."""
Verdict = Literal["holds", "fails", "depends", "undetermined", "untestable"]


class Entry(BaseModel):
    """Part of a pack: an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _number(value: Any) -> Any:
    if isinstance(value, str):
        return written(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Written(float(value), "plain", 0.0)
    return value


def _period(value: Any) -> Any:
    text = str(value)
    try:
        Period.parse(text)
    except RequestError as error:
        raise ValueError(str(error)) from error
    return text


def _texts(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Number = Annotated[Written, BeforeValidator(_number)]
PeriodText = Annotated[str, BeforeValidator(_period)]
Texts = Annotated[tuple[str, ...], BeforeValidator(_texts)]


class Source(Entry):
    """Who published something, and where."""

    title: str
    publisher: str
    date: datetime.date | None = None
    url: str = ""


class Comparison(Entry):
    """What is said of a number: exactly one of `above`, `at_least`, `below`, `at_most`, `about` (with `within`, else half
    of its last digit), `between`; or of a crossover `first`, the months in which it is said to lie."""

    above: Number | None = None
    at_least: Number | None = None
    below: Number | None = None
    at_most: Number | None = None
    about: Number | None = None
    within: Number | None = None
    between: tuple[Number, Number] | None = None
    first: PeriodText | None = None

    @model_validator(mode="after")
    def _one(self) -> "Comparison":
        given = [k for k in KINDS if getattr(self, k) is not None]
        if len(given) != 1:
            raise ValueError(f"give exactly one of {', '.join(KINDS)}")
        if self.within is not None and self.about is None:
            raise ValueError("within belongs to about")
        return self

    @property
    def kind(self) -> str:
        """Which comparison it is."""
        return next(k for k in KINDS if getattr(self, k) is not None)

    @property
    def threshold(self) -> float | None:
        """The number compared with, where it is one."""
        number = getattr(self, self.kind)
        return number.value if isinstance(number, Written) else None


KINDS = ("above", "at_least", "below", "at_most", "about", "between", "first")


class Choice(Entry):
    """One way to read one degree of freedom: what it changes in the request, and its words.

    `since` makes the period run from there (`first`, `first_exact`, a month) to the end of the claim's. `row` chooses
    among the rows of a measure that answers with several. `applies`: to observed counters only, or reported series.
    `longest`: the longest period that it tells of, in days.
    """

    text: str
    measure: str | None = None
    of: dict[str, Texts] | None = None
    within: str | None = None
    period: PeriodText | None = None
    since: str | None = None
    by: Texts | None = None
    reading: dict[str, str] = Field(default_factory=dict)
    row: dict[str, str] = Field(default_factory=dict)
    applies: Literal["both", "observed", "reported"] = "both"
    longest: int | None = None

    @field_validator("reading", "row", mode="before")
    @classmethod
    def _plain(cls, value: Any) -> Any:
        return {k: str(v) for k, v in value.items()} if isinstance(value, dict) else value


class Freedom(Entry):
    """A degree of freedom: in what a statement can be meant in more than one way. `applies`: of which evidence it is
    one; of other evidence it leaves nothing open."""

    text: str
    applies: Literal["both", "observed", "reported"] = "both"
    choices: dict[str, Choice] = Field(min_length=1)


class Worded(Entry):
    """The choices of one reading: per degree of freedom the name of a choice, or several in order of preference where
    the first may have no evidence; and why."""

    choices: dict[str, Texts] = Field(default_factory=dict)
    because: str


class Excluded(Entry):
    """A combination of choices that nobody means, and why."""

    when: dict[str, Texts] = Field(min_length=1)
    because: str


class Link(Entry):
    """One link of the chain of who quoted whom: its wording (a short fragment, where its own words are known), and what
    it says where that differs from the claim's own wording."""

    by: str
    date: datetime.date | None = None
    url: str = ""
    fragment: str = Field(default="", max_length=160)
    mark: Mark = "reported"
    says: dict[str, Texts] = Field(default_factory=dict)
    compare: Comparison | None = None
    changed: str = ""


class Claim(Entry):
    """A published statement in our own words, and the readings under which it can be meant."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    statement: str
    fragment: str = Field(default="", max_length=160)
    chain: tuple[Link, ...] = ()
    measure: str = ""
    of: dict[str, Texts] = Field(default_factory=dict)
    within: str = ""
    by: Texts = ()
    period: PeriodText | Literal[""] = ""
    reading: dict[str, str] = Field(default_factory=dict)
    row: dict[str, str] = Field(default_factory=dict)
    compare: Comparison | None = None
    as_worded: Worded | None = None
    publisher: Worded | None = None
    readings: dict[str, tuple[str, ...] | dict[str, Choice] | Literal[False]] = Field(default_factory=dict)
    exclude: tuple[Excluded, ...] = ()
    figures: Texts = ()
    pinned: Verdict | None = None
    untestable: str = ""

    @model_validator(mode="after")
    def _testable(self) -> "Claim":
        if self.untestable:
            if self.measure or self.compare or self.readings:
                raise ValueError("an untestable claim names no measure: say in `untestable` which data would test it")
            return self
        missing = [k for k in ("measure", "compare", "as_worded") if not getattr(self, k)]
        if missing:
            raise ValueError(f"a claim needs {', '.join(missing)}, or `untestable`: which data would test it")
        assert self.compare
        if (self.measure == "crossover") != (self.compare.kind == "first"):
            raise ValueError("`compare: {first: PERIOD}` and the measure crossover belong together")
        return self


class Pack(Entry):
    """Claims of one publication."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    version: datetime.date
    title: str
    source: Source
    claims: tuple[Claim, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _different(self) -> "Pack":
        ids = [c.id for c in self.claims]
        twice = {i for i in ids if ids.count(i) > 1}
        if twice:
            raise ValueError(f"claims stand twice: {', '.join(sorted(twice))}")
        return self

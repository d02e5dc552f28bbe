"""What is said of a number, from what people write: of the kind that the measure gives."""

from __future__ import annotations

from modelcensus.claims.composing import period as claim_period
from modelcensus.claims.entries import Comparison
from modelcensus.claims.numbers import Written, written
from modelcensus.measures import Measure
from modelcensus.vocabulary import RequestError

_UNITS = {
    "share": (("share", "plain"), "50 %"),
    "share points": (("share", "plain"), "5 %"),
    "change": (("share", "plain"), "20 %"),
    "downloads": (("count", "plain"), "153.6 million"),
    "repositories": (("count", "plain"), "10 thousand"),
    "times": (("times", "plain"), "2 times"),
    "place": (("plain",), "1"),
    "days": (("plain",), "90"),
}
"""Unit of a measure -> the kinds of numbers that it is compared with, and how one is written."""

_ANY = (("share", "count", "times", "plain"), "1.5")


def example_of(measure: Measure) -> str:
    """A number of the kind that the measure gives, as it is written."""
    return _UNITS.get(measure.unit, _ANY)[1]


def comparison(kind: str, text: str, give_or_take: str, measure: Measure) -> Comparison:
    """What is said of the number: `between` as A..B, `first` as the months in which it is said to lie."""
    where = option(kind)
    if (kind == "first") != (measure.name == "crossover"):
        raise RequestError(
            "--first and the measure crossover belong together", where=where,
            remedy="give the months with --first" if kind != "first" else "compare with a number, as with --above",
        )  # fmt: skip
    if give_or_take and kind != "about":
        raise RequestError("only --about has a slack", where="--give-or-take", remedy="leave it out")
    stated: dict[str, object] = {}
    if kind == "first":
        stated["first"] = claim_period(text)
        if not stated["first"]:
            raise RequestError("a crossing has a month", where=where, remedy="write 2025-07 or 2025-06..2025-08")
    elif kind == "between":
        low, separator, high = text.partition("..")
        if not separator:
            raise RequestError(f"{text!r} is not A..B", where=where, remedy="write for example 40 %..50 %")
        stated["between"] = number(low, measure, where), number(high, measure, where)
        if stated["between"][0].value > stated["between"][1].value:
            raise RequestError(f"{text!r} ends before it starts", where=where, remedy="swap its ends")
    else:
        stated[kind] = number(text, measure, where, keep_slack=kind == "about")
        if give_or_take:
            stated["within"] = number(give_or_take, measure, "--give-or-take")
    return Comparison.model_validate(stated)


def option(kind: str) -> str:
    """The option of a comparison: `--at-least`."""
    return f"--{kind.replace('_', '-')}"


def number(text: str, measure: Measure, where: str, keep_slack: bool = False) -> Written:
    """A number of the kind that the measure's unit wants; a plain one is exact, unless its last digit counts."""
    kinds, example = _UNITS.get(measure.unit, _ANY)
    try:
        found = written(text)
    except ValueError as error:
        raise RequestError(f"{text!r} is no number", where=where, remedy=f"write for example {example}") from error
    if found.kind not in kinds or (measure.unit == "share" and found.kind == "plain" and found.value > 1):
        raise RequestError(
            f"{text!r} is no number of {measure.unit}, which {measure.name} gives", where=where,
            remedy=f"write for example {example}",
        )  # fmt: skip
    return Written(found.value, "plain", 0.0) if found.kind == "plain" and not keep_slack else found

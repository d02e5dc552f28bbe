"""A number in one sentence, with its subject, unit, denominator, period and bounds."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING

from modelcensus.measures.in_words import COUNTED, bounds, number, period_text, says_nothing
from modelcensus.vocabulary.naming import listed, size_text, told_apart

if TYPE_CHECKING:
    from modelcensus.measures.result import Result, Row
    from modelcensus.vocabulary import Request


SPEAKING = ("organization", "family", "repository")
"""Dimensions whose members are known by their name alone."""
WORDS = {
    "region": "organizations based in {}", "root_family": "models made from {}", "root_organization": "models made from those of {}",
    "root_region": "models made from those of {}",
}  # fmt: skip
"""How the members of other dimensions are spoken of; regions by the labels of their grouping."""
TITLES = ("generation", "variant")
"""Dimensions whose members bear names of their own, which need no word before them where rows tell of them."""
SIZED = {"size_class": "parameters", "active_class": "active parameters"}
"""Dimensions of sizes, and what they are sizes of, in billions."""
EVERY = "All repositories"
"""The subject of a request that names none."""
ROOTS = {
    "root_family": "{}",
    "root_organization": "models of {}",
    "root_region": "models of organizations based in {}",
}
"""How what derivatives were made from is spoken of."""


def derivatives_text(result: Result, row: Row) -> str:
    """Which derivatives a row counts: of what relation, and of whom."""
    told = {d: [str(v)] for d, v in row.dimensions.items() if d in result.request.dimensions and v is not None}
    asked = {d: list(values) for d, values in result.request.of} | told
    kinds = "/".join(asked.pop("relation", []))
    roots = [
        ROOTS[d].format(" and ".join(result.places.get(v, v) if d.endswith("region") else v for v in asked.pop(d)))
        for d in ROOTS if d in asked
    ]  # fmt: skip
    others = ", ".join(
        spoken(d, values, lambda v: result.places.get(v, v), result.shared) for d, values in asked.items()
    )
    of = f" of {' and '.join(roots)}" if roots else ""
    return f"{f'{kinds} ' if kinds else ''}derivatives{of}{f' ({others})' if others else ''}"


def subject_text(result: Result, row: Row) -> str:
    """Who the sentence is about: the row's dimensions, else the request's subject."""
    named = [
        told_apart(k, [str(v)], result.shared) if k in (*SPEAKING, *TITLES) else result.places.get(str(v), str(v))
        if k.endswith("region") else spoken(k, [str(v)])
        for k, v in row.dimensions.items() if k in result.request.dimensions and v is not None
    ]  # fmt: skip
    if named:
        first = named[0]
        return " / ".join(
            [f"{first[0].upper()}{first[1:]}" if first in result.places.values() else first, *named[1:]]
        )
    if "repository" in row.dimensions:
        return str(row.dimensions["repository"] or row.dimensions.get("organization"))
    maker = row.dimensions.get("organization")
    return result.subject_text or (told_apart("organization", [str(maker)], result.shared) if maker else EVERY)


def subject_terms(request: Request, place: Callable[[str], str], shared: Collection[str] = ()) -> str:
    """The subject of a request in words (`place` names a region, `shared` are names of several meanings); nothing where
    it has no terms."""
    parts = []
    for dimension, values in request.of:
        named = values if len(values) < 4 else (*values[:3], f"{len(values) - 3} more")
        parts.append(spoken(dimension, named, place, shared))
    return " / ".join(parts)


def spoken(
    dimension: str, values: Sequence[str], place: Callable[[str], str] = str, shared: Collection[str] = ()
) -> str:
    """The members of a dimension in words; `place` names a region, `shared` are names of several meanings.

    >>> spoken("size_class", ["5-10"]), spoken("license_class", ["permissive"])
    ('models of 5-10 billion parameters', 'license class permissive')
    >>> spoken("family", ["Qwen"]), spoken("region", ["us", "china"], str.upper), spoken("generation", ["Qwen3"])
    ('Qwen', 'organizations based in US and CHINA', 'generation Qwen3')
    """
    named = [place(v) for v in values] if dimension.endswith("region") else list(values)
    if dimension in SPEAKING:
        return told_apart(dimension, named, shared)
    if dimension in SIZED:
        return f"models of {listed([size_text(v, SIZED[dimension]) for v in named])}"
    if dimension not in WORDS:
        return f"{dimension.replace('_', ' ')} {listed(named)}"
    return WORDS[dimension].format(listed(named))


def sentence(result: Result, row: Row) -> str:
    """See Result.sentence."""
    within = f"within {result.whole_text}"
    whole = result.whole_text if result.measure in ("share", "ratio", "crossover", "mix") else within
    value, span = number(row.value, result.unit), bounds(row, result.unit)
    if row.value is None or span == f"at least {value}; the upper bound is open":
        value, span = span.replace("; the upper bound is open", "") or f"about {number(row.low, result.unit)}", ""
    if result.measure == "growth" and result.request.reading.against == "first":
        value += f" per {result.request.grain or 'period'}, compound,"
    counted = COUNTED.get(str(row.dimensions.get("counted", result.request.reading.counter)), "")
    counted = "" if result.unit in ("points", "days") else counted
    period = row.period.rpartition("..")[2] if "end of {period}" in result.phrase else row.period
    subject = subject_text(result, row)
    phrase = result.phrase
    if says_nothing(row, result.unit):
        phrase = _untold(result, period)
        whole = f"of the {result.noun} of {result.whole_text}" if result.unit == "share" else within
    text = phrase.format(
        subject=subject,
        derivatives=derivatives_text(result, row) if "{derivatives}" in result.phrase else "",
        value=value,
        whole=whole,
        period=f"{counted}{period_text(period)}",
        **{
            k: "unknown" if v is None else period_text(str(v))
            for k, v in row.dimensions.items()
            if k not in result.request.dimensions
        },
    )
    text += f", {span}" if span else ""
    if subject[:1].islower() and text.startswith(subject) and _is_namespace(result, row):
        text = f"The organization {text}"  # an id, as the Hub writes it
    elif phrase is not result.phrase or subject.startswith("the ") or not _begins_with_name(result, row):
        text = f"{text[0].upper()}{text[1:]}"
    seen = (
        f"; known for {row.observed:,} of {row.scope_size:,} repositories" if row.scope_size and row.observed else ""
    )
    channel = str(row.dimensions.get("channel", ""))
    by = f"reported by {channel.partition(':')[2]}" if channel.startswith("reported:") else result.counted_by
    return f"{text} ({by}{result.added_up}{seen})."


UNTOLD = {"ram": "adoption since release (RAM)"}
"""What measures give, where their own name does not say it."""


def _untold(result: Result, period: str) -> str:
    """How it is said that a number is not known."""
    what = f"number of {result.noun}" if result.unit == result.noun else result.measure.replace("_", " ")
    when = "by {period} after release" if period.startswith("day ") else "in {period}"
    when = "from {against} to {period}" if result.measure == "growth" else when
    told = "these data" if result.reported else "these counters"
    return f"the {UNTOLD.get(result.measure, what)} of {{subject}} {{whole}} {when} cannot be told from {told}"


def _is_namespace(result: Result, row: Row) -> bool:
    """Whether the sentence is about one organization, by its namespace."""
    told = [d for d in (*result.request.dimensions, "repository") if row.dimensions.get(d) is not None]
    asked = [d for d, values in result.request.of if len(values) == 1]
    first = (told or asked)[:1]
    return first == ["organization"] and not subject_text(result, row).startswith("the ")


def _begins_with_name(result: Result, row: Row) -> bool:
    """Whether the sentence begins with a name, whose first letter is its own."""
    if not result.phrase.startswith("{subject}"):
        return False
    told = [d for d in (*result.request.dimensions, "repository") if row.dimensions.get(d) is not None]
    if told:
        return told[0] in (*SPEAKING, *TITLES) or told[0].endswith("region")
    return not result.request.of or result.request.of[0][0] in SPEAKING

"""Numbers in words: one sentence with unit, denominator, period and bounds."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import date, timedelta
from functools import lru_cache
from math import floor, inf, log10
from typing import TYPE_CHECKING

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
COUNTER_NAMES = {"rolling_30d": "30-day counter", "all_time": "all-time counter", "period": "exact count of periods"}
"""How a counter is called."""
ROOTS = {
    "root_family": "{}",
    "root_organization": "models of {}",
    "root_region": "models of organizations based in {}",
}
"""How what derivatives were made from is spoken of."""
COUNTED = {"rolling_30d": "the 30 days up to the reading of ", "all_time": "all time up to the reading of "}
"""What a counter counts, before the day on which it was read."""


def number(value: float | None, unit: str) -> str:
    """A value for reading.

    >>> number(172_412_000, "downloads"), number(0.398, "share"), number(2.546, "times"), number(None, "share")
    ('172.4 million', '39.8 %', '2.5', 'unknown')
    >>> number(2.0163, "times"), number(2.0, "times")
    ('2.02', '2.0')
    >>> number(3.0, "place"), number(812, "downloads"), number(0.9999, "share"), number(2.81e-7, "share")
    ('3', '812', 'just under 100 %', '0.000028 %')
    >>> number(123.456, "base 100"), number(57.04, "points"), number(1234.0, "days")
    ('123.5', '57.0', '1,234 days')
    >>> number(0.1234, "change"), number(-0.5, "change"), number(24.0, "change"), number(0.04167, "index")
    ('+12.3 %', '-50.0 %', '+2,400.0 %', '0.0417')
    >>> number(-0.024, "share points")
    '-2.4 points'
    """
    if value is None:
        return "unknown"
    if unit == "share":
        percent = 100 * value
        if 99.95 <= percent < 100:
            return "just under 100 %"
        if percent == 0 or abs(percent) >= 0.1:
            return f"{percent:.1f} %"
        two_digits = f"{percent:.{1 - floor(log10(abs(percent)))}f}"  # never 2.8e-05
        return f"{two_digits.rstrip('0')} %"
    if unit == "change":
        return f"{100 * value:+,.1f} %"
    if unit == "share points":
        return f"{100 * value:+.1f} points"
    if unit == "index":
        return f"{value:.3g}" if value < 1000 else f"{value:,.0f}"
    if unit == "days":
        return f"{value:,.0f} days"
    if unit in ("base 100", "points"):
        return f"{value:,.1f}"
    if unit == "times":
        near = value < 10 and value != round(value) and f"{value:.1f}".endswith(".0")  # "more than twice": is it?
        return f"{value:.2f}" if near else f"{value:.1f}" if value < 100 else f"{value:,.0f}"
    if unit == "place":
        return f"{value:.0f}"
    for size, word in ((1e9, " billion"), (1e6, " million")):
        if abs(value) >= size:
            return f"{value / size:.2f}{word}" if size == 1e9 else f"{value / size:.1f}{word}"
    return f"{value:,.0f}"


PARTS_OF_ONE = ("of_total", "percentile_low", "percentile", "percentile_high")
"""Columns beside the value that are shares."""


def cell(name: str, value: object) -> str:
    """What stands in a column beside the value, for reading.

    >>> cell("of_total", 0.66666667), cell("part", "own"), cell("part", None)
    ('66.7 %', 'own', '')
    """
    if isinstance(value, float) and name in PARTS_OF_ONE:
        return number(value, "share")
    return "" if value is None else str(value)


@lru_cache(maxsize=8_192)
def period_text(label: str) -> str:
    """A period for reading.

    >>> period_text("2026-02"), period_text("2026-06-05"), period_text("2026-09-01..2026-09-30")
    ('February 2026', '5 June 2026', 'September 2026')
    >>> period_text("2024-07..2026-09")
    'July 2024 to September 2026'
    """
    try:
        first, _, last = label.partition("..")
        if last and len(first) == 10 and len(last) == 10 and first[:7] == last[:7] and first.endswith("-01"):
            month_end = (date.fromisoformat(first).replace(day=28) + timedelta(days=4)).replace(day=1)
            if date.fromisoformat(last) == month_end - timedelta(days=1):
                return _day_text(first[:7])
        return f"{_day_text(first)} to {_day_text(last)}" if last else _day_text(first)
    except ValueError:
        return label


def _day_text(text: str) -> str:
    if len(text) == 7:
        return f"{date.fromisoformat(text + '-01'):%B %Y}"
    if len(text) == 10:
        day = date.fromisoformat(text)
        return f"{day.day} {day:%B %Y}"
    return text


FLOORS = {"change": -1.0, "share points": -1.0}
"""The least that a value of a unit can be at all, where that is not 0."""
CEILINGS = {"share": 1.0}
"""The most that it can be, where that is bounded."""


def least(row: Row, unit: str) -> float | None:
    """What is sure of a row: its value, else a lower bound above what any value reaches; nothing where there is none."""
    if row.value is not None:
        return row.value
    return row.low if row.low is not None and row.low > FLOORS.get(unit, 0.0) else None


def says_nothing(row: Row, unit: str) -> bool:
    """Whether a row has neither a value nor a bound that excludes anything."""
    return (row.high is None or row.high >= CEILINGS.get(unit, inf)) and least(row, unit) is None


def bounds(row: Row, unit: str) -> str:
    """The interval in words: empty where the value is exact or reported.

    An open interval says so; it never shows a number that nobody knows, nor a bound that excludes nothing.
    """
    if row.low is None and row.high is None:
        return ""
    if says_nothing(row, unit):
        return "unknown"
    low = number(row.low, unit)
    if row.high is None:
        return f"at least {low}; the upper bound is open"
    high = number(row.high, unit)
    if low == high:
        return ""
    return f"between {low} and {high}"


def counter_text(counter: str) -> str:
    """A counter that is taken as it was read, in words.

    >>> counter_text("rolling_30d"), counter_text("period")
    ('30-day counter as read', 'exact count of periods as read')
    """
    return f"{COUNTER_NAMES.get(counter, f'counter {counter}')} as read"


def span_text(counter: str, period: str) -> str:
    """What a number is counted over: a period, or what a counter counts up to its reading.

    >>> span_text("", "2026-02"), span_text("all_time", "2026-10-27")
    ('February 2026', 'all time up to the reading of 27 October 2026')
    """
    return COUNTED.get(counter, "") + period_text(period)


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
    by += ", of the organizations that it lists" if _is_sum_of_listed(result, row) else ""
    return f"{text} ({by}{seen})."


def _is_sum_of_listed(result: Result, row: Row) -> bool:
    """Whether a series by organization was added up: it says nothing of those that it does not list."""
    told = {d for d in result.request.dimensions if row.dimensions.get(d) is not None}
    told |= {d for d, _ in result.request.of}
    return result.reported and bool(told) and told.isdisjoint(SPEAKING) and "listed" not in result.whole_text


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

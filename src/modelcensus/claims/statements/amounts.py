"""Amounts in plain text: in digits and in words, with what stands before them: more than, nearly, just under."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from modelcensus.claims.numbers import SCALES, Kind, Written, find_numbers
from modelcensus.claims.statements.lexicon import hits, pattern, words

_OUT_OF = re.compile(
    r"\b(?P<a>one|two|three|four|five|six|seven|eight|nine|\d{1,2})\s+(?:in|out of|of)\s+(?:every\s+)?"
    r"(?P<b>two|three|four|five|six|seven|eight|nine|ten|twenty|a hundred|\d{1,4})\b(?!\s*(?:million|billion|%))",
    re.IGNORECASE,
)
_FOLD = re.compile(
    r"\b(?P<n>two|three|four|five|six|seven|eight|nine|ten|twenty|\d+(?:\.\d+)?)-?\s?fold\b", re.IGNORECASE
)
_TIMES = re.compile(r"\b(?P<n>one|two|three|four|five|six|seven|eight|nine|ten|twenty)\s+times\b", re.IGNORECASE)
_TO_ONE = re.compile(
    r"\b(?P<n>two|three|four|five|six|seven|eight|nine|ten|\d+(?:\.\d+)?)\s+to\s+(?:one|1)\b", re.IGNORECASE
)
_FACTOR = re.compile(
    r"\bfactor\s+(?:of\s+)?(?P<n>two|three|four|five|six|seven|eight|nine|ten|twenty|\d+(?:\.\d+)?)\b", re.IGNORECASE
)
_BETWEEN = re.compile(
    r"\bbetween\s+(?P<a>\d+(?:\.\d+)?)\s*(?P<u>%|per ?cent|pct)?\s+and\s+(?P<b>\d+(?:\.\d+)?)\s*(?:%|per\s?cent|pct)",
    re.IGNORECASE,
)
_MAJORITY = re.compile(r"\b(?:the|a)\s+majority\b", re.IGNORECASE)
_HALF_A = re.compile(r"\b(?P<n>half|quarter)\s+a\s+(?P<scale>million|billion|trillion)\b", re.IGNORECASE)
_A_SCALE = re.compile(r"\ba\s+(?P<scale>million|billion|trillion)\b", re.IGNORECASE)
_WORD_SCALE = re.compile(
    r"\b(?P<n>one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|hundred)[\s-]+"
    r"(?P<scale>million|billion)\b",
    re.IGNORECASE,
)
_POINTS = re.compile(r"\s*(?:percentage\s+points?|points?|pp)\b", re.IGNORECASE)
_BEFORE = 34
_MORE = re.compile(r"\s*(?:,\s*)?(?P<what>or more\b|or so\b|or less\b|and counting\b|\+|plus\b)", re.IGNORECASE)


@dataclass(frozen=True)
class Amount:
    """An amount: what it is, how it is compared, and where it stands (with its comparator from `head` on)."""

    head: int
    start: int
    end: int
    value: float
    slack: float
    kind: Kind
    comparator: str
    became: bool = False
    """Whether a verb says that something became so many times what it was: doubled."""
    near: str = ""
    """The words that make it a rough one: nearly, about."""


def find_amounts(text: str) -> list[Amount]:
    """The amounts of a sentence, in order.

    >>> [(a.value, a.kind, a.comparator) for a in find_amounts("more than half of 1.2B, nearly 40 %")]
    [(0.5, 'share', 'above'), (1200000000.0, 'count', 'equals'), (0.4, 'share', 'about')]
    """
    found: list[tuple[int, int, float, float, Kind, bool]] = []

    def add(start: int, end: int, value: float, slack: float, kind: Kind, became: bool = False) -> None:
        if not any(a < end and start < b for a, b, *_ in found):
            found.append((start, end, value, slack, kind, became))

    for match in _HALF_A.finditer(text):
        value = {"half": 0.5, "quarter": 0.25}[match["n"].lower()] * SCALES[match["scale"].lower()]
        add(match.start(), match.end(), value, value / 20, "count")
    for match in _OUT_OF.finditer(text):
        a, b = _small(match["a"]), _small(match["b"])
        if a and b and a < b and b <= 1000:
            add(match.start(), match.end(), round(a / b, 4), 0.02, "share")
    edges: dict[int, str] = {}
    for match in _BETWEEN.finditer(text):
        for name, comparator in (("a", "at_least"), ("b", "at_most")):
            add(match.start(name), match.end(name), float(match[name]) / 100, 0.005, "share")
            edges[match.start(name)] = comparator
    for pattern_ in (_TO_ONE, _FACTOR):
        for match in pattern_.finditer(text):
            add(
                match.start(),
                match.end(),
                float(_small(match["n"]) or match["n"]),
                0.25,
                "times",
                pattern_ is _FACTOR,
            )
    for match in _WORD_SCALE.finditer(text):
        value = _small(match["n"]) * SCALES[match["scale"].lower()]
        add(match.start(), match.end(), value, value / 20, "count")
    for start, end, number in find_numbers(text):
        if not _POINTS.match(text, end) and not _is_year(text, start, end, number):
            add(start, end, number.value, number.slack, number.kind)
    for match in _FOLD.finditer(text):
        add(match.start(), match.end(), _small(match["n"]) or float(match["n"]), 0.5, "times")
    for match in _TIMES.finditer(text):
        add(match.start(), match.end(), float(_small(match["n"]) or 0), 0.5, "times")
    for hit in hits(text, "fractions"):
        add(hit.start, hit.end, float(str(hit.value)), 0.02, "share")
    for name, became in (("multiples", False), ("became", True)):
        for hit in hits(text, name):
            add(hit.start, hit.end, float(str(hit.value)), 0.25, "times", became)
    for match in _A_SCALE.finditer(text):
        add(match.start(), match.end(), SCALES[match["scale"].lower()], 0.0, "count")
    amounts = [_compared(text, *f) for f in sorted(found)]
    amounts = [replace(a, comparator=edges[a.start]) if a.start in edges else a for a in amounts]
    for match in _MAJORITY.finditer(text):
        amounts.append(Amount(match.start(), match.start(), match.end(), 0.5, 0.0, "share", "above"))
    return sorted(amounts, key=lambda a: a.start)


def _small(text: str) -> int:
    known = words().numbers.get(text.lower())
    return known if known is not None else int(text) if text.isdigit() else 0


def _is_year(text: str, start: int, end: int, number: Written) -> bool:
    return number.kind == "plain" and number.value in range(1990, 2100) and end - start == 4


_COMPARATORS = {w.lower(): kind for kind, members in words().comparators.items() for w in members}
_ENDS = re.compile(rf"(?:{pattern(_COMPARATORS).pattern})\s*(?:the\s+|a\s+|an\s+|to\s+)?$", re.IGNORECASE)


def _compared(text: str, start: int, end: int, value: float, slack: float, kind: Kind, became: bool) -> Amount:
    """The amount with the comparator right before it (or after: `or more`)."""
    window = text[max(0, start - _BEFORE) : start]
    comparator, head, near = "equals", start, ""
    while match := _ENDS.search(window):
        word = re.sub(r"\s*(?:the|a|an|to)?\s*$", "", match[0].lower()).strip()
        word = word if word in _COMPARATORS else match[0].lower().strip()
        chosen = _COMPARATORS.get(word)
        if chosen is None:
            break
        near = word if chosen == "about" and not near else near
        comparator = _stronger(comparator, chosen)
        head = start - (len(window) - match.start())
        window = window[: match.start()]
    after = _MORE.match(text, end)
    if after and after["what"].lower() in ("or more", "and counting", "+", "plus"):
        comparator, end = "at_least", after.end()
    elif after and after["what"].lower() == "or so":
        comparator, end, near = "about", after.end(), "or so"
    return Amount(head, start, end, value, slack, kind, comparator, became, near)


def _stronger(known: str, other: str) -> str:
    """Of `nearly surpassed 1B` the word next to the number counts; else the one there is."""
    return other if known == "equals" else known

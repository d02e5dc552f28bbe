"""The words of lexicon.yml, as patterns."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml

from modelcensus.claims.entries import Entry


class Words(Entry):
    """The file lexicon.yml."""

    comparators: dict[str, list[str]]
    fractions: dict[str, float]
    multiples: dict[str, float]
    became: dict[str, float]
    numbers: dict[str, int]
    ordinals: dict[str, int]
    downloads: list[str]
    cumulative: list[str]
    reached: list[str]
    derivatives: list[str]
    fine_tunes: list[str]
    releases: list[str]
    growth: list[str]
    falling: list[str]
    previous: list[str]
    year: list[str]
    passing: list[str]
    exceeding: list[str]
    combined: list[str]
    one_by_one: list[str]
    vague: list[str]
    against_words: list[str]
    after_release: list[str]
    elsewhere: list[str]
    places: list[str]
    countries: list[str]
    parts: list[str]
    yielding: list[str]
    runner_up: list[str]
    all_the_rest: list[str]
    short_of: list[str]
    monthly: list[str]
    all_time: list[str]
    summed: list[str]
    first_time: list[str]
    for_good: list[str]
    pointing_back: list[str]
    saying_nothing: list[str]
    portions: list[str]
    top: list[str]
    scope: dict[str, list[str]]
    uncounted: dict[str, list[str]]
    unreal: dict[str, list[str]]
    press: dict[str, list[str]]
    regions: dict[str, list[str]]
    family_words: dict[str, list[str]]


@cache
def words() -> Words:
    """The lexicon."""
    content = yaml.safe_load((files("modelcensus.claims.statements") / "lexicon.yml").read_text())
    return Words.model_validate(content)


@dataclass(frozen=True)
class Hit:
    """Where a text has a word of the lexicon, and what it stands for."""

    start: int
    end: int
    text: str
    value: object


def pattern(listed: Iterable[str]) -> re.Pattern[str]:
    """Any of these words, longest first, not inside another word.

    >>> pattern(["more than", "more"]).findall("more than Anymore, more")
    ['more than', 'more']
    """
    chosen = sorted({w.lower() for w in listed}, key=len, reverse=True)
    return re.compile(r"(?<![\w-])(?:" + "|".join(re.escape(w) for w in chosen) + r")(?![\w])", re.IGNORECASE)


@cache
def pattern_of(name: str, kind: str = "") -> re.Pattern[str]:
    """The pattern of a list of the lexicon, or of one kind of it."""
    listed = getattr(words(), name)
    return pattern(listed[kind] if kind else listed)


@cache
def _values(name: str) -> tuple[re.Pattern[str], dict[str, object]]:
    """Any word of a list, or of all its kinds, and what each stands for."""
    listed = getattr(words(), name)
    if not isinstance(listed, dict):
        return pattern_of(name), {}
    if all(isinstance(v, list) for v in listed.values()):
        values: dict[str, object] = {w.lower(): kind for kind, members in listed.items() for w in members}
    else:
        values = {w.lower(): v for w, v in listed.items()}
    return pattern(values), values


def hits(text: str, name: str) -> list[Hit]:
    """The words of a list (or of all its kinds) in a text, in order; a kind is the value, of a number its own."""
    found, values = _values(name)
    return [Hit(m.start(), m.end(), m[0], values[m[0].lower()] if values else True) for m in found.finditer(text)]


def has(text: str, name: str, kind: str = "") -> bool:
    """Whether a text has a word of a list."""
    return bool(pattern_of(name, kind).search(text))

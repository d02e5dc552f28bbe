"""Sentences whose numbers are links: words and numbers apart, and no number without what it rests on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December"
    r"|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
)
TOKEN = re.compile(
    rf"""(?P<date>\b(?:\d{{1,2}}\s)?{MONTH}\s\d{{4}}\b|\b\d{{4}}-\d{{2}}(?:-\d{{2}})?\b|\b(?:19|20)\d\d\b(?!\s(?:million|billion|%)))
    |(?P<name>[A-Za-z_@][\w./@+-]*\d[\w./@+-]*|\b\d+-[a-z]+\b
        |\bthe\s30\sdays\b|\branks\s\d+\sto\s\d+\b)
    |(?P<code>`[^`]+`)
    |(?P<number>[+\u2212-]?\d+(?:,\d{{3}})*(?:\.\d+)?(?:-\d+)?(?:%|[A-Za-z]*)(?:\s(?:thousand|million|billion|%|times\b|points\b))*)""",
    re.VERBOSE,
)
"""What digits in a text are: a date, part of a name (Qwen3, the 30 days of the counter), of a command line, or a number
with its unit."""


@dataclass(frozen=True)
class Linked:
    """A number, or words that hold one, and where they lead: a provenance id, `figure-ID`, an id of a batch, or a place
    in the folder of the report (`claims/PACK/ID.html#readings`)."""

    text: str
    to: str


class Name(str):
    """A name, whose digits are no numbers."""


class Code(Name):
    """A command line."""

    code = True


@dataclass(frozen=True)
class Prose:
    """Parts of a sentence in their order; ValueError where plain words (no Name) hold a number.

    >>> Prose(("It was ", Linked("8.4 %", "p0"), " in May 2026.")).text
    'It was 8.4 % in May 2026.'
    >>> Prose(("It was 8.4 % in May 2026.",))
    Traceback (most recent call last):
    ValueError: a number without what it rests on: '8.4 %' in 'It was 8.4 % in May 2026.'
    """

    parts: tuple[str | Linked, ...]

    def __post_init__(self) -> None:
        for part in self.parts:
            plain = isinstance(part, str) and not isinstance(part, Name)
            bare = next(numbers(str(part)), None) if plain else None
            if bare is not None:
                raise ValueError(f"a number without what it rests on: {bare!r} in {part!r}")

    @property
    def text(self) -> str:
        """The sentence as it is read."""
        return "".join(p if isinstance(p, str) else p.text for p in self.parts)

    @property
    def rests_on(self) -> tuple[str, ...]:
        """Where its numbers lead, each once."""
        return tuple(dict.fromkeys(p.to for p in self.parts if isinstance(p, Linked)))


def prose(*parts: str | Linked | Prose) -> Prose:
    """A sentence from parts."""
    return Prose(tuple(p for part in parts for p in (part.parts if isinstance(part, Prose) else (part,)) if p))


def resting(text: str, to: str) -> Prose:
    """A text whose numbers all rest on the same.

    >>> [p.text for p in resting("Qwen3 had 8.4 % (1,000 of 2,000) on 3 May 2026.", "p0").parts if isinstance(p, Linked)]
    ['8.4 %', '1,000', '2,000']
    """
    parts: list[str | Linked] = []
    at = 0
    for match in TOKEN.finditer(text):
        if match["number"]:
            parts += [text[at : match.start()], Linked(match["number"], to)]
            at = match.end()
        elif match["code"]:
            parts += [text[at : match.start()], Code(match["code"].strip("`"))]
            at = match.end()
    return prose(*parts, text[at:])


def numbers(text: str) -> Iterator[str]:
    """The numbers of a text: not its dates, and not the digits of names.

    >>> list(numbers("Qwen2.5 had 1.2 billion (2025-07) under Apache-2.0; 30-day counts, 9 of 498, +3 %"))
    ['1.2 billion', '9', '498', '+3 %']
    """
    return (m["number"] for m in TOKEN.finditer(text) if m["number"])

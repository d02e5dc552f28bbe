"""Numbers as people write them: `50 %`, `153.6 million`, `1.2B`, `two thirds`; with the precision of the writing."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Kind = Literal["share", "count", "times", "plain"]

SCALES = {
    "": 1, "k": 1e3, "thousand": 1e3, "m": 1e6, "mn": 1e6, "mm": 1e6, "million": 1e6,
    "b": 1e9, "bn": 1e9, "billion": 1e9, "trillion": 1e12,
}  # fmt: skip
_WORDS = (("trillion", 12), ("billion", 9), ("million", 6), ("thousand", 3), ("", 0))
_DECIMALS = 18
PERCENT = ("%", "percent", "per cent", "pct")
TIMES = ("x", "times", "-fold", "fold")
_NUMBER = re.compile(
    r"(?P<digits>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)\s*"
    r"(?:(?P<sign>%)|(?P<word>per\s?cent|pct|thousand|million|billion|trillion|times|-?fold|mn|bn|mm|[kmbx])?(?![\w%]))",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Written:
    """A number with the kind that its writing shows, and half a unit of its last digit: what rounding leaves open."""

    value: float
    kind: Kind
    slack: float


def written(text: str) -> Written:
    """The number that a text is; ValueError where it is none.

    >>> written("153.6 million")
    Written(value=153600000.0, kind='count', slack=50000.0)
    >>> written("50 %"), written("1,234,567").value, written("2.5x").kind
    (Written(value=0.5, kind='share', slack=0.005), 1234567.0, 'times')
    """
    match = _NUMBER.fullmatch(text.strip())
    if not match:
        raise ValueError(f"{text!r} is no number such as 50 %, 153.6 million or 1.2B")
    return of_match(match)


def of_match(match: re.Match[str]) -> Written:
    """The number of a match of the pattern."""
    digits = match["digits"].replace(",", "")
    word = match["sign"] or re.sub(r"\s+", " ", (match["word"] or "").lower())
    last = 10.0 ** -len(digits.partition(".")[2])
    if word in PERCENT:
        return Written(round(float(digits) / 100, 12), "share", last / 200)
    if word in TIMES:
        return Written(float(digits), "times", last / 2)
    scale = SCALES[word]
    kind: Kind = "count" if word or "," in match["digits"] else "plain"
    return Written(round(float(digits) * scale, 6), kind, last * scale / 2)


def find_numbers(text: str) -> list[tuple[int, int, Written]]:
    """Every number in digits, with where it stands.

    >>> [(n.value, n.kind) for _, _, n in find_numbers("Qwen3 had 40% and Llama 12 per cent of 1.2B")]
    [(0.4, 'share'), (0.12, 'share'), (1200000000.0, 'count')]
    """
    return [
        (m.start(), m.end(), of_match(m))
        for m in _NUMBER.finditer(text)
        if not (m.start() and (text[m.start() - 1].isalnum() or text[m.start() - 1] in "-.,_"))
    ]


def number_text(number: Written) -> str | None:
    """What is written for a number, with the digits that its slack and the kind that its words show; None where no
    writing means it.

    >>> number_text(written("153.6M")), number_text(written("50%")), number_text(written("1,234,567"))
    ('153.6 million', '50 %', '1,234,567')
    """
    return next((t for t in writings(number) if _means(t, number)), None)


def writings(number: Written) -> Iterator[str]:
    """Texts that mean about the number, the most readable first: with more and more digits, of a count on every scale."""
    value = Decimal(repr(number.value))
    if not value.is_finite() or value < 0:
        return
    if number.kind == "share":
        yield from (f"{value * 100:.{d}f} %" for d in range(_DECIMALS))
    elif number.kind == "times":
        yield from (f"{value:.{d}f} times" for d in range(_DECIMALS))
    elif number.kind == "plain":
        yield from (f"{value:.{d}f}" for d in range(_DECIMALS))
    else:
        fits = [s for s in _WORDS if value >= 10 ** s[1] and (number.slack > 0.5 or not s[1])]
        for word, exponent in (*fits, *reversed(_WORDS)):
            yield from (f"{value.scaleb(-exponent):,.{d}f} {word}".strip() for d in range(_DECIMALS))


def _means(text: str, number: Written) -> bool:
    try:
        return written(text) == number
    except ValueError:
        return False

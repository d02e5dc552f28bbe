"""Numbers that no line ends in: in a page or in print, `32.2 %` and `(-14 %)` stay whole."""

from __future__ import annotations

import re
from functools import lru_cache

from modelcensus.publish.prose import TOKEN

NO_BREAK, MINUS = "\N{NO-BREAK SPACE}", "\N{MINUS SIGN}"
APART = re.compile(r"[\s-]")
"""What a number is held together at: a text without any stays as it is, as most cells of tables do."""


@lru_cache(maxsize=8_192)
def unbroken(text: str) -> str:
    """The text with its numbers held to their units and signs; nothing else of it is changed.

    >>> unbroken("Qwen3 fell by 44.0 million (-14 %).") == "Qwen3 fell by 44.0\\xa0million (\\u221214\\xa0%)."
    True
    """
    return TOKEN.sub(_held, text) if APART.search(text) else text


def _held(match: re.Match[str]) -> str:
    number = match["number"]
    if not number:
        return match[0]
    signed = (
        MINUS + number[1:]
        if number.startswith("-") and match.string[: match.start()][-1:] in ("", " ", "(")
        else number
    )
    return re.sub(r"\s", NO_BREAK, signed)

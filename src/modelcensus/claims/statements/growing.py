"""Growth: whether an amount is a change of downloads, over what, or the level that something came to."""

from __future__ import annotations

import re

from modelcensus.claims.statements.amounts import Amount
from modelcensus.claims.statements.lexicon import has
from modelcensus.claims.statements.sentence import Sentence

_MADE_UP = re.compile(r"\bma(?:de|kes?|king) up\b", re.IGNORECASE)
"""A part of a whole, no growth."""
_CHANGE = re.compile(r"\s+(?:increase|rise|jump|surge|gain|drop|decline|decrease|fall|growth)\b", re.IGNORECASE)
_LEVEL = re.compile(r"\b(?:to|from|at|with)\s*$", re.IGNORECASE)
"""What stands before a number that something came to: `climbed to 40 %` is a level, and no growth of 40 %."""


def grew(sentence: Sentence, amount: Amount, near: str) -> bool:
    if _CHANGE.match(sentence.text, amount.end):
        return True
    if has(_MADE_UP.sub("", sentence.upto(amount, 45)), "growth"):
        return True
    behind = sentence.text[amount.end : amount.end + 45]
    return (
        bool(
            re.match(
                r"\s*(?:[\w-]+\s+){0,2}(?:growth|increase|rise|jump|drop|decline|fall|surge|more|higher|lower)\b",
                behind,
            )
        )
        and (has(near, "year") or has(near, "previous"))
    ) or bool(re.match(r"\s+(?:year|month)[\s-]", behind))


def is_level(sentence: Sentence, amount: Amount) -> bool:
    """Whether it is what something came to: `climbed to 40 %`, of a share also `slipped below 3 %`."""
    if _LEVEL.search(sentence.text[: amount.head]):
        return True
    stood = re.match(r"(?:below|under|above|past|beyond)\b", sentence.text[amount.head : amount.start], re.IGNORECASE)
    return bool(stood) and has(sentence.upto(amount, 60), "portions")


def growth_of(sentence: Sentence, near: str, uncounted: str) -> tuple[str, dict[str, str]]:
    """A growth, where it is one of downloads."""
    if uncounted:
        return "", {"reason": uncounted}
    known = sentence.before and sentence.points_back and sentence.before.measure in ("downloads", "growth")
    if has(sentence.text, "downloads") or known:
        return "growth", _since(near)
    return "", {"reason": "what grew is not said to be downloads"}


def _since(near: str) -> dict[str, str]:
    return {"against": "year"} if has(near, "year") else {"against": "previous"} if has(near, "previous") else {}

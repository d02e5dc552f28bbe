"""What a sentence is about that no counter here tells: other places of download, where users are, a part of the models."""

from __future__ import annotations

import re
from functools import cache

from modelcensus.claims.statements.lexicon import hits, pattern_of
from modelcensus.claims.statements.sentence import Sentence

_NOUN = r"(?:models?|variants?|versions?|checkpoints?|repositories|releases|builds|weights|conversions)"
_SIZED = re.compile(
    rf"\b{_NOUN}\s+(?:of\s+|with\s+)?(?:below|under|above|over|up to|at least|at most|larger than|smaller than|bigger than|"
    r"between|fewer than|more than|less than)\s+(?:\d|one|two|five|ten)[\w.]*\s?(?:b\b|bn\b|billion|m\b|million)?"
    r"(?!\s*(?:million|billion)?\s*(?:downloads|times))",
    re.IGNORECASE,
)
_SIZE = re.compile(r"[\s-]\d+(?:\.\d+)?[BM]\b(?!\s+(?:downloads|times))")
"""A size behind a name."""
_SIZES = re.compile(
    r"\b\d+(?:\.\d+)?[BM][\s-](?:parameter\s+)?(?:models?|versions?|variants?|class|range)\b|\b\d+(?:\.\d+)?B?\s*(?:-|to)?\s*\d*(?:\.\d+)?B(?:-parameter)?\s+(?:class|range|models|size)\b"
)


def aside(sentence: Sentence) -> str:
    """Why a sentence is of something that is not counted here, or only of a part; empty where it is not."""
    text = sentence.text
    for hit in hits(text, "elsewhere"):
        return f'"{hit.text}": downloads there are not those of the Hub'
    for hit in hits(text, "after_release"):
        return f'"{hit.text}": counted from a release on, which `modelcensus launch` tells'
    if match := _places().search(text):
        return f'"{match[0].strip()}": where downloads go to is not known'
    if match := _SIZED.search(text) or _SIZES.search(text):
        return f'"{match[0].strip()}" is a part of the models, and no claim is made of a part'
    for mention in sentence.mentions:
        if size := _SIZE.match(text, mention.end):
            return f'"{mention.text}{size[0]}" is a part of the models: write the id of the repository'
        for part in (_behind().match(text, mention.end), _before().search(text[: mention.start])):
            if part and mention.dimension != "repository":
                return f'"{part["part"]}" is a part of the models, and no claim is made of a part'
    return ""


@cache
def _places() -> re.Pattern[str]:
    return re.compile(
        rf"\b(?:downloads?|downloaded|users?|pulled)\b(?:\s+\w+){{0,2}}?\s+(?:in|across|throughout|from)\s+(?:the\s+)?"
        rf"(?:{pattern_of('places').pattern})|\b(?:in|across)\s+(?:the\s+)?(?:{pattern_of('countries').pattern})\b",
        re.IGNORECASE,
    )


@cache
def _behind() -> re.Pattern[str]:
    return re.compile(
        rf"(?:'s)?[\s-]+(?:\w+\s+)?(?P<part>{pattern_of('parts').pattern})[\s-]+{_NOUN}\b", re.IGNORECASE
    )


@cache
def _before() -> re.Pattern[str]:
    return re.compile(
        rf"(?P<part>{pattern_of('parts').pattern})[\s-]+(?:{_NOUN}\s+(?:of|from|by)\s+(?:the\s+)?)?(?:{_NOUN}\s+)?$",
        re.IGNORECASE,
    )

"""Plain text as sentences: typographic signs made plain, abbreviations kept whole."""

import re

_PLAIN = str.maketrans(
    {
        "\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u00a0": " ", "\u202f": " ", "\u2009": " ",
        "\u2013": "-", "\u2014": " - ", "\u2011": "-", "\u2212": "-", "\u2026": "...",
        "\u0130": "I", "\u0131": "i", "\u017f": "s", "\u212a": "K",  # equal to these where case is ignored, and to no word's
    }
)  # fmt: skip
_HYPHENED = re.compile(r"(?<=\d)-(?=(?:million|billion|thousand|percent|per cent)\b)", re.IGNORECASE)
"""`the 100-million mark`"""
_END = re.compile(r"(?<=[.!?])[\"')\]]*\s+(?=[\"'(\[]?[A-Z0-9])")
_ABBREVIATION = re.compile(
    r"(?:\b(?:U\.S|U\.K|E\.U|no|No|vs|approx|Inc|Ltd|Corp|Co|Dr|Mr|Mrs|Ms|St|Fig|e\.g|i\.e|cf|al|Jan|Feb|Mar|Apr|Jun|Jul|Aug"
    r"|Sep|Sept|Oct|Nov|Dec)\.|\b[A-Z]\.)$"
)

LONGEST = 8
"""Characters of the longest abbreviation: further back nothing is looked at, or a long line would cost its square."""


def plain(text: str) -> str:
    """The text with plain quotes, dashes and spaces; as long where it can be."""
    return _HYPHENED.sub(" ", text.translate(_PLAIN))


def sentences(text: str) -> list[str]:
    """The sentences of a text; a line break after a heading ends one too.

    >>> sentences("U.S. labs fell behind. Qwen2.5 had 1.2B downloads! And then?")
    ['U.S. labs fell behind.', 'Qwen2.5 had 1.2B downloads!', 'And then?']
    """
    found = []
    for line in plain(text).splitlines():
        start = 0
        for end in _END.finditer(line):
            if not _ABBREVIATION.search(line, max(0, end.start() - LONGEST), end.start()):
                found.append(line[start : end.start()] + line[end.start() : end.end()].rstrip())
                start = end.end()
        found.append(line[start:])
    return [s.strip() for s in found if s.strip()]

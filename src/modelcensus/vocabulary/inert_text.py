"""Names from elsewhere, made harmless where they are read: characters that turn the order of letters are shown by their codes."""

from __future__ import annotations

import re

TURNING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Controls of the bidirectional algorithm (Unicode Standard Annex 9)."""


def straight(text: str) -> str:
    """A text whose letters stand in the order in which they are stored.

    >>> straight("gpt\u202e3")
    'gpt[U+202E]3'
    """
    if text.isascii():  # most are, and this is known without a look at them
        return text
    return TURNING.sub(lambda found: f"[U+{ord(found[0]):04X}]", text)

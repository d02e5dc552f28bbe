"""Names from elsewhere, made harmless where they are read: characters that turn the order of letters, or steer a terminal, are
shown by their codes."""

from __future__ import annotations

import re
from typing import Any

UNSEEN = "\u00ad\u180e\u200b\u2060-\u2064\ufeff\U000e0000-\U000e007f"
"""Characters without a width, as a part of a class: `Qwen` with one of them in it looks like `Qwen`, and is another name."""
_ALWAYS = f"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f\ufff9-\ufffb{UNSEEN}"
TURNING = re.compile(f"[{_ALWAYS}]|(?<=[0-9A-Za-z])[\u200c\u200d]+|[\u200c\u200d]+(?=[0-9A-Za-z])")
"""Controls of the bidirectional algorithm (Unicode Standard Annex 9), and of devices, but tabs and ends of lines; and what
has no width: joiners only beside Latin letters and digits, since other scripts, and emoji, are written with them."""


_UNSEEN = re.compile(f"[{UNSEEN}]")
_PERHAPS = re.compile(f"[{_ALWAYS}\u200c\u200d]")
_HARMLESS = bytes(c for c in range(128) if not TURNING.match(chr(c)))


def plain(text: str) -> bool:
    """Whether a text is known to steer nothing, thirty times as fast as by a search in a whole page: looked at is what is not
    printed, and of that only what is not ASCII, or a control."""
    if text.isprintable():
        return True
    rest = text.encode("utf-8", "replace").translate(None, _HARMLESS)
    return not rest or _PERHAPS.search(rest.decode()) is None


def straight(text: str) -> str:
    """A text whose letters stand in the order in which they are stored, and that steers nothing.

    >>> straight("gpt\u202e3")
    'gpt[U+202E]3'
    >>> straight("\\x1b[31mred")
    '[U+001B][31mred'
    >>> straight("Qw\u200b\u200den"), straight("\u0645\u06cc\u200c\u0634\u0648\u062f").isascii()
    ('Qw[U+200B][U+200D]en', False)
    """
    return text if plain(text) else TURNING.sub(lambda found: "".join(f"[U+{ord(c):04X}]" for c in found[0]), text)


def seen(text: str) -> str:
    """A text that somebody pasted, without what has no width in it: pages are full of it, and its reader sees none.

    >>> seen("down\u00adloads\ufeff")
    'downloads'
    """
    return text if text.isascii() else _UNSEEN.sub("", text)


def all_straight(content: object) -> Any:
    """The same with every text in it straight: keys stay, a tuple becomes a list.

    >>> all_straight({"a": ["\\x07b", 1]})
    {'a': ['[U+0007]b', 1]}
    """
    if isinstance(content, str):
        return straight(content)
    if isinstance(content, dict):
        return {k: all_straight(v) for k, v in content.items()}
    return [all_straight(v) for v in content] if isinstance(content, list | tuple) else content

"""Characters that would turn the direction of the text around them are shown as what they are: no part of a name."""

from modelcensus.vocabulary.inert_text import TURNING, plain


def visible(text: str) -> str:
    """The text with a visible mark in the place of each control of direction: `exe.gnp` cannot be shown as `png.exe`.

    >>> visible("a\\u202eb") == "a\\ufffdb"
    True
    """
    return text if plain(text) else TURNING.sub("\N{REPLACEMENT CHARACTER}", text)

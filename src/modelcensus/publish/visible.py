"""Characters that would turn the direction of the text around them are shown as what they are: no part of a name."""

TURNING = dict.fromkeys(
    [0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)], "\N{REPLACEMENT CHARACTER}"
)
"""The controls of Unicode's bidirectional algorithm (UAX 9)."""


def visible(text: str) -> str:
    """The text with a visible mark in the place of each control of direction: `exe.gnp` cannot be shown as `png.exe`.

    >>> visible("a\\u202eb") == "a\\ufffdb"
    True
    """
    return text.translate(TURNING)

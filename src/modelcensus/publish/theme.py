"""How charts look: one place for sizes, fonts and colours (safe for colour-blind readers)."""

import re
from dataclasses import dataclass

FONT = "Lato, 'Helvetica Neue', Helvetica, Arial, sans-serif"
INK, QUIET, FAINT = "#1d2433", "#5b6472", "#dfe3e8"
PALETTE = ("#0b5fa5", "#c4441c", "#2a7f62", "#8a4fa3", "#b8860b", "#4a4e57", "#1f9ac0", "#a3284f")
"""Dark enough to be read as text on white; told apart under the common colour-vision deficiencies, and every
line is labelled directly besides."""
DARK_PAPER = "#14181f"
DARK_PALETTE = ("#6cb2f0", "#ff8f66", "#5cc6a0", "#cf9be6", "#e3b341", "#b4bac6", "#5fcbea", "#f288a9")
"""The same hues on a dark page, in the same order."""


@dataclass(frozen=True)
class Size:
    """Width of the plot in pixels, height of a time plot, letters per line of title, caption and labels, and of the name
    at the end of a line: few enough for the widest sans-serif font that a reader's machine may put in the place of ours."""

    width: int
    height: int
    title_letters: int
    small_letters: int
    label_letters: int
    name_letters: int


SIZES = {
    "post": Size(680, 380, 56, 90, 38, 32),
    "social": Size(760, 330, 62, 100, 42, 32),
    "print": Size(620, 360, 51, 82, 35, 30),
    "phone": Size(340, 330, 29, 44, 21, 13),
}


def config() -> dict:
    """Vega-Lite configuration shared by every chart."""
    return {
        "font": FONT,
        "background": "white",
        "padding": 14,
        "view": {"stroke": None},
        "title": {
            "anchor": "start",
            "color": INK,
            "fontSize": 19,
            "fontWeight": 700,
            "lineHeight": 24,
            "subtitleColor": QUIET,
            "subtitleFontSize": 13,
            "subtitleLineHeight": 17,
            "subtitlePadding": 6,
            "offset": 14,
            "frame": "bounds",
        },
        "axis": {
            "labelColor": QUIET,
            "labelFontSize": 12,
            "gridColor": FAINT,
            "domainColor": "#b6bcc6",
            "tickColor": "#b6bcc6",
            "title": None,
            "labelPadding": 5,
        },
        "legend": {"labelColor": INK, "labelFontSize": 12, "symbolOpacity": 1},
        "concat": {"spacing": 8},
    }


DARK = {
    INK: "#e6e9ef", QUIET: "#a7b0bd", FAINT: "#343b47", "#b6bcc6": "#4d5663", "#9fb3c8": "#5b7088", "#8d96a3": "#8d96a3",
    **dict(zip(PALETTE, DARK_PALETTE, strict=True)),
}  # fmt: skip
"""What each colour of a picture becomes on a dark page."""


def darkened(svg: str) -> str:
    """A picture for a dark page: every colour is exchanged, hues stay the same.

    >>> darkened('<rect fill="white"/><text fill="#1d2433">a</text>')
    '<rect fill="#14181f"/><text fill="#e6e9ef">a</text>'
    """
    svg = re.sub("#[0-9a-f]{6}", lambda m: DARK.get(m[0], m[0]), svg)
    return re.sub(r'(fill|stroke)="white"', rf'\1="{DARK_PAPER}"', svg)

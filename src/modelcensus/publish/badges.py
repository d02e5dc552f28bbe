"""A number as a small picture for a model card: what it is on the left, the number with its period on the right."""

from __future__ import annotations

from html import escape

from modelcensus.measures import Result, bounds, number, period_text
from modelcensus.publish.theme import PALETTE
from modelcensus.vocabulary import RequestError, nearest
from modelcensus.vocabulary.naming import told_apart

BADGES = {"share": "share", "rank": "rank", "ram": "RAM", "downloads": "downloads"}
"""Measures that a badge can show, and how they are called on it."""
LETTER, SPACE = 6.7, 12
"""Pixels of a letter of the badge's font at its widest, and beside each text; `textLength` fits what is narrower."""
LEFT = "#4a4e57"


def badge_of(result: Result, name: str) -> str:
    """The badge of the newest value of a result; its title says all of it, with the record's id."""
    row = result.leading
    if row.value is None:
        value = f"at least {number(row.low, result.unit)}" if row.low else "unknown"
    else:
        value = number(row.value, result.unit)
    if result.measure == "rank":
        value = f"#{value}"
    within = bounds(row, result.unit)
    said = f"{result.sentence()} {f'({within}) ' if within else ''}modelcensus explain {result.provenance.id}"
    of = told_apart(result.request.of[0][0], [name], result.shared).removeprefix("the ")
    return badge(f"{of} {BADGES[result.measure]}", f"{value}, {period_text(row.period)}", said)


def must_be_badge(measure: str) -> None:
    """RequestError where a badge cannot show the measure."""
    if measure not in BADGES:
        raise RequestError(f"no badge of {measure!r}", where="badge", remedy=nearest(measure, list(BADGES)))


def badge(label: str, value: str, title: str) -> str:
    """An SVG of two fields; nothing in it is fetched or run.

    >>> badge("a <b>", "1", "t").count("&lt;b&gt;")
    2
    """
    left, right = (round(LETTER * len(text)) for text in (label, value))
    first, whole = left + SPACE, left + right + 2 * SPACE
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{whole}" height="20" role="img"'
        f' aria-label="{escape(label)}: {escape(value)}"><title>{escape(title)}</title>'
        f'<rect width="{whole}" height="20" rx="3" fill="{PALETTE[0]}"/>'
        f'<path d="M3 0h{first - 3}v20H3a3 3 0 0 1-3-3V3a3 3 0 0 1 3-3z" fill="{LEFT}"/>'
        f'<g fill="#fff" font-family="Verdana,DejaVu Sans,Geneva,sans-serif" font-size="11">'
        f'<text x="{SPACE / 2}" y="14" textLength="{left}">{escape(label)}</text>'
        f'<text x="{first + SPACE / 2}" y="14" textLength="{right}">{escape(value)}</text></g></svg>'
    )

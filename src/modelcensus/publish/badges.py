"""A number as a small picture for a model card: what it is on the left, the number with its period on the right."""

from __future__ import annotations

from html import escape

from modelcensus.measures import Result, Row, least, number, period_text, says_nothing
from modelcensus.publish.theme import PALETTE
from modelcensus.vocabulary import RequestError, nearest
from modelcensus.vocabulary.naming import told_apart

BADGES = {"share": "share", "rank": "rank", "ram": "RAM", "downloads": "downloads"}
"""Measures that a badge can show, and how they are called on it."""
ENOUGH = 0.5
"""The part of the releases of a size class that must have been counted at an age."""
LETTER, SPACE = 6.7, 12
"""Pixels of a letter of the badge's font at its widest, and beside each text; `textLength` fits what is narrower."""
LEFT = "#4a4e57"


def badge_of(result: Result, name: str) -> str:
    """The badge of the newest value of a result; its title says all of it, with the record's id."""
    row = _at_age(result) if result.measure == "ram" else result.leading
    value = _value(row, result.unit)
    if result.measure == "rank":
        value = f"#{value}"
    parts = [value, period_text(row.period)]
    said = f"{result.sentence(row)} modelcensus explain {result.provenance.id}"
    if result.measure == "ram":
        unknown = says_nothing(row, result.unit)
        parts = [value] if unknown else [*parts, *_of_how_many(result, row)]
        said = f"At no age is it known of half of the releases. {said}" if unknown else said
    of = told_apart(result.request.of[0][0], [name], result.shared).removeprefix("the ")
    return badge(f"{of} {BADGES[result.measure]}", ", ".join(parts), said)


def _value(row: Row, unit: str) -> str:
    if row.value is None and least(row, unit) is None:
        return "unknown" if says_nothing(row, unit) else f"at most {number(row.high, unit)}"
    return number(row.value, unit) if row.value is not None else f"at least {number(row.low, unit)}"


def _at_age(result: Result) -> Row:
    """Of the size class with most releases the oldest age by which `ENOUGH` of them were counted; one with a value where
    there is such, then one with a bound. Where there is none, the youngest age."""
    largest = max(result.rows, key=lambda r: (r.scope_size or 0, r.observed or 0)).dimensions["size_class"]
    own = [r for r in result.rows if r.dimensions["size_class"] == largest]
    counted = [r for r in own if (r.observed or 0) >= ENOUGH * (r.scope_size or 1)]
    told = [r for r in counted if not says_nothing(r, result.unit)]
    return max(told, key=lambda r: (r.value is not None, r.span)) if told else own[0]


def _of_how_many(result: Result, row: Row) -> list[str]:
    """The size class where there are several, and of how many of its releases the number is where not of all."""
    known, there = row.observed or 0, row.scope_size or 0
    several = len({r.dimensions["size_class"] for r in result.rows}) > 1
    size = [f"size {row.dimensions['size_class']}"] if several else []
    return size + ([f"{known:,} of {there:,}"] if known < there else [])


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

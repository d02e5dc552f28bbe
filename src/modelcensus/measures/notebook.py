"""What notebooks show: of a result its sentence, a short table, and the id that leads to its inputs; of a census, what it is of."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from modelcensus.ledger import batches_html, batches_line
from modelcensus.measures.in_words import number

if TYPE_CHECKING:
    from modelcensus.measures.census import Census
    from modelcensus.measures.result import Result, Row

SHOWN = 20
"""Rows that a notebook shows; the others are counted."""


def html_table(result: Result) -> str:
    """A plain HTML table; every text is escaped."""
    names = list(result.rows[0].dimensions) if result.rows else []
    head = _cells("th", [*names, "period", result.unit, "low", "high", "flags"])
    body = "".join(f"<tr>{_cells('td', _texts(result, r, names))}</tr>" for r in result.rows[:SHOWN])
    more = len(result.rows) - SHOWN
    rest = f"<p>{more:,} more rows</p>" if more > 0 else ""
    notes = "".join(f"<p>{escape(n)}</p>" for n in result.notes)
    said = escape(result.sentence()) if result.rows else ""
    foot = escape(f"{result.definition}; {result.counted_by}; modelcensus explain {result.provenance.id}")
    return (
        f"<table><caption>{said}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        f"{rest}{notes}<p><small>{foot}</small></p>"
    )


def _texts(result: Result, row: Row, names: list[str]) -> list[str]:
    bounds = ["" if v is None else number(v, result.unit) for v in (row.low, row.high)]
    if row.low is not None and row.high is None:
        bounds[1] = "open"
    dimensions = ["" if row.dimensions[n] is None else str(row.dimensions[n]) for n in names]
    return [*dimensions, row.period, number(row.value, result.unit), *bounds, "; ".join(row.flags)]


def _cells(tag: str, texts: list[str]) -> str:
    return "".join(f"<{tag}>{escape(t)}</{tag}>" for t in texts)


def census_line(census: Census) -> str:
    """One line on a census; reads nothing but its manifests."""
    return f"<Census of {_of(census)}: {batches_line(census.manifests)}>"


def census_html(census: Census) -> str:
    """A census as HTML: its batches, and how to ask; reads nothing but its manifests."""
    ask = 'measure("share", of={"organization": "Qwen"}, by="month") answers; the measures: docs/measures.md'
    return batches_html(f"Census of {_of(census)}", census.manifests, [ask])


def _of(census: Census) -> str:
    return f"{census.ledger.root}" + (f" as of {census.as_of}" if census.as_of else "")

"""A ledger as notebooks show it: its batches, newest first, in a short table; nothing is computed for it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import TYPE_CHECKING

from modelcensus.vocabulary import LedgerError

if TYPE_CHECKING:
    from modelcensus.ledger.manifest import Manifest
    from modelcensus.ledger.store import Ledger

SHOWN = 10
"""Batches that a notebook shows; the others are counted."""
HEAD = ("series", "channel", "source", "first day", "last day", "rows", "committed", "batch")


def ledger_line(ledger: Ledger) -> str:
    """One line on a ledger; of one that cannot be read, why."""
    try:
        return f"<Ledger {ledger.root}: {batches_line(ledger.manifests())}>"
    except LedgerError as error:
        return f"<Ledger {ledger.root}: {error}>"


def ledger_html(ledger: Ledger) -> str:
    """A ledger as HTML; of one that cannot be read, why."""
    try:
        return batches_html(f"Ledger {ledger.root}", ledger.manifests())
    except LedgerError as error:
        return f"<p>{escape(str(error))}</p>"


def batches_line(manifests: Sequence[Manifest]) -> str:
    """How many batches and rows, of which days and channels."""
    days = sorted(d for m in manifests for d in (m.first_day, m.last_day) if d)
    channels = sorted({m.channel for m in manifests if m.channel})
    parts = [
        f"{len(manifests):,} batch{'' if len(manifests) == 1 else 'es'}",
        f"{sum(_rows(m) for m in manifests):,} rows",
    ]
    return ", ".join([*parts, *([f"{days[0]} to {days[-1]}"] if days else []), *channels])


def batches_html(title: str, manifests: Sequence[Manifest], notes: Iterable[str] = ()) -> str:
    """A title, the newest batches as a table, notes below; every text is escaped."""
    shown = list(reversed(manifests))[:SHOWN]
    head = _cells("th", HEAD)
    body = "".join(f"<tr>{_cells('td', _texts(m))}</tr>" for m in shown)
    rest = [f"{len(manifests) - SHOWN:,} older batches"] if len(manifests) > SHOWN else []
    below = "".join(f"<p><small>{escape(n)}</small></p>" for n in [*rest, *notes])
    caption = escape(f"{title}: {batches_line(manifests)}")
    return f"<table><caption>{caption}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{below}"


def _texts(manifest: Manifest) -> list[str]:
    m = manifest
    day = m.committed_at.date().isoformat()
    return [m.name, m.channel, m.source, m.first_day or "", m.last_day or "", f"{_rows(m):,}", day, m.id]


def _rows(manifest: Manifest) -> int:
    return sum(manifest.rows.values())


def _cells(tag: str, texts: Iterable[str]) -> str:
    return "".join(f"<{tag}>{escape(t)}</{tag}>" for t in texts)

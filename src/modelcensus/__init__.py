"""Measures the adoption of open AI models: exact bounds, stated denominators, provenance for every number."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path

from modelcensus.ledger import Ledger
from modelcensus.measures import Census, Result

__all__ = ["Census", "Result", "open"]


def open(
    ledger: str | Path | None = None, *, knowledge: str | Path | Iterable[str | Path] = (), as_of: date | None = None
) -> Census:
    """Open a ledger; without one, the bundled sample.

    `knowledge` names folders that add to or override the bundled knowledge; `as_of` shows what was known then.
    """
    from modelcensus.sample import sample_ledger

    opened = sample_ledger() if ledger is None else Ledger(Path(ledger))
    folders = [knowledge] if isinstance(knowledge, str | Path) else knowledge
    return Census(opened, [Path(k) for k in folders], as_of)

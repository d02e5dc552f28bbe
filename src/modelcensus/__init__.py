"""Measures the adoption of open AI models: exact bounds, stated denominators, provenance for every number."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path

from modelcensus.ledger import Ledger
from modelcensus.measures import Census, Drawing, Result, draw_with

__all__ = ["Census", "Result", "open"]


def open(
    ledger: str | Path | None = None,
    *,
    knowledge: str | Path | Iterable[str | Path] = (),
    as_of: date | None = None,
    cache: bool = True,
) -> Census:
    """Open a ledger; without one, the bundled sample.

    `knowledge` names folders that add to or override the bundled knowledge; `as_of` shows what was known then; without
    `cache` everything is computed.
    """
    from modelcensus.sample import sample_ledger

    opened = sample_ledger() if ledger is None else Ledger(Path(ledger))
    folders = [knowledge] if isinstance(knowledge, str | Path) else knowledge
    return Census(opened, [Path(k) for k in folders], as_of, cache=cache)


@draw_with
def _draw(result: Result, *, title: str, size: str) -> Drawing:
    from modelcensus.publish import result_chart  # drawing takes half a second to load

    return result_chart(result, title=title, size=size)

"""Measures the adoption of open AI models: exact bounds, stated denominators, provenance for every number."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, overload

# What computes takes seconds to load; a command that has its answer ready must not wait for it.
if TYPE_CHECKING:
    from modelcensus.measures import Census, Drawing, Result
    from modelcensus.serve.remote import Remote

__all__ = ["Census", "Result", "open"]


@overload
def open(
    ledger: Path | None = None,
    *,
    knowledge: str | Path | Iterable[str | Path] = (),
    as_of: date | None = None,
    cache: bool = True,
) -> Census: ...
@overload
def open(
    ledger: str, *, knowledge: str | Path | Iterable[str | Path] = (), as_of: date | None = None, cache: bool = True
) -> Census | Remote: ...
def open(
    ledger: str | Path | None = None,
    *,
    knowledge: str | Path | Iterable[str | Path] = (),
    as_of: date | None = None,
    cache: bool = True,
) -> Census | Remote:
    """Open a ledger; without one, the bundled sample. An address (`http://127.0.0.1:8000`) opens what is served there.

    `knowledge` names folders that add to or override the bundled knowledge; `as_of` shows what was known then; without
    `cache` everything is computed. A served ledger has its own knowledge: there only `as_of` can be chosen.
    """
    if isinstance(ledger, str) and ledger.startswith(("http://", "https://")):
        from modelcensus.serve.remote import Remote

        return Remote(ledger, knowledge=knowledge, as_of=as_of)
    from modelcensus.ledger import Ledger
    from modelcensus.measures import Census
    from modelcensus.sample import sample_ledger

    opened = sample_ledger() if ledger is None else Ledger(Path(ledger))
    folders = [knowledge] if isinstance(knowledge, str | Path) else knowledge
    return Census(opened, [Path(k) for k in folders], as_of, cache=cache)


def draw(result: Result, *, title: str, size: str) -> Drawing:
    """The chart of a result; rooms that know no charts ask here."""
    from modelcensus.publish import result_chart

    return result_chart(result, title=title, size=size)


def __getattr__(name: str) -> object:
    if name in ("Census", "Result"):
        from modelcensus import measures

        return getattr(measures, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

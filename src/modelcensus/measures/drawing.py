"""Who draws a result: charts are made in a room that knows measures, and that measures do not know."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from modelcensus.measures.result import Result


class Drawing(Protocol):
    """A finished chart: its Vega-Lite specification, and pictures of it."""

    @property
    def spec(self) -> dict[str, Any]: ...

    def svg(self) -> str: ...

    def png(self, scale: float = 2) -> bytes: ...


def drawn(result: Result, title: str, size: str) -> Drawing:
    """The chart of a result. The program's root, which is no room and knows all, says who draws."""
    return import_module("modelcensus").draw(result, title=title, size=size)

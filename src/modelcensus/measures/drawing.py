"""Who draws a result: charts are made in a room that knows measures, and that measures do not know."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from modelcensus.vocabulary import CensusError

if TYPE_CHECKING:
    from modelcensus.measures.result import Result


class Drawing(Protocol):
    """A finished chart: its Vega-Lite specification, and pictures of it."""

    @property
    def spec(self) -> dict[str, Any]: ...

    def svg(self) -> str: ...

    def png(self, scale: float = 2) -> bytes: ...


class Draw(Protocol):
    """Draws a result."""

    def __call__(self, result: Result, *, title: str, size: str) -> Drawing: ...


_DRAW: list[Draw] = []


def draw_with(draw: Draw) -> Draw:
    """Register who draws results; the last one does."""
    _DRAW.append(draw)
    return draw


def drawn(result: Result, title: str, size: str) -> Drawing:
    """The chart of a result."""
    if not _DRAW:
        raise CensusError("nothing draws charts here", where="chart", remedy="import modelcensus")
    return _DRAW[-1](result, title=title, size=size)

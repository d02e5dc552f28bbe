"""Rows of a result as points of a plot over time: readings that saw fewer repositories than before are marked."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from modelcensus.measures import Row
from modelcensus.publish.lines import Point

FEWER = 0.8
"""Below this part of the repositories that an earlier point of its line rests on, a point is partial."""
SAID = "dotted: far fewer repositories read than before, so that a step there need not be a fall"
"""What a dotted line says."""


def points_of(rows: Iterable[Row], name: Callable[[Row], str]) -> list[Point]:
    """A point per line and day. Of readings whose last possible day is the same, the one that is dated most exactly
    stands: a line cannot have two values on a day.
    """
    chosen: dict[tuple[str, str], Row] = {}
    for row in rows:
        at = name(row), row.end_day
        if at not in chosen or row.start >= chosen[at].start:
            chosen[at] = row
    most: dict[str, int] = {}
    partial: set[tuple[str, str]] = set()
    for (line, day), row in sorted(chosen.items(), key=lambda pair: pair[0][1]):
        read = _read(row)
        if read is not None and read < FEWER * most.get(line, 0):
            partial.add((line, day))
        most[line] = max(most.get(line, 0), read or 0)
    return [
        Point(line, day, row.value or 0, row.low, row.high, partial=(line, day) in partial)
        for (line, day), row in chosen.items()
    ]


def _read(row: Row) -> int | None:
    """How many repositories a row rests on: of whoever it is of, or where a measure follows these further, of all."""
    followed = row.dimensions.get("repositories")
    return followed if row.observed is None and isinstance(followed, int) else row.observed


def partial_words(points: Iterable[Point]) -> str:
    """What to add to the line under the title; nothing where no point is partial."""
    return f"; {SAID}" if any(p.partial for p in points) else ""

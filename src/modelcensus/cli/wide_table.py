"""Tables that are wider than the terminal: columns that do not fit go below, each part with the columns that name a row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table

WIDEST = 30
"""Characters that a column of words may ask for; what is longer is folded."""
EDGES = 3
"""Characters beside the content of a column."""


@dataclass(frozen=True)
class Column:
    """A column with its cells; one that is `whole` is never folded, and a `key` stands in every part."""

    name: str
    cells: Sequence[str]
    whole: bool = False
    key: bool = False

    @property
    def wanted(self) -> int:
        """Characters that the column asks for."""
        longest = max(map(cell_len, (self.name, *(line for c in self.cells for line in c.split("\n")))))
        return EDGES + (longest if self.whole else min(longest, WIDEST))


def fitting(columns: Sequence[Column], width: int) -> tuple[list[Table], list[str]]:
    """The columns as tables that each fit a width, and the names of the columns without any content, which are left out
    where there is more than one table.

    Columns that name a row (`key`) begin each table. A single column that is wider than the terminal is folded there.

    >>> parts = [Column("id", ["a", "b"], key=True), Column("low", ["1"] * 2), Column("high", ["2"] * 2), Column("no", [""] * 2)]
    >>> [[c.header for c in t.columns] for t in fitting(parts, 14)[0]], fitting(parts, 14)[1], len(fitting(parts, 80)[0])
    ([['id', 'low'], ['id', 'high']], ['no'], 1)
    """
    if sum(c.wanted for c in columns) + 1 <= width:
        return [_table(columns)], []
    keys = [c for c in columns if c.key]
    empty = [c.name for c in columns if not c.key and not any(c.cells)]
    rest = [c for c in columns if not c.key and c.name not in empty]
    begun = sum(c.wanted for c in keys) + 1
    parts: list[list[Column]] = []
    room = -1
    for column in rest:
        if column.wanted > room:
            parts.append([])
            room = width - begun
        parts[-1].append(column)
        room -= column.wanted
    return [_table([*keys, *part]) for part in parts or [[]]], empty


def print_fitting(console: Console, columns: Sequence[Column]) -> None:
    """Print the columns as tables that fit the console, and say which have no content."""
    tables, empty = fitting(columns, console.width)
    for table in tables:
        console.print(table)
    if empty:
        console.print(f"nothing in: {', '.join(empty)}", soft_wrap=True)


def _table(columns: Sequence[Column]) -> Table:
    table = Table()
    for column in columns:
        table.add_column(column.name, overflow="fold", no_wrap=column.whole, min_width=min(4, column.wanted - EDGES))
    for row in zip(*(c.cells for c in columns), strict=True):
        table.add_row(*row)
    return table

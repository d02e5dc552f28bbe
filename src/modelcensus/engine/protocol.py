"""What a room may ask of an engine; nothing above knows which one runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pyarrow as pa

if TYPE_CHECKING:
    import ibis.expr.types as ir


class Engine(Protocol):
    """Computes tables. Names given to tables are those that explained SQL shows."""

    def read_parquet(self, name: str, paths: Sequence[Path], schema: pa.Schema) -> ir.Table:
        """The rows of `paths` as a table called `name`; columns that a file lacks are null."""
        ...

    def register(self, name: str, rows: pa.Table) -> ir.Table:
        """In-memory rows as a table called `name`."""
        ...

    def query(self, name: str, sql: str, *, keep: bool = True, as_written: bool = False) -> ir.Table:
        """The result of SQL over named tables; computed once where `keep`, else a view.

        `as_written`: the left side of a join is the large one and the right one fits memory, whatever the engine
        estimates.
        """
        ...

    def rows(self, sql: str) -> list[dict[str, Any]]:
        """The few rows that a query over named tables gives, as plain values."""
        ...

    def table(self, name: str) -> ir.Table:
        """A table registered before."""
        ...

    def has(self, name: str) -> bool:
        """Whether a table of that name is registered."""
        ...

    def drop(self, *names: str) -> None:
        """Forget tables that nothing needs any more; the SQL that made them can still be explained."""
        ...

    def fetch(self, table: ir.Table) -> pa.Table:
        """Compute and return the rows."""
        ...

    def sql(self, table: ir.Table) -> str:
        """The SQL that computes the table."""
        ...

    def steps(self, table: ir.Table, given: Sequence[str]) -> dict[str, str]:
        """The SQL of a table and of every named table that it reads, first ones first, back to those `given`."""
        ...

    def save(self, path: Path, tables: Mapping[str, str]) -> None:
        """A database file with tables by name, each the result of SQL over named tables."""
        ...

    def save_parquet(self, name: str, path: Path, row_group: int = 500_000, *, as_written: bool = False) -> None:
        """Write the rows of a table called `name` to a Parquet file, so many to a row group.

        `as_written`: as of `query`, of a name that stands for a query; rows stay in the order of the left side.
        """
        ...

    @property
    def software(self) -> dict[str, str]:
        """Names and versions of what computes."""
        ...

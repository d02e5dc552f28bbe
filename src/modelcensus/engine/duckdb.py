"""DuckDB, in process, through Ibis."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, cached_property
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa

from modelcensus.engine.tables import Tables

if TYPE_CHECKING:
    import ibis.expr.types as ir
    from ibis.backends.duckdb import Backend


class DuckDBEngine(Tables):
    """The default engine: tables with names, and expressions over them.

    Tables are registered on the DuckDB connection itself: Ibis 12's own `sql` and `create_table` call
    functions that DuckDB 2.0 no longer has.
    """

    def __init__(self, memory_limit: str | None = None) -> None:
        super().__init__(memory_limit)
        self._compiled: tuple[ir.Table | None, str] = (None, "")

    @cached_property
    def _ibis(self) -> Backend:
        import ibis  # takes more than a second; who only asks in SQL does without

        return ibis.duckdb.from_connection(self._db)

    def read_parquet(self, name: str, paths: Sequence[Path], schema: pa.Schema) -> ir.Table:
        self.scan(name, paths, schema)
        return self._ibis.table(name)

    def register(self, name: str, rows: pa.Table) -> ir.Table:
        self.hold(name, rows)
        return self._ibis.table(name)

    def query(self, name: str, sql: str, *, keep: bool = True, as_written: bool = False) -> ir.Table:
        self.make(name, sql, keep=keep, as_written=as_written)
        return self._ibis.table(name)

    def table(self, name: str) -> ir.Table:
        return self._ibis.table(name)

    def fetch(self, table: ir.Table) -> pa.Table:
        self._ibis._run_pre_execute_hooks(table)  # registers tables in memory that the expression holds
        return self.arrow(self.sql(table)).cast(table.schema().to_pyarrow())

    def sql(self, table: ir.Table) -> str:
        if self._compiled[0] is not table:
            self._compiled = (table, self._ibis.compile(table, pretty=True))
        return self._compiled[1]

    def steps(self, table: ir.Table, given: Sequence[str]) -> dict[str, str]:
        return self.made_by(self.sql(table), given)

    @property
    def software(self) -> dict[str, str]:
        return self.versions()

    @staticmethod
    def versions() -> dict[str, str]:
        """What `software` says, without an engine."""
        return {"duckdb": duckdb.__version__, "ibis": _ibis_version()}


@cache
def _ibis_version() -> str:
    """Looked up in the files of the installation: once, since every answer says it."""
    return version("ibis-framework")

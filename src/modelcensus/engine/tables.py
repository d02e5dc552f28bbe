"""Named tables in a DuckDB database in memory, asked in SQL: what rooms need that build no expressions."""

import os
import re
import tempfile
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from modelcensus.vocabulary import LedgerError


class Tables:
    """One in-memory database per instance, results spill to a temporary folder."""

    def __init__(self, memory_limit: str | None = None) -> None:
        self._db: duckdb.DuckDBPyConnection = duckdb.connect()
        self._db.execute("set timezone = 'UTC'")
        self._db.execute("set enable_progress_bar = false")
        spilled = Path(tempfile.gettempdir()) / f"modelcensus-spilled-{os.getpid()}"  # DuckDB's own choice is ./.tmp
        self._db.execute(f"set temp_directory = {_text(str(spilled))}")
        self._db.execute("set python_enable_replacements = false")  # a table is what was registered, no variable
        self._db.execute("set parquet_metadata_cache = true")  # stored files never change, and views read them often
        if memory_limit:
            self._db.execute(f"set memory_limit = '{memory_limit}'")
        self._kept: dict[str, pa.Table] = {}
        self._statements: dict[str, str] = {}
        self._made: dict[str, str] = {}

    def scan(self, name: str, paths: Sequence[Path], schema: pa.Schema) -> None:
        """The rows of Parquet files as a table called `name`; columns that a file lacks are null."""
        if not paths:
            self.hold(name, schema.empty_table())
            return
        listed = ", ".join(_text(str(p)) for p in paths)
        source = f"read_parquet([{listed}], union_by_name = true, hive_partitioning = false)"
        with _damage_named():
            present = {c[0] for c in self._db.execute(f"select * from {source} limit 0").description or []}
        columns = ", ".join(
            f'"{f.name}"' if f.name in present else f'cast(null as {_sql_type(f.type)}) as "{f.name}"' for f in schema
        )
        self.make(name, f"select {columns} from {source}", keep=False)

    def hold(self, name: str, rows: pa.Table) -> None:
        """In-memory rows as a table called `name`."""
        self._drop(name)
        self._kept[name] = rows
        self._db.register(name, rows)

    def make(self, name: str, sql: str, *, keep: bool = True, as_written: bool = False) -> None:
        """The result of SQL over named tables as a table; computed once where `keep`, else a view. `as_written`: see
        `Engine.query`."""
        self._drop(name)
        kind = "temp table" if keep else "temp view"
        with _damage_named(), self._sides_kept() if as_written else nullcontext():
            self._db.execute(f'create {kind} "{name}" as {sql}')
        self._statements[name], self._made[name] = sql, kind

    @contextmanager
    def _sides_kept(self) -> Iterator[None]:
        self._db.execute("set disabled_optimizers = 'join_order,build_side_probe_side'")
        try:
            yield
        finally:
            self._db.execute("reset disabled_optimizers")

    def arrow(self, sql: str) -> pa.Table:
        """The rows that a query over named tables gives."""
        with _damage_named():
            return self._db.sql(sql).to_arrow_table()

    def over(self, sql: str, tables: Mapping[str, pa.Table]) -> pa.Table:
        """The rows of a statement over tables that are given with it, under these names."""
        with _damage_named():
            for name, rows in tables.items():
                self._db.register(name, rows)
            return self._db.sql(sql).to_arrow_table()

    def rows(self, sql: str) -> list[dict[str, Any]]:
        """The few rows that a query over named tables gives, as plain values."""
        with _damage_named():
            cursor = self._db.execute(sql)
            names = [d[0] for d in cursor.description or []]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def has(self, name: str) -> bool:
        """Whether a table of that name is there."""
        found = self._db.execute(
            "select count(*) from information_schema.tables where table_name = ?", [name]
        ).fetchall()
        return found[0][0] > 0

    def drop(self, *names: str) -> None:
        """Forget tables that nothing needs any more; the SQL that made them can still be explained."""
        for name in names:
            self._drop(name)

    def made_by(self, sql: str, given: Sequence[str]) -> dict[str, str]:
        """SQL and that of every named table that it reads, first ones first, back to those `given`; itself as `answer`."""
        found: dict[str, str] = {}

        def visit(name: str, sql: str) -> None:
            own = set(re.findall(r"(\w+)\s*(?:\([^()]*\)\s*)?as \(", sql))
            for word in dict.fromkeys(re.findall(r'(?:from|join)\s+"?(\w+)"?', sql, re.IGNORECASE)):
                if word in self._statements and word not in {*found, *given, *own, name}:
                    visit(word, self._statements[word])
            found[name] = textwrap.dedent(sql).strip()

        visit("answer", sql)
        return found

    def save_parquet(self, name: str, path: Path, row_group: int = 500_000, *, as_written: bool = False) -> None:
        """The rows of a named table as a file."""
        with _damage_named(), self._sides_kept() if as_written else nullcontext():
            self._db.execute(f'copy "{name}" to {_text(str(path))} (format parquet, row_group_size {row_group})')

    def save(self, path: Path, tables: Mapping[str, str]) -> None:
        """A database file with tables by name, each the result of SQL over named tables."""
        with _damage_named():
            self._db.execute(f"attach {_text(str(path))} as saved")
            try:
                for name, sql in tables.items():
                    self._db.execute(f'create table saved."{name}" as {sql}')
            finally:
                self._db.execute("detach saved")

    @property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """The connection itself, for sources that parse files with DuckDB's readers."""
        return self._db

    def _drop(self, name: str) -> None:
        if name in self._kept:
            self._db.unregister(name)
            del self._kept[name]
            return
        kind = self._made.pop(name, "")
        if kind:
            self._db.execute(f'drop {kind.removeprefix("temp ")} "{name}"')


@contextmanager
def _damage_named() -> Iterator[None]:
    """A Parquet file that turns out damaged while it is read is the store's fault, and said so."""
    try:
        yield
    except duckdb.Error as error:
        if ".parquet" not in str(error) and type(error) is not duckdb.Error:  # thrift errors name no file
            raise
        first = str(error).strip().splitlines()[0][:300]
        raise LedgerError(f"a stored file cannot be read ({first})", remedy="run `modelcensus doctor`") from error


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _sql_type(arrow: pa.DataType) -> str:
    names = {
        pa.string(): "varchar",
        pa.int64(): "bigint",
        pa.float64(): "double",
        pa.date32(): "date",
        pa.bool_(): "boolean",
    }
    return names[arrow]

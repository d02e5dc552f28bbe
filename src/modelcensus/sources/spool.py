"""Rows on their way to the ledger: in memory where they are few, in Parquet files where they are many."""

from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.dataset as pads

from modelcensus.sources.reader import quote_text
from modelcensus.vocabulary import Rows, Schema

IN_MEMORY = 500_000
"""Rows up to which a table is held in memory."""


def rows_of(db: duckdb.DuckDBPyConnection, sql: str, path: Path, schema: Schema, rows: int) -> Rows:
    """The result of SQL in the columns of `schema`: a table, or, of more than IN_MEMORY rows, the file `path`."""
    if rows <= IN_MEMORY:
        return db.sql(sql).to_arrow_table().select(schema.names).cast(schema.arrow)
    return written(db, sql, path, schema)


def written(db: duckdb.DuckDBPyConnection, sql: str, path: Path, schema: Schema) -> pads.Dataset:
    """The result of SQL as a data set of one file, in its order."""
    types = {pa.string(): "varchar", pa.int64(): "bigint", pa.date32(): "date", pa.float64(): "double"}
    columns = ", ".join(f"cast({f.name} as {types[f.type]}) as {f.name}" for f in schema.arrow)
    db.execute(
        f"copy (select {columns} from ({sql})) to {quote_text(str(path))} (format parquet, row_group_size 30000)"
    )
    return pads.dataset(path, schema=schema.arrow, format="parquet")


def together(parts: list[Rows], schema: Schema) -> Rows:
    """The rows of several tables after each other."""
    tables = [p for p in parts if isinstance(p, pa.Table)]
    if len(tables) == len(parts):
        return pa.concat_tables([schema.arrow.empty_table(), *tables])
    return pads.dataset([pads.dataset(p) if isinstance(p, pa.Table) else p for p in parts])

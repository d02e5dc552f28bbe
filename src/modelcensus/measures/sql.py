"""One question in SQL over the views: checked before anything is computed, and refused in one line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa

from modelcensus.engine import CLOSED
from modelcensus.measures.views import VIEWS
from modelcensus.vocabulary import RequestError, nearest

if TYPE_CHECKING:
    from modelcensus.measures.census import Census

ABOUT_VIEWS = re.compile(r"\b(show|information_schema|duckdb_\w+|pg_\w+|sqlite_master)\b", re.IGNORECASE)
"""Words of a question about the views themselves: it sees all of them."""
NO_TABLE = re.compile(r"Table with name (.+?) does not exist")
NO_COLUMN = re.compile(
    r"""Referenced\ column\ "(.+?)"\ not\ found | does\ not\ have\ a\ column\ named\ "(.+?)"
      | Column\ "(.+?)"\ (?: in\ EXCLUDE | does\ not\ exist )""",
    re.VERBOSE,
)


def ask(census: Census, text: str, channel: str = "") -> Iterator[pa.RecordBatch]:
    """The answer to one SELECT, batch by batch, computed as far as it is read; the first one may be empty.

    RequestError where it is no SELECT, or names what is not there.
    """
    check(text)
    connection = census.connect(channel, named_views(text))
    try:
        reader = connection.sql(text).to_arrow_reader()
        yield pa.RecordBatch.from_pylist([], schema=reader.schema)
        yield from reader
    except duckdb.Error as error:
        raise refused(error, text) from error


def check(text: str) -> None:
    """Refuse what is not one statement that only reads, over views and columns that exist."""
    try:
        statements = duckdb.extract_statements(text)
    except duckdb.Error as error:
        raise refused(error, text) from error
    if len(statements) != 1:
        raise RequestError(f"{len(statements)} statements", where="sql", remedy="give one SELECT at a time")
    kind = statements[0].type
    if kind not in (duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN):
        raise RequestError(
            f"{kind.name} is refused: the views can only be read",
            where="sql",
            remedy="use SELECT; --format csv, json or parquet gives its rows to a file",
        )
    with duckdb.connect(config=CLOSED) as empty:
        for name, schema in VIEWS.items():
            empty.register(name, schema.arrow.empty_table())
        try:
            empty.execute(text if kind == duckdb.StatementType.EXPLAIN else f"explain {text}")
        except duckdb.Error as error:
            raise refused(error, text) from error


def named_views(text: str) -> list[str]:
    """The views that a question can mean: those whose name occurs in it; all where it is about views."""
    if ABOUT_VIEWS.search(text):
        return list(VIEWS)
    words = set(re.findall(r"\w+", text.lower()))
    return [v for v in VIEWS if v in words] or ["batches"]


def refused(error: duckdb.Error, text: str) -> RequestError:
    """What DuckDB says, in one line, with the nearest view or column."""
    said = str(error).strip()
    table, column = NO_TABLE.search(said), NO_COLUMN.search(said)
    if isinstance(error, duckdb.PermissionException) or (table and re.search(r"[/.\\]", table[1])):
        return RequestError("no file can be read or written", where="sql", remedy=f"ask {', '.join(VIEWS)}")
    if table:
        return RequestError(f"no view {table[1]!r}", where="sql", remedy=nearest(table[1].lower(), list(VIEWS)))
    if column:
        name = next(g for g in column.groups() if g)
        known = sorted({c for v in named_views(text) for c in VIEWS[v].names})
        return RequestError(f"no column {name!r}", where="sql", remedy=nearest(name.lower(), known))
    first = said.splitlines()[0]
    line = re.search(r"LINE (\d+): ", said)
    return RequestError(
        (first.partition(": ")[2] or first).rstrip("!"),
        where=f"sql, line {line[1]}" if line else "sql",
        remedy="docs/sql.md has the views and their columns",
    )

"""`modelcensus sql`: read-only SQL over documented views."""

import csv
import io
import json
import sys
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

import pyarrow as pa
import pyarrow.parquet as pq
from cyclopts import Parameter
from rich.table import Table

from modelcensus.cli.options import (
    KnowledgeOption,
    LedgerOption,
    Terminal,
    emit,
    emit_bytes,
    find_ledger,
    notes,
    plain,
)
from modelcensus.cli.wide_table import Column, print_fitting
from modelcensus.measures import VIEWS, Census, ask, check, inert
from modelcensus.vocabulary import RequestError

SHOWN = 50
"""Rows of a table on the screen."""


def sql(
    query: str = "",
    /,
    *,
    format: Literal["table", "csv", "json", "parquet"] = "table",
    limit: Annotated[int | None, Parameter(name="--limit")] = None,
    channel: str = "",
    as_of: date | None = None,
    ledger: LedgerOption = None,
    knowledge: KnowledgeOption = None,
) -> None:
    """Ask the views of the ledger in DuckDB's SQL; nothing can be written, and no file read.

    Parameters
    ----------
    query
        One SELECT over the views of docs/sql.md; - reads it from standard input; without one the views are listed.
    format
        What to print.
    limit
        Rows to print, 0 for all (default: 50 of a table, all in the other formats).
    channel
        Whose readings, events and flows (default: the Hub's counters, else the only ones).
    as_of
        Ask what the ledger held at the end of that day.
    """
    text = (sys.stdin.read() if query == "-" else query).strip()
    if not text:
        _print_views()
        return
    if limit is not None and limit < 0:
        raise RequestError(f"{limit} is no number of rows", where="--limit", remedy="use 0 for all")
    most = (SHOWN if format == "table" else 0) if limit is None else limit
    with notes.status("computing"):
        check(text)
        answer = ask(Census(find_ledger(ledger), knowledge or (), as_of), text, channel)
        show = _table(answer, most) if format == "table" else _file(answer, most, format)
    show()


def _file(answer: Iterator[pa.RecordBatch], most: int, format: str) -> Callable[[], None]:
    rows = _rows(answer, most)
    if format == "csv":
        return lambda: emit(_csv(rows))
    if format == "json":
        return lambda: emit(json.dumps(rows.to_pylist(), indent=1, default=_plain_value))
    sink = io.BytesIO()
    pq.write_table(rows, sink)
    return lambda: emit_bytes(sink.getvalue())


def _table(answer: Iterator[pa.RecordBatch], most: int) -> Callable[[], None]:
    found = _rows(answer, most + 1 if most else 0)
    rows = found.slice(0, most or None)
    more = len(found) > len(rows)
    columns = [
        Column(plain(name), [_cell(v) for v in column.to_pylist()], key=not place)
        for place, (name, column) in enumerate(zip(rows.column_names, rows.columns, strict=True))
    ]
    said = (
        f"the first {len(rows):,} rows; --limit 0 prints all"
        if more
        else f"{len(rows):,} row{'s' * (len(rows) != 1)}"
    )

    def show() -> None:
        console = Terminal()
        print_fitting(console, columns)
        console.print(said)

    return show


def _cell(value: object) -> str:
    return "" if value is None else "\n".join(map(plain, str(value).split("\n")))


def _print_views() -> None:
    table = Table()
    for name in ("view", "what it is", "columns"):
        table.add_column(name, overflow="fold")
    for name, schema in VIEWS.items():
        table.add_row(name, schema.text, ", ".join(schema.names))
    Terminal().print(table)


def _csv(rows: pa.Table) -> str:
    sink = io.StringIO()
    writer = csv.writer(sink, lineterminator="\n")
    writer.writerow(rows.column_names)
    for batch in rows.to_batches():
        columns = [column.to_pylist() for column in batch.columns]
        writer.writerows([inert(v) for v in row] for row in zip(*columns, strict=True))
    return sink.getvalue()


def _rows(answer: Iterator[pa.RecordBatch], most: int) -> pa.Table:
    """The first rows, or all: no more than that is computed."""
    batches, count = [], 0
    for batch in answer:
        batches.append(batch)
        count += len(batch)
        if most and count >= most:
            break
    rows = pa.Table.from_batches(batches).slice(0, most or None)
    return rows.rename_columns(_distinct(rows.column_names))


def _plain_value(value: object) -> object:
    """What JSON lacks: sums are numbers, days and the rest are texts."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return str(value)


def _distinct(names: list[str]) -> list[str]:
    """Names that tell columns apart: a, a_2, ..."""
    found: list[str] = []
    for name in names:
        number, chosen = 1, name
        while chosen in found:
            number += 1
            chosen = f"{name}_{number}"
        found.append(chosen)
    return found

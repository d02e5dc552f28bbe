"""`modelcensus measure`: one number, or a table of them, with bounds and provenance."""

import io
import json
from typing import Annotated, Literal

import pyarrow.parquet as pq
from cyclopts import Parameter

from modelcensus.cli.options import KnowledgeOption, LedgerOption, Terminal, emit, emit_bytes, notes, open_census, say
from modelcensus.cli.wide_table import Column, print_fitting
from modelcensus.measures import Result, Row, cell, number
from modelcensus.vocabulary import Request

Format = Literal["table", "json", "csv", "parquet", "svg", "png", "vega", "sentence", "citation", "bibtex"]


def measure(
    name: str,
    /,
    *,
    of: Annotated[list[str] | None, Parameter(name="--of", negative="")] = None,
    within: str = "",
    by: Annotated[list[str] | None, Parameter(name="--by", negative="")] = None,
    period: Annotated[list[str] | None, Parameter(name="--period", negative="")] = None,
    reading: Annotated[list[str] | None, Parameter(name="--reading", negative="")] = None,
    as_of: str | None = None,
    format: Format = "table",
    title: str = "",
    size: Literal["post", "social", "print"] = "post",
    no_cache: Annotated[bool, Parameter(name="--no-cache", negative="")] = False,
    ledger: LedgerOption = None,
    knowledge: KnowledgeOption = None,
) -> None:
    """Compute a measure: downloads, cumulative, share, ratio, rank or crossover.

    Parameters
    ----------
    name
        Name of the measure (docs/measures.md).
    of
        Subject, DIMENSION=VALUE[,VALUE]; repeated terms must all hold.
    within
        Scope: what stands under the line (hub, mainline, text-vision, makers, tracked@DATE, ...).
    by
        Dimension or grain of time (month, week, day); repeated.
    period
        2026-02, 2026, 2026-02..2026-08, a day, or all; repeated.
    reading
        NAME=CHOICE: channel, counter, repair, panel, origin, peers; repeated.
    as_of
        Compute with what the ledger held at the end of that day.
    format
        What to print.
    title
        Title of a chart.
    size
        Size of a chart.
    no_cache
        Compute anew, and keep no answer.
    """
    request = Request.build(name, of or (), within, by or (), period or (), reading or (), as_of)
    with notes.status("computing"):
        result = open_census(ledger, knowledge, not no_cache).answer(request)
    if result.unrecorded:
        say("the ledger cannot be written: `explain` will not know this id")
    _print(result, format, title, size)


SHOWN = 10_000
"""Rows that a table on the screen has, at most."""


def _print(result: Result, format: Format, title: str, size: str) -> None:
    if format == "json":
        emit(json.dumps(result.as_dict(), indent=1, default=str))
    elif format == "csv":
        emit(result.to_csv())
    elif format == "parquet":
        sink = io.BytesIO()
        pq.write_table(result.to_arrow(), sink)
        emit_bytes(sink.getvalue())
    elif format == "sentence":
        emit(result.sentence())
    elif format == "citation":
        emit(result.cite())
    elif format == "bibtex":
        emit(result.cite("bibtex"))
    elif format in ("svg", "png", "vega"):
        chart = result.chart(title, size)
        if format == "vega":
            emit(json.dumps(chart.spec, indent=1))
        elif format == "svg":
            emit(chart.svg())
        else:
            emit_bytes(chart.png())
    else:
        _print_table(result)


def _columns(result: Result) -> list[Column]:
    """What tells the rows apart, their numbers, and what stands beside them."""
    rows = result.listed(SHOWN)
    asked = {d for d in result.request.dimensions if d in rows[0].dimensions} or {next(iter(rows[0].dimensions), "")}
    beside = [Column(n, [cell(n, r.dimensions[n]) for r in rows], key=n in asked) for n in rows[0].dimensions]
    return [
        *(c for c in beside if c.key),
        Column("period", [r.period for r in rows], key=True),
        Column(result.unit, [number(r.value, result.unit) for r in rows], whole=True),
        Column("low", ["" if r.low is None else number(r.low, result.unit) for r in rows], whole=True),
        Column("high", [_high(r, result.unit) for r in rows], whole=True),
        *(c for c in beside if not c.key),
        Column("coverage", [_coverage(r) for r in rows]),
        Column("flags", ["; ".join(r.flags) for r in rows]),
    ]


def _high(row: Row, unit: str) -> str:
    if row.high is not None:
        return number(row.high, unit)
    return "open" if any(f.startswith("open") for f in row.flags) else ""


def _coverage(row: Row) -> str:
    coverage = "" if row.coverage is None else number(row.coverage, "share")
    if row.scope_size and row.observed is not None:
        coverage += f" ({row.observed:,} of {row.scope_size:,})"
    return coverage


def _print_table(result: Result) -> None:
    console = Terminal()
    console.print(result.sentence(), style="bold", soft_wrap=True)
    print_fitting(console, _columns(result))
    if len(result.rows) > SHOWN:
        rest = len(result.rows) - SHOWN
        console.print(f"{rest:,} more rows: --format csv or parquet gives them all", soft_wrap=True)
    for note in result.notes:
        console.print(note, soft_wrap=True)
    console.print(
        f"{result.definition}; {result.counted_by}; modelcensus explain {result.provenance.id}",
        soft_wrap=True,
    )

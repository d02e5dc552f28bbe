"""`modelcensus doctor`: the health of the ledger."""

import json
import sys
from typing import Literal

from rich.console import Console
from rich.table import Table

from modelcensus.cli.options import KnowledgeOption, LedgerOption, emit, find_ledger, notes, say
from modelcensus.measures import Census
from modelcensus.measures.health import health


def doctor(
    *,
    format: Literal["table", "json"] = "table",
    ledger: LedgerOption = None,
    knowledge: KnowledgeOption = None,
) -> None:
    """Coverage, events, sources and broken batches; exit status 1 where a batch is broken.

    Parameters
    ----------
    format
        table or json.
    """
    store = find_ledger(ledger)
    with notes.status("checking every file's digest"):
        broken = [
            {"batch": m.id, "file": f.path, "problem": p, "inputs": [i.name for i in m.inputs]}
            for m, f, p in store.broken_files()
        ]
    report: dict[str, list] = {"coverage": [], "events": [], "sources": [], "broken": broken}
    if not broken:
        with notes.status("looking at the counters"):
            report |= health(Census(store, knowledge or ()))
    if format == "json":
        emit(json.dumps(report, indent=1, default=str))
    else:
        _print(report)
    for entry in broken:
        say(
            f"{entry['file']}: {entry['problem']} (batch {entry['batch']}); import {', '.join(entry['inputs'])} again into a new ledger"
        )
    if broken:
        sys.exit(1)


def _print(report: dict[str, list]) -> None:
    console = Console(highlight=False, markup=False)
    for name, rows in report.items():
        if not rows:
            continue
        table = Table(title=name, title_justify="left")
        for column in rows[0]:
            table.add_column(column)
        for row in rows:
            table.add_row(*("" if v is None else f"{v:,}" if isinstance(v, int) else str(v) for v in row.values()))
        console.print(table)

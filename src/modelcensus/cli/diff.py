"""`modelcensus diff`: what changed between two editions, and why."""

import json
from decimal import Decimal
from typing import Literal

from rich.table import Table

from modelcensus.cli.options import KnowledgeOption, LedgerOption, Terminal, emit, find_ledger, notes, plain, say
from modelcensus.measures import CAUSES, Census, Revised, Revision, Side, number, revise
from modelcensus.measures.revision_rows import (
    change_text,
    number_flags,
    request_text,
    revision_csv,
    revision_dict,
    subject_text,
)

SHOWN = 20
"""Numbers of a printed table; all of them are in the JSON and the CSV."""


def diff(
    then: str,
    now: str,
    /,
    *,
    format: Literal["table", "json", "csv"] = "table",
    ledger: LedgerOption = None,
    knowledge: KnowledgeOption = None,
) -> None:
    """Split every change between two editions into new observations, recounts, catalog, scope list and software.

    Parameters
    ----------
    then
        The older edition: a folder that `report` wrote, its edition.json, or a day (what the ledger held then).
    now
        The newer one.
    format
        table, json or csv.
    """
    from modelcensus.publish import Scene, headline, read_side  # drawing takes half a second to load

    store = find_ledger(ledger)
    sides = [read_side(name, store, knowledge or ()) for name in (then, now)]
    with notes.status("opening the ledger") as status:
        requests, opened = [], []
        if not any(side.requests for side in sides):  # two days: what a report leads with
            opened = [Census(store, inputs=sides[1].inputs)]
            requests = headline(Scene(opened[0]))
        revision = revise(store, sides[0], sides[1], requests, opened, status.update)
    if format == "json":
        emit(json.dumps(revision_dict(revision), indent=1))
    elif format == "csv":
        emit(revision_csv(revision))
    else:
        _print(revision, f"{_titled(sides[0], then)} to {_titled(sides[1], now)}")
    for note in revision.notes:
        say(note)
    for request, why in revision.uncompared:
        say(f"not compared: {request}: {why}")


def _titled(side: Side, given: str) -> str:
    return side.name if side.name.endswith(given) else f"{side.name} ({given})"


def _print(revision: Revision, title: str) -> None:
    console = Terminal()
    causes = Table(title=plain(title), title_justify="left", title_style="bold")
    for column in ("cause", "what differs", "numbers touched"):
        causes.add_column(column, overflow="fold", no_wrap=column == "cause")
    for cause in CAUSES:
        causes.add_row(cause, plain(revision.causes[cause]), f"{revision.touched(cause):,}")
    console.print(causes)
    changed = revision.changed
    told = [c for c in CAUSES if any(n.value.parts[c] for n in changed)]
    table = Table(title="changes", title_justify="left", title_style="bold")
    for column in ("number", "subject", "period", "then", "now", "change", *told, "interval", "flags"):
        table.add_column(column, overflow="fold", no_wrap=column == "period")
    for n in changed[:SHOWN]:
        (then, before), (now, after) = _ends(n)
        table.add_row(
            plain(request_text(n.request)), plain(subject_text(n)), n.period, then, now,
            change_text(n.value.change, n.unit),
            *("" if n.value.parts[c] == 0 else change_text(n.value.parts[c], n.unit) for c in told),
            f"{before or then} -> {after or now}" if before or after else "", "; ".join(number_flags(n)),
        )  # fmt: skip
    if changed:
        console.print(table)
    kinds = {k: sum(n.kind == k for n in changed) for k in ("revised", "bounds", "new", "gone")}
    more = f"; {len(changed) - SHOWN:,} more in --format csv" if len(changed) > SHOWN else ""
    console.print(
        f"{len(revision.numbers):,} numbers: {kinds['revised']:,} revised, {kinds['bounds']:,} with other bounds,"
        f" {kinds['new']:,} new, {kinds['gone']:,} gone, {len(revision.numbers) - len(changed):,} unchanged{more}",
        soft_wrap=True,
    )


def _ends(revised: Revised) -> tuple[tuple[str, str], tuple[str, str]]:
    """Value and interval, then and now."""
    low, value, high = revised.low, revised.value, revised.high
    then, now = (low.then, value.then, high.then), (low.now, value.now, high.now)
    return _end(*then, revised.unit), _end(*now, revised.unit)


def _end(low: Decimal | None, value: Decimal | None, high: Decimal | None, unit: str) -> tuple[str, str]:
    if low is None and value is None:
        return "none", ""
    shown = number(None if value is None else float(value), unit)
    if low is None or low == value == high:
        return shown, ""
    upper = "open" if high is None else number(float(high), unit)
    return shown, f"{number(float(low), unit)} to {upper}"

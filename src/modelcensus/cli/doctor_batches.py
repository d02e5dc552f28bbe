"""`modelcensus doctor`: broken batches, those that were set aside, and what to collect again."""

import shlex
from typing import Any

from modelcensus.counting import LOADS
from modelcensus.counting import SOURCE as COUNTED
from modelcensus.ledger import Broken, Ledger, SetAside, all_aside, broken_batches, set_aside
from modelcensus.measures.health import import_command
from modelcensus.sources import sources
from modelcensus.vocabulary import LedgerError


def broken_rows(store: Ledger) -> list[dict[str, Any]]:
    """What is wrong with batches, a row a file."""
    return [row for broken in broken_batches(store.root) for row in _rows(broken)]


def set_broken_aside(store: Ledger) -> None:
    """Move what is broken out of the way; nothing is deleted."""
    set_aside(store.root)


def aside_rows(store: Ledger) -> list[dict[str, Any]]:
    """What was set aside, a row a batch, with how it comes back."""
    return [
        {
            "batch": a.note.batch, "folder": a.folder, "source": a.note.source, "name": a.note.name,
            "channel": a.note.channel, "from": a.note.first_day, "to": a.note.last_day, "inputs": a.note.inputs,
            "problems": a.note.problems, "set_aside_at": a.note.set_aside_at, "back": a.back, "again": "" if a.back else _again(a),
        }
        for a in all_aside(store.root)
    ]  # fmt: skip


def unreadable(error: LedgerError) -> dict[str, Any]:
    """What keeps the batches from being looked at, as a row of `broken`."""
    return {"batch": "", "file": error.where, "problem": error.what, "inputs": [], "remedy": error.remedy}


def _rows(broken: Broken) -> list[dict[str, Any]]:
    named = f" and says how to read {', '.join(broken.note.inputs)} again" if broken.note.inputs else ""
    remedy = f"restore it from a copy, or run doctor --repair, which sets the batch aside{named}"
    return [
        {"batch": broken.batch, "file": file, "problem": problem, "inputs": broken.note.inputs, "remedy": remedy}
        for file, problem in broken.problems
    ]


def _again(aside: SetAside) -> str:
    """How to get back what a batch said, in the words of its source."""
    note, manifest = aside.note, aside.manifest
    days = " to ".join(dict.fromkeys(d for d in (note.first_day, note.last_day) if d))
    what = f"{note.name or 'a series of unknown name'}{f' of {days}' if days else ''}"
    restore = f"or bring sound copies of its files back from {aside.folder}"
    if manifest is None and not note.source:
        return f"nothing is known of it: bring a copy of its manifest back, or import again what is missing; see {aside.folder}"
    if note.source == COUNTED:
        logs = shlex.join(note.inputs) or "LOG..."
        name = note.name.removesuffix(LOADS)
        return f"modelcensus count {logs} --name {shlex.quote(name)} (what of {what} is missing is counted again), {restore}"
    if manifest is not None and note.source in sources():
        command = import_command(manifest, note.last_day or "DAY")
        return f"{command.replace('FILE', shlex.join(note.inputs), 1)} ({what}), {restore}"
    if note.source in sources():
        return f"import {what} again with --source {note.source}, {restore}"
    return f"{what} was collected from {note.source}, which answers for today alone: take it from another copy, {restore}"

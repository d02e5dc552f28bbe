"""`modelcensus doctor`: the health of the ledger."""

import json
import shlex
import sys
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import Parameter

from modelcensus.cli.doctor_batches import aside_rows, broken_rows, set_broken_aside, unreadable
from modelcensus.cli.doctor_tables import print_health
from modelcensus.cli.options import KnowledgeOption, LedgerOption, emit, find_ledger, notes, say
from modelcensus.ledger import Ledger, upkeep
from modelcensus.measures import Census
from modelcensus.measures.health import NEEDS_ACTION, health
from modelcensus.vocabulary import LedgerError

LOOKED_AT = ("coverage", "reported", "gaps", "events", "sources", "next")


def doctor(
    *,
    repair: Annotated[bool, Parameter(negative="")] = False,
    format: Literal["table", "json"] = "table",
    today: date | None = None,
    stale_after: int | None = None,
    ledger: LedgerOption = None,
    knowledge: KnowledgeOption = None,
) -> None:
    """Health of the ledger: coverage, gaps, events, stale sources, what to collect next; exit status 1 where something needs action.

    Parameters
    ----------
    repair
        Move broken batches to `aside`, and say what to collect again; remove what killed writers left, damaged provenance records and damaged derived files; never an observation.
    format
        table or json.
    today
        Day against which sources are late (default: today, UTC).
    stale_after
        Days without a sound reading after which a source is stale (default: by its own usual step).
    """
    store = find_ledger(ledger)
    day = today or datetime.now(UTC).date()
    with notes.status("checking every file's digest"):
        if repair:
            set_broken_aside(store)
        broken, aside = broken_rows(store), aside_rows(store)
        found = [asdict(x) for x in (upkeep.repair(store) if repair else upkeep.leftovers(store))]
    looked: dict[str, list] = {name: [] for name in LOOKED_AT}
    if not broken and (store.manifests() or not aside):
        with notes.status("looking at the counters"):
            looked, broken = _looked(store, knowledge, day, stale_after)
    if ledger:
        for reading in looked["next"]:
            reading["command"] += f" --ledger {shlex.quote(str(ledger))}"
    problems = _problems(looked["sources"], broken, aside, found)
    report: dict[str, Any] = {"today": str(day), "healthy": not problems, "problems": problems, **looked}
    report["coverage"] = looked["coverage"] + report.pop("reported")
    report |= {"leftovers": found, "broken": broken, "aside": aside}
    if format == "json":
        emit(json.dumps(report, indent=1, default=str))
        for problem in problems:
            say(problem)
    else:
        print_health(report)
    if problems:
        sys.exit(1)


def _looked(
    store: Ledger, knowledge: list[Path] | None, day: date, stale_after: int | None
) -> tuple[dict[str, list], list[dict[str, Any]]]:
    """The health of what the batches say; and what keeps it from being looked at, if anything does."""
    try:
        return health(Census(store, knowledge or ()), day, stale_after), []
    except LedgerError as error:
        if not store.manifests():
            raise
        return {name: [] for name in LOOKED_AT}, [unreadable(error)]


def _problems(
    sources: list[dict], broken: list[dict[str, Any]], aside: list[dict[str, Any]], found: list[dict[str, Any]]
) -> list[str]:
    """What needs action, one line each: why the exit status is 1."""
    lines = []
    for b in broken:
        batch = f" (batch {b['batch']})" if b["batch"] else ""
        lines.append(f"{b['file']}: {b['problem']}{batch}; {b['remedy']}")
    lines += [f"{a['folder']}: batch {a['batch']} was set aside; {a['again']}" for a in aside if not a["back"]]
    for s in sources:
        if s["status"] in NEEDS_ACTION:
            usual = f"usually every {s['usual_step']:g}, " if s["usual_step"] else ""
            lines.append(
                f"{s['source']} ({s['counter']}) is {s['status']}: last sound reading {s['last_sound'] or 'never'},"
                f" {s['days_since']} days ago; {usual}at most {s['days_allowed']:g} allowed"
            )
    lines += [
        f"{x['path']}: {x['what']}; run doctor --repair"
        for x in found
        if x["kind"] in ("record", "derived") and x["remove"]
    ]
    return lines

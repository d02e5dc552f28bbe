"""The health of a ledger as tables for reading."""

from itertools import groupby
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.padding import Padding
from rich.table import Table

from modelcensus.cli.options import Terminal, plain
from modelcensus.flows.series_breaks import KIND
from modelcensus.measures import number

FIRST = 5
"""Readings to collect next that are shown; all of them are in the JSON."""
NUMBERS = (
    "snapshots", "sound", "read", "of all", "of then", "downloads", "came", "went", "days", "step", "of", "bytes",
    "organizations", "estimates",
)  # fmt: skip
NEVER_FOLDED = ("month", "when", "from", "to", "last", "last sound", "state", "counter")


def print_health(report: dict[str, Any]) -> None:
    """Everything, the most urgent last: that is where a reader's eye is in a terminal."""
    console = Terminal()
    _print_coverage(console, report["coverage"])
    _print(console, "Gaps", [
        {"source": g["source"], "counter": g["counter"], "what": g["kind"].replace("_", " "), "from": g["from"],
         "to": g["to"], "days": g["days"]} for g in report["gaps"]
    ])  # fmt: skip
    _print_events(console, report["events"])
    _print(console, "Leftovers", [
        {"file": x["path"], "bytes": x["bytes"], "what": x["what"], "state": x["state"]} for x in report["leftovers"]
    ])  # fmt: skip
    _print(console, f"Sources, stalest first, on {report['today']}", [
        {"source": s["source"], "counter": s["counter"] or "list", "state": s["status"], "last": s["to"],
         "last sound": s["last_sound"] or "never", "days": s["days_since"], "step": _plainly(s["usual_step"]),
         "snapshots": s["snapshots"]} for s in report["sources"]
    ])  # fmt: skip
    _print_next(console, report["next"])
    _print(console, "Broken", [
        {"file": b["file"], "batch": b["batch"], "problem": b["problem"], "inputs": ", ".join(b["inputs"])}
        for b in report["broken"]
    ])  # fmt: skip
    _print(console, "Set aside", [
        {"folder": a["folder"], "source": a["source"], "name": a["name"], "from": a["from"] or "", "to": a["to"] or "",
         "problem": "; ".join(a["problems"]), "state": "in the ledger again" if a["back"] else "to be collected again"}
        for a in report["aside"]
    ])  # fmt: skip
    console.print("healthy: nothing needs action" if report["healthy"] else "needs action:", style="bold")
    for problem in report["problems"]:
        console.print(Padding(plain(problem), (0, 0, 0, 3)))


def _print_coverage(console: Console, rows: list[dict]) -> None:
    for (source, counter, scope), months in groupby(rows, key=lambda r: (r["source"], r["counter"], r.get("scope"))):
        name = f"{source} ({counter}{f', {scope}' if scope else ''})"
        if counter == "reported":
            of_scope = list(months)
            span = f"{len(of_scope)} months, {of_scope[0]['month']} to {of_scope[-1]['month']}"
            _print(console, f"Coverage: {name}, {span}", [
                {"month": r["month"], "organizations": r["organizations"], "downloads": _share(r["by_downloads"]),
                 "estimates": r["estimates"]} for r in of_scope if r["organizations"]
            ])  # fmt: skip
            if not any(r["organizations"] for r in of_scope):
                console.print(f"Coverage: {plain(name)}, {span}: totals alone\n", style="italic")
            continue
        _print(console, f"Coverage: {name}", [
            {"month": r["month"], "snapshots": f"{r['snapshots']}/{r['expected']}", "sound": r["sound"],
             "read": r["repositories"], "of all": _share(r["of_known"]), "of then": _share(r["of_known_then"]),
             "downloads": _share(r["by_downloads"]), "came": r["came"], "went": r["went"],
             "set aside": ", ".join(f"{n:,} {k.replace('_', ' ')}" for k, n in r["set_aside"].items())} for r in months
        ])  # fmt: skip


def _print_events(console: Console, events: list[dict]) -> None:
    """Events of each source and counter by time; dated changes of clients and of the Hub after them."""

    def place(event: dict) -> tuple:
        return (event["kind"] == KIND, "" if event["kind"] == KIND else event["source"], event["counter"])

    for (is_break, source, counter), found in groupby(sorted(events, key=place), key=place):
        name = f"Series breaks ({counter})" if is_break else f"Events: {source} ({counter})"
        _print(console, name, [
            {"when": _when(e["from"], e["to"]),
             **({"who": e["source"] or "the Hub"} if is_break else {"what": e["kind"].replace("_", " "), "of": e["repositories"]}),
             "evidence": e["evidence"]} for e in found
        ])  # fmt: skip


def _when(first: str, last: str) -> str:
    """A span in few letters.

    >>> _when("2026-05-03", "2026-05-04"), _when("2025-12-30", "2026-01-02"), _when("2026-05-03", "2026-05-03")
    ('2026-05-03..05-04', '2025-12-30..2026-01-02', '2026-05-03')
    """
    return first if first == last else f"{first}..{last[5:] if first[:4] == last[:4] else last}"


def _print_next(console: Console, readings: list[dict]) -> None:
    if not readings:
        return
    console.print("Collect next, most width first", style="italic")
    for place, r in enumerate(readings[:FIRST], start=1):
        weight = "" if r["downloads"] is None else f": {number(r['downloads'], 'downloads')} downloads undecided"
        of = f" of {r['repositories']:,} repositories" if r["repositories"] and weight else ""
        console.print(plain(f"{place}. {r['source']} ({r['counter']}) of {r['day']}{weight}{of}"))
        console.print(Padding(plain(r["why"]), (0, 0, 0, 3)))
        console.print(Padding(plain(r["command"]), (0, 0, 0, 3)), style="bold")
    if len(readings) > FIRST:
        console.print(f"and {len(readings) - FIRST} more, see --format json")
    console.print()


def _print(console: Console, title: str, rows: list[dict]) -> None:
    if not rows:
        return
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for column in rows[0]:
        justify = "right" if column in NUMBERS else "left"
        table.add_column(column, justify=justify, overflow="fold", no_wrap=column in NEVER_FOLDED)
    for row in rows:
        table.add_row(*("" if v is None else f"{v:,}" if isinstance(v, int) else plain(str(v)) for v in row.values()))
    console.print(table)


def _share(value: float | None) -> str:
    return "" if value is None else number(value, "share")


def _plainly(value: float | None) -> str:
    return "" if value is None else f"{value:g}"

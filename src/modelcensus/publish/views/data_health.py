"""How good the data are: sources, coverage by month, gaps, events of the counters, what to collect next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date

from modelcensus.measures import number, period_text
from modelcensus.measures.health import NEEDS_ACTION, health
from modelcensus.publish.fact_cells import fact_text
from modelcensus.publish.scene import Scene
from modelcensus.publish.section import Facts, Section
from modelcensus.publish.views.view import Chosen, View, page
from modelcensus.vocabulary.errors import without_options

QUESTIONS = {
    "sources": "How fresh was each source on the ledger's last day?",
    "coverage": "How much did each source cover, by month?",
    "gaps": "Which months lack readings?",
    "events": "What happened to the counters?",
    "reported": "What do reported series cover?",
    "next": "What is to be collected next?",
}

SHOWN = {
    "sources": (
        "source", "counter", "status", "from", "to", "last_sound", "days_since", "days_allowed", "snapshots", "rows",
        "set_aside",
    ),
    "coverage": (
        "month", "source", "counter", "snapshots", "expected", "sound", "repositories", "of_known", "by_downloads", "came",
        "went", "rows_set_aside",
    ),
    "events": ("kind", "source", "from", "to", "repositories", "evidence", "done"),
    "reported": ("month", "source", "scope", "organizations", "estimates", "by_downloads"),
    "next": ("day", "source", "downloads", "repositories", "why", "command"),
}  # fmt: skip
"""The columns of each table that fit on a page; its files have all."""


@page("/health", menu="Data health", text="events, gaps, coverage, sources")
def data_health(scene: Scene, chosen: Chosen) -> View:
    """What `modelcensus doctor` says of the data themselves."""
    found = health(scene.census)
    sections = [Section("summary", "How good are they, in one sentence?", [], remarks=[_summary(found)])]
    for name, question in QUESTIONS.items():
        rows, told = _with_members(found.get(name) or []) if name == "reported" else (found.get(name) or [], [])
        if rows:
            header = tuple(dict.fromkeys(k for row in rows for k in row))
            cells = tuple(tuple(_cell(row.get(k), k) for k in header) for row in rows)
            facts = Facts(name, question, header, cells, shown=SHOWN.get(name, ()))
            sections.append(Section(name, question, [], facts=[facts], remarks=told))
        elif told:
            sections.append(Section(name, question, [], remarks=told))
    return View("health", "How good are these data?", sections, chosen=dict(chosen))


def _summary(found: Mapping[str, list[dict[str, object]]]) -> str:
    """How many sources there are, how new they are, and what was found in them."""
    sources, events = found["sources"], found["events"]
    late, gaps = sum(s["status"] in NEEDS_ACTION for s in sources), len(found["gaps"])
    newest = max((str(s["to"]) for s in sources), default="")
    kinds = Counter(str(e["kind"]).replace("_", " ") for e in events)
    told = ", ".join(f"{kind} {n:,}" for kind, n in kinds.most_common())
    lacking = (
        f"{_many(gaps, 'month lacks', 'months lack')} readings" if gaps else "every month between them has readings"
    )
    return (
        f"{_many(len(sources), 'counter or series was', 'counters and series were')} read, the newest up to"
        f" {period_text(newest)}; {f'{late:,}' if late else 'none'} of them {'are' if late > 1 else 'is'} late, and"
        f" {lacking}{_uncertain(found)}.{_covered(found)}"
        f" {_many(len(events), 'event', 'events')} of the counters {'was' if len(events) == 1 else 'were'} found, and repaired or"
        f" set aside{f' ({told})' if told else ''}."
    )


def _uncertain(found: Mapping[str, list[dict[str, object]]]) -> str:
    """That readings lie far around the turn of months, so that it is open to which of two months downloads belong."""
    edges = [n for n in found["next"] if n["kind"] == "month_edge"]
    if not edges:
        return ""
    days = (date.fromisoformat(str(e["to"])) - date.fromisoformat(str(e["from"])) for e in edges)
    return (
        f", but around {_many(len(edges), 'turn', 'turns')} of months there is no sound one for up to {max(days).days:,} days, so that it"
        " is open to which month downloads belong"
    )


def _covered(found: Mapping[str, list[dict[str, object]]]) -> str:
    """How much of what is known was read, at least and at most, of each counter."""
    told = []
    for source, counter in dict.fromkeys((c["source"], c["counter"]) for c in found["coverage"]):
        rows = [c for c in found["coverage"] if (c["source"], c["counter"]) == (source, counter)]
        known = sorted((float(str(c["of_known"])), str(c["month"])) for c in rows if c["of_known"] is not None)
        if known:
            ends = [
                f"{number(share, 'share')} ({period_text(month)})"
                for share, month in dict.fromkeys((known[0], known[-1]))
            ]
            told.append(
                f" The {fact_text('counter', counter)} of {source} covered {' to '.join(ends)} of the repositories known here."
            )
    return "".join(told)


def _with_members(rows: list[dict[str, object]]) -> tuple[list[dict[str, object]], list[str]]:
    """The months of which a reported series names organizations; the others, of which it tells a total alone, are counted."""
    bare: dict[tuple[object, object], list[str]] = {}
    for row in rows:
        if not row["organizations"]:
            bare.setdefault((row["source"], row["scope"]), []).append(str(row["month"]))
    told = [
        f"Of the scope {scope}, {source} reports the total alone, without organizations:"
        f" {_many(len(months), 'month', 'months')}, {period_text(min(months))} to {period_text(max(months))}, not listed here."
        for (source, scope), months in bare.items()
    ]
    return [r for r in rows if r["organizations"]], told


def _many(count: int, one: str, several: str) -> str:
    return f"{count:,} {one if count == 1 else several}"


def _cell(value: object, name: str) -> object:
    if isinstance(value, str):
        return value if name == "command" else without_options(value)
    if isinstance(value, float):
        return round(value, 4)
    if value is None or isinstance(value, int):
        return value
    if isinstance(value, Mapping):
        return ", ".join(
            f"{str(k).replace('_', ' ')} {v:,}" if isinstance(v, int) else f"{k} {v}" for k, v in value.items()
        )
    if isinstance(value, list | tuple):
        return ", ".join(str(v) for v in value)
    return str(value) if value else ""

"""How good the data are: sources, coverage by month, gaps, events of the counters, what to collect next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from modelcensus.measures import period_text
from modelcensus.measures.health import NEEDS_ACTION, health
from modelcensus.publish.scene import Scene
from modelcensus.publish.section import Facts, Section
from modelcensus.publish.views.view import Chosen, View, page

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
        rows = found.get(name) or []
        if rows:
            header = tuple(dict.fromkeys(k for row in rows for k in row))
            cells = tuple(tuple(_cell(row.get(k)) for k in header) for row in rows)
            facts = Facts(name, question, header, cells, shown=SHOWN.get(name, ()))
            sections.append(Section(name, question, [], facts=[facts]))
    return View("health", "How good are these data?", sections, chosen=dict(chosen))


def _summary(found: Mapping[str, list[dict[str, object]]]) -> str:
    """How many sources there are, how new they are, and what was found in them."""
    sources, events = found["sources"], found["events"]
    late, gaps = sum(s["status"] in NEEDS_ACTION for s in sources), len(found["gaps"])
    newest = max((str(s["to"]) for s in sources), default="")
    kinds = Counter(str(e["kind"]).replace("_", " ") for e in events)
    told = ", ".join(f"{kind} {n:,}" for kind, n in kinds.most_common())
    return (
        f"{_many(len(sources), 'counter or series was', 'counters and series were')} read, the newest up to"
        f" {period_text(newest)}; {f'{late:,}' if late else 'none'} of them {'are' if late > 1 else 'is'} late, and"
        f" {_many(gaps, 'month lacks', 'months lack') if gaps else 'no month lacks'} readings."
        f" {_many(len(events), 'event', 'events')} of the counters {'was' if len(events) == 1 else 'were'} found, and repaired or"
        f" set aside{f' ({told})' if told else ''}."
    )


def _many(count: int, one: str, several: str) -> str:
    return f"{count:,} {one if count == 1 else several}"


def _cell(value: object) -> object:
    if isinstance(value, float):
        return round(value, 4)
    if value is None or isinstance(value, int | str):
        return value
    if isinstance(value, Mapping):
        return ", ".join(
            f"{str(k).replace('_', ' ')} {v:,}" if isinstance(v, int) else f"{k} {v}" for k, v in value.items()
        )
    if isinstance(value, list | tuple):
        return ", ".join(str(v) for v in value)
    return str(value) if value else ""

"""How good the data are: sources, coverage by month, gaps, events of the counters, what to collect next."""

from __future__ import annotations

from modelcensus.measures.health import health
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


@page("/health", menu="Data health", text="events, gaps, coverage, sources")
def data_health(scene: Scene, chosen: Chosen) -> View:
    """What `modelcensus doctor` says of the data themselves."""
    found = health(scene.census)
    sections = []
    for name, question in QUESTIONS.items():
        rows = found.get(name) or []
        if rows:
            header = tuple(dict.fromkeys(k for row in rows for k in row))
            cells = tuple(tuple(_cell(row.get(k)) for k in header) for row in rows)
            sections.append(Section(name, question, [], facts=[Facts(name, question, header, cells)]))
    return View("health", "How good are these data?", sections, chosen=dict(chosen))


def _cell(value: object) -> object:
    if isinstance(value, float):
        return round(value, 4)
    if value is None or isinstance(value, int | str):
        return value
    if isinstance(value, list | tuple):
        return ", ".join(str(v) for v in value)
    return str(value)

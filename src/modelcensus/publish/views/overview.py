"""The first page: who leads, under which denominator, what changed and why, and how good the data are."""

from __future__ import annotations

from dataclasses import replace

from modelcensus.measures import Result, Row, bounds, number, period_text
from modelcensus.publish.explored import address_of
from modelcensus.publish.questions import ask_all
from modelcensus.publish.scene import Scene
from modelcensus.publish.section import Facts, Section
from modelcensus.publish.views.view import Chosen, View, Way, page
from modelcensus.vocabulary.names import REPORTED

FIRST = ("who-leads", "changes")
"""The questions that a visitor comes with; the others of the report follow."""
LATER = {
    "flipped": ("Which published claims flipped?", "/claims/flipped"),
    "data": ("How good are these data?", "/health"),
}
"""Answers that other pages have, and that are shown here too."""


@page("/", menu="Overview", text="who leads, what changed and why, which claims flipped")
def overview(scene: Scene, chosen: Chosen) -> View:
    """The report's questions, as far as this ledger answers them."""
    sections, unanswered = ask_all(scene)
    sections = [replace(s, facts=[*s.facts, _ladder(s)]) if s.id == "who-leads" else s for s in sections]
    first = [s for name in FIRST for s in sections if s.id == name]
    later = [Section(name, question, []) for name, (question, _) in LATER.items()]
    return View(
        "overview", "Who leads in open AI models?", [*first, *later, *(s for s in sections if s not in first)],
        ways=(Way("/explore", "change the denominator"), Way("/claims", "are published claims true?"),
              Way("/health", "how good are these data?")),
        remarks=tuple(unanswered), chosen=dict(chosen), later={name: to for name, (_, to) in LATER.items()},
    )  # fmt: skip


def _ladder(section: Section) -> Facts:
    """The rungs, each with the way to its own picture, where its denominator can be changed."""
    rows, links = [], {}
    for share in sorted(section.results, key=lambda r: r.rows[-1].value or 0):
        row = share.rows[-1]
        links[share.whole_text] = address_of(share.request)
        within = bounds(row, share.unit) or _exact(share, row)
        rows.append(
            (share.whole_text, number(row.value, share.unit), within, period_text(row.period), share.counted_by)
        )
    caption = "The ladder: take a denominator, and its share over time stands below"
    header = ("of", "share", "interval", "in", "counted")
    return Facts("ladder", caption, header, tuple(rows), links, in_place=True)


def _exact(share: Result, row: Row) -> str:
    """What is said of a number without an interval: of what was not read it says nothing."""
    if share.request.reading.channel.startswith(REPORTED):
        return "as published"
    if row.scope_size and row.observed is not None and row.observed < row.scope_size:
        return f"exact over the {row.observed:,} of {row.scope_size:,} repositories read"
    return "exact"

"""The first page: who leads, under which denominator, what changed, and how good the data are."""

from __future__ import annotations

from modelcensus.publish.questions import ask_all
from modelcensus.publish.scene import Scene
from modelcensus.publish.views.view import Chosen, View, Way, page


@page("/", menu="Overview", text="who leads, what changed")
def overview(scene: Scene, chosen: Chosen) -> View:
    """The report's questions, as far as this ledger answers them."""
    sections, unanswered = ask_all(scene)
    return View(
        "overview", "Who leads in open AI models?", sections,
        ways=(Way("/explore", "change the denominator"), Way("/claims", "are published claims true?"),
              Way("/health", "how good are these data?")),
        remarks=tuple(unanswered), chosen=dict(chosen),
    )  # fmt: skip

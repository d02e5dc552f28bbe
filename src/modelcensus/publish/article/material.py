"""What an article is made from: the edition's sections, its claims, the state of its data; and what it asks besides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from modelcensus.flows.series_breaks import KIND
from modelcensus.measures import Result, Row
from modelcensus.publish.pages import Page
from modelcensus.publish.prose import Prose, resting
from modelcensus.publish.scene import Scene
from modelcensus.publish.section import Section
from modelcensus.publish.tested import Tested


@dataclass
class Material:
    """The edition as an article sees it. `results` are the answers to what the article asked besides its questions."""

    scene: Scene
    page: Page
    results: dict[str, Result] = field(default_factory=dict)

    @property
    def tested(self) -> Tested:
        """The claims."""
        return self.page.tested

    def section(self, name: str) -> Section | None:
        """The answer to a question of the report."""
        return next((s for s in self.page.sections if s.id == name), None)

    @property
    def ladder(self) -> list[Result]:
        """The leader's shares, each of another whole, the smallest first; empty where nobody leads."""
        found = self.section("who-leads")
        return found.results if found else []

    @property
    def events(self) -> Mapping[str, int]:
        """What the counters suffered, by kind, with how often."""
        counted: dict[str, int] = {}
        for event in self.page.health["events"]:
            if event["kind"] != KIND:
                counted[event["kind"]] = counted.get(event["kind"], 0) + 1
        return counted

    def keep(self, result: Result) -> Result:
        """The result, as one that the article rests on."""
        self.results[result.provenance.id] = result
        return result

    def sentence(self, result: Result, row: Row | None = None) -> Prose:
        """The sentence of a result."""
        return resting(self.keep(result).sentence(row), result.provenance.id)


def place_of(section: Section) -> str:
    """Where a section stands."""
    return f"report.html#{section.id}"

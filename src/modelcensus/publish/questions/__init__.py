"""What a reader came for, one file per question; a question that the ledger cannot answer is left out."""

from collections.abc import Callable

from modelcensus.publish.questions.changes import changes
from modelcensus.publish.questions.counters import counters, families, new_downloads, sizes
from modelcensus.publish.questions.crossovers import passing, regions
from modelcensus.publish.questions.cumulative import cumulative
from modelcensus.publish.questions.logged import logged
from modelcensus.publish.questions.next_ones import next_ones
from modelcensus.publish.questions.revisions import headline, revisions
from modelcensus.publish.questions.who_leads import who_leads
from modelcensus.publish.scene import Scene
from modelcensus.publish.section import Section
from modelcensus.vocabulary import RequestError

QUESTIONS = (
    *(who_leads, next_ones, cumulative, passing, regions),
    *(new_downloads, counters, families, sizes, logged, changes, revisions),
)


def ask_all(scene: Scene, progress: Callable[[str], None] = lambda _: None) -> tuple[list[Section], list[str]]:
    """The sections of the questions that the ledger answers, and of those that make no sense for it, why."""
    sections: list[Section] = []
    unanswered: list[str] = []
    for question in QUESTIONS:
        name = question.__name__.replace("_", " ")
        progress(f"asking: {name}")
        try:
            section = question(scene)
        except RequestError as error:
            unanswered.append(f"{name}: {error.told}")
            continue
        if section:
            sections.append(section)
    return sections, unanswered


__all__ = ["QUESTIONS", "ask_all", "headline"]

"""The article: its parts, and the pages that they make."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from modelcensus.ledger import Manifest
from modelcensus.measures import Result
from modelcensus.publish.article.answers import Answer, answers
from modelcensus.publish.article.limits import limits
from modelcensus.publish.article.material import Material, place_of
from modelcensus.publish.pages import Page, ToldClaims, environment, tools
from modelcensus.publish.prose import Prose, prose
from modelcensus.publish.scene import Scene
from modelcensus.publish.section import Section
from modelcensus.publish.verdict_words import all_readings_sentence, as_worded_sentence, evidence_sentence, instead

FAR = 1.5
"""From this ratio of the largest to the smallest share on, the heading says that it depends on what is counted."""
APART = ("who-leads", "revisions")
"""Sections that the article tells elsewhere."""


@dataclass(frozen=True)
class Article:
    """Everything that the article says."""

    title: str
    lead: Prose
    counted: list[Prose]
    says: list[tuple[Section, Prose]]
    told: ToldClaims | None
    limits: list[Prose]
    answers: list[Answer]
    manifests: list[Manifest]


def write_article(
    page: Page, scene: Scene, progress: Callable[[str], None]
) -> tuple[dict[str, bytes], dict[str, Result]]:
    """The article as HTML and Markdown, and the results that it rests on besides those of the page."""
    progress("writing the article")
    material = Material(scene, page)
    article = _article(material)
    shown = {
        "article": article, "page": page, "instead": instead, "worded_sentence": as_worded_sentence,
        "all_sentence": all_readings_sentence, "evidence_sentence": evidence_sentence, "place_of": place_of, "chart": page.charts.get("who-leads"), **tools(),
    }  # fmt: skip
    files = {
        f"article.{ending}": environment(html=ending == "html")
        .get_template(f"article.{ending}")
        .render(**shown)
        .encode()
        for ending in ("html", "md")
    }
    return files, material.results


def _article(material: Material) -> Article:
    page = material.page
    first = page.sections[0]
    counted = list(_counted(material))
    told = {c.text for c in counted}
    others = [s for s in page.sections if s.id not in APART and s is not first and s.statements]
    return Article(
        _title(material),
        first.statements[0].linked(place_of(first)),
        counted,
        [(s, s.statements[0].linked(place_of(s))) for s in others if s.statements[0].text not in told],
        page.told,
        limits(material),
        answers(material),
        page.manifests,
    )


def _title(material: Material) -> str:
    shares = [r.rows[-1].value or 0 for r in material.ladder]
    if not shares:
        return "Who leads in open AI models?"
    name = material.scene.name(material.scene.leader)
    far = shares[0] and shares[-1] / shares[0] >= FAR
    return f"{name} leads in downloads of open AI models{'; by how much depends on what is counted' if far else ''}"


def _counted(material: Material) -> list[Prose]:
    """The shares that were counted here, with their intervals; of published ones that they have none."""
    counted = [material.sentence(r) for r in material.ladder if not r.reported]
    names = sorted({r.counted_by.removeprefix("reported by ") for r in material.ladder if r.reported})
    if names:
        text = (
            f"The others are those that {' and '.join(names)} published, without an interval, because none follows."
        )
        counted.append(prose(text if counted else text.replace("The others", "These shares")))
    return counted

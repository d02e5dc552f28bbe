"""A release's first thirty days."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlencode

from modelcensus.measures import Row, number
from modelcensus.publish.prose import Linked, Name
from modelcensus.publish.scene import Scene
from modelcensus.publish.section import Facts, Section, Statement
from modelcensus.publish.views.asking import Ask, answered, leading
from modelcensus.publish.views.view import Chosen, Control, View, Way, for_example, one, page

NEWEST = 4
"""Generations that are offered of a family."""
RELEASES = 12
"""Releases that are offered where none was named."""


@page("/launch", menu="Launch", text="a release's first thirty days", takes=("subject",))
def launch(scene: Scene, chosen: Chosen) -> View:
    """Downloads by day since release, beside releases of the same size at the same age."""
    subject = one(chosen, "subject")
    family, at, generation = subject.partition("@")
    asks: list[Ask] = []
    ways: tuple[Way, ...] = ()
    called = subject
    if at and family and generation:
        called = generation if generation.startswith(family) else f"{family} {generation}"
        of = {"family": family, "generation": generation}
        asks = [
            Ask("together", f"How does {called} start?", "launch", of, ("generation",)),
            Ask("single", f"How do the models of {called} start?", "launch", of, ("repository",)),
        ]
    elif "/" in subject:
        asks = [Ask("single", f"How does {subject} start?", "launch", {"repository": subject}, ("repository",))]
    sections, remarks = answered(scene, asks)
    sections = [replace(s, statements=[*s.statements, *_beside(s)]) for s in sections]
    wrong = remarks[0] if remarks and not sections else ""
    if subject and not asks:
        wrong = f"{subject!r} is neither FAMILY@GENERATION nor a repository; write for example Qwen@Qwen3.5"
        ways = _generations(scene, subject)
    question = f"How does {called} start?" if asks else "How does a release start?"
    releases = _releases(scene)
    if not subject and releases:
        links = {r[1]: f"/launch?{urlencode({'subject': f'{r[0]}@{r[1]}'})}" for r in releases}
        header = ("family", "release", "released", "repositories here")
        facts = Facts("releases", "The newest releases in these data", header, tuple(releases), links)
        sections = [Section("releases", "Which release?", [], facts=[facts])]
    hint = for_example(f"{releases[0][0]}@{releases[0][1]}" if releases else "", *scene.examples("repository", 1))
    return View(
        "launch", question, sections, (Control("subject", "Release", "text", subject, hint=hint),), ways,
        remarks=tuple(remarks), wrong=wrong, chosen=dict(chosen),
    )  # fmt: skip


def _releases(scene: Scene) -> list[tuple[str, str, str, int]]:
    """The newest releases whose day is known and of which these data have repositories: family, generation, day, how
    many."""
    known = {
        (f, g.generation): str(g.released) for f, v in scene.census.knowledge.families.items()
        for g in v.generations if g.released
    }  # fmt: skip
    rows = scene.census.engine.rows(
        "select family, generation, count(*) as many from catalog where generation is not null group by all"
    )
    found = [
        (r["family"], r["generation"], known[r["family"], r["generation"]], r["many"])
        for r in rows
        if (r["family"], r["generation"]) in known
    ]
    return sorted(found, key=lambda r: (r[2], r[3]), reverse=True)[:RELEASES]


def _generations(scene: Scene, family: str) -> tuple[Way, ...]:
    """The newest generations of a family that was named alone."""
    known = {f.lower(): v for f, v in scene.census.knowledge.families.items()}.get(family.lower())
    dated = sorted((g for g in known.generations if g.released), key=lambda g: str(g.released)) if known else []
    to = [(f"{known.family}@{g.generation}", g.generation) for g in reversed(dated[-NEWEST:])] if known else []
    return tuple(Way(f"/launch?{urlencode({'subject': subject})}", generation) for subject, generation in to)


def _beside(section: Section) -> Iterator[Statement]:
    """What else is said of the repositories that the first sentence is about: their place, what was made from them, and
    what may follow."""
    for result in section.results:
        row, record = leading(result), result.provenance.id
        told, age = row.dimensions, row.period
        if told["comparable"]:
            yield Statement.build(
                "On ", Name(age), " it was ahead of ", Linked(_ahead(row), record), " of the ", Linked(f"{told['comparable']:,}", record),
                " releases of its size that have come to that age.",
            )  # fmt: skip
        made = [told[k] for k in ("first_party_quantized", "community_quantized", "other_derivatives")]
        if any(made):
            own, others, more = (Linked(f"{n or 0:,}", record) for n in made)
            yield Statement.build(
                "By ", Name(age), " its maker had published ", own, f" quantized version{'' if made[0] == 1 else 's'}, others ",
                others, f"; besides there {'was' if made[2] == 1 else 'were'} ", more, f" other derivative{'' if made[2] == 1 else 's'}.",
            )  # fmt: skip
        if told["projected_low"] is not None:
            span = [
                Linked(number(float(str(told[k])), "downloads"), record) for k in ("projected_low", "projected_high")
            ]
            yield Statement.build(
                Name("By day 30 it may have "), span[0], " to ", span[1], Name(f" downloads: {told['outlook']}.")
            )


def _ahead(row: Row) -> str:
    low, high = (number(float(str(row.dimensions[k])), "share") for k in ("percentile_low", "percentile_high"))
    return low if low == high else f"{low} to {high}"

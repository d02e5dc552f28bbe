"""What the numbers do not say: as much a part of the article as what they say."""

from __future__ import annotations

from collections.abc import Iterator

from modelcensus.measures import ABSENT_NOTE, number
from modelcensus.publish.article.material import Material
from modelcensus.publish.prose import Linked, Prose, prose, resting
from modelcensus.publish.questions.cumulative import method_remarks
from modelcensus.publish.verdict_words import CLAIMS, listed
from modelcensus.vocabulary.names import HUB, REPORTED

LIMITS = "report.html#limits"
BREAKS = "report.html#series-breaks"
EVENTS = {
    "freeze": ("counter that stopped", "counters that stopped"),
    "partial": ("snapshot with repositories missing", "snapshots with repositories missing"),
    "conflict": ("contradiction between sources", "contradictions between sources"),
    "spike": ("leap of one repository that came back", "leaps of single repositories that came back"),
}
"""Events in words, one and many; of the others the name is the word."""


def limits(material: Material) -> list[Prose]:
    """One sentence or two per limit, the ones that hold everywhere first."""
    return [
        prose("A download is a request for a file. It is not a person, not a deployment and not a sale."),
        prose("People, machines and test runs are counted alike; who uses a model, or whether anybody does, stands nowhere."),
        prose(
            "What is fetched from private mirrors, other hubs and caches is not among the downloads of the Hub.",
            *_other_channels(material),
        ),
        *_counters(material),
        *_coverage(material),
        *_reported(material),
        *_absent(material),
        *_regions(material),
        *_untested(material),
    ]  # fmt: skip


def _other_channels(material: Material) -> Iterator[str]:
    others = [c for c in material.scene.census.channels if c != HUB and not c.startswith(REPORTED)]
    if others:
        yield f" What these data hold of {' and '.join(others)} is counted apart and never added."


def _counters(material: Material) -> Iterator[Prose]:
    found = material.events
    if found:
        kinds = [prose(Linked(f"{n:,}", LIMITS), f" {_kind(k, n)}") for k, n in sorted(found.items())]
        yield prose(
            "Counters stall, roll back and are counted anew. Found in these data: ", listed(kinds),
            ". What such an event hides is left open or left out, and never guessed.",
        )  # fmt: skip
    if material.page.breaks:
        times = len(material.page.breaks)
        how = resting("once" if times == 1 else f"{times:,} times", BREAKS)
        yield prose(
            "What the Hub or its clients count changed ", how, ": a step there need not be a change of interest."
        )


def _kind(kind: str, times: int) -> str:
    name = kind.replace("_", " ")
    return EVENTS.get(kind, (name, f"{name}s"))[times > 1]


def _coverage(material: Material) -> Iterator[Prose]:
    for share in material.ladder:
        row = share.rows[-1]
        if row.observed and row.scope_size and row.observed < row.scope_size:
            record = share.provenance.id
            part = f" ({number(row.coverage, 'share')})" if row.coverage is not None else ""
            yield prose(
                "Of ", resting(share.whole_text, record), ", ",
                resting(f"{row.observed:,} of {row.scope_size:,} repositories{part}", record),
                " were read: of the others the count says nothing.",
            )  # fmt: skip


def _reported(material: Material) -> Iterator[Prose]:
    by = sorted({r.counted_by.removeprefix("reported by ") for r in material.ladder if r.reported})
    if by:
        yield prose(
            f"Numbers reported by {' and '.join(by)} are repeated as published: no interval follows from them, and they are "
            "never mixed with what was counted here."
        )
    if material.scene.monthly:
        record = material.scene.monthly.provenance.id
        yield from (resting(remark, record) for remark in method_remarks(material.scene))


def _absent(material: Material) -> Iterator[Prose]:
    section = material.section("next-ones")
    lacking = {
        n.removeprefix(ABSENT_NOTE): r for r in (section.results if section else []) for n in r.notes
        if n.startswith(ABSENT_NOTE)
    }  # fmt: skip
    for names, result in lacking.items():
        yield resting(
            f"The data lack {names}: a comparison with a list that names them is a comparison without them.",
            result.provenance.id,
        )


def _regions(material: Material) -> Iterator[Prose]:
    if material.section("regions"):
        yield prose(
            "A region is where an organization has its base. It says nothing of where the downloads came from."
        )


def _untested(material: Material) -> Iterator[Prose]:
    told = material.tested
    if told.shown and told.without_evidence:
        n = len(told.without_evidence)
        text = (
            f"{n:,} of the published statements cannot be tested" if n > 1 else "1 of the statements cannot be tested"
        )
        yield prose(resting(text, CLAIMS), " with these data. Each says below which data would test it.")

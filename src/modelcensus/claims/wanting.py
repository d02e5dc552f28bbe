"""Organizations that a comparison names and the data lack, and how large they would have to be to turn it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from modelcensus.claims.entries import Comparison
from modelcensus.claims.outcomes import Outcome
from modelcensus.claims.verdicts import HOLDS, UNTESTABLE
from modelcensus.measures import ABSENT_NOTE, Census

SIDES = ("above", "at_least")


@dataclass(frozen=True)
class Wanting:
    """What one reading's data lack: `absent` names, and the downloads of theirs (together) that would turn its verdict;
    nothing where that cannot be said."""

    outcome: Outcome
    absent: tuple[str, ...]
    needed: float | None


def wanting(census: Census, found: Sequence[Outcome], compare: Comparison) -> tuple[Wanting, ...]:
    """For every reading that names somebody whom its data lack."""
    listed = []
    for outcome in found:
        if outcome.verdict == UNTESTABLE or outcome.result is None:
            continue
        notes = [n.removeprefix(ABSENT_NOTE) for n in outcome.result.notes if n.startswith(ABSENT_NOTE)]
        if notes:
            absent = tuple(name for note in notes for name in note.split(", "))
            listed.append(Wanting(outcome, absent, _needed(census, outcome, compare)))
    return tuple(listed)


def _needed(census: Census, outcome: Outcome, compare: Comparison) -> float | None:
    """Of a ratio that holds: what its peers could have more before subject / peers falls to the threshold."""
    assert outcome.result
    threshold, request = compare.threshold, outcome.result.request
    if outcome.result.measure != "ratio" or compare.kind not in SIDES or not threshold or outcome.verdict != HOLDS:
        return None
    reading = replace(request.reading, peers="")
    downloads = census.answer(replace(request, measure="downloads", reading=reading))
    own = downloads.rows[-1].value
    return own / threshold - own / outcome.value if own and outcome.value else None

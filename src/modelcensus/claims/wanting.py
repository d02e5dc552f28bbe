"""Organizations that a comparison names and the data lack, and how large they would have to be to turn it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from modelcensus.claims.entries import Comparison
from modelcensus.claims.outcomes import Outcome
from modelcensus.claims.verdicts import HOLDS, UNTESTABLE
from modelcensus.measures import ABSENT_NOTE, Census, listed_organizations
from modelcensus.vocabulary.names import REPORTED

SIDES = ("above", "at_least")


@dataclass(frozen=True)
class Wanting:
    """What one reading's data lack: `absent` names, and the downloads of theirs (together) that would turn its verdict;
    nothing where that cannot be said. `of_series`: every reading of this published series lacks them."""

    outcome: Outcome
    absent: tuple[str, ...]
    needed: float | None
    of_series: str = ""


def wanting(census: Census, found: Sequence[Outcome], compare: Comparison) -> tuple[Wanting, ...]:
    """For every reading that names somebody whom its data lack; of a published series by region, once, the organizations
    of these regions with model families of their own that it does not list."""
    listed = list(_unlisted(census, found))
    for outcome in found:
        if outcome.verdict == UNTESTABLE or outcome.result is None:
            continue
        notes = [n.removeprefix(ABSENT_NOTE) for n in outcome.result.notes if n.startswith(ABSENT_NOTE)]
        if notes:
            absent = tuple(dict.fromkeys(name for note in notes for name in note.split(", ")))
            listed.append(Wanting(outcome, absent, _needed(census, outcome, compare)))
    return tuple(listed)


def _unlisted(census: Census, found: Sequence[Outcome]) -> Iterator[Wanting]:
    first: dict[str, Outcome] = {}
    regions: dict[str, set[str]] = {}
    for outcome in found:
        if outcome.verdict == UNTESTABLE or outcome.result is None:
            continue
        request = outcome.result.request
        dimension, _, peers = request.reading.peers.partition(":")
        named = {v for d, values in request.of if d == "region" for v in values}
        named |= set(peers.split(",")) if dimension == "region" else set()
        if named and request.reading.channel.startswith(REPORTED):
            first.setdefault(request.reading.channel, outcome)
            regions.setdefault(request.reading.channel, set()).update(named)
    for channel, outcome in first.items():
        absent = _makers(census, regions[channel], set(listed_organizations(census, channel)))
        if absent:
            yield Wanting(outcome, absent, None, channel.removeprefix(REPORTED))


def _makers(census: Census, regions: set[str], listed: set[str]) -> tuple[str, ...]:
    """Organizations of the regions with model families of their own, besides those listed; first whoever has most
    repositories in the ledger."""
    known = census.knowledge
    makers = {o for f in known.families.values() for o in f.organizations if o in known.organizations} - listed
    region_of = known.regions()
    wanted = [o for o in makers if region_of[o] in regions]
    rows = census.engine.rows("select organization, count(*) as n from catalog group by all")
    size = {r["organization"]: r["n"] for r in rows}
    return tuple(sorted(wanted, key=lambda o: (-size.get(o, 0), o.lower())))


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

"""In what a statement can be meant in more than one way: a measure's degrees of freedom, the claim's own on top."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from pydantic import Field

from modelcensus.catalog import Knowledge
from modelcensus.claims.entries import Choice, Claim, Entry, Excluded, Freedom, Texts
from modelcensus.claims.packs import read_yaml
from modelcensus.measures import find_measure
from modelcensus.vocabulary import RequestError, nearest
from modelcensus.vocabulary.names import HUB, REPORTED

EVIDENCE = "evidence"
"""The degree of freedom that every claim has: who counted."""
SUBJECT = "subject"
COUNTED = "counted"
"""Choice of evidence: the counters that were observed here."""


class MeasureReadings(Entry):
    """What a measure leaves open: freedoms that it shares with others, its own, and common ones that it has not."""

    shared: Texts = ()
    own: dict[str, Freedom] = Field(default_factory=dict)
    without: Texts = ()


class Readings(Entry):
    """The file readings.yml. `common` are of every measure that repairs counters; `names` are what claims' own degrees of
    freedom are about."""

    names: dict[str, str]
    common: dict[str, Freedom]
    shared: dict[str, Freedom]
    measures: dict[str, MeasureReadings]
    exclude: tuple[Excluded, ...] = ()


@cache
def default_readings() -> Readings:
    """The degrees of freedom per measure."""
    content = (files("modelcensus.claims") / "readings.yml").read_text()
    return read_yaml(Readings, content, "readings.yml")


def freedoms(claim: Claim, knowledge: Knowledge, channels: list[str]) -> dict[str, Freedom]:
    """The degrees of freedom of a claim by name: who counted, who is meant, the measure's, and the claim's own."""
    found = {EVIDENCE: evidence(channels), **_subject(claim, knowledge)}
    defaults = default_readings()
    measure = find_measure(claim.measure)
    own = defaults.measures.get(measure.name, MeasureReadings())
    found |= own.own | {n: defaults.shared[n] for n in own.shared}
    if "repair" in measure.parameters:
        found |= {n: f for n, f in defaults.common.items() if n not in own.without}
    for name, stated in claim.readings.items():
        if stated is False:
            if name == EVIDENCE:
                raise RequestError(
                    "who counted cannot be left out", where=f"claim {claim.id}, readings",
                    remedy=f"name the evidence that counts: {', '.join(found[EVIDENCE].choices)}",
                )  # fmt: skip
            found.pop(name, None)
        elif isinstance(stated, dict):
            text = default_readings().names.get(name, name.replace("-", " "))
            found[name] = found.get(name, Freedom(text=text, choices=stated)).model_copy(update={"choices": stated})
        else:
            found[name] = _some(claim, name, stated, found)
    return found


def _some(claim: Claim, name: str, stated: tuple[str, ...], found: dict[str, Freedom]) -> Freedom:
    """A degree of freedom with only those of its choices that the claim names, in its order."""
    where = f"claim {claim.id}, readings"
    if name not in found:
        raise RequestError(f"{claim.measure} leaves no {name!r} open", where=where, remedy=nearest(name, list(found)))
    known = found[name].choices
    for choice in stated:
        if choice not in known:
            raise RequestError(f"{name} has no choice {choice!r}", where=where, remedy=nearest(choice, list(known)))
    return found[name].model_copy(update={"choices": {c: known[c] for c in stated}})


def evidence(channels: list[str]) -> Freedom:
    """Who counted: the Hub's counters as they were observed, then each series of downloads that somebody published."""
    choices = {}
    if HUB in channels:
        choices[COUNTED] = Choice(text="counted here from the Hub's counters", reading={"channel": HUB})
    for channel in channels:
        if channel.startswith(REPORTED):
            name = channel.removeprefix(REPORTED)
            choices[channel] = Choice(text=f"reported by {name}", reading={"channel": channel})
    if not choices:
        raise RequestError(
            "no downloads of the Hub in this ledger", where="claims", remedy="import or collect some first"
        )
    return Freedom(text="who counted", choices=choices)


def _subject(claim: Claim, knowledge: Knowledge) -> dict[str, Freedom]:
    """Who is meant by a name: a family, the organization behind it, or also what others made from it."""
    if len(claim.of) != 1:
        return {}
    (dimension, values), choices = next(iter(claim.of.items())), {}
    named = " and ".join(values)
    if dimension == "family":
        publishers = sorted(
            {o for v in values if v in knowledge.families for o in knowledge.families[v].organizations}
        )
        choices["family"] = Choice(text=f"the family {named}, first-party and converted copies alike", of=claim.of)
        if publishers:
            choices["organization"] = Choice(
                text=f"everything that {' and '.join(publishers)} published", of={"organization": tuple(publishers)}
            )
        choices["descendants"] = Choice(
            text=f"{named} and what others made from it", of={"root_family": values}, applies="observed"
        )
    elif dimension == "region":
        choices["region"] = Choice(text=f"organizations based in {named}", of=claim.of)
        choices["roots"] = Choice(
            text=f"whatever descends from models of {named}", of={"root_region": values}, applies="observed"
        )
    else:
        return {}
    return {SUBJECT: Freedom(text="who is meant", choices=choices)}

"""Choices of a claim's degrees of freedom from what people write: `FREEDOM=CHOICE,CHOICE`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from modelcensus.catalog import Knowledge
from modelcensus.claims.choose import check_choices
from modelcensus.claims.entries import Claim, Freedom, Worded
from modelcensus.claims.freedoms import COUNTED, EVIDENCE, freedoms
from modelcensus.vocabulary import RequestError
from modelcensus.vocabulary.names import HUB, REPORTED
from modelcensus.vocabulary.readings import pair

Narrowed = dict[str, tuple[str, ...] | bool]
CLOSED = "false"
"""What stands for the choices of a degree of freedom that a claim closes."""


def open_freedoms(
    measure: str, of: Mapping[str, tuple[str, ...]], reading: Mapping[str, str], knowledge: Knowledge
) -> tuple[dict[str, Freedom], list[str]]:
    """The degrees of freedom that a claim leaves open on the Hub's counters, and those that a stated reading of the
    same name closes."""
    claim = Claim.model_construct(id="new", measure=measure, of=dict(of), readings={})
    found = freedoms(claim, knowledge, [HUB])
    closed = [n for n in found if n in reading]
    return {n: f for n, f in found.items() if n not in closed}, closed


def narrowed(texts: Sequence[str], open_: Mapping[str, Freedom]) -> Narrowed:
    """`readings` of a claim from `FREEDOM=CHOICE,CHOICE`; `FREEDOM=false` closes it."""
    stated: Narrowed = {}
    for name, values in _choices(texts, "--readings").items():
        if values == (CLOSED,) and name in open_ and name != EVIDENCE:
            stated[name] = False
        else:
            _known({name: values}, open_, "--readings")
            stated[name] = values
    return stated


def left_open(open_: Mapping[str, Freedom], stated: Narrowed) -> dict[str, Freedom]:
    """The degrees of freedom with those of their choices that the claim's readings name."""
    left = {n: f for n, f in open_.items() if stated.get(n) is not False}
    for name, chosen in stated.items():
        if isinstance(chosen, tuple) and name != EVIDENCE:
            known = left[name].choices
            left[name] = left[name].model_copy(update={"choices": {c: known[c] for c in chosen}})
    return left


def worded(texts: Sequence[str], open_: Mapping[str, Freedom]) -> dict[str, tuple[str, ...]]:
    """The choices of the reading as worded, from `FREEDOM=CHOICE[,CHOICE]`, in the order of the degrees of freedom."""
    stated = _choices(texts, "--as-worded")
    _known(stated, open_, "--as-worded")
    return {n: stated[n] for n in open_ if n in stated}


def _choices(texts: Sequence[str], where: str) -> dict[str, tuple[str, ...]]:
    stated: dict[str, tuple[str, ...]] = {}
    for text in texts:
        name, values = pair(text, where)
        if name in stated:
            raise RequestError(f"{name} is named twice", where=where, remedy=f"write {name}=A,B once")
        stated[name] = tuple(v.strip() for v in values.split(","))
    return stated


def _known(stated: Mapping[str, tuple[str, ...]], open_: Mapping[str, Freedom], where: str) -> None:
    try:
        check_choices(Claim.model_construct(id="new"), Worded(choices=dict(stated), because=""), open_)
    except RequestError as error:
        raise RequestError(error.what, where=where, remedy=error.remedy) from error
    for choice in stated.get(EVIDENCE, ()):
        if choice != COUNTED and not choice.startswith(REPORTED):
            raise RequestError(
                f"evidence has no choice {choice!r}", where=where, remedy=f"write {COUNTED}, or {REPORTED}NAME"
            )


def check_claim(claim: Claim, knowledge: Knowledge) -> Claim:
    """The claim, whose readings and choices as worded are degrees of freedom that it has."""
    named = claim.readings.get(EVIDENCE)
    series = [c for c in named if c.startswith(REPORTED)] if isinstance(named, tuple) else []
    open_ = freedoms(claim, knowledge, [HUB, *series])
    if claim.as_worded:
        check_choices(claim, claim.as_worded, open_)
    return claim

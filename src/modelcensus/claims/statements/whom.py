"""Whom a draft is about, and whom it compares them with: as a subject, peers, and the ways in which both can be meant."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from modelcensus.catalog import Knowledge
from modelcensus.claims.entries import Choice
from modelcensus.claims.statements.drafts import Draft, Subject, Unread
from modelcensus.claims.statements.lexicon import words
from modelcensus.claims.statements.owners import DERIVATIVES

Readings = Mapping[str, tuple[str, ...] | Mapping[str, Choice] | bool]
SUBJECT, PEERS, DENOMINATOR = "subject", "peers", "denominator"
ROOTS = {"family": "root_family", "organization": "root_organization", "region": "root_region"}
KINDS = {"family": "families", "organization": "publishers", "region": "regions", "generation": "generations",
         "repository": "repositories"}  # fmt: skip
_COUNT = re.compile(r"\bnext\s+(\w+)")


@dataclass(frozen=True)
class Whom:
    """Subject and peers of a claim: what the request names, what it leaves open, the choices as worded, and why."""

    of: Mapping[str, tuple[str, ...]]
    reading: Mapping[str, str] = field(default_factory=dict)
    readings: Readings = field(default_factory=dict)
    worded: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    because: tuple[str, ...] = ()


def whom(draft: Draft, knowledge: Knowledge) -> Whom | Unread:
    """Subject and peers of a draft."""
    dimension, values = draft.subject
    if draft.measure in DERIVATIVES:
        return _made_from(draft)
    if draft.measure in ("ratio", "crossover", "share") and draft.against:
        return _named(draft, knowledge)
    if draft.against_words:
        return _ranked(draft, knowledge)
    orders = {"family": ("family", "organization") if _publishers(draft.subject, knowledge) else ("family",)}
    worded = {SUBJECT: orders[dimension]} if dimension in orders and draft.measure != "releases" else {}
    return Whom({dimension: values}, worded=worded, because=_read_as(draft.subject, knowledge))


def _read_as(subject: Subject, knowledge: Knowledge) -> tuple[str, ...]:
    dimension, values = subject
    if dimension == "family" and _publishers(subject, knowledge):
        return (f"{_all(values)} is read as the family; where families are not counted, as its publisher",)
    return ()


def _made_from(draft: Draft) -> Whom | Unread:
    """Derivatives are counted by the root of what they were made from."""
    dimension, values = draft.subject
    subjects = (draft.subject, *draft.against)
    if any(d not in ROOTS for d, _ in subjects):
        return Unread(draft.text, f"derivatives are counted by family, publisher or region, not by {dimension}",
                      "name the family")  # fmt: skip
    if any(d != dimension for d, _ in draft.against):
        return _unlike(draft)
    root = ROOTS[dimension]
    reading = {PEERS: f"{root}:{_listed(subjects)}"} if draft.against else {}
    return Whom({root: values}, reading=reading)


def _named(draft: Draft, knowledge: Knowledge) -> Whom | Unread:
    """Peers by name: like is compared with like, families with families and publishers with publishers."""
    among, subject = draft.measure == "share", draft.subject
    others = [a for a in draft.against if a != subject]
    if not others:
        return _unlike(draft)
    ways: dict[str, Choice] = {}
    for dimension in dict.fromkeys((subject[0], *(d for d, _ in others), "organization")):
        own, *theirs = (_as(s, dimension, knowledge) for s in (subject, *others))
        if not among and own is None and "region" in (subject[0], dimension):
            own = subject
        if own is None or None in theirs:
            continue
        listed = [t for t in theirs if t is not None]
        if own[0] == dimension and set(own[1]) & {v for _, vs in listed for v in vs} and not among:
            continue
        peers = _peers(dimension, [own, *listed] if among else listed, knowledge)
        text = f"{_all(own[1])} as {KINDS[own[0]]}, the others as {KINDS[dimension]}" if own[0] != dimension else (
            f"all as {KINDS[dimension]}")  # fmt: skip
        ways.setdefault(dimension, Choice(text=text, of={own[0]: own[1]}, reading={PEERS: peers}))
    if not ways:
        return _unlike(draft)
    root = ROOTS.get(subject[0])
    if not among and root and all(d == subject[0] for d, _ in others) and subject[0] != "organization":
        text = f"all with what others made from them, by {KINDS[subject[0]]}"
        ways["descendants"] = Choice(
            text=text, of={root: subject[1]}, reading={PEERS: f"{root}:{_listed(others)}"}, applies="observed"
        )
    first = next(iter(ways.values()))
    assert first.of
    closed: dict[str, Mapping[str, Choice] | bool] = {DENOMINATOR: False} if among else {PEERS: False}
    if draft.measure == "crossover":
        closed = {}
    shown = [knowledge.place(v) if d == "region" else v for d, vs in others for v in vs]
    named = f"the text names {_all(shown)}"
    if len(ways) == 1:
        because = (f"{named}, {first.text}",)
        return Whom(first.of, first.reading, {**closed, SUBJECT: False}, because=because)
    order = tuple(n for n in ways if n != "descendants")
    return Whom(first.of, first.reading, {**closed, SUBJECT: ways}, {SUBJECT: order}, (named,))


def _ranked(draft: Draft, knowledge: Knowledge) -> Whom | Unread:
    """Peers by their place: `the next eight`, `its nearest rival`."""
    dimension, values = draft.subject
    said = draft.against_words
    publishers = values if dimension == "organization" else _publishers(draft.subject, knowledge)
    match = _COUNT.search(said)
    count = words().numbers.get(match[1]) if match else 1 if said in words().runner_up else None
    if count is None or not publishers or dimension not in ("family", "organization"):
        return Unread(draft.text, f'whom "{said}" means is not known', "name them")
    places = f"ranks:2..{count + 1}"
    within = draft.scope if draft.scope in ("tracked", "mainline", "text-vision") else ""
    ways = {f"ranks-{within}": Choice(text=f"places 2 to {count + 1} within {within}", within=within,
                                      reading={PEERS: places})} if within else {}  # fmt: skip
    ways["ranks-makers"] = Choice(
        text=f"places 2 to {count + 1} of the organizations that make models",
        within="makers",
        reading={PEERS: places},
    )
    ways["ranks-all"] = Choice(text=f"places 2 to {count + 1} of all publishers", reading={PEERS: places})
    if said in knowledge.peers or said.replace(" ", "-") in knowledge.peers:
        listed = said.replace(" ", "-")
        ways[listed] = Choice(text=f"those that a source names as the {said}", reading={PEERS: listed})
    because = f'"{said}" names nobody: those who follow in rank, {_all(publishers)} being the first'
    return Whom({"organization": publishers}, {}, {PEERS: ways}, {PEERS: (next(iter(ways)),)}, (because,))


def _as(subject: Subject, dimension: str, knowledge: Knowledge) -> Subject | None:
    """The subject as one of that dimension, where it has one; a family as its first publisher."""
    if subject[0] == dimension:
        return subject
    if dimension == "organization" and subject[0] == "family" and _publishers(subject, knowledge):
        first = (knowledge.families[v].organizations[0] for v in subject[1])
        return dimension, tuple(dict.fromkeys(first))
    return None


def _publishers(subject: Subject, knowledge: Knowledge) -> tuple[str, ...]:
    """Who publishes a family; nobody where one of several has no publisher of its own."""
    if subject[0] != "family":
        return ()
    found = [knowledge.families[v].organizations if v in knowledge.families else () for v in subject[1]]
    return tuple(dict.fromkeys(o for each in found for o in each)) if all(found) else ()


def _peers(dimension: str, listed: Sequence[Subject], knowledge: Knowledge) -> str:
    """A list that the knowledge names, else the values themselves."""
    members = {v for _, vs in listed for v in vs}
    for name, known in knowledge.peers.items():
        if known.dimension == dimension and set(known.members) == members:
            return name
    return f"{dimension}:{_listed(listed)}"


def _listed(subjects: Sequence[Subject]) -> str:
    return ",".join(dict.fromkeys(v for _, vs in subjects for v in vs))


def _unlike(draft: Draft) -> Unread:
    return Unread(draft.text, "what is compared cannot be told apart, or is not of one kind",
                  "name families with families, or publishers with publishers")  # fmt: skip


def _all(values: Sequence[str]) -> str:
    *others, last = values
    return f"{', '.join(others)} and {last}" if others else last

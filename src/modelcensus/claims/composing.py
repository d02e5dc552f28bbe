"""The parts of a claim from what people write: each is checked alone, an unknown name is refused with the nearest."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence

from pydantic import TypeAdapter, ValidationError

from modelcensus.catalog import Knowledge
from modelcensus.catalog.scopes import EXPRESSION, check_expression
from modelcensus.claims.entries import Claim, Freedom, PeriodText
from modelcensus.claims.freedoms import default_readings
from modelcensus.measures import Measure
from modelcensus.vocabulary import Reading, Request, RequestError, nearest
from modelcensus.vocabulary.names import AGES, SIZE_CLASSES
from modelcensus.vocabulary.readings import pair

Subject = dict[str, tuple[str, ...]]
_ID = re.compile(r"[a-z0-9][a-z0-9-]*")


def checked_id(text: str, where: str) -> str:
    """The id of a pack or a claim."""
    if not _ID.fullmatch(text):
        raise RequestError(
            f"{text!r} is no id",
            where=where,
            remedy=f"write small letters, digits and dashes: {id_of(text) or 'my-id'}",
        )
    return text


def id_of(text: str) -> str:
    """An id from the first words of a text.

    >>> id_of("Qwen had more than half of all downloads in February 2026.")
    'qwen-had-more-than-half-of'
    """
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(c))
    return "-".join(re.findall(r"[a-z0-9]+", plain)[:6])


def subject(terms: Sequence[str], knowledge: Knowledge) -> Subject:
    """The subject of `DIMENSION=VALUE[,VALUE]`; a family, region, generation, size class or age must be a known one."""
    asked = Request.build("share", of=terms).of
    twice = {d for d, _ in asked if [e for e, _ in asked].count(d) > 1}
    if twice:
        raise RequestError(f"{min(twice)} is named twice", where="--of", remedy=f"write {min(twice)}=A,B once")
    for dimension, values in asked:
        known = _values(dimension, knowledge)
        for value in values:
            if known and value not in known:
                name = dimension.removeprefix("root_").replace("_", " ")
                raise RequestError(f"unknown {name} {value!r}", where="--of", remedy=nearest(value, known))
    return dict(asked)


def _values(dimension: str, knowledge: Knowledge) -> list[str]:
    """All values that a dimension can have, where the knowledge decides them."""
    grouping = knowledge.groupings[knowledge.grouping]
    regions = [*grouping.regions, grouping.rest, "unknown", "unreviewed"]
    known = {
        "family": list(knowledge.families),
        "region": regions,
        "generation": [g.generation for f in knowledge.families.values() for g in f.generations],
        "size_class": [*SIZE_CLASSES, "unknown"],
        "age": list(AGES),
    }
    return known.get(dimension.removeprefix("root_"), [])


def unlisted(of: Subject, knowledge: Knowledge) -> list[str]:
    """Notes on organizations that no file of knowledge names: they may be real all the same."""
    names = [v for d in ("organization", "root_organization") for v in of.get(d, ())]
    known = {n for o in knowledge.organizations.values() for n in (o.namespace, *o.former)}
    return [f"the organization {n} stands in no list; {nearest(n, sorted(known))}" for n in names if n not in known]


def scope(text: str, knowledge: Knowledge) -> str:
    """A scope: of the knowledge, an expression after `where:`, or a dated list of whatever ledger it is tested on."""
    if text.startswith(EXPRESSION):
        check_expression(text.removeprefix(EXPRESSION).strip(), text)
        return text
    choices = [c for f in _default_freedoms() for c in f.choices.values()]
    known = [*knowledge.scopes, *sorted({c.within for c in choices if c.within} - set(knowledge.scopes))]
    if text and text.partition("@")[0] not in known:
        raise RequestError(f"unknown scope {text!r}", where="--within", remedy=nearest(text, known))
    return text


def _default_freedoms() -> Iterable[Freedom]:
    defaults = default_readings()
    own = [f for m in defaults.measures.values() for f in m.own.values()]
    return (*defaults.common.values(), *defaults.shared.values(), *own)


def peers(text: str, of: Subject, knowledge: Knowledge) -> Subject:
    """Whom the subject is compared with: a named list, `DIMENSION:A,B`, values of the subject's own dimension, or
    `ranks:A..B`, which names nobody."""
    if re.fullmatch(r"ranks:[1-9]\d*(\.\.[1-9]\d*)?", text) or text in knowledge.peers:
        return {}
    dimension, separator, values = text.partition(":")
    if not separator:
        dimension, values = next(iter(of), "organization"), text
    try:
        return subject([f"{dimension}={values}"], knowledge)
    except RequestError as error:
        remedy = f"{error.remedy}; or name a list: {', '.join(knowledge.peers)}"
        raise RequestError(error.what, where="--reading peers", remedy=remedy) from error


def dimensions(texts: Sequence[str]) -> tuple[str, ...]:
    """The dimensions of `--by`."""
    return Request.build("share", by=texts).by


def period(text: str) -> str:
    """One period; empty for all that the data cover."""
    if text in ("", "all"):
        return ""
    Request.build("share", period=text)
    return TypeAdapter(PeriodText).validate_python(text)


def stated_reading(choices: Sequence[str], measure: Measure) -> dict[str, str]:
    """The readings `NAME=CHOICE` that hold in every reading of the claim."""
    Reading.parse(choices)
    stated = dict(pair(c, "--reading") for c in choices)
    for name in stated:
        if name not in (*measure.parameters, "channel"):
            raise RequestError(
                f"{measure.name} has no reading {name}",
                where="--reading",
                remedy=nearest(name, list(measure.parameters)),
            )
    return stated


def claim_of(parts: Mapping[str, object]) -> Claim:
    """The claim of its parts."""
    try:
        return Claim.model_validate(dict(parts))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(p) for p in first["loc"]) or "the claim"
        raise RequestError(
            first["msg"].removeprefix("Value error, "), where=where, remedy="see docs/claims.md for the schema"
        ) from error

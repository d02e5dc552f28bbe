"""Drafts as claims: a pack that can be edited, and what could not be composed, with the reason and the remedy."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from modelcensus.catalog import Knowledge
from modelcensus.catalog.patterns import text as sql_text
from modelcensus.claims.entries import Choice, Claim, Comparison, Pack, Source, Worded
from modelcensus.claims.freedoms import MeasureReadings, default_readings
from modelcensus.claims.statements.drafts import Draft, Found, Unread
from modelcensus.claims.statements.lexicon import words
from modelcensus.claims.statements.spans import WHEN, Span, span_of
from modelcensus.claims.statements.thresholds import comparison, stated
from modelcensus.claims.statements.whom import SUBJECT, Whom, whom
from modelcensus.claims.statements.worded import AMONG, SINCE, growth_base, worded
from modelcensus.vocabulary import Period

PASTED = "pasted text"
UNSAID = "in what is not said: in downloads, which are what is counted here"
_PLAIN = defaultdict(
    lambda: "nothing in the words chooses a reading: all as by default",
    releases="every repository of it counts, whatever its size",
)
"""Why a claim is read as it is where no word chooses."""


@dataclass(frozen=True)
class Composed:
    """What a text gives: a pack of draft claims (nothing where there is none), and what was not understood."""

    pack: Pack | None
    unread: tuple[Unread, ...]


def compose(
    found: Found, knowledge: Knowledge, title: str = "", publisher: str = "", published: date | None = None
) -> Composed:
    """The drafts of a text as a pack. `published` is the day of publication."""
    claims: list[Claim] = []
    unread = list(found.unread)
    for draft in found.drafts:
        made = claim_of(draft, knowledge, published, [c.id for c in claims])
        if isinstance(made, Claim):
            same = next((c.id for c in claims if _meaning(c) == _meaning(made)), "")
            made = Unread(draft.text, f"says the same as {same}") if same else made
        claims.append(made) if isinstance(made, Claim) else unread.append(made)
    if not claims:
        return Composed(None, tuple(unread))
    source = Source(title=title or PASTED, publisher=publisher or PASTED, date=published)
    pack = Pack(
        id="draft", version=published or date.today(), title=title or PASTED, source=source, claims=tuple(claims)
    )
    return Composed(pack, tuple(unread))


def claim_of(draft: Draft, knowledge: Knowledge, published: date | None, taken: Iterable[str] = ()) -> Claim | Unread:
    """A draft as a claim; what it lacks where it cannot be one."""
    draft, whole = _against_all(draft)
    draft = replace(draft, edges=draft.edges or draft.since) if draft.measure == "growth" else draft
    span, who = span_of(draft, published), whom(draft, knowledge)
    for part in (span, who):
        if isinstance(part, Unread):
            return part
    assert isinstance(span, Span) and isinstance(who, Whom)
    content = _request(draft, span, who)
    compare, said = _compare(draft, span)
    choices, reasons = worded(draft, span.measure)
    because = [_each(draft), *who.because, whole, *reasons, said, span.because, _taken(draft)]
    because += [UNSAID] if draft.unsaid else []
    chosen: dict[str, Any] = {**who.worded, **choices}
    if span.choices:
        content["readings"][WHEN] = dict(span.choices)
        chosen[WHEN] = span.preferred
    shared = default_readings().measures.get(span.measure, MeasureReadings()).shared
    if draft.period and "window" in shared and "window" not in chosen:
        content["readings"]["window"] = ("stated",)  # a time that is named is not all time until then
    if span.measure == "growth":
        because.append(_grown(draft, span, content))
    if draft.edges and span.measure == "growth":
        compare = _per_month(draft, span.period)
    content["as_worded"] = Worded(choices=chosen, because="; ".join(b for b in because if b) or _PLAIN[span.measure])
    content |= {"id": _slug(span, who, taken), "statement": draft.text, "compare": compare}
    return Claim.model_validate(content)


def _against_all(draft: Draft) -> tuple[Draft, str]:
    """So many times all others together is a share: of r times, r / (1 + r)."""
    if draft.measure != "ratio" or draft.against_words not in words().all_the_rest or draft.number is None:
        return draft, ""
    low, number, high = (max(0.0, n) / (1 + max(0.0, n)) for n in (
        draft.number - draft.slack, draft.number, draft.number + draft.slack))  # fmt: skip
    said = f'{draft.number:g} times "{draft.against_words}" is a share of {number:.1%} of all'
    changed = replace(draft, measure="share", number=round(number, 4), slack=(high - low) / 2, against_words="")
    return changed, said


def _request(draft: Draft, span: Span, who: Whom) -> dict[str, Any]:
    """Measure, subject, scope, period and readings of a claim."""
    content: dict[str, Any] = {
        "measure": span.measure, "of": dict(who.of), "reading": dict(who.reading), "readings": dict(who.readings),
    }  # fmt: skip
    if span.measure == "crossover":
        content["period"] = ""
    else:
        content["period"] = span.period
    if span.measure in ("ratio", "crossover") and draft.scope in ("text-vision", "mainline", "tracked"):
        content["within"] = draft.scope
    if span.measure == "releases":
        content["readings"]["scope"] = {
            "hub": Choice(text="every repository", within="hub"),
            "mainline": Choice(text="first-party language models (mainline)", within="mainline"),
        }
        content["readings"].setdefault(SUBJECT, False)
    if draft.measure == "rank" and draft.among:
        where = f"where: region = {sql_text(draft.among)}"
        named = Choice(text=f"among organizations based in {draft.among}", within=where)
        content["readings"]["scope"] = {AMONG: named}
    if draft.whole:
        dimension, values = draft.whole
        listed = ", ".join(map(sql_text, values))
        part = Choice(text=f"downloads of {' and '.join(values)}", within=f"where: {dimension} in ({listed})")
        content["readings"]["denominator"] = {AMONG: part}
    return content


def _compare(draft: Draft, span: Span) -> tuple[Comparison, str]:
    if draft.measure == "crossover":
        return Comparison.model_validate({"first": span.period}), ""
    return comparison(draft)


def _grown(draft: Draft, span: Span, content: dict[str, Any]) -> str:
    """Set what a growth is over; why."""
    if draft.edges:
        content["by"], content["reading"] = ("month",), {**content["reading"], "against": "first"}
        months = len(list(Period.parse(span.period).months())) - 1
        return f"{draft.number:.0%} over {months} months is compared by its growth per month, compound"
    months = len(list(Period.parse(span.period).months()))
    reading, choices, because = growth_base(draft, months)
    content["reading"] = {**content["reading"], **reading}
    if choices:
        content["readings"][SINCE] = dict(choices)
    return because


def _per_month(draft: Draft, period: str) -> Comparison:
    """A growth between two months as its compound growth per month."""
    steps = len(list(Period.parse(period).months())) - 1
    assert draft.number is not None
    rate = [
        (1 + n) ** (1 / steps) - 1 for n in (draft.number - draft.slack, draft.number, draft.number + draft.slack)
    ]
    if draft.comparator in ("equals", "about"):
        return Comparison.model_validate({"between": [round(rate[0], 4), round(rate[2], 4)]})
    return Comparison.model_validate({draft.comparator: stated(round(rate[1], 4), "growth", None)})


def _meaning(claim: Claim) -> Claim:
    """The claim without its words."""
    return claim.model_copy(update={"id": "x", "statement": "", "as_worded": None})


def _each(draft: Draft) -> str:
    found = re.search(r"\b(?:every|each)\s+(?:\w+\s+)?(?:month|quarter|year)\b", draft.text, re.IGNORECASE)
    return f'"{found[0]}" is not told apart: all of the period is taken' if found else ""


def _taken(draft: Draft) -> str:
    return f"{' and '.join(draft.carried)} as in the sentence before" if draft.carried else ""


def _slug(span: Span, who: Whom, taken: Iterable[str]) -> str:
    """Measure, subject and time, with a number where that stands already."""
    named = "-".join(v.rpartition("/")[2] for vs in who.of.values() for v in vs)
    text = f"{span.measure}-{named}-{span.period}"
    slug = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
    known, number, unique = set(taken), 2, slug
    while unique in known:
        unique, number = f"{slug}-{number}", number + 1
    return unique

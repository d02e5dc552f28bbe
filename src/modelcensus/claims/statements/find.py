"""Statements that can be checked, found in plain text: each as a draft claim; what was not understood is listed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from modelcensus.catalog import Knowledge
from modelcensus.claims.statements.aside import aside
from modelcensus.claims.statements.compared import crossing, exceeding, ranked, released
from modelcensus.claims.statements.drafts import Draft, Found, Unread
from modelcensus.claims.statements.lexicon import has, hits
from modelcensus.claims.statements.measured import again, measured
from modelcensus.claims.statements.names import names_of
from modelcensus.claims.statements.sentence import Sentence
from modelcensus.claims.statements.sentences import sentences

_QUESTION = re.compile(r"\?[\"')\]]*$")
LONGEST = 1_500
"""Characters of a sentence that is read: longer ones are lists without full stops, and cost more than they say."""
COUNTED = ("downloads", "derivatives", "releases")
"""Lists of words for what is counted."""


def find_statements(text: str, knowledge: Knowledge, published: date | None = None) -> Found:
    """The checkable statements of a text, sentence by sentence; nothing is guessed. `last month` goes by the day on
    which the text was published."""
    names = names_of(knowledge)
    drafts: list[Draft] = []
    unread: list[Unread] = []
    seen: dict[str, list[str]] = {"names": [], "numbers": [], "times": []}
    named = None
    for part in sentences(text):
        if len(part) > LONGEST:
            unread.append(
                Unread(
                    f"{part[:80]}...",
                    f"a sentence of {len(part):,} characters is not read",
                    "break it into sentences",
                )
            )
            continue
        sentence = Sentence.of(part, names, drafts[-1] if drafts else None, named, published)
        found = [] if _QUESTION.search(part) else _read(sentence)
        drafts += found
        named = found[-1].subject if found else sentence.about
        unread += [Unread(part, reason) for reason in _reasons(sentence, found)]
        seen["names"] += [m.text for m in sentence.mentions]
        for kind, places in (("numbers", sentence.amounts), ("times", sentence.times)):
            seen[kind] += [part[p.start : p.end].strip() for p in places]
    told = tuple((kind, tuple(dict.fromkeys(listed))) for kind, listed in seen.items())
    return Found(tuple(dict.fromkeys(drafts)), tuple(dict.fromkeys(unread)), told)


def _read(sentence: Sentence) -> list[Draft]:
    """The drafts of a sentence: its amounts, then what it says without one."""
    drafts = list(_stated(sentence))
    if drafts and (reason := aside(sentence)):
        sentence.reasons.append(reason)
        return []
    return drafts


def _stated(sentence: Sentence) -> Iterator[Draft]:
    drafts: list[Draft] = []
    for amount in sentence.amounts:
        draft = measured(sentence, amount) or again(sentence, amount, drafts)
        if draft and draft.measure == "growth" and drafts and drafts[-1].measure == "cumulative":
            sentence.reasons.append(
                "how a cumulative count grew is no measure: write what was downloaded in each period"
            )
            continue
        drafts += [draft] if draft else []
    drafts += ranked(sentence)
    yield from drafts
    others: list[Draft] = []
    if not drafts or not any(a.kind in ("share", "times") for a in sentence.amounts):
        passed = crossing(sentence)
        others = [passed] if passed else exceeding(sentence)
    yield from others
    if not drafts and not others:
        yield from released(sentence)


def _reasons(sentence: Sentence, found: list[Draft]) -> list[str]:
    """Why a sentence that looks like a statement gave none."""
    text = sentence.text
    looks = bool(sentence.amounts) or has(text, "passing") or (has(text, "top") and has(text, "downloads"))
    if not sentence.mentions:
        seen = sentence.amounts and has(text, "downloads") and not found and not _QUESTION.search(text)
        return ["no family, publisher, region or model that is known is named"] if seen else []
    if not looks:
        vague = hits(text, "vague") if not found else []
        return [f'"{vague[0].text}": a judgement, without a number, a place or a passing'] if vague else []
    if _QUESTION.search(text):
        return ["a question states nothing"]
    if found or sentence.reasons or not any(has(text, name) for name in COUNTED):
        return sentence.reasons
    return ["no statement with subject, measure and number was recognized"]

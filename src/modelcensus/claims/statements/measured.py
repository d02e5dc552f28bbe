"""Statements with an amount: what it measures, whose it is, and whom it is compared with."""

from __future__ import annotations

import re
from dataclasses import replace

from modelcensus.claims.statements.amounts import Amount
from modelcensus.claims.statements.counted import beaten, measure_of
from modelcensus.claims.statements.drafts import Draft, Subject
from modelcensus.claims.statements.lexicon import has, hits
from modelcensus.claims.statements.owners import owner_of
from modelcensus.claims.statements.relative import base_month
from modelcensus.claims.statements.sentence import BACK, Sentence, unreal

_AGAINST_LIST = re.compile(
    r"\b(?:measured\s+)?(?:among|against|between)\s+(?:only\s+|just\s+)?(?:the\s+)?(?:five|four|three|six|named\s+|labs?\s+|"
    r"organi[sz]ations?\s+|publishers?\s+|companies\s+|)*",
    re.IGNORECASE,
)


def measured(sentence: Sentence, amount: Amount) -> Draft | None:
    """The statement that an amount is part of; nothing where it is none that counting can check."""
    clause_start, clause_end = sentence.clause(amount)
    near = sentence.text[max(clause_start, amount.head - 90) : min(clause_end, amount.end + 110)]
    measure, reading = measure_of(sentence, amount, near)
    if not measure:
        if reading:
            sentence.reasons.append(reading.get("reason", ""))
        return None
    subject, carried = owner_of(sentence, amount, clause_start, clause_end, measure)
    if subject is None:
        sentence.reasons.append("whose number it is was not recognized")
        return None
    number, comparator = amount.value, amount.comparator
    if measure == "growth":
        number = amount.value - 1 if amount.kind == "times" else amount.value
        if amount.kind != "times" and has(sentence.upto(amount, 60), "falling"):
            number = -number
        if amount.kind != "times" and (
            _FEWER.match(sentence.text, amount.end) or has(sentence.text[amount.end : amount.end + 12], "falling")
        ):
            number = -abs(number)
    if than := reading.pop("than", ""):  # `20 % more downloads than Llama` is 1.2 times its downloads
        number = 1 + number if than == "more" else 1 - number
    draft = sentence.draft(measure, subject, comparator, number, amount, carried)
    draft = replace(draft, reading=tuple(reading.items()))
    if measure == "share" and (whole := _whole(sentence, amount)) and whole != subject:
        return _part_of(draft, whole)
    if measure == "growth":
        draft = based(sentence.text[amount.end : clause_end], draft)
    if measure in ("ratio", "share", "derivative_share"):
        draft = _against(sentence, draft, amount)
    if measure == "ratio" and not draft.against and not draft.against_words:
        sentence.reasons.append("with whom it is compared was not recognized")
        return None
    return draft


def _whole(sentence: Sentence, amount: Amount) -> Subject | None:
    """Whose downloads an amount is a part of: `a fifth of Qwen's downloads`."""
    of = _OF_THE.match(sentence.text, amount.end)
    found = next((m for m in sentence.mentions if of and m.start == of.end()), None)
    if found is None or not (of and ("downloads" in of[0].lower() or _ITS.match(sentence.text, found.end))):
        return None
    return found.subject


def _part_of(draft: Draft, whole: Subject) -> Draft:
    """A part of a region's downloads, or of a family's by one of its generations, is a share; else it is a ratio."""
    if whole[0] == "region" or (draft.subject[0] in ("generation", "repository") and whole[0] != draft.subject[0]):
        return replace(draft, whole=whole)
    return replace(draft, measure="ratio", against=(whole,))


def based(behind: str, draft: Draft) -> Draft:
    """A growth with the month that it is over: `a rise of 8 % on April`."""
    if draft.edges or len(draft.period) != len("2026-05") or not (base := base_month(behind, draft.period)):
        return draft
    year, month = int(draft.period[:4]), int(draft.period[5:])
    before = f"{year - (month == 1)}-{(month - 2) % 12 + 1:02d}"
    if base in (before, f"{year - 1}-{month:02d}"):
        return replace(draft, reading=(("against", "previous" if base == before else "year"),))
    return replace(draft, reading=(), period=f"{base}..{draft.period}", edges=True)


_OF_THE = re.compile(
    r"\s+(?:of\s+)?(?:all\s+)?(?:the\s+)?(?:downloads\s+(?:of|by|for|from)\s+|those\s+of\s+)?(?:the\s+|all\s+)?",
    re.IGNORECASE,
)
_ITS = re.compile(r"(?:'s?)?\s+(?:\w+\s+)?(?:downloads|models' downloads|total)\b", re.IGNORECASE)
_FEWER = re.compile(r"\s+(?:fewer|less|lower)\b", re.IGNORECASE)
_STILL = re.compile(r"\b(?:it|they|that|this|the (?:share|figure|number|portion|total))\b", re.IGNORECASE)


def again(sentence: Sentence, amount: Amount, drafts: list[Draft]) -> Draft | None:
    """The same as the statement before it in the sentence, with another number: `by February 2026 it was one in ten`."""
    start, _ = sentence.clause(amount)
    before = sentence.text[start : amount.head]
    if not drafts or not start or any(start <= m.start < amount.head for m in sentence.mentions):
        return None
    known, kinds = drafts[-1], {"share": ("share", "derivative_share"), "times": ("ratio",)}
    counts = ("downloads", "cumulative", "derivative_stock")
    if known.measure not in kinds.get(amount.kind, counts) or not _STILL.search(before) or unreal(before):
        return None
    if _uncounted_behind(sentence, amount):
        return None
    draft = sentence.draft(known.measure, known.subject, amount.comparator, amount.value, amount)
    return replace(draft, reading=known.reading, against=known.against, against_words=known.against_words)


def _uncounted_behind(sentence: Sentence, amount: Amount) -> bool:
    return has(sentence.text[amount.end : amount.end + 30], "top") or bool(
        hits(sentence.text[amount.end : amount.end + 40], "uncounted")
    )


def _against(sentence: Sentence, draft: Draft, amount: Amount) -> Draft:
    """Whom an amount is compared with: the names behind it, or words such as `next eight`."""
    listed = next((h for h in hits(sentence.text, "against_words") if h.start >= amount.start), None)
    if listed and draft.measure == "ratio":
        return replace(draft, against_words=listed.text.lower())
    if draft.measure == "ratio":
        others = [m for m in sentence.mentions if m.start >= amount.end and (m.dimension, m.values) != draft.subject]
        others = sentence.listed(others[0].start) if others else beaten(sentence, amount)
        if others:
            return replace(draft, against=tuple((m.dimension, m.values) for m in others))
        if sentence.before and sentence.before.against and BACK.search(sentence.text):
            return replace(draft, against=sentence.before.against, carried=(*draft.carried, "against"))
        return draft
    among = _AGAINST_LIST.search(sentence.text)
    if among:
        others = sentence.listed(among.end())
        if len(others) > 1:
            named = [(m.dimension, m.values) for m in others]
            return replace(draft, against=tuple(named))
    return draft

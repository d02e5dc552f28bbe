"""Statements with an amount: what it measures, whose it is, and whom it is compared with."""

from __future__ import annotations

import re
from dataclasses import replace

from modelcensus.claims.statements.amounts import Amount
from modelcensus.claims.statements.drafts import Draft, Subject
from modelcensus.claims.statements.lexicon import has, hits
from modelcensus.claims.statements.sentence import BACK, OF, Sentence, unreal

_MADE_UP = re.compile(r"\bma(?:de|kes?|king) up\b", re.IGNORECASE)
"""A part of a whole, no growth."""
_EVENT = re.compile(r"(?:'s)?\s+(?:release|launch|debut|announcement)\b", re.IGNORECASE)
_FOR = re.compile(r"\s*(?:downloads\s+)?(?:for|by|from)\s+(?:the\s+|their\s+|its\s+)?", re.IGNORECASE)
_AGAINST_LIST = re.compile(
    r"\b(?:measured\s+)?(?:among|against|between)\s+(?:only\s+|just\s+)?(?:the\s+)?(?:five|four|three|six|named\s+|labs?\s+|"
    r"organi[sz]ations?\s+|publishers?\s+|companies\s+|)*",
    re.IGNORECASE,
)


def measured(sentence: Sentence, amount: Amount) -> Draft | None:
    """The statement that an amount is part of; nothing where it is none that counting can check."""
    clause_start, clause_end = sentence.clause(amount)
    near = sentence.text[max(clause_start, amount.head - 90) : min(clause_end, amount.end + 110)]
    measure, reading = _measure(sentence, amount, near)
    if not measure:
        if reading:
            sentence.reasons.append(reading.get("reason", ""))
        return None
    subject, carried = _subject(sentence, amount, clause_start, clause_end, measure)
    if subject is None:
        sentence.reasons.append("whose number it is was not recognized")
        return None
    number, comparator = amount.value, amount.comparator
    if measure == "growth":
        number = amount.value - 1 if amount.kind == "times" else amount.value
        if amount.kind != "times" and has(sentence.upto(amount, 60), "falling"):
            number = -number
    draft = sentence.draft(measure, subject, comparator, number, amount, carried)
    draft = replace(draft, reading=tuple(reading.items()))
    if measure in ("ratio", "share", "derivative_share"):
        draft = _against(sentence, draft, amount)
    if measure == "ratio" and not draft.against and not draft.against_words:
        sentence.reasons.append("with whom it is compared was not recognized")
        return None
    return draft


def _measure(sentence: Sentence, amount: Amount, near: str) -> tuple[str, dict[str, str]]:
    """The measure that an amount belongs to, by its kind and the words around it; a reason where it is none."""
    behind = sentence.text[amount.end : amount.end + 60]
    if untrue := unreal(sentence.text[: amount.start]):
        return "", {"reason": untrue}
    uncounted = _uncounted(sentence, amount, near)
    if amount.kind == "share":
        if _grew(sentence, amount, near):
            return ("", {"reason": uncounted}) if uncounted else ("growth", _since(near))
        if has(near, "derivatives") and not re.match(r"\s*of\s+(?:all\s+)?downloads", behind):
            return "derivative_share", {"relations": "finetune"} if has(near, "fine_tunes") else {}
        if uncounted:
            return "", {"reason": uncounted}
        if has(sentence.text, "downloads") or has(sentence.text, "scope", "hub"):
            return "share", {}
        return (
            ("share", {})
            if sentence.before and BACK.search(sentence.text) and sentence.before.measure == "share"
            else ("", {})
        )
    if amount.kind == "times":
        if (re.search(r"\b(?:by|from)\b", near) and amount.became) or (
            (amount.became or _grew(sentence, amount, near)) and not _versus(sentence, amount)
        ):
            return ("", {"reason": uncounted}) if uncounted else ("growth", _since(near))
        if uncounted and not has(near, "downloads"):
            return "", {"reason": uncounted}
        return ("ratio", {}) if has(sentence.text, "downloads") or _versus(sentence, amount) else ("", {})
    return _count(sentence, amount, near, behind, uncounted)


def _count(sentence: Sentence, amount: Amount, near: str, behind: str, uncounted: str) -> tuple[str, dict[str, str]]:
    noun = re.match(r"(?:[\s-]+[\w/'-]+){0,4}", behind)
    following = noun[0] if noun else ""
    if (
        amount.kind == "plain"
        and amount.value < 1000
        and not has(following, "releases")
        and not re.search(r"\bmodels?\b", following)
    ) or (amount.kind == "plain" and re.match(r"\s*(?:B\b|parameters)", behind)):
        return "", {}
    if has(following, "downloads") or (re.search(r"\bdownload", sentence.upto(amount, 60)) and not uncounted):
        return _downloads(sentence, amount, near), {}
    if has(following, "derivatives"):
        return "derivative_stock", {"relations": "finetune"} if has(following, "fine_tunes") else {}
    if re.search(r"\bmodels?\b|\breleases?\b|\brepositories\b|\bcheckpoints?\b", following) and has(near, "releases"):
        return "releases", {}
    if uncounted:
        return "", {"reason": uncounted}
    if amount.kind == "count" and has(sentence.text, "downloads"):
        return _downloads(sentence, amount, near), {}
    return "", {}


def _downloads(sentence: Sentence, amount: Amount, near: str) -> str:
    cumulative = has(near, "cumulative") or has(
        sentence.upto(amount, 40) + sentence.text[amount.head : amount.start], "reached"
    )
    time = sentence.time(amount)
    asof = bool(
        time
        and re.search(
            r"\b(?:as of|by|until|up to|through|at)\s+(?:the\s+)?(?:end\s+of\s+|start\s+of\s+)?$",
            sentence.text[: time.start],
        )
    )
    monthly = re.search(
        r"\b(?:per|a|each|every|monthly|daily|weekly)\s*(?:month|day|week|downloads)?\b", near
    ) and re.search(r"\bmonthly\b|\b(?:a|per|each|every) month\b", near)
    return "cumulative" if (cumulative or asof or (time and time.since)) and not monthly else "downloads"


def _grew(sentence: Sentence, amount: Amount, near: str) -> bool:
    if has(_MADE_UP.sub("", sentence.upto(amount, 45)), "growth"):
        return True
    behind = sentence.text[amount.end : amount.end + 45]
    return (
        bool(
            re.match(
                r"\s*(?:[\w-]+\s+){0,2}(?:growth|increase|rise|jump|drop|decline|fall|surge|more|higher|lower)\b",
                behind,
            )
        )
        and (has(near, "year") or has(near, "previous"))
    ) or bool(re.match(r"\s+(?:year|month)[\s-]", behind))


def _since(near: str) -> dict[str, str]:
    return {"against": "year"} if has(near, "year") else {"against": "previous"} if has(near, "previous") else {}


def _versus(sentence: Sentence, amount: Amount) -> bool:
    behind = sentence.text[amount.end : amount.end + 90]
    return bool(
        re.match(
            r"\s*(?:as\s+(?:many|much|often|large)|the\b|that\b|those\b|what\b|its\b|[\w'-]+\s+(?:combined|downloads))",
            behind,
        )
        or (any(amount.end <= m.start for m in sentence.mentions) and re.match(r"\s*(?:the|of|[A-Z])", behind))
        or any(amount.end <= h.start for h in hits(sentence.text, "against_words"))
    )


def _uncounted(sentence: Sentence, amount: Amount, near: str) -> str:
    """Why an amount is of something that no counter of downloads knows; the nearest noun decides."""
    behind = sentence.text[amount.end : amount.end + 50]
    if re.search(r"[$€£]\s*$", sentence.text[: amount.start]):
        return "prices and money are nothing that downloads count"
    close = hits(behind, "uncounted")
    wanted = [h.start for n in ("downloads", "derivatives") for h in hits(behind, n)]
    if close and (not wanted or close[0].start < wanted[0]):
        return f"{close[0].value} is nothing that downloads count"
    if not wanted and not has(near, "downloads") and not has(near, "derivatives"):
        around = hits(near, "uncounted")
        if around:
            return f"{around[0].value} is nothing that downloads count"
    return ""


def _subject(
    sentence: Sentence, amount: Amount, start: int, end: int, measure: str
) -> tuple[Subject | None, tuple[str, ...]]:
    acting = [m for m in sentence.mentions if not m.compared and not _EVENT.match(sentence.text, m.end)]
    before = [m for m in acting if m.end <= amount.head]
    inside = [m for m in before if m.start >= start]
    after = [m for m in acting if amount.end <= m.start < end]
    own = next((m for m in after if _FOR.fullmatch(sentence.text[amount.end : m.start])), None)
    if measure != "ratio" and own:
        return sentence.together(own, after), ()
    apart = [m for m in inside if not OF.search(sentence.text[: m.start])]
    inside = apart or inside
    if measure == "ratio":
        first = inside[0] if inside else before[0] if before else None
        if first:
            return sentence.together(first, before), ()
        listed = sentence.listed(after[0].start) if after else []
        later = [m for m in acting if listed and m.start >= listed[-1].end]
        if later:
            return (later[0].dimension, later[0].values), ()
    else:
        if inside:
            return sentence.together(inside[-1], before), ()
        if after and re.search(
            r"\b(?:to|by|for|from|of|on|were|was|are|is|come|came|goes|went|belong\w*|start\w*|held)\b[^,;]{0,40}$",
            sentence.text[amount.end : after[0].start],
        ):
            return sentence.together(after[0], after), ()
        if before:
            return sentence.together(before[-1], before), ()
        if after and measure != "share":
            return sentence.together(after[0], after), ()
        if after:
            return sentence.together(after[0], after), ()
    if sentence.before and BACK.search(sentence.text):
        return sentence.before.subject, ("subject",)
    return None, ()


def _against(sentence: Sentence, draft: Draft, amount: Amount) -> Draft:
    """Whom an amount is compared with: the names behind it, or words such as `next eight`."""
    listed = next((h for h in hits(sentence.text, "against_words") if h.start >= amount.start), None)
    if listed and draft.measure == "ratio":
        return replace(draft, against_words=listed.text.lower())
    if draft.measure == "ratio":
        others = [m for m in sentence.mentions if m.start >= amount.end and (m.dimension, m.values) != draft.subject]
        others = sentence.listed(others[0].start) if others else []
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

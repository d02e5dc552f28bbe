"""Statements without an amount: places in a ranking, who passed whom, who has more than others."""

from __future__ import annotations

import re
from dataclasses import replace

from modelcensus.claims.statements.drafts import Draft
from modelcensus.claims.statements.lexicon import Hit, has, hits, pattern_of, words
from modelcensus.claims.statements.names import Mention
from modelcensus.claims.statements.sentence import OF, Sentence, unreal

_NO_MORE = re.compile(
    r"\b(?:no|nobody|none)\b[^.;:]{0,60}?\b(?:more|higher|larger)\b[^.;:]{0,40}?\bthan\s+(?:those\s+of\s+|that\s+of\s+)?",
    re.IGNORECASE,
)
_BEATEN = re.compile(rf"(?:{pattern_of('passing').pattern})\s+(?:the\s+|its\s+|rivals?\s+)*$", re.IGNORECASE)
"""A verb that makes the next name the one that was passed."""
_JOINED = re.compile(r"\s*(?:\([^)]*\)\s*)?(?:,\s*)?(?:and|or|&)\s+", re.IGNORECASE)
_OWN = re.compile(r"'s?\s+(?:own\s+)?(?:\w+[-\s])?(?:most|top|biggest|largest)\b", re.IGNORECASE)
"""`Qwen's most downloaded model` is a model, and not Qwen."""
_OUT = re.compile(r"\b(?:out of|outside(?: of)?|beyond)\s+(?:the\s+)?$", re.IGNORECASE)
_FORMER = re.compile(r"\b(?:long|once|formerly|previously|used to be)\s+(?:the\s+)?$", re.IGNORECASE)
"""A place that was somebody's before."""
_AMONG = re.compile(
    r"\b(?:of|among|amongst|in)\s+(?:all\s+)?(?:the\s+)?$|(?:most|largest|biggest)[-\s]downloaded\s+$", re.IGNORECASE
)
_IS = re.compile(r"\b(?:was|were|been|be|being|is|are|got|get)\b[^,]{0,30}$", re.IGNORECASE)
"""Words that make the verb behind them a passive one."""
_WORD = re.compile(r"\w[\w-]*")
ABOVE, EQUALS = "above", "equals"


def ranked(sentence: Sentence) -> list[Draft]:
    """`ranks third`, `the most downloaded`, `number one`, `the top three were A, B and C`."""
    if not has(sentence.text, "downloads") and not has(sentence.text, "top"):
        return []
    if best := _unmatched(sentence):
        return [best]
    place = _place(sentence)
    if place is None:
        return []
    number, start, end = place
    before = [m for m in sentence.mentions if m.end <= start and not m.compared]
    after = [m for m in sentence.mentions if m.start >= end and not m.compared]
    apart = [m for m in before if not OF.search(sentence.text[: m.start])] or before
    apart = [m for m in apart if not _BEATEN.search(sentence.text[: m.start])] or apart
    listed = sentence.listed(after[0].start) if number < 0 and not apart and after else []
    chosen = listed or (apart[-1:] or after[:1])
    if not chosen or _FORMER.search(sentence.text[:start]):
        return []
    if reason := _no_place(sentence, start, apart, chosen[-1]):
        sentence.reasons.append(reason)
        return []
    comparator = "at_most" if number < 0 else EQUALS
    if number < 0 and _OUT.search(sentence.text[:start]):
        comparator = ABOVE
    among = _among(sentence, end, chosen)
    drafts = [sentence.draft("rank", m.subject, comparator, float(abs(number)), None) for m in chosen]
    return [replace(d, among=among) for d in drafts]


def _no_place(sentence: Sentence, start: int, apart: list[Mention], chosen: Mention) -> str:
    """Why a place is not the one of who stands before it; empty where it is."""
    if untrue := unreal(sentence.text[:start]):
        return untrue
    if len(apart) > 1 and _JOINED.fullmatch(sentence.text[apart[-2].end : apart[-1].start]):
        return "several share one place"
    if _OWN.match(sentence.text, chosen.end):
        return "the place is one of a model that is not named"
    return ""


def _among(sentence: Sentence, end: int, chosen: list[Mention]) -> str:
    """The region among whose members the ranking is: `of American model families`."""
    for mention in sentence.mentions:
        near = mention.dimension == "region" and -12 <= mention.start - end < 45 and mention not in chosen
        if near and _AMONG.search(sentence.text[max(0, end - 20) : mention.start]):
            return mention.values[0]
    return ""


def _unmatched(sentence: Sentence) -> Draft | None:
    """`no family is downloaded more than Qwen`: the first place."""
    match = _NO_MORE.search(sentence.text)
    behind = [m for m in sentence.mentions if match and m.start == match.end()]
    if not behind or not has(sentence.text, "downloads"):
        return None
    return sentence.draft("rank", (behind[0].dimension, behind[0].values), EQUALS, 1.0, None)


def _place(sentence: Sentence) -> tuple[int, int, int] | None:
    text = sentence.text
    listed = "|".join(re.escape(w) for w in words().ordinals)
    ranked = re.search(
        rf"\b(?:rank(?:s|ed|ing)?|place[sd]?|comes?|came|finished|sits?|sat|stands?|moved|climbed|slipped|rose|fell)\b(?:\s+(?:in|at|to|up|down|a|the|into|as))*\s+(?:number\s+|no\.?\s*|#)?(?P<n>{listed}|\d{{1,2}})\b(?![.,]\d)(?!\s*(?:%|per\s?cent|pct|pp|points|million|billion|thousand|downloads|times|quarter|half|[kmb]\b))",
        text, re.IGNORECASE,
    )  # fmt: skip
    if ranked:
        value = words().ordinals.get(ranked["n"].lower())
        return (value if value is not None else int(ranked["n"])), ranked.start(), ranked.end()
    upper = re.search(
        r"\btop[-\s](?P<n>three|five|ten|twenty|3|5|10|20)\b(?!\s*(?:million|billion|thousand|%|per\s?cent|percent|x\b))",
        text, re.IGNORECASE,
    )  # fmt: skip
    if upper:
        return -(words().numbers.get(upper["n"].lower()) or int(upper["n"])), upper.start(), upper.end()
    ordinal = re.search(
        rf"\b(?P<n>{listed})[-\s]+(?:most|largest|biggest)\b(?:[-\s]+(?:downloaded|popular))?",
        text,
        re.IGNORECASE,
    )
    if ordinal:
        return words().ordinals[ordinal["n"].lower()], ordinal.start(), ordinal.end()
    numbered = re.search(r"(?:\bnumber|\bno\.?|#)\s*(?P<n>one|two|three|four|five|\d{1,2})\b", text, re.IGNORECASE)
    if numbered and has(text, "downloads"):
        small = words().numbers.get(numbered["n"].lower())
        return (small if small is not None else int(numbered["n"])), numbered.start(), numbered.end()
    only = re.search(rf"\b(?P<n>{listed})\s+only\s+to\b", text, re.IGNORECASE)
    if only and has(text, "downloads"):
        return words().ordinals[only["n"].lower()], only.start(), only.end()
    spot = re.search(rf"\b(?P<n>{listed})\s+(?:place|spot|position|rank)\b", text, re.IGNORECASE)
    if spot and has(text, "downloads"):
        return words().ordinals[spot["n"].lower()], spot.start(), spot.end()
    top = re.search(
        r"\b(?:the\s+)?(?:world's\s+|hub's\s+)?most(?:[-\s]+widely)?[-\s]+(?:downloaded|pulled)\b|\b(?:leads?|led|topped|tops|heads|headed)\s+(?:the\s+)?(?:[A-Za-z][\w-]*\s+){0,3}(?:downloads|table|chart|ranking|list|hub|leaderboard)\b",
        text, re.IGNORECASE,
    )  # fmt: skip
    if top and not re.search(r"\bone of\s+(?:the\s+)?$", text[: top.start()], re.IGNORECASE):
        return 1, top.start(), top.end()
    return None


def crossing(sentence: Sentence) -> Draft | None:
    """`B overtook A`, `A was dethroned by B`, `A lost its lead to B`."""
    yielding = hits(sentence.text, "yielding")
    for verb in (*hits(sentence.text, "passing"), *yielding):
        left = [m for m in sentence.mentions if m.end <= verb.start]
        right = [m for m in sentence.mentions if m.start >= verb.end]
        if any(a.head <= verb.start < a.end for a in sentence.amounts):
            continue
        if left and not right and _IS.search(sentence.text[: verb.start]) and has(sentence.text, "downloads"):
            sentence.reasons.append(f'"{verb.text}": by whom is not said')
        if not left or not right:
            continue
        passive = re.match(r"(?:\s+\w+){0,3}?\s+by\b", sentence.text[verb.end : right[0].start + 1]) and _IS.search(
            sentence.text[: verb.start]
        )
        turned = passive or verb in yielding
        ahead, behind = (right[0], left[-1]) if turned else (left[-1], right[0])
        if unreal(sentence.text[: verb.start]):
            continue
        if ahead.subject == behind.subject:
            continue
        said = has(sentence.text, "downloads") or has(sentence.text, "scope", "hub")
        if not said and (other := _beside(sentence, verb)):
            sentence.reasons.append(f'in what one passed the other is not understood ("{other}")')
            continue
        draft = sentence.draft("crossover", (ahead.dimension, ahead.values), "before", None, None)
        return replace(draft, against=((behind.dimension, behind.values),), unsaid=not said)
    return None


def _beside(sentence: Sentence, verb: Hit) -> str:
    """The first word that may say in what one passed the other: all but the names, the times, the verb, and words that say
    nothing of it."""
    known = [(p.start, p.end) for p in (*sentence.mentions, *sentence.times, verb)]
    others = (w for w in _WORD.finditer(sentence.text) if not any(a <= w.start() < b for a, b in known))
    return next((w[0] for w in others if w[0].lower() not in words().saying_nothing), "")


def exceeding(sentence: Sentence) -> list[Draft]:
    """`A outdrew B and C together`: more than once their downloads; `A outdrew B and C`: more than each of them."""
    if not has(sentence.text, "downloads") and not has(sentence.text, "combined"):
        return []
    for verb in hits(sentence.text, "exceeding"):
        if unreal(sentence.text[: verb.start]) or any(a.head <= verb.start < a.end for a in sentence.amounts):
            continue
        left = [m for m in sentence.mentions if m.end <= verb.start and not m.compared]
        right = [m for m in sentence.mentions if m.start >= verb.end]
        listed = next((h for h in hits(sentence.text, "against_words") if h.start >= verb.end), None)
        subject = sentence.together(left[-1], left) if left else None
        if subject is None or not (right or listed):
            continue
        fewer = re.search(r"\b(?:fewer|less)\b[^,]{0,40}$", sentence.text[: verb.end])
        draft = sentence.draft("ratio", subject, "below" if fewer else ABOVE, 1.0, None)
        if listed:
            return [replace(draft, against_words=listed.text.lower())]
        others = tuple(m.subject for m in sentence.listed(right[0].start) if m.subject != subject)
        if not others:
            continue
        if has(sentence.text, "combined"):
            return [replace(draft, against=others)]
        return [replace(draft, against=(other,)) for other in others]
    return []


_RELEASED = re.compile(
    r"\s*(?:,\s*)?(?:which\s+)?(?:was|were|is|are|came|has been|have been)?\s*(?:first\s+)?(?:released|launched|published|open-sourced|out)\b",
    re.IGNORECASE,
)
_RELEASE_OF = re.compile(
    r"\b(?:releases?|releasing|released|launch(?:es|ed)?|launch of|open-sourced|published)\s+(?:of\s+)?(?:its\s+|the\s+|their\s+)?(?:new\s+)?$",
    re.IGNORECASE,
)


def released(sentence: Sentence) -> list[Draft]:
    """`Qwen3.5, released in February 2026`: a generation or a repository that came out then."""
    text = sentence.text
    for mention in sentence.mentions:
        if mention.dimension not in ("generation", "repository"):
            continue
        said = _RELEASED.match(text, mention.end) or _RELEASE_OF.search(text[: mention.start])
        near = [t for t in sentence.times if t.period and abs(t.start - mention.end) < 60]
        if said and near and not near[0].since and not unreal(text[: mention.start]):
            return [sentence.draft("releases", mention.subject, "at_least", 1.0, None)]
    return []

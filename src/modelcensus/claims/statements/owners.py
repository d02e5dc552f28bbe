"""Whose number an amount is: the name that the words around it give it to."""

from __future__ import annotations

import re

from modelcensus.claims.statements.amounts import Amount
from modelcensus.claims.statements.drafts import Subject
from modelcensus.claims.statements.sentence import OF, Sentence

DERIVATIVES = ("derivative_share", "derivative_stock")
_EVENT = re.compile(
    r"(?:'s)?\s+(?:release|launch|debut|announcement)\b"
    r"|'s?\s+(?:own\s+|single\s+)?(?:most|least|best|top|biggest|largest|latest|newest|flagship|second|third)\b"
    r"(?!\s+(?:models|releases)\b)"
    r"|'s?\s+(?:\w+\s+)?(?:rivals?|competitors?|challengers?|runner-up|makers?|owners?|founders?|chief|cloud|app)\b",
    re.IGNORECASE,
)
"""Behind a name: it stands for an event, or for one of its models that is not named."""
_WHOSE = re.compile(r"(?:'s?)?\s*(?:\(|at\s+|with\s+)?", re.IGNORECASE)
_FOR = re.compile(r"\s*(?:downloads\s+)?(?:for|by|from)\s+(?:the\s+|their\s+|its\s+)?", re.IGNORECASE)


def owner_of(
    sentence: Sentence, amount: Amount, start: int, end: int, measure: str
) -> tuple[Subject | None, tuple[str, ...]]:
    made = measure in DERIVATIVES  # `traced back to Llama` compares nothing
    acting = [m for m in sentence.mentions if (made or not m.compared) and not _EVENT.match(sentence.text, m.end)]
    before = [m for m in acting if m.end <= amount.head]
    before = [m for m in before if not OF.search(sentence.text[: m.start])] or before
    inside = [m for m in before if m.start >= start]
    after = [m for m in acting if amount.end <= m.start < end]
    own = next((m for m in after if _FOR.fullmatch(sentence.text[amount.end : m.start])), None)
    if measure != "ratio" and own:
        return sentence.together(own, after), ()
    apart = [m for m in inside if not OF.search(sentence.text[: m.start])]
    inside = apart or inside
    for mention in sentence.mentions:  # `behind China's 17 %`
        close = mention.end <= amount.head and _WHOSE.fullmatch(sentence.text[mention.end : amount.head])
        if close and mention.compared and measure != "ratio":
            return mention.subject, ()
    back = sentence.named or (sentence.before.subject if sentence.before else None)
    if not before and back and sentence.points_back:
        return back, ("subject",)
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
    alone = {(m.dimension, m.values) for m in acting}
    if len(alone) == 1 and measure != "ratio":
        return alone.pop(), ()
    return None, ()

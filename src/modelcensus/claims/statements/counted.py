"""What an amount counts: which measure it belongs to, by its kind and the words around it."""

from __future__ import annotations

import re

from modelcensus.claims.statements.amounts import Amount
from modelcensus.claims.statements.growing import grew, growth_of, is_level
from modelcensus.claims.statements.lexicon import has, hits
from modelcensus.claims.statements.names import Mention
from modelcensus.claims.statements.relative import MONTHS
from modelcensus.claims.statements.sentence import Sentence, unreal

_PART_OF = re.compile(r"\s*of\s+(?P<whole>(?:[\w'/-]+\s*){1,7})", re.IGNORECASE)
_MODELS = re.compile(r"\b(?:models?|releases?|repositor(?:y|ies)|checkpoints?|variants?)\b", re.IGNORECASE)
_DIFFERENCE = re.compile(
    r"\s+(?:more|fewer|additional|extra)\s+(?:\w+\s+)?(?:than|downloads|models)\b", re.IGNORECASE
)
_HAS_BEEN = re.compile(
    r"\b(?:has|have)\s+(?:\w+\s+){0,2}(?:been|gathered|amassed|accumulated|racked|drawn|attracted)\b", re.IGNORECASE
)
"""Without a time: up to now."""
_MORE_THAN = re.compile(r"\s+(?:more|fewer|less|higher|lower)\b", re.IGNORECASE)
_FEWER = re.compile(r"\s+(?:fewer|less|lower)\b", re.IGNORECASE)
_NEW_ONES = re.compile(r"\bnew(?:ly)?\b|\badditional\b", re.IGNORECASE)
_A_DAY = re.compile(r"\b(?:a|per|each|every)\s+(?:day|week|month)\b|\bdaily\b", re.IGNORECASE)
_BY = re.compile(r"\bby\s*$", re.IGNORECASE)
_MONTHLY = re.compile(r"\bmonthly\b|\b(?:a|per|each|every) month\b", re.IGNORECASE)
_MONTHS_OWN = re.compile(rf"\b(?:{'|'.join(MONTHS)})(?:'s)?\s+(?:downloads|total)\b", re.IGNORECASE)
_AS_OFTEN = re.compile(r"\s+as\s+(?:often|many|much|large|popular|frequently)\b", re.IGNORECASE)
_MARKET_SHARE = re.compile(
    r"\s*(?:of\s+the\s+)?market\s+share\s+(?:in|of|by)\s+(?:\w+\s+)?downloads\b", re.IGNORECASE
)
_PARAMETERS = re.compile(r"\d\s?[BM](?![\w.])")
_SIZED = re.compile(r"[\s-]+(?:parameters?|models?|class|versions?|variants?|checkpoints?)\b", re.IGNORECASE)
_WHOLES = re.compile(r"\b(?:total|hub|it|them|that|those|all|what|set|list|pie)\b", re.IGNORECASE)
"""Words for a whole of which somebody has a part."""


def measure_of(sentence: Sentence, amount: Amount, near: str) -> tuple[str, dict[str, str]]:
    """The measure that an amount belongs to, by its kind and the words around it; a reason where it is none."""
    behind = sentence.text[amount.end : amount.end + 60]
    behind = behind[: max(0, sentence.clause(amount)[1] - amount.end)]
    if untrue := unreal(sentence.text[: amount.start]):
        return "", {"reason": untrue}
    if (difference := _DIFFERENCE.match(sentence.text, amount.end)) and amount.kind in ("count", "plain"):
        return "", {"reason": f'"{difference[0].strip()}": a difference is no count'}
    uncounted = _uncounted(sentence, amount, near)
    if amount.kind == "share":
        return _share(sentence, amount, near, behind, uncounted)
    if amount.kind == "times":
        if beaten(sentence, amount):
            return ("ratio", {}) if has(sentence.text, "downloads") else ("", {})
        if (re.search(r"\b(?:by|from)\b", near) and amount.became) or (
            (amount.became or grew(sentence, amount, near)) and not _versus(sentence, amount)
        ):
            return growth_of(sentence, near, uncounted)
        if uncounted and not has(near, "downloads"):
            return "", {"reason": uncounted}
        return ("ratio", {}) if has(sentence.text, "downloads") or _versus(sentence, amount) else ("", {})
    return _count(sentence, amount, near, behind, uncounted)


def _share(sentence: Sentence, amount: Amount, near: str, behind: str, uncounted: str) -> tuple[str, dict[str, str]]:
    if grew(sentence, amount, near) and not is_level(sentence, amount):
        if has(sentence.upto(amount, 60), "portions"):
            return "", {"reason": "how much a share grew is not counted: write what it came to"}
        return growth_of(sentence, near, uncounted)
    if _MORE_THAN.match(behind):
        than = [m for m in sentence.mentions if m.compared and m.start >= amount.end]
        if than and has(sentence.text, "downloads"):
            return "ratio", {"than": "fewer" if _FEWER.match(behind) else "more"}
        return growth_of(sentence, near, uncounted)
    if _AS_OFTEN.match(behind):
        return ("ratio", {}) if has(sentence.text, "downloads") else ("", {})
    whole = _PART_OF.match(behind)
    if has(near, "derivatives") and not re.match(r"\s*of\s+(?:all\s+)?downloads", behind):
        return "derivative_share", {"relations": "finetune"} if has(near, "fine_tunes") else {}
    if uncounted:
        return "", {"reason": uncounted}
    if whole and not (
        has(whole["whole"], "downloads") or hits(whole["whole"], "scope") or _WHOLES.search(whole["whole"])
        or _MODELS.search(whole["whole"])
    ):  # fmt: skip
        return "", {"reason": f'"{whole["whole"].strip()}" is nothing whose parts are counted'}
    if whole and re.match(r"(?:its|their|his|her)\b", whole["whole"], re.IGNORECASE):
        return "", {"reason": f'"of {whole["whole"].strip()}": of whose downloads it is a part is not said'}
    if whole and _MODELS.search(whole["whole"]) and not has(sentence.text, "downloads"):
        return "", {"reason": "a part of the models, and not of their downloads"}
    if has(sentence.text, "downloads") or has(sentence.text, "scope", "hub"):
        return "share", {}
    known = sentence.before and sentence.points_back and sentence.before.measure == "share"
    return ("share", {}) if known else ("", {})


def _count(sentence: Sentence, amount: Amount, near: str, behind: str, uncounted: str) -> tuple[str, dict[str, str]]:
    written_ = sentence.text[amount.start : amount.end]
    if _PARAMETERS.search(written_) and _SIZED.match(behind):
        return "", {}
    noun = re.match(r"(?:[\s-]+[\w/'-]+){0,4}", behind)
    following = noun[0] if noun else ""
    if (
        amount.kind == "plain"
        and amount.value < 1000
        and not has(following, "releases")
        and not _MODELS.search(following)
    ) or (amount.kind == "plain" and re.match(r"\s*(?:B\b|parameters)", behind)):
        return "", {}
    if _BY.search(sentence.text[: amount.head]) and has(sentence.upto(amount, 45), "growth"):
        return "", {"reason": "by how many downloads it changed is no measure: write what it came to"}
    if has(following, "downloads") or (re.search(r"\bdownload", sentence.upto(amount, 60)) and not uncounted):
        return _downloads(sentence, amount, near), {}
    upto = sentence.upto(amount, 60)
    behind = behind[: next((a.head - amount.end for a in sentence.amounts if a.head > amount.end), len(behind))]
    own = has(upto, "derivatives") and not uncounted and has(sentence.text[: amount.start], "derivatives")
    if has(following, "derivatives") or own or (_MODELS.search(following) and has(behind, "derivatives")):
        if _NEW_ONES.search(sentence.upto(amount, 20) + following) or _A_DAY.search(behind):
            return "", {"reason": "how many new ones there were is no measure: write how many there are by then"}
        return "derivative_stock", {"relations": "finetune"} if has(following, "fine_tunes") else {}
    if _MODELS.search(following) and has(near, "releases"):
        return "releases", {}
    if uncounted:
        return "", {"reason": uncounted}
    if amount.kind == "count" and (
        has(near, "downloads") or (len(sentence.amounts) == 1 and has(sentence.text, "downloads"))
    ):
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
    monthly = _MONTHLY.search(near) or _MONTHS_OWN.search(near)
    asof = asof or (time is None and bool(_HAS_BEEN.search(sentence.upto(amount, 60))))
    return "cumulative" if (cumulative or asof or (time and time.since)) and not monthly else "downloads"


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
    behind = sentence.text[amount.end : min(amount.end + 50, sentence.clause(amount)[1])]
    if re.search(r"[$€£]\s*$", sentence.text[: amount.start]):
        return "prices and money are nothing that downloads count"
    close = hits(behind, "uncounted")
    wanted = [h.start for n in ("downloads", "derivatives") for h in hits(behind, n)]
    if close and _MARKET_SHARE.match(behind):
        return ""
    if close and (not wanted or close[0].start < wanted[0]):
        return f"{close[0].value} is nothing that downloads count"
    if not wanted and not has(near, "downloads") and not has(near, "derivatives"):
        around = hits(near, "uncounted")
        if around:
            return f"{around[0].value} is nothing that downloads count"
    return ""


def beaten(sentence: Sentence, amount: Amount) -> list[Mention]:
    """Those whom a verb before the amount names: `A beats B two to one`."""
    start, _ = sentence.clause(amount)
    for verb in (*hits(sentence.text, "exceeding"), *hits(sentence.text, "passing")):
        right = [m for m in sentence.mentions if verb.end <= m.start and m.end <= amount.head and start <= m.start]
        left = [m for m in sentence.mentions if m.end <= verb.start]
        if left and right and right[0].subject != left[-1].subject and verb.start < amount.head:
            return [m for m in sentence.listed(right[0].start) if m.end <= amount.head]
    return []

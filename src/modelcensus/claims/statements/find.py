"""Statements that can be checked, found in plain text: each as a draft claim; what was not understood is listed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from modelcensus.catalog import Knowledge
from modelcensus.claims.statements.amounts import Amount, find_amounts
from modelcensus.claims.statements.lexicon import has, hits, words
from modelcensus.claims.statements.names import Mention, Names, find_names, names_of
from modelcensus.claims.statements.sentences import sentences
from modelcensus.claims.statements.times import Time, find_times

Subject = tuple[str, tuple[str, ...]]
ABOVE, EQUALS = "above", "equals"
_CLAUSE = re.compile(
    r"(?:;|:(?=\s)|,?\s+(?:while|whereas|whilst)\s|,\s+(?:but|and|with|against)\s|\s-\s|\.\s)", re.IGNORECASE
)
_BACK = re.compile(r"\b(?:this|that|these|the)\s+(?:figure|number|total|count|milestone|lead|share|tally)\b|^(?:it|they|its|their)\b",
                   re.IGNORECASE)  # fmt: skip
_EVENT = re.compile(r"(?:'s)?\s+(?:release|launch|debut|announcement)\b", re.IGNORECASE)
_FOR = re.compile(r"\s*(?:downloads\s+)?(?:for|by|from)\s+(?:the\s+|their\s+|its\s+)?", re.IGNORECASE)
_OF = re.compile(r"\b(?:of|in|among|across)\s+(?:the\s+|all\s+)?$", re.IGNORECASE)
_QUESTION = re.compile(r"\?[\"')\]]*$")
_LIST = re.compile(r"(?:,|and|or|plus|&|,\s*and|the|of|\s|\()+", re.IGNORECASE)
_AGAINST_LIST = re.compile(
    r"\b(?:measured\s+)?(?:among|against|between)\s+(?:only\s+|just\s+)?(?:the\s+)?(?:five|four|three|six|named\s+|labs?\s+|"
    r"organi[sz]ations?\s+|publishers?\s+|companies\s+|)*", re.IGNORECASE,
)  # fmt: skip


@dataclass(frozen=True)
class Draft:
    """A checkable statement: what is measured of whom, how it is compared, when, and the words for within what.

    `against` are the others it is compared with, as mentions' dimension and values; `against_words` are words such as
    `next eight`. `carried` says what was taken from the sentence before.
    """

    text: str
    measure: str
    subject: Subject
    comparator: str
    number: float | None = None
    slack: float = 0.0
    period: str = ""
    since: bool = False
    against: tuple[Subject, ...] = ()
    against_words: str = ""
    scope: str = ""
    scope_words: str = ""
    carried: tuple[str, ...] = ()
    reading: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Unread:
    """Something that looks like a statement and was not understood, with the reason."""

    text: str
    reason: str


@dataclass(frozen=True)
class Found:
    """What a text holds: drafts of claims, and what was left."""

    drafts: tuple[Draft, ...]
    unread: tuple[Unread, ...]


def find_statements(text: str, knowledge: Knowledge) -> Found:
    """The checkable statements of a text, sentence by sentence; nothing is guessed."""
    names, drafts, unread = names_of(knowledge), [], []
    before: Draft | None = None
    for sentence in sentences(text):
        found, left = _sentence(sentence, names, before)
        drafts += found
        unread += left
        before = found[-1] if found else before
    return Found(tuple(dict.fromkeys(drafts_unique(drafts))), tuple(unread))


def drafts_unique(drafts: list[Draft]) -> list[Draft]:
    """Drafts without those that say the same of the same words."""
    seen, kept = set(), []
    for draft in drafts:
        key = (draft.text, draft.measure, draft.subject, draft.comparator, draft.number)
        if key not in seen:
            seen.add(key)
            kept.append(_Hashable(**vars(draft)))
    return kept  # type: ignore[return-value]


class _Hashable(Draft):
    def __hash__(self) -> int:
        return id(self)


def _sentence(text: str, names: Names, before: Draft | None) -> tuple[list[Draft], list[Unread]]:
    mentions, amounts, times = find_names(text, names), find_amounts(text), find_times(text)
    amounts = [a for a in amounts if not any(t.start <= a.start < t.end for t in times)
               and not any(m.start <= a.start < m.end for m in mentions)]  # fmt: skip
    reason = _not_a_fact(text)
    looks = bool(amounts) or has(text, "passing") or (has(text, "top") and has(text, "downloads"))
    if reason:
        return [], [Unread(text, reason)] if looks and mentions else []
    reader = _Reader(text, names, mentions, amounts, times, before)
    drafts = list(reader.read())
    left = [Unread(text, r) for r in reader.reasons]
    if not drafts and not left and looks and mentions and _counts(text):
        left = [Unread(text, "no statement with subject, measure and number was recognized")]
    return drafts, left


def _counts(text: str) -> bool:
    return has(text, "downloads") or has(text, "derivatives") or has(text, "releases")


def _not_a_fact(text: str) -> str:
    return "a question states nothing" if _QUESTION.search(text) else ""


def _unreal(text: str) -> str:
    """Why what a text leads up to is not said as a fact; empty where it is."""
    clause = text[max((m.end() for m in _CLAUSE.finditer(text)), default=0) :]
    if has(text, "unreal", "future"):
        return "of the future, or a plan: nothing to count yet"
    if has(text, "unreal", "supposition"):
        return "a supposition, not a statement"
    if has(clause[-70:], "unreal", "denial") or re.search(r"n't\b", clause[-70:]):
        return "a denial: write the statement that is denied"
    return ""


class _Reader:
    """One sentence being read."""

    def __init__(
        self, text: str, names: Names, mentions: list[Mention], amounts: list[Amount], times: list[Time],
        before: Draft | None,
    ) -> None:  # fmt: skip
        self.text, self.names, self.mentions, self.amounts, self.times = text, names, mentions, amounts, times
        self.before = before
        self.reasons: list[str] = []

    def read(self) -> Iterator[Draft]:
        """The drafts of the sentence."""
        found = False
        for place, amount in enumerate(self.amounts):
            draft = self._amount(place, amount)
            if draft:
                found = True
                yield draft
        ranked = self._rank()
        if ranked:
            found = True
            yield ranked
        if not found or not any(a.kind in ("share", "times") for a in self.amounts):
            crossing = self._crossing() or (None if found or ranked else self._exceeding())
            if crossing:
                yield crossing

    # -- amounts ------------------------------------------------------------------------------------------------------

    def _amount(self, place: int, amount: Amount) -> Draft | None:
        clause_start, clause_end = self._clause(amount)
        near = self.text[max(clause_start, amount.head - 90) : min(clause_end, amount.end + 110)]
        measure, reading = self._measure(amount, near)
        if not measure:
            if reading:
                self.reasons.append(reading.get("reason", ""))
            return None
        subject, carried = self._subject(amount, clause_start, clause_end, measure)
        if subject is None:
            self.reasons.append("whose number it is was not recognized")
            return None
        number, comparator = amount.value, amount.comparator
        if measure == "growth":
            number = amount.value - 1 if amount.kind == "times" else amount.value
            if amount.kind != "times" and has(self._before(amount, 60), "falling"):
                number = -number
        draft = self._draft(measure, subject, comparator, number, amount, carried)
        draft = replace(draft, reading=reading)
        if measure in ("ratio", "share", "derivative_share"):
            draft = self._against(draft, amount)
        if measure == "ratio" and not draft.against and not draft.against_words:
            self.reasons.append("with whom it is compared was not recognized")
            return None
        return draft

    def _draft(
        self, measure: str, subject: Subject, comparator: str, number: float | None, amount: Amount | None,
        carried: tuple[str, ...] = (),
    ) -> Draft:  # fmt: skip
        time = self._time(amount)
        scope, scope_words = self._scope(measure, amount)
        period = time.period if time else ""
        if not period and self.before and carried:
            period, carried = self.before.period, (*carried, "period")
        slack = min(amount.slack, 0.1 * abs(amount.value)) if amount else 0.0
        return Draft(
            self.text, measure, subject, comparator, number, slack, period, bool(time and time.since), (), "",
            scope, scope_words, carried,
        )  # fmt: skip

    def _clause(self, amount: Amount) -> tuple[int, int]:
        start, end = 0, len(self.text)
        for match in _CLAUSE.finditer(self.text):
            if match.end() <= amount.head:
                start = match.end()
            elif match.start() >= amount.end:
                end = match.start()
                break
        return start, end

    def _before(self, amount: Amount, reach: int) -> str:
        return self.text[max(0, amount.head - reach) : amount.head]

    def _measure(self, amount: Amount, near: str) -> tuple[str, dict[str, str]]:
        """The measure that an amount belongs to, by its kind and the words around it; a reason where it is none."""
        behind = self.text[amount.end : amount.end + 60]
        unreal = _unreal(self.text[: amount.start])
        uncounted = unreal or self._uncounted(amount, near)
        if unreal:
            return "", {"reason": unreal}
        if amount.kind == "share":
            if self._grew(amount, near):
                return ("", {"reason": uncounted}) if uncounted else ("growth", self._since(near))
            if has(near, "derivatives") and not re.match(r"\s*of\s+(?:all\s+)?downloads", behind):
                return "derivative_share", {"relations": "finetune"} if has(near, "fine_tunes") else {}
            if uncounted:
                return "", {"reason": uncounted}
            if has(self.text, "downloads") or has(self.text, "scope", "hub"):
                return "share", {}
            return (
                ("share", {})
                if self.before and _BACK.search(self.text) and self.before.measure == "share"
                else ("", {})
            )
        if amount.kind == "times":
            if (has(near, "passive") and amount.became) or (
                (amount.became or self._grew(amount, near)) and not self._versus(amount)
            ):
                return ("", {"reason": uncounted}) if uncounted else ("growth", self._since(near))
            if uncounted and not has(near, "downloads"):
                return "", {"reason": uncounted}
            return ("ratio", {}) if has(self.text, "downloads") or self._versus(amount) else ("", {})
        return self._count(amount, near, behind, uncounted)

    def _count(self, amount: Amount, near: str, behind: str, uncounted: str) -> tuple[str, dict[str, str]]:
        noun = re.match(r"(?:[\s-]+[\w/'-]+){0,4}", behind)
        following = noun[0] if noun else ""
        if (
            amount.kind == "plain"
            and amount.value < 1000
            and not has(following, "releases")
            and not re.search(r"\bmodels?\b", following)
        ) or (amount.kind == "plain" and re.match(r"\s*(?:B\b|parameters)", behind)):
            return "", {}
        if has(following, "downloads") or (re.search(r"\bdownload", self._before(amount, 60)) and not uncounted):
            return self._downloads(amount, near), {}
        if has(following, "derivatives"):
            return "derivative_stock", {"relations": "finetune"} if has(following, "fine_tunes") else {}
        if re.search(r"\bmodels?\b|\breleases?\b|\brepositories\b|\bcheckpoints?\b", following) and has(
            near, "releases"
        ):
            return "releases", {}
        if uncounted:
            return "", {"reason": uncounted}
        if amount.kind == "count" and has(self.text, "downloads"):
            return self._downloads(amount, near), {}
        return "", {}

    def _downloads(self, amount: Amount, near: str) -> str:
        cumulative = has(near, "cumulative") or has(
            self._before(amount, 40) + self.text[amount.head : amount.start], "reached"
        )
        time = self._time(amount)
        asof = bool(
            time
            and re.search(
                r"\b(?:as of|by|until|up to|through|at)\s+(?:the\s+)?(?:end\s+of\s+|start\s+of\s+)?$",
                self.text[: time.start],
            )
        )
        monthly = re.search(
            r"\b(?:per|a|each|every|monthly|daily|weekly)\s*(?:month|day|week|downloads)?\b", near
        ) and re.search(r"\bmonthly\b|\b(?:a|per|each|every) month\b", near)
        return "cumulative" if (cumulative or asof or (time and time.since)) and not monthly else "downloads"

    def _grew(self, amount: Amount, near: str) -> bool:
        if has(self._before(amount, 45), "growth"):
            return True
        behind = self.text[amount.end : amount.end + 45]
        return (
            bool(
                re.match(
                    r"\s*(?:[\w-]+\s+){0,2}(?:growth|increase|rise|jump|drop|decline|fall|surge|more|higher|lower)\b",
                    behind,
                )
            )
            and (has(near, "year") or has(near, "previous"))
        ) or bool(re.match(r"\s+(?:year|month)[\s-]", behind))

    @staticmethod
    def _since(near: str) -> dict[str, str]:
        return {"against": "year"} if has(near, "year") else {"against": "previous"} if has(near, "previous") else {}

    def _versus(self, amount: Amount) -> bool:
        behind = self.text[amount.end : amount.end + 90]
        return bool(
            re.match(
                r"\s*(?:as\s+(?:many|much|often|large)|the\b|that\b|those\b|what\b|its\b|[\w'-]+\s+(?:combined|downloads))",
                behind,
            )
            or (any(amount.end <= m.start for m in self.mentions) and re.match(r"\s*(?:the|of|[A-Z])", behind))
            or any(amount.end <= h.start for h in hits(self.text, "against_words"))
        )

    def _uncounted(self, amount: Amount, near: str) -> str:
        """Why an amount is of something that no counter of downloads knows; the nearest noun decides."""
        behind = self.text[amount.end : amount.end + 50]
        if re.search(r"[$€£]\s*$", self.text[: amount.start]):
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

    # -- who, when, within what -----------------------------------------------------------------------------------

    def _subject(self, amount: Amount, start: int, end: int, measure: str) -> tuple[Subject | None, tuple[str, ...]]:
        acting = [m for m in self.mentions if not m.compared and not _EVENT.match(self.text, m.end)]
        before = [m for m in acting if m.end <= amount.head]
        inside = [m for m in before if m.start >= start]
        after = [m for m in acting if amount.end <= m.start < end]
        own = next((m for m in after if _FOR.fullmatch(self.text[amount.end : m.start])), None)
        if measure != "ratio" and own:
            return self._together(own, after), ()
        apart = [m for m in inside if not _OF.search(self.text[: m.start])]
        inside = apart or inside
        if measure == "ratio":
            first = inside[0] if inside else before[0] if before else None
            if first:
                return self._together(first, before), ()
            listed = self._listed(after[0].start) if after else []
            later = [m for m in acting if listed and m.start >= listed[-1].end]
            if later:
                return (later[0].dimension, later[0].values), ()
        else:
            if inside:
                return self._together(inside[-1], before), ()
            if after and re.search(
                r"\b(?:to|by|for|from|of|on|were|was|are|is|come|came|goes|went|belong\w*|start\w*|held)\b[^,;]{0,40}$",
                self.text[amount.end : after[0].start],
            ):
                return self._together(after[0], after), ()
            if before:
                return self._together(before[-1], before), ()
            if after and measure != "share":
                return self._together(after[0], after), ()
            if after:
                return self._together(after[0], after), ()
        if self.before and _BACK.search(self.text):
            return self.before.subject, ("subject",)
        return None, ()

    def _together(self, mention: Mention, listed: list[Mention]) -> Subject:
        """A mention with those of its kind that are joined to it: `Gemma and Llama together`."""
        if not has(self.text, "combined"):
            return mention.dimension, mention.values
        chain = [mention]
        place = listed.index(mention)
        for other in reversed(listed[:place]):
            joined = _LIST.fullmatch(self.text[other.end : chain[0].start])
            if other.dimension != mention.dimension or not joined:
                break
            chain.insert(0, other)
        return mention.dimension, tuple(v for m in chain for v in m.values)

    def _time(self, amount: Amount | None) -> Time | None:
        if not self.times:
            return None
        if amount is None:
            return self.times[0]
        start, end = self._clause(amount)
        inside = [t for t in self.times if start <= t.start < end]
        return min(inside or self.times, key=lambda t: min(abs(t.start - amount.end), abs(amount.head - t.end)))

    def _scope(self, measure: str, amount: Amount | None) -> tuple[str, str]:
        """The scope whose words stand nearest behind the amount (else before it); the narrower where two begin together."""
        found = [h for h in hits(self.text, "scope") if h.value != "makers" or measure in ("share", "rank")]
        if not found:
            return "", ""
        start, end = (amount.end, len(self.text)) if amount else (0, len(self.text))
        behind = [h for h in found if start <= h.start < end]
        chosen = behind[0] if behind else found[-1]
        return str(chosen.value), chosen.text

    def _against(self, draft: Draft, amount: Amount) -> Draft:
        """Whom an amount is compared with: the names behind it, or words such as `next eight`."""
        listed = next((h for h in hits(self.text, "against_words") if h.start >= amount.start), None)
        if listed and draft.measure == "ratio":
            return replace(draft, against_words=listed.text.lower())
        if draft.measure == "ratio":
            others = [m for m in self.mentions if m.start >= amount.end and (m.dimension, m.values) != draft.subject]
            others = self._listed(others[0].start) if others else []
            if others:
                return replace(draft, against=tuple((m.dimension, m.values) for m in others))
            if self.before and self.before.against and _BACK.search(self.text):
                return replace(draft, against=self.before.against, carried=(*draft.carried, "against"))
            return draft
        among = _AGAINST_LIST.search(self.text)
        if among:
            others = self._listed(among.end())
            if len(others) > 1:
                named = [(m.dimension, m.values) for m in others]
                return replace(draft, against=tuple(named))
        return draft

    def _listed(self, start: int) -> list[Mention]:
        """The names of a list that begins there."""
        chain: list[Mention] = []
        for mention in self.mentions:
            if mention.start < start:
                continue
            gap = self.text[chain[-1].end if chain else start : mention.start]
            if gap.strip() and not _LIST.fullmatch(gap):
                break
            chain.append(mention)
        return chain

    # -- without a number -------------------------------------------------------------------------------------------

    def _rank(self) -> Draft | None:
        """`ranks third`, `the most downloaded`, `number one`."""
        if not has(self.text, "downloads") and not has(self.text, "top"):
            return None
        place = self._place()
        if place is None:
            return None
        number, start, end = place
        before = [m for m in self.mentions if m.end <= start and not m.compared]
        after = [m for m in self.mentions if m.start >= end and not m.compared]
        apart = [m for m in before if not _OF.search(self.text[: m.start])] or before
        chosen = apart[-1] if apart else after[0] if after else None
        if chosen is None or _unreal(self.text[:start]):
            return None
        comparator = "at_most" if number < 0 else EQUALS
        return self._draft("rank", (chosen.dimension, chosen.values), comparator, float(abs(number)), None)

    def _place(self) -> tuple[int, int, int] | None:
        text = self.text
        listed = "|".join(re.escape(w) for w in words().ordinals)
        ranked = re.search(
            rf"\b(?:rank(?:s|ed|ing)?|place[sd]?|comes?|came|finished|sits?|sat|stands?|moved|climbed|slipped|rose|fell)\b(?:\s+(?:in|at|to|up|down|a|the|into|as))*\s+(?:number\s+|no\.?\s*|#)?(?P<n>{listed}|\d{{1,2}})\b(?![.,]\d)(?!\s*(?:%|per\s?cent|pct|pp|points|million|billion|thousand|downloads|times|quarter|half|[kmb]\b))",
            text, re.IGNORECASE,
        )  # fmt: skip
        if ranked:
            value = words().ordinals.get(ranked["n"].lower())
            return (value if value is not None else int(ranked["n"])), ranked.start(), ranked.end()
        upper = re.search(r"\btop[-\s](?P<n>three|five|ten|twenty|3|5|10|20)\b", text, re.IGNORECASE)
        if upper:
            return -(words().numbers.get(upper["n"].lower()) or int(upper["n"])), upper.start(), upper.end()
        ordinal = re.search(
            rf"\b(?P<n>{listed})[-\s]+(?:most|largest|biggest)\b(?:[-\s]+(?:downloaded|popular))?",
            text,
            re.IGNORECASE,
        )
        if ordinal:
            return words().ordinals[ordinal["n"].lower()], ordinal.start(), ordinal.end()
        numbered = re.search(
            r"(?:\bnumber|\bno\.?|#)\s*(?P<n>one|two|three|four|five|\d{1,2})\b", text, re.IGNORECASE
        )
        if numbered and has(text, "downloads"):
            small = words().numbers.get(numbered["n"].lower())
            return (small if small is not None else int(numbered["n"])), numbered.start(), numbered.end()
        spot = re.search(rf"\b(?P<n>{listed})\s+(?:place|spot|position|rank)\b", text, re.IGNORECASE)
        if spot and has(text, "downloads"):
            return words().ordinals[spot["n"].lower()], spot.start(), spot.end()
        top = re.search(
            r"\b(?:the\s+)?(?:world's\s+|hub's\s+)?most(?:[-\s]+widely)?[-\s]+(?:downloaded|pulled)\b|\b(?:leads?|led|topped|tops|heads|headed)\s+(?:the\s+)?(?:\w+\s+){0,3}(?:downloads|table|chart|ranking|list|hub|leaderboard)\b",
            text, re.IGNORECASE,
        )  # fmt: skip
        if top and not re.search(r"\bone of\s+(?:the\s+)?$", text[: top.start()], re.IGNORECASE):
            return 1, top.start(), top.end()
        return None

    def _crossing(self) -> Draft | None:
        """`B overtook A`, `A was dethroned by B`."""
        for verb in hits(self.text, "passing"):
            left = [m for m in self.mentions if m.end <= verb.start]
            right = [m for m in self.mentions if m.start >= verb.end]
            if any(a.head <= verb.start < a.end for a in self.amounts):
                continue
            if not left or not right:
                continue
            passive = re.match(r"(?:\s+\w+){0,3}?\s+by\b", self.text[verb.end : right[0].start + 1]) and re.search(
                r"\b(?:was|were|been|be|being|is|are|got|get)\b[^,]{0,30}$", self.text[: verb.start], re.IGNORECASE
            )
            ahead, behind = (right[0], left[-1]) if passive else (left[-1], right[0])
            if _unreal(self.text[: verb.start]):
                continue
            if ahead.dimension == "generation" or (ahead.dimension, ahead.values) == (
                behind.dimension,
                behind.values,
            ):
                continue
            if not (has(self.text, "downloads") or has(self.text, "scope", "hub")):
                self.reasons.append("in what one passed the other is not said")
                continue
            draft = self._draft("crossover", (ahead.dimension, ahead.values), "before", None, None)
            return replace(draft, against=((behind.dimension, behind.values),))
        return None

    def _exceeding(self) -> Draft | None:
        """`A outdrew B and C together`: more than once their downloads."""
        if not has(self.text, "downloads") and not has(self.text, "combined"):
            return None
        for verb in hits(self.text, "exceeding"):
            if _unreal(self.text[: verb.start]):
                continue
            left = [m for m in self.mentions if m.end <= verb.start and not m.compared]
            right = [m for m in self.mentions if m.start >= verb.end]
            listed = next((h for h in hits(self.text, "against_words") if h.start >= verb.end), None)
            if left and (right or listed):
                subject = self._together(left[-1], left)
                fewer = re.search(r"\b(?:fewer|less)\b[^,]{0,40}$", self.text[: verb.end])
                draft = self._draft("ratio", subject, "below" if fewer else ABOVE, 1.0, None)
                others = tuple((m.dimension, m.values) for m in right if (m.dimension, m.values) != subject)
                if others or listed:
                    return replace(draft, against=others, against_words=listed.text.lower() if listed else "")
        return None

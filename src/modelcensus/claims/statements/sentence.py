"""One sentence being read: the names, amounts and times in it, and what stands where."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise

from modelcensus.claims.statements.amounts import Amount, find_amounts
from modelcensus.claims.statements.drafts import Draft, Subject
from modelcensus.claims.statements.lexicon import has, hits
from modelcensus.claims.statements.names import Mention, Names, find_names
from modelcensus.claims.statements.times import Time, find_times

CLAUSE = re.compile(
    r"(?:;|:(?=\s)|,?\s+(?:while|whereas|whilst)\s|,\s+(?:but|and|with|against)\s|\s-\s|\.\s)", re.IGNORECASE
)
BACK = re.compile(
    r"\b(?:this|that|these|the)\s+(?:figure|number|total|count|milestone|lead|share|tally)\b|^(?:it|they|its|their)\b",
    re.IGNORECASE,
)
"""Words that point back to the sentence before; further ones are in the lexicon."""
OF = re.compile(r"\b(?:of|in|among|across)\s+(?:the\s+|all\s+)?$", re.IGNORECASE)
LIST = re.compile(r"(?:,|and|or|plus|&|,\s*and|the|of|\s|\()+", re.IGNORECASE)


def _distance(time: Time, amount: Amount) -> int:
    """How far a time stands from an amount; of two the one behind it is its own: `20 % in January to 35 % in May`."""
    behind = time.start - amount.end
    return behind if behind >= 0 else amount.head - time.end + 3


_FROM = re.compile(r"\b(?:from|than|versus|against|compared with|compared to)\s*$", re.IGNORECASE)
_AGO = re.compile(r"\b(?:ago|earlier|before)$", re.IGNORECASE)
"""A time that is only that of the amount right before it."""
_LAST = re.compile(r"\b(?:and|or)\b|&", re.IGNORECASE)
"""What stands before the last name of a list."""


def unreal(text: str) -> str:
    """Why what a text leads up to is not said as a fact; empty where it is."""
    clause = text[max((m.end() for m in CLAUSE.finditer(text)), default=0) :]
    if has(text, "unreal", "future"):
        return "of the future, or a plan: nothing to count yet"
    if has(text, "unreal", "supposition"):
        return "a supposition, not a statement"
    if has(clause[-70:], "unreal", "denial") or re.search(r"n't\b", clause[-70:]):
        return "a denial: write the statement that is denied"
    return ""


@dataclass
class Sentence:
    """A sentence with what stands in it; `before` is the last statement before it, `named` whom the sentence before is
    about, `reasons` say what was seen and not understood."""

    text: str
    mentions: list[Mention]
    amounts: list[Amount]
    times: list[Time]
    before: Draft | None
    named: Subject | None = None
    reasons: list[str] = field(default_factory=list)

    @classmethod
    def of(
        cls,
        text: str,
        names: Names,
        before: Draft | None,
        named: Subject | None = None,
        published: date | None = None,
    ) -> Sentence:
        """The sentence with its names, amounts and times; digits of a name or a time are no amounts."""
        mentions, times = find_names(text, names), find_times(text, published)
        taken = [*((t.start, t.end) for t in times), *((m.start, m.end) for m in mentions)]
        amounts = [a for a in find_amounts(text) if not any(s <= a.start < e for s, e in taken)]
        return cls(text, mentions, amounts, times, before, named)

    @property
    def points_back(self) -> bool:
        """Whether it speaks of whom the sentence before is about: `this figure`, `the company`."""
        return bool(BACK.search(self.text)) or any(h.start < 20 for h in hits(self.text, "pointing_back"))

    @property
    def about(self) -> Subject | None:
        """Whom it is about, for the sentence after it: the name that it begins with, else nobody."""
        first = next((m for m in self.mentions if not m.compared), None)
        if first is None:
            return self.named if self.points_back else None
        return (first.dimension, first.values) if first.start < 40 else None

    def clause(self, amount: Amount) -> tuple[int, int]:
        """From where to where the clause with the amount goes."""
        start, end = 0, len(self.text)
        for match in CLAUSE.finditer(self.text):
            if match.end() <= amount.head:
                start = match.end()
            elif match.start() >= amount.end:
                end = match.start()
                break
        return start, end

    def upto(self, amount: Amount, reach: int) -> str:
        """So many letters before the amount."""
        return self.text[max(0, amount.head - reach) : amount.head]

    def time(self, amount: Amount | None) -> Time | None:
        """The time that is meant: of an amount the nearest one in its clause."""
        times = [t for t in self.times if amount is None or self._may_be_of(t, amount)]
        times = [t for t in times if amount or not _AGO.search(t.words)]
        if not times or amount is None:
            return times[0] if times else None
        start, end = self.clause(amount)
        inside = [t for t in times if start <= t.start < end]
        return min(inside or times, key=lambda t: _distance(t, amount))

    def _may_be_of(self, time: Time, amount: Amount) -> bool:
        """Whether a time can be that of an amount: `30 % in January` behind `up from` keeps its own to itself."""
        for other in self.amounts:
            follows = 0 <= time.start - other.end < 5
            if follows and other is not amount and _FROM.search(self.text[: other.head]):
                return False
        if not _AGO.search(time.words) or 0 <= time.start - amount.end < 4:
            return True
        start, _ = self.clause(amount)
        between = any(other.end <= amount.head and other is not amount for other in self.amounts)
        return start <= time.start and time.end <= amount.head and not between

    def scope(self, measure: str, amount: Amount | None) -> tuple[str, str]:
        """The scope whose words stand nearest behind the amount (else before it); the narrower where two begin together."""
        found = [h for h in hits(self.text, "scope") if h.value != "makers" or measure in ("share", "rank")]
        if not found:
            return "", ""
        start, end = (amount.end, len(self.text)) if amount else (0, len(self.text))
        behind = [h for h in found if start <= h.start < end]
        chosen = behind[0] if behind else found[-1]
        narrower = [h for h in found if h.value != "hub" and 0 <= h.start - chosen.end < 25]
        if chosen.value == "hub" and narrower:  # `all downloads of language models`
            chosen = narrower[0]
        return str(chosen.value), chosen.text

    def together(self, mention: Mention, listed: list[Mention]) -> Subject | None:
        """A mention with those that are joined to it: `Gemma and Llama`; nobody where each is meant by itself."""
        chain = [mention]
        place = listed.index(mention)
        for other in reversed(listed[:place]):
            if not LIST.fullmatch(self.text[other.end : chain[0].start]):
                break
            chain.insert(0, other)
        gaps = [self.text[a.end : b.start] for a, b in pairwise(chain)]
        if len(chain) == 1 or not (_LAST.search(gaps[-1]) or (has(self.text, "combined") and len(gaps) == 1)):
            return mention.subject
        if has(self.text, "one_by_one"):
            self.reasons.append("several are named, each by itself: write a statement for each")
            return None
        dimension = mention.dimension
        if any(m.dimension != dimension for m in chain):
            dimension = "organization"
            if any(m.dimension != dimension and not m.publisher for m in chain):
                self.reasons.append("several of different kinds are named together")
                return None
        listed_ = [m.values if m.dimension == dimension else (m.publisher,) for m in chain]
        return dimension, tuple(dict.fromkeys(v for values in listed_ for v in values))

    def listed(self, start: int) -> list[Mention]:
        """The names of a list that begins there."""
        chain: list[Mention] = []
        for mention in self.mentions:
            if mention.start < start:
                continue
            gap = self.text[chain[-1].end if chain else start : mention.start]
            if gap.strip() and not LIST.fullmatch(gap):
                break
            chain.append(mention)
            if len(chain) > 1 and _LAST.search(gap):
                break
        return chain

    def draft(
        self, measure: str, subject: Subject, comparator: str, number: float | None, amount: Amount | None,
        carried: tuple[str, ...] = (),
    ) -> Draft:  # fmt: skip
        time = self.time(amount)
        scope, scope_words = self.scope(measure, amount)
        period = time.period if time else ""
        if not period and self.before and carried:
            period, carried = self.before.period, (*carried, "period")
        most = 0.1 if amount and amount.kind == "count" else 0.2
        slack = min(amount.slack, most * abs(amount.value)) if amount else 0.0
        said = time.words if time and not time.period else ""
        return Draft(
            self.text, measure, subject, comparator, number, slack, period, bool(time and time.since), (), "",
            scope, scope_words, carried, upto=bool(time and time.upto), said=said, near=amount.near if amount else "",
            edges=bool(time and time.edges),
        )  # fmt: skip

"""The choices that words make: only words that are present choose, the rest is left open and said to be."""

from __future__ import annotations

from collections.abc import Mapping

from modelcensus.claims.entries import Choice
from modelcensus.claims.freedoms import MeasureReadings, default_readings
from modelcensus.claims.statements.drafts import Draft
from modelcensus.claims.statements.lexicon import hits

Chosen = dict[str, tuple[str, ...]]
SCOPES = ("denominator", "scope")
"""Degrees of freedom that words for a scope choose in."""
SINCE = "base"
AMONG = "named"
"""Choice of scope: the region among whose members a ranking is."""
_OPEN = "no list is named: every repository of the Hub counts"


def worded(draft: Draft, measure: str) -> tuple[Chosen, list[str]]:
    """The choices that the words of a draft make for its measure, each with the words."""
    chosen: Chosen = {}
    because: list[str] = []
    left = default_readings().measures.get(measure, MeasureReadings())
    name = next((n for n in SCOPES if n in left.own or n in left.shared), "")
    if name and not (measure == "share" and draft.against):
        if draft.whole:
            chosen[name] = (AMONG,)
            because.append(f"a part of the downloads of {' and '.join(draft.whole[1])}")
        elif draft.among:
            chosen[name] = (AMONG,)
            because.append(f"the ranking is one of {draft.among}: repositories of organizations based there")
        elif draft.scope in ("", "hub"):
            chosen[name] = ("hub",)
            because.append(f'"{draft.scope_words}" names no list: every repository of the Hub counts' if draft.scope
                           else _OPEN)  # fmt: skip
        else:
            chosen[name] = (draft.scope,)
            because.append(f'"{draft.scope_words}" is {_text(measure, name, draft.scope)}')
    for freedom, values, words in _of_time(draft, measure):
        chosen[freedom] = values
        because.append(words)
    relations = dict(draft.reading).get("relations")
    if relations:
        chosen["relations"] = (relations,)
        because.append("the words say fine-tunes: those alone")
    return chosen, because


def _text(measure: str, freedom: str, choice: str) -> str:
    defaults = default_readings()
    own = defaults.measures[measure].own.get(freedom) or defaults.shared[freedom]
    return own.choices[choice].text


def _of_time(draft: Draft, measure: str) -> list[tuple[str, tuple[str, ...], str]]:
    """By month or in sum; the first time or for good."""
    found = []
    monthly, summed = hits(draft.text, "monthly"), hits(draft.text, "all_time")
    if measure in ("share", "rank", "ratio") and summed and not monthly:
        text = f'"{summed[0].text}": since counting began, by the all-time counter where that was read'
        found.append(("window", ("counter", "since-first"), text))
    if measure == "cumulative":
        text = "a cumulative count is the all-time counter; where that was not read, all months of the data"
        found.append(("origin", ("counter", "first"), text))
    if measure == "crossover":
        summed = summed or hits(draft.text, "summed")
        if monthly:
            found.append(("basis", ("monthly",), f'"{monthly[0].text}": month by month'))
        elif summed:
            found.append(("basis", ("cumulative",), f'"{summed[0].text}": cumulatively'))
        for name, listed in (("first", "first_time"), ("persistent", "for_good")):
            if once := hits(draft.text, listed):
                found.append(("crossing", (name,), f'"{once[0].text}"'))
                break
        if not monthly and not summed:
            found.append(("basis", ("monthly",), "nothing says monthly or in total: month by month is taken"))
    return found


def growth_base(draft: Draft, months: int) -> tuple[dict[str, str], Mapping[str, Choice], str]:
    """What a growth is over: what the words say, else both ways are left open."""
    said = dict(draft.reading).get("against", "")
    if said:
        return {"against": said}, {}, "over the year before" if said == "year" else "over the period before"
    if months == 12:
        return {"against": "previous"}, {}, "over the year before"
    choices = {
        "previous": Choice(text="over the period before", reading={"against": "previous"}),
        "year": Choice(text="over the same period a year before", reading={"against": "year"}),
    }
    return {}, choices, "over what it grew is not said: over the period before is taken"

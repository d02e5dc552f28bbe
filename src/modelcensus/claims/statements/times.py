"""Times in plain text: months, quarters, seasons, years and the spans between them."""

import re
from dataclasses import dataclass
from datetime import date

from modelcensus.claims.statements.relative import SEASONS, SHORT, find_relative, resolved

_MONTH = r"(?:" + "|".join(sorted(SHORT, key=len, reverse=True)) + r")\b\.?"
_YEAR = r"(?:19|20)\d{2}"
_ONE = re.compile(
    rf"""(?P<iso>\b{_YEAR}-\d{{2}}(?:-\d{{2}})?\b)
    |\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+(?P<dmonth>{_MONTH})\s*,?\s*(?P<dyear>{_YEAR})\b
    |\b(?P<mmonth>{_MONTH})\s+(?P<mday>\d{{1,2}})(?:st|nd|rd|th)?,\s*(?P<myear>{_YEAR})\b
    |\b(?P<month>{_MONTH})\s*(?:of\s+|,\s*)?(?P<year>{_YEAR})\b
    |\b(?P<season>(?:spring|summer|autumn|fall|winter))\s+(?:of\s+)?(?P<syear>{_YEAR})(?:\s?[-/]\s?\d{{2}}(?:\d{{2}})?)?\b
    |\bQ(?P<quarter>[1-4])\s*(?:of\s+|,\s*|/)?(?P<qyear>{_YEAR})\b
    |\b(?P<yearq>{_YEAR})[-\s]?Q(?P<yquarter>[1-4])\b
    |\b(?P<qword>first|second|third|fourth|final|last)\s+quarter\s+(?:of\s+)?(?P<qwyear>{_YEAR})\b
    |\b(?P<half>first|second|1st|2nd)\s+half\s+(?:of\s+)?(?P<hyear>{_YEAR})\b
    |\bH(?P<hn>[12])\s*(?P<hnyear>{_YEAR})\b
    |\b(?P<part>early|mid|late)[-\s]+(?P<pyear>{_YEAR})\b
    |\b(?P<alone>{_YEAR})\b(?!\s*(?:%|per|models|downloads|x\b))
    """,
    re.IGNORECASE | re.VERBOSE,
)
_PAIR = re.compile(
    rf"\b(?P<first>{_MONTH})\s*(?:and|to|through|until|till|-)\s*(?P<last>{_MONTH})\s*(?:of\s+)?(?P<year>{_YEAR})\b",
    re.IGNORECASE,
)
_JOIN = re.compile(r"\s*(?:and|to|through|till|until|up to|-|\.\.)\s*", re.IGNORECASE)
_SINCE = re.compile(r"\bsince\s+(?:the\s+(?:start|beginning)\s+of\s+)?$", re.IGNORECASE)
_BETWEEN = re.compile(r"\b(?:between|from)\s+(?:the\s+)?$", re.IGNORECASE)
_BASE = re.compile(
    r"\b(?:than|than in|compared (?:with|to)|versus|vs\.?|against|from|on|over|next|following)\s+(?:the\s+)?$",
    re.IGNORECASE,
)
"""Words before a time that another is compared with."""
UPTO = re.compile(
    r"\b(?:as of|by|until|till|up to|through|as at)\s+(?:the\s+)?(?:(?:end|start|close)\s+of\s+)?(?:the\s+)?$",
    re.IGNORECASE,
)
"""Words before a time by which something has come about."""
_QUARTERS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "final": 4, "last": 4}


@dataclass(frozen=True)
class Time:
    """A span of time in a text, as a period; `since`: from there on, with no end stated; `upto`: by then.

    `edges`: from one time to another. Without a period it is told by `words` that mean something only on the day of
    publication: `last month`.
    """

    start: int
    end: int
    period: str
    since: bool = False
    upto: bool = False
    words: str = ""
    edges: bool = False


def find_times(text: str, published: date | None = None) -> list[Time]:
    """The times that a text states, in order; two that are joined are one span. `published` is the day on which the
    text appeared: what `last month` goes by.

    >>> [t.period for t in find_times("between January and July 2026, and in Q1 2025")]
    ['2026-01..2026-07', '2025-01..2025-03']
    >>> find_times("since July 2024")[0].since, find_times("in the summer of 2025")[0].period
    (True, '2025-06..2025-08')
    >>> [t.period for t in find_times("9 % in July, this year", date(2026, 4, 10))]
    ['2025-07', '2026-01-01..2026-04-10']
    """
    found: list[tuple[int, int, tuple[str, str]]] = []
    for match in _PAIR.finditer(text):
        year = match["year"]
        found.append((match.start(), match.end(), (_month(year, match["first"]), _month(year, match["last"]))))
    for match in _ONE.finditer(text):
        if not any(a <= match.start() < b for a, b, _ in found):
            span = _span(match)
            if span:
                found.append((match.start(), match.end(), span))
    found.sort()
    joined: list[Time] = []
    skip = False
    for place, (start, end, (first, last)) in enumerate(found):
        if skip:
            skip = False
            continue
        before, following = text[:start], found[place + 1] if place + 1 < len(found) else None
        if following and _JOIN.fullmatch(text[end : following[0]]) and _BETWEEN.search(before):
            last, end, skip = following[2][1], following[1], True
        period = first if first == last else f"{first}..{last}"
        edges = first != last and bool(_BETWEEN.search(before))
        joined.append(Time(start, end, period, bool(_SINCE.search(before)), bool(UPTO.search(before)), edges=edges))
    taken = [(t.start, t.end) for t in joined]
    anchor = joined[0] if joined else None
    for start, end, words in find_relative(text):
        if any(a < end and start < b for a, b in taken) or _BASE.search(text[:start]):
            continue
        before = text[:start]
        period = resolved(words, published, (anchor.period, anchor.start < start) if anchor else None)
        joined.append(Time(start, end, period, bool(_SINCE.search(before)), bool(UPTO.search(before)), words))
    return sorted(joined, key=lambda t: t.start)


def _month(year: str, word: str) -> str:
    return f"{year}-{SHORT[word.lower().rstrip('.')]:02d}"


def _months(year: str, first: int, last: int) -> tuple[str, str]:
    return f"{year}-{first:02d}", f"{year}-{last:02d}"


def _span(match: re.Match[str]) -> tuple[str, str] | None:
    told = {k: v for k, v in match.groupdict().items() if v}
    if "iso" in told:
        return told["iso"], told["iso"]
    if "day" in told:
        day = f"{_month(told['dyear'], told['dmonth'])}-{int(told['day']):02d}"
        return _day(day)
    if "mday" in told:
        return _day(f"{_month(told['myear'], told['mmonth'])}-{int(told['mday']):02d}")
    if "month" in told:
        month = _month(told["year"], told["month"])
        return month, month
    if "season" in told:
        year, season = told["syear"], told["season"].lower()
        if season == "winter":
            return f"{year}-12", f"{int(year) + 1}-02"
        return _months(year, *SEASONS[season])
    if "yearq" in told:
        return _months(told["yearq"], 3 * int(told["yquarter"]) - 2, 3 * int(told["yquarter"]))
    if "quarter" in told or "qword" in told:
        number = int(told["quarter"]) if "quarter" in told else _QUARTERS[told["qword"].lower()]
        return _months(told.get("qyear") or told["qwyear"], 3 * number - 2, 3 * number)
    if "half" in told or "hn" in told:
        second = told.get("hn") == "2" or told.get("half", "").lower() in ("second", "2nd")
        return _months(told.get("hyear") or told["hnyear"], *((7, 12) if second else (1, 6)))
    if "part" in told:
        edges = {"early": (1, 4), "mid": (5, 8), "late": (9, 12)}[told["part"].lower()]
        return _months(told["pyear"], *edges)
    return told["alone"], told["alone"]


def _day(text: str) -> tuple[str, str] | None:
    try:
        date.fromisoformat(text)
    except ValueError:
        return None
    return text, text

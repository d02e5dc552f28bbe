"""Times that mean something only on a certain day: `last month`, `this year`, `in July` without a year."""

from __future__ import annotations

import re
from datetime import date, timedelta

from modelcensus.claims.statements.lexicon import words
from modelcensus.vocabulary import Period

MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
          "december")  # fmt: skip
SHORT = {**{m: i for i, m in enumerate(MONTHS, 1)}, **{m[:3]: i for i, m in enumerate(MONTHS, 1)}, "sept": 9}
SEASONS = {"spring": (3, 5), "summer": (6, 8), "autumn": (9, 11), "fall": (9, 11), "winter": (12, 14)}
_NUMBER = r"(?:\d{1,3}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirty)"
_MONTHS = "|".join(m.capitalize() for m in MONTHS)
_RELATIVE = re.compile(
    rf"""\b(?P<one>(?:last|this|past|previous|current)\s+(?:calendar\s+)?(?:day|week|month|quarter|year))\b
    |\b(?P<several>(?:last|past|previous)\s+{_NUMBER}\s+(?:days|weeks|months|quarters|years))\b
    |\b(?P<ago>(?:a|an|{_NUMBER})\s+(?:months?|years?)\s+(?:ago|earlier|before))\b
    |\b(?P<word>yesterday|year[-\s]to[-\s]date)\b
    |\b(?P<season>(?:last|this)\s+(?:spring|summer|autumn|fall|winter))\b
    |(?<=\bin\s)the\s+(?P<seasoned>spring|summer|autumn|winter)\b
    |(?:(?<=\bin\s)|(?<=\bby\s)|(?<=\bof\s)|(?<=\bsince\s)|(?<=\bduring\s)|(?<=\bfor\s)|(?<=\blast\s)|(?<=\bthis\s))
     (?P<month>(?-i:{_MONTHS}))\b
    |\b(?P<whose>(?-i:{_MONTHS}))(?=(?:'s)?\s+(?:downloads|total)\b)
    |(?<![\w-])(?P<quarter>(?-i:Q[1-4]))\b""",
    re.IGNORECASE | re.VERBOSE,
)
_LENGTHS = {"day": 1, "week": 7}


def find_relative(text: str) -> list[tuple[int, int, str]]:
    """Where such times stand, with their words."""
    return [(m.start(), m.end(), m[0]) for m in _RELATIVE.finditer(text)]


def resolved(said: str, published: date | None, anchor: tuple[str, bool] | None) -> str:
    """The period that words mean on the day of publication; empty without one.

    `anchor` is a period that the same sentence states, and whether it stands before the words: after `January 2026`
    a month without a year is the next one, before it the last one.

    >>> day = date(2026, 4, 10)
    >>> resolved("last month", day, None), resolved("this year", day, None), resolved("past three months", day, None)
    ('2026-03', '2026-01-01..2026-04-10', '2026-01..2026-03')
    >>> resolved("July", day, None), resolved("July", None, ("2026-05", True)), resolved("last month", None, None)
    ('2025-07', '2026-07', '')
    """
    match = _RELATIVE.search(f"in {said} downloads") if said.lower() in MONTHS else _RELATIVE.search(f"in {said}")
    if match is None:
        return ""
    told = {k: v.lower() for k, v in match.groupdict().items() if v}
    if "ago" in told:
        return _ago(told["ago"].split(), published, anchor)
    named = _named(told)
    if named and anchor:
        return _beside(*named, *anchor)
    if published is None:
        return ""
    if named:
        return _latest(*named, published)
    if "word" in told:
        return str(published - timedelta(days=1)) if told["word"] == "yesterday" else _this("year", published)
    parts = (told.get("one") or told["several"]).split()
    unit, count = parts[-1].rstrip("s"), _count(parts[1]) if "several" in told else 1
    if parts[0] in ("this", "current"):
        return _this(unit, published)
    return _last(unit, count, parts[0] == "past", published)


def _named(told: dict[str, str]) -> tuple[int, int] | None:
    """First and last month of a month, quarter or season by its name."""
    if "whose" in told:
        return SHORT[told["whose"]], SHORT[told["whose"]]
    if "month" in told:
        return SHORT[told["month"]], SHORT[told["month"]]
    if "quarter" in told:
        return 3 * int(told["quarter"][1]) - 2, 3 * int(told["quarter"][1])
    season = told.get("seasoned") or told.get("season", "").split(" ")[-1]
    return SEASONS.get(season)


def _count(word: str) -> int:
    return int(word) if word.isdigit() else words().numbers[word]


def _period(year: int, first: int, last: int) -> str:
    months = [f"{year + (m - 1) // 12}-{(m - 1) % 12 + 1:02d}" for m in (first, last)]
    return months[0] if first == last else "..".join(months)


def _ago(parts: list[str], published: date | None, anchor: tuple[str, bool] | None) -> str:
    """So many months or years before the period stated, else before the last whole month."""
    months = (1 if parts[0] in ("a", "an") else _count(parts[0])) * (12 if parts[1].startswith("year") else 1)
    if anchor:
        start = Period.parse(anchor[0]).start
        span = Period.parse(anchor[0])
        first = start.year * 12 + start.month - 1 - months
        return _period(first // 12, first % 12 + 1, first % 12 + len(list(span.months())))
    if published is None:
        return ""
    last = published.year * 12 + published.month - 2 - months
    return _period(last // 12, last % 12 + 1, last % 12 + 1)


def _latest(first: int, last: int, published: date) -> str:
    year = published.year if first <= published.month else published.year - 1
    return _period(year, first, last)


def _beside(first: int, last: int, stated: str, behind: bool) -> str:
    span = Period.parse(stated)
    if behind:
        return _period(span.start.year if first >= span.start.month else span.start.year + 1, first, last)
    return _period(span.start.year if first <= span.start.month else span.start.year - 1, first, last)


def _this(unit: str, day: date) -> str:
    """From the start of the current one up to the day."""
    starts = {
        "day": day, "week": day - timedelta(days=day.weekday()), "month": day.replace(day=1),
        "quarter": date(day.year, 3 * ((day.month - 1) // 3) + 1, 1), "year": date(day.year, 1, 1),
    }  # fmt: skip
    return str(Period(starts[unit], day + timedelta(days=1)))


def _last(unit: str, count: int, running: bool, day: date) -> str:
    """The whole ones before the day; of days and weeks those that end with the day before."""
    if unit in _LENGTHS:
        return str(Period(day - timedelta(days=count * _LENGTHS[unit]), day))
    if unit == "year" and not running and count == 1:
        return str(day.year - 1)
    months = count * {"month": 1, "quarter": 3, "year": 12}[unit]
    end = day.year * 12 + day.month - 1
    if unit == "quarter" and not running:
        end -= (day.month - 1) % 3
    start = end - months
    return _period(start // 12, start % 12 + 1, start % 12 + months)


_BASED = re.compile(
    rf"\b(?:from|on|over|than(?:\s+in)?|compared\s+(?:with|to)|against|versus)\s+(?P<month>(?-i:{_MONTHS}))\b(?:\s+(?P<year>\d{{4}}))?",
    re.IGNORECASE,
)


def base_month(text: str, period: str) -> str:
    """The month that a change in a month is over; empty where none is named, or one that is not before it.

    >>> base_month(" compared with June", "2025-07"), base_month(" from December", "2026-01"), base_month("", "2026-01")
    ('2025-06', '2025-12', '')
    """
    match = _BASED.search(text)
    if match is None:
        return ""
    month = SHORT[match["month"].lower()]
    base = f"{match['year']}-{month:02d}" if match["year"] else _beside(month, month, period, False)
    return base if base < period else ""

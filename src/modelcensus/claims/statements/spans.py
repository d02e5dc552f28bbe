"""The time of a draft: as the words state it, else as the day of publication tells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from modelcensus.claims.entries import Choice
from modelcensus.claims.statements.drafts import Draft, Unread
from modelcensus.claims.statements.lexicon import has
from modelcensus.claims.statements.relative import resolved
from modelcensus.vocabulary import Period

WHEN = "when"
"""The degree of freedom that a time has which only the day of publication tells."""
BEFORE_ALL = "2019-01"
"""A month before every count of downloads: `by` a month means from there on."""
TO_DATE = ("cumulative", "derivative_stock", "releases")
"""Measures of what has come about by a day."""
UNDATED = "give the day of publication (--date), or write the month"
"""What to do about a statement whose time nobody can tell."""


@dataclass(frozen=True)
class Span:
    """The period of a claim; where the words leave it open the choices for it, those preferred, and why."""

    measure: str
    period: str
    choices: Mapping[str, Choice] = field(default_factory=dict)
    because: str = ""
    preferred: tuple[str, ...] = ()


def span_of(draft: Draft, published: date | None) -> Span | Unread:
    """The time that a draft is of."""
    period = draft.period or resolved(draft.said, published, None)
    if draft.since and period:
        return _since(draft, Period.parse(period), published)
    if draft.measure == "crossover":
        return _crossing(draft, period, published)
    if period:
        return _stated(draft, Period.parse(period), published)
    if published is None:
        what = f'the day that "{draft.said}" goes by is not known' if draft.said else "no period is stated"
        return Unread(draft.text, what, UNDATED)
    if draft.measure == "downloads" and not has(draft.text, "monthly"):
        return Unread(draft.text, "whether of a month or in total is not said", "write the month, or since when")
    if draft.measure == "growth" and not draft.reading:
        return Unread(
            draft.text, "from when to when it grew is not said", "write both months, or the month and over what"
        )
    if draft.measure in TO_DATE:
        return _to_date(draft.measure, "", published, "no time is stated: up to the day of publication")
    month = _month_before(published)
    year = Period.parse(resolved("past twelve months", published, None))
    choices = {
        "month": Choice(text="the last whole month before publication", period=month),
        "year": Choice(text="the twelve months before publication", period=str(year)),
    }
    if draft.measure in ("growth", "downloads"):
        choices = {}
    said = "no time is stated: the last whole month before publication is taken"
    return Span(draft.measure, month, choices, said, ("month",))


def _stated(draft: Draft, period: Period, published: date | None) -> Span | Unread:
    if published and period.start > published:
        return Unread(draft.text, f"of {period}, after the day of publication", "check --date")
    if published and not draft.edges and period.end > published and len(list(period.months())) > 1:
        return _to_date(draft.measure, str(period.start), published, f"of {period} what had passed by publication")
    if draft.measure == "releases" and draft.upto:
        return Span(draft.measure, f"{BEFORE_ALL}..{period.end - timedelta(days=1)}")
    return Span(draft.measure, str(period))


def _since(draft: Draft, period: Period, published: date | None) -> Span | Unread:
    if draft.measure == "crossover":
        return Unread(
            draft.text,
            "since when somebody is ahead is no month of a crossing",
            "write when the one passed the other",
        )
    if published is None:
        return Unread(draft.text, f"since {period}, until when is not stated", UNDATED)
    if period.start > published:
        return Unread(draft.text, f"since {period}, after the day of publication", "check --date")
    if draft.measure == "growth":
        first, last = f"{period.start:%Y-%m}", _month_before(published)
        if first >= last:
            return Unread(draft.text, f"since {period}: no whole month has passed", "write both months")
        return Span(
            "growth", f"{first}..{last}", because=f"since {first}: up to the last whole month before publication"
        )
    measure = "downloads" if draft.measure == "cumulative" else draft.measure
    return _to_date(measure, str(period.start), published, f"since {period}, up to the day of publication")


def _crossing(draft: Draft, period: str, published: date | None) -> Span | Unread:
    if not period:
        if published is None:
            what = f'the day that "{draft.said}" goes by is not known' if draft.said else "no period is stated"
            return Unread(draft.text, what, UNDATED)
        return Span(
            draft.measure, f"{BEFORE_ALL}..{published:%Y-%m}", because="no time is stated: by the day of publication"
        )
    if draft.upto:
        last = Period.parse(period).end - timedelta(days=1)
        return Span(draft.measure, f"{BEFORE_ALL}..{last:%Y-%m}", because=f"by {period}: then or before")
    return Span(draft.measure, period)


def _to_date(measure: str, start: str, published: date, because: str) -> Span:
    """Up to the day where days are counted, up to the last whole month where months are."""
    first = start or (BEFORE_ALL if measure == "releases" else "")
    day, month = f"{first}..{published}" if first else str(published), _month_before(published)
    whole = ""
    if not start:
        whole = f"{first}..{month}" if first else month
    elif Period.parse(start).start < Period.parse(month).end:
        begin = Period.parse(start).start
        first_whole = begin if begin.day == 1 else Period.month(begin).end
        if first_whole < Period.parse(month).end:
            whole = f"{first_whole:%Y-%m}..{month}"
    if not whole:
        return Span(measure, day, because=because)
    choices = {
        "day": Choice(text="up to the day of publication", period=day, applies="observed"),
        "month": Choice(text="up to the end of the last whole month before it", period=whole),
    }
    return Span(measure, day, choices, because, ("day", "month"))


def _month_before(day: date) -> str:
    """The last month that was over by the end of a day."""
    after = day + timedelta(days=1)
    return f"{after.replace(day=1) - timedelta(days=1):%Y-%m}"

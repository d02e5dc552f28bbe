"""Periods: half-open spans of UTC days, and times of reading that may be known only as an interval."""

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from modelcensus.vocabulary.errors import RequestError

_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_MONTH = re.compile(r"(\d{4})-(\d{2})")
_YEAR = re.compile(r"\d{4}")
_PARTIAL = re.compile(r"(\d{4})-(\d{2})(?:/(\d{2}))?-XX", re.IGNORECASE)


@dataclass(frozen=True, order=True)
class Period:
    """The days from `start` up to, not including, `end`.

    >>> Period.parse("2026-02")
    Period(start=datetime.date(2026, 2, 1), end=datetime.date(2026, 3, 1))
    >>> Period.parse("2026-02..2026-04").days
    89
    >>> str(Period.parse("2026-02")), str(Period.parse("2026")), str(Period.parse("2026-02-03"))
    ('2026-02', '2026', '2026-02-03')
    """

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise RequestError(
                "the period ends before it starts", where=f"{self.start}..{self.end}", remedy="swap its ends"
            )

    @property
    def days(self) -> int:
        return (self.end - self.start).days

    @classmethod
    def parse(cls, text: str) -> "Period":
        """A year, a month, a day, or `A..B` of any of them, both ends included."""
        first, separator, last = text.strip().partition("..")
        start = _span(first, text)
        return cls(start[0], _span(last, text)[1]) if separator else cls(*start)

    @classmethod
    def month(cls, day: date) -> "Period":
        """The calendar month that contains `day`."""
        return cls(day.replace(day=1), _month_end(day.year, day.month))

    def months(self) -> Iterator["Period"]:
        """The calendar months that the period touches."""
        day = self.start.replace(day=1)
        while day < self.end:
            month = Period.month(day)
            yield month
            day = month.end

    def split(self, grain: str) -> list["Period"]:
        """The months, weeks (Monday to Sunday) or days of the period; whole ones only."""
        if grain == "month":
            return [m for m in self.months() if m.start >= self.start and m.end <= self.end]
        step = {"week": 7, "day": 1}[grain]
        day = self.start + timedelta(days=-self.start.weekday() % 7 if grain == "week" else 0)
        return [
            Period(day + timedelta(days=i), day + timedelta(days=i + step))
            for i in range(0, (self.end - day).days - step + 1, step)
        ]

    def __str__(self) -> str:
        return _written(self.start, self.end)


@dataclass(frozen=True, order=True)
class ReadingTime:
    """When a counter was read: a day, or only the interval of days in which it must have been.

    >>> ReadingTime.parse("2026-10-XX")
    ReadingTime(earliest=datetime.date(2026, 10, 1), latest=datetime.date(2026, 10, 31))
    >>> str(ReadingTime.parse("2026-08/09-XX")), str(ReadingTime.parse("2026-04-08T03:15:00Z"))
    ('2026-08-01..2026-09-30', '2026-04-08')
    """

    earliest: date
    latest: date

    @classmethod
    def parse(cls, text: str) -> "ReadingTime":
        """A day or timestamp, `A..B`, a month, or a partial date such as `2026-10-XX` or `2026-08/09-XX`.

        Raises ValueError for anything else.
        """
        first, separator, last = text.strip().partition("..")
        head = cls._one(first)
        if not separator:
            return head
        tail = cls._one(last)
        if tail.latest < head.earliest:
            raise ValueError(f"{text!r} ends before it starts")
        return cls(head.earliest, tail.latest)

    @classmethod
    def _one(cls, text: str) -> "ReadingTime":
        if partial := _PARTIAL.fullmatch(text):
            year, month, until = int(partial[1]), int(partial[2]), int(partial[3] or partial[2])
            if until < month:
                raise ValueError(f"{text!r} ends before it starts")
            return cls(date(year, month, 1), _month_last(year, until))
        if month := _MONTH.fullmatch(text):
            year, number = int(month[1]), int(month[2])
            return cls(date(year, number, 1), _month_last(year, number))
        if _DAY.match(text) and (len(text) == 10 or text[10] in "T "):
            day = date.fromisoformat(text[:10])
            return cls(day, day)
        raise ValueError(f"{text!r} is no day, interval A..B, month, or partial date such as 2026-10-XX")

    def __str__(self) -> str:
        return str(self.earliest) if self.earliest == self.latest else f"{self.earliest}..{self.latest}"


@lru_cache(maxsize=8_192)
def _written(start: date, end: date) -> str:
    """A period as it is written: the same ones are written again and again."""
    last = end - timedelta(days=1)
    if last == start:
        return start.isoformat()
    if start.day == 1 and end.day == 1:
        first_month, last_month = f"{start:%Y-%m}", f"{last:%Y-%m}"
        if start.month == 1 and end.month == 1:
            years = f"{start:%Y}", f"{last:%Y}"
            return years[0] if years[0] == years[1] else "..".join(years)
        return first_month if first_month == last_month else f"{first_month}..{last_month}"
    return f"{start}..{last}"


def _month_last(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])


def _month_end(year: int, month: int) -> date:
    return _month_last(year, month) + timedelta(days=1)


def _span(text: str, whole: str) -> tuple[date, date]:
    try:
        if match := _DAY.fullmatch(text):
            day = date(int(match[1]), int(match[2]), int(match[3]))
            return day, day + timedelta(days=1)
        if match := _MONTH.fullmatch(text):
            year, month = int(match[1]), int(match[2])
            return date(year, month, 1), _month_end(year, month)
        if _YEAR.fullmatch(text):
            return date(int(text), 1, 1), date(int(text) + 1, 1, 1)
    except (ValueError, OverflowError) as error:
        raise RequestError(str(error), where=f"period {whole!r}", remedy="use a real date") from error
    raise RequestError(
        "not a period",
        where=f"period {whole!r}",
        remedy="use 2026-02, 2026, 2026-02..2026-08, 2026-02-15, or all",
    )

"""Series breaks as a reader meets them: rules on the time plots that cross them, and a list of what changed."""

from collections.abc import Iterable
from datetime import date, timedelta
from functools import lru_cache

from modelcensus.flows import SeriesBreak, breaks_between
from modelcensus.measures import Result, leading, period_text
from modelcensus.publish.marks import Mark

DIRECTIONS = {
    "up": "Counts rise.",
    "down": "Counts fall.",
    "unknown": "Which way counts move is not known.",
    "none": "Counts stay.",
}


def crossed_breaks(result: Result) -> tuple[SeriesBreak, ...]:
    """The breaks of a result's channel and counter that its rows cross."""
    rows = [r for r in leading(result.rows) if r.value is not None]
    if not rows:
        return ()
    reading = result.request.reading
    # the end of a reading is the day on which it was read, that of a period the day after it
    last = date.fromisoformat(max(r.end for r in rows)) - timedelta(days=0 if reading.counter else 1)
    first = date.fromisoformat(min(r.start for r in rows))
    return breaks_between(reading.channel, first, last, counter=reading.counter)


def break_marks(breaks: Iterable[SeriesBreak]) -> list[Mark]:
    """Breaks as marks of a time plot."""
    return [Mark(b.start.isoformat(), f"{b.label} ({_months(b.start, b.end)})", b.end.isoformat()) for b in breaks]


def break_words(found: SeriesBreak) -> str:
    """What changed, when, who changed it, what follows, and how it is known."""
    when = period_text(str(found.when))
    return (
        f"{when[0].upper()}{when[1:]}, {found.by or 'the Hub'}: {found.what} {DIRECTIONS[found.direction]}"
        f" {found.effect} ({found.certainty}: {found.source})"
    )


@lru_cache(maxsize=256)
def _months(start: date, end: date) -> str:
    """When, to the month; a line is not broken inside it."""
    first, last = f"{start:%b\N{NO-BREAK SPACE}%Y}", f"{end:%b\N{NO-BREAK SPACE}%Y}"
    if first == last:
        return first
    return f"{start:%b}/{last}" if start.year == end.year else f"{first}/{last}"

"""What is marked on a time plot: series breaks, events of the counters, releases of whom it names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache

from modelcensus.measures import RELEASE, Happened, Result, leading
from modelcensus.publish.breaks import break_marks, crossed_breaks
from modelcensus.publish.marks import KINDS, Mark
from modelcensus.publish.section import Facts

RECOUNT = "recount"
STALLS = ("stall", "half_stall")
CALLED = {
    "stall": "counters stalled",
    "half_stall": "part of the counters stalled",
    "rollback": "an old state was served again",
    "backlog": "counters caught up",
    RECOUNT: "a counter fell and went on from there",
    "partial": "a part of the repositories was not read",
    "source_gap": "no readings",
}
"""How a plot calls the events of the counters that stand in `events`."""
NEAR = 3
"""Days between two events of a kind up to which they are one; more of them where there would be too many."""
MOST_EVENTS, MOST_RELEASES = 8, 6
"""Marks of each sort that stay legible on a plot."""


def time_marks(result: Result) -> list[Mark]:
    """Everything that is marked on a plot of a result over time."""
    return [*break_marks(crossed_breaks(result)), *event_marks(result)]


def event_marks(result: Result) -> list[Mark]:
    """What befell the counters in the days that are drawn, and what was released then."""
    drawn = [r for r in leading(result.rows) if r.value is not None]
    if not drawn:
        return []
    first, last = min(r.start for r in drawn), max(r.end for r in drawn)
    happened = [h for h in result.happened if h.until >= first and h.start <= last]
    recounts = {(r.start, r.end) for r in drawn if RECOUNT in r.flags}
    happened += [Happened(RECOUNT, start, end) for start, end in sorted(recounts)]
    events = [_event(one, many) for one, many in _joined([h for h in happened if h.kind in CALLED])]
    return [*events, *_releases([h for h in happened if h.kind == RELEASE])]


def marked(name: str, marks: Sequence[Mark]) -> list[Facts]:
    """The marks of a plot as a table, for who reads and does not look; nothing where there are none."""
    if not marks:
        return []
    rows = tuple((m.at, m.until or m.at, KINDS[m.kind], m.text) for m in sorted(marks, key=lambda m: m.at))
    return [Facts(f"{name}-marks", "What is marked on the plot", ("from", "to", "kind", "what"), rows, folded=True)]


def _joined(happened: Iterable[Happened]) -> list[tuple[Happened, int]]:
    """Events of a kind that are near each other as one, with how many they are: so near that they stay legible."""
    found = sorted(set(happened), key=lambda h: (h.start, h.until))
    stalls = [h for h in found if h.kind in STALLS]
    found = [h for h in found if h.kind != "backlog" or not any(_meet(h, s, 0) for s in stalls)]
    near = NEAR
    while len(joined := _join(found, near)) > MOST_EVENTS and len(joined) > len({h.kind for h in found}):
        near *= 2
    return joined


def _join(happened: Iterable[Happened], near: int) -> list[tuple[Happened, int]]:
    joined: list[tuple[Happened, int]] = []
    last: dict[str, int] = {}
    for one in happened:
        place = last.get(one.kind)
        if place is not None and _meet(joined[place][0], one, near):
            before, many = joined[place]
            joined[place] = replace(before, until=max(before.until, one.until)), many + (one.start > before.until)
        else:
            last[one.kind] = len(joined)
            joined.append((one, 1))
    return joined


def _meet(before: Happened, after: Happened, near: int) -> bool:
    """Whether two events overlap, or so few days lie between them."""
    apart = timedelta(days=near)
    return _day(after.start) <= _day(before.until) + apart and _day(before.start) <= _day(after.until) + apart


def _event(event: Happened, many: int) -> Mark:
    times = f", {many} times" if many > 1 else ""
    text = f"{CALLED[event.kind]}{times} ({_days(event.start, event.until)})"
    until = "" if event.kind == RECOUNT else event.until  # somewhere in its period, which may be most of the plot
    return Mark(event.start, text, until, "event")


def _releases(released: Sequence[Happened]) -> list[Mark]:
    """The newest releases; how many there were before them is said of the first that is drawn."""
    shown = sorted(released, key=lambda h: h.start)[-MOST_RELEASES:]
    before = len(released) - len(shown)
    return [
        Mark(
            one.start,
            f"{one.what} released ({_days(one.start, one.start)}{f'; {before} more before it' if before and not i else ''})",
            kind="release",
        )
        for i, one in enumerate(shown)
    ]


@lru_cache(maxsize=4_096)
def _day(text: str) -> date:
    return date.fromisoformat(text)


@lru_cache(maxsize=1_024)
def _days(first: str, last: str) -> str:
    """Days in few letters, of which no line breaks inside.

    >>> _days("2026-03-21", "2026-03-24"), _days("2026-03-30", "2026-04-02")
    ('21–24\\xa0Mar\\xa02026', '30\\xa0Mar–2\\xa0Apr\\xa02026')
    """
    start, end = _day(first), _day(last)
    said = f"{end.day} {end:%b %Y}"
    if start != end:
        year = f" {start.year}" if start.year != end.year else ""
        month = f" {start:%b}" if year or start.month != end.month else ""
        said = f"{start.day}{month}{year}–{said}"
    return said.replace(" ", "\N{NO-BREAK SPACE}")

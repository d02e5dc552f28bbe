"""What happened to a subject or a claim, as entries of a feed: places won and lost, sources gone stale, verdicts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from heapq import nlargest
from itertools import pairwise
from urllib.parse import quote

from modelcensus.claims import Account, ToldEdition
from modelcensus.measures import Result, Row, bounds, number, period_text
from modelcensus.measures.health import NEEDS_ACTION, health
from modelcensus.publish.feeds import STALE, Entry, Feed
from modelcensus.publish.scene import NOBODY, Scene
from modelcensus.publish.views.asking import Counting, countings, who
from modelcensus.publish.views.subject import KINDS
from modelcensus.vocabulary import CensusError
from modelcensus.vocabulary.naming import opening

LEADING = 10
"""Places among which overtaking is told."""


def feed_of(scene: Scene, dimension: str, name: str, today: date) -> Feed:
    """What happened to a subject under every way of counting, and sources that are stale today."""
    entries = [e for way in countings(scene, dimension) for e in _places(scene, way, dimension, name)]
    entries += _stale(scene, today)
    title = f"{opening(_called(scene, dimension, name))} in open AI models"
    page, edition = f"/{KINDS[dimension]}/{quote(name)}", scene.census.manifests[-1].committed_at
    return Feed(f"feed:{dimension}:{name}", title, edition, _newest_first(entries), page)


def claim_feed(now: Account, told: Sequence[ToldEdition], edition: datetime) -> Feed:
    """The first verdict of a claim and every change of it, from what editions told of it, the earliest first."""
    entries, was = list[Entry](), None
    page, before = f"/claims/{now.id}", ""
    for tale in told:
        here = tale.claims[now.id]
        if here == was:
            continue
        said = f"{here.worded} as worded; {here.overall} over all readings."
        title = f"The verdict flipped: {now.claim.statement}" if was else f"{here.overall}: {now.claim.statement}"
        name = f"claim:{now.id}:{tale.edition}"
        day = str(tale.newest)
        entries.append(Entry(name, day, title, said[0].upper() + said[1:] + before, page=page))
        was, before = here, f" Before ({day}): {said}"
    return Feed(f"feed:claim:{now.id}", now.claim.statement, edition, tuple(reversed(entries)), page)


def _newest_first(entries: list[Entry]) -> tuple[Entry, ...]:
    return tuple(sorted(entries, key=lambda e: (e.day, e.id), reverse=True))


def _called(scene: Scene, dimension: str, name: str) -> str:
    return scene.place(name) if dimension == "region" else scene.called(dimension, name)


def _places(scene: Scene, way: Counting, dimension: str, name: str) -> Iterator[Entry]:
    """First places that the subject won and lost, and whom it overtook or was overtaken by among the leading ones."""
    try:
        result = scene.census.measure("downloads", by=[dimension, way.grain], reading=way.reading)
    except CensusError:
        return
    spans: dict[int, list[Row]] = {}
    for row in result.rows:
        if row.value is not None and row.dimensions[dimension] is not None:
            spans.setdefault(row.span, []).append(row)
    tables = [_Table(rows, dimension) for _, rows in sorted(spans.items())]
    told = _Telling(scene, result, way, dimension, name)
    yield from told.first_places(tables)
    yield from told.overtakings(tables)


class _Table:
    """The rows of one period by name; `leading` are the names of the largest, that of the first before the others."""

    def __init__(self, rows: list[Row], dimension: str) -> None:
        self.rows = {str(r.dimensions[dimension]): r for r in rows}
        best = nlargest(LEADING, rows, key=lambda r: r.value or 0.0)
        self.leading = [str(r.dimensions[dimension]) for r in best]
        self.period, self.end, self.first = rows[0].period, rows[0].end, self.leading[0]


class _Telling:
    """Entries about one subject in one result."""

    def __init__(self, scene: Scene, result: Result, way: Counting, dimension: str, name: str) -> None:
        self._scene, self._result, self._dimension, self._name = scene, result, dimension, name
        self._said = way.said
        self._by = f"By downloads within {result.whole_text} ({who(result)})"

    def first_places(self, tables: list[_Table]) -> Iterator[Entry]:
        for before, now in pairwise(tables):
            if now.first == before.first or self._name not in (now.first, before.first):
                continue
            verb = "took" if now.first == self._name else "lost"
            title = f"{opening(self._called(self._name))} {verb} the first place {_when(now.period)}"
            sure = all(_below(now.rows[n], now.rows[now.first]) for n in now.leading[1:])
            doubt = "" if sure else " The intervals overlap: the order is the likely one, not the only possible one."
            text = (
                f"{self._by}, {self._called(now.first)} followed {self._called(before.first)}."
                f" {self._numbers(now, now.first, before.first)}{doubt}"
            )
            yield self._entry(f"first:{self._said}", now, title, text)

    def overtakings(self, tables: list[_Table]) -> Iterator[Entry]:
        """Told where the bounds leave neither the order before nor the order now open, at the end of the first period
        that shows it; a change of the first place is told as such."""
        certain: dict[str, tuple[bool, _Table]] = {}
        for before, now in pairwise(tables[:1] + tables):
            own = now.rows.get(self._name)
            for other in dict.fromkeys((*before.leading, *now.leading)):
                row = now.rows.get(other)
                if not own or not row or other in (self._name, *NOBODY) or _below(row, own) == _below(own, row):
                    continue
                above = _below(row, own)
                was_above, then = certain.get(other, (above, now))
                certain[other] = above, now
                if above != was_above and {before.first, now.first} != {self._name, other}:
                    yield self._overtaking(other, above, then, now)

    def _overtaking(self, other: str, above: bool, then: _Table, now: _Table) -> Entry:
        verb = "overtook" if above else "was overtaken by"
        title = f"{opening(self._called(self._name))} {verb} {self._called(other)} {_when(now.period)}"
        text = f"{self._by}. {self._numbers(now, self._name, other)} {self._numbers(then, self._name, other)}"
        return self._entry(f"{'over' if above else 'under'}:{other}:{self._said}", now, title, text)

    def _entry(self, kind: str, table: _Table, title: str, text: str) -> Entry:
        name = f"{self._dimension}:{self._name}:{kind}:{table.end}"
        return Entry(name, table.end, title, text, self._result.provenance.id)

    def _numbers(self, table: _Table, *names: str) -> str:
        told = (f"{self._called(n)} {self._amount(table.rows.get(n))}" for n in names)
        return f"{period_text(table.period)}: {', '.join(told)}."

    def _amount(self, row: Row | None) -> str:
        if row is None:
            return "unknown"
        open_between = bounds(row, self._result.unit)
        return number(row.value, self._result.unit) + (f" ({open_between})" if open_between else "")

    def _called(self, name: str) -> str:
        return _called(self._scene, self._dimension, name)


def _when(period: str) -> str:
    return f"{'on' if period.count('-') == 2 else 'in'} {period_text(period)}"


def _below(row: Row, other: Row) -> bool:
    """Whether one is less than another whatever the bounds leave open."""
    high = row.value if row.low is None else row.high  # published numbers have no bounds
    low = other.value if other.low is None else other.low
    return high is not None and low is not None and high < low


def _stale(scene: Scene, today: date) -> Iterator[Entry]:
    """Sources that are late, dated by the first day on which they were."""
    for source in health(scene.census, today)["sources"]:
        if source["status"] not in NEEDS_ACTION:
            continue
        name, last = str(source["source"]), str(source["last_sound"] or source["from"])
        allowed = int(source["days_allowed"])
        day = date.fromisoformat(last) + timedelta(days=allowed + 1)
        counted = f", {source['counter']}" if source["counter"] else ""
        text = (
            f"{name} ({source['channel']}{counted}) last told something new on {last}; more than {allowed:,} days without"
            " that are more than its usual step allows."
        )
        id = f"{STALE}{name}:{source['channel']}:{source['counter'] or ''}:{last}"
        yield Entry(id, str(day), f"{name} has gone stale", text, page="/health")

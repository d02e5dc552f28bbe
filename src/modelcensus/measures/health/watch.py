"""One source, snapshot after snapshot: who was listed, whose value is an observation, what month edges leave open.

One array element per repository (its ordinal in the channel), whatever the storage: a row that only says what changed
stands for every repository that the source still listed.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from modelcensus.flows.calendar import Snapshot, day_of, days
from modelcensus.flows.fold import Finished
from modelcensus.flows.intake import Listed
from modelcensus.vocabulary import Period
from modelcensus.vocabulary.names import ROLLING, WINDOW_DAYS

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]

SET_ASIDE_WHOLE = {"rollback": "rollback", "ahead": "backlog", "aside": "backlog"}
"""Verdicts under which no value of a snapshot is an observation, and the event that is the reason."""
STALLS = ("stall", "half_stall")
SOUND = ("read", "catch_up")
RATE_DAYS = 30
"""Days read last whose downloads say what a source's repositories usually bring."""


@dataclass
class Tally:
    """What a source gave in the calendar month under way (the month of the latest day of each snapshot)."""

    month: Period
    listed: Mask
    read: Mask
    snapshots: int = 0
    sound: int = 0
    rows: int = 0
    aside: Counter[str] = field(default_factory=Counter)
    end: Mask | None = None
    """Who was listed in its last snapshot that is neither partial nor rolled back."""


@dataclass(frozen=True)
class MonthSeen:
    """A month that is over: counts, and who was read in it, a bit per repository."""

    month: Period
    snapshots: int
    sound: int
    rows: int
    aside: dict[str, int]
    listed: int
    repositories: int
    came: int | None
    went: int | None
    read: NDArray[np.uint8]


@dataclass(frozen=True)
class OpenEdge:
    """A month edge at which no sound snapshot was read. `downloads` of `repositories` came between their readings of
    `since` or before and `until`: nothing says on which side of the edge. `between`: snapshots inside by what spoiled
    them (a verdict, partial, or uncertain)."""

    day: int
    since: int
    until: int
    downloads: int
    repositories: int
    between: dict[str, int]


@dataclass
class Waiting:
    """An edge that was passed: repositories read before it, at which value and on which day."""

    day: int
    since: int
    ids: Ints
    value: Ints
    read_on: Ints
    between: list[str]
    downloads: float = 0.0
    repositories: int = 0


class Watch:
    """Looks at the snapshots of one source in their order; `finish` ends it."""

    def __init__(
        self, calendar: list[Snapshot], count: int, found: Finished, partial: set[int], conflicts: Mapping[int, Ints]
    ) -> None:
        """`count` repositories; `found` by folding; `partial`: days of partial snapshots; `conflicts`: repositories
        whose value of a day contradicts another source."""
        self.source, self.count = calendar[0].source, count
        self.windows = self.source[1] == ROLLING
        self.months: list[MonthSeen] = []
        self.open_edges: list[OpenEdge] = []
        self.first = np.full(count, -1, np.int32)
        self.sound_day, self.listed_last = -1, 0
        self.shown = Listed(calendar)
        self.shown.now = np.full(count, -1, np.int64)
        self.verdicts, self.partial, self.conflicts = found.state.verdicts, partial, conflicts
        freezes = [*found.state.freezes, *found.standing]
        self.frozen = np.array([(f.repository, f.since, f.day, f.value) for f in freezes], np.int64).reshape(-1, 4)
        self.last, self.level = np.full(count, -1, np.int64), np.full(count, -1, np.int64)
        self.read_on = np.full(count, -1, np.int32)
        self.tally: Tally | None = None
        self.end: Mask | None = None
        self.edges = month_edges(calendar[0].day, calendar[-1].day)
        self.waiting: list[Waiting] = []
        self.spoiled: list[tuple[int, str]] = []
        self.brought: list[tuple[int, int, int]] = []

    def see(self, snapshot: Snapshot, ids: Ints, values: Ints) -> None:
        """Take the next snapshot's rows."""
        self._pass_edges(snapshot.day)
        change = self.shown.change(snapshot, ids, values)
        now = self.shown.now
        listed = now >= 0
        tally = self._tally_of(snapshot, len(now))
        kind = self.verdicts.get(snapshot.number, "read")
        partial = snapshot.day in self.partial
        standing = listed.copy()
        standing[change.ids] = self.last[change.ids] == change.values
        read = listed & ~self._set_aside(kind, listed, standing, snapshot.day, tally.aside)
        sound = kind in SOUND and not partial
        tally.snapshots += 1
        tally.sound += sound
        tally.rows += int(listed.sum())
        tally.listed |= listed
        tally.read |= read
        if kind not in SET_ASIDE_WHOLE and not partial:
            tally.end = listed
        self._close_edges(snapshot, read, "" if sound else "partial" if partial else kind)
        if sound:
            self._count_brought(read, snapshot.day)
            self.sound_day, self.spoiled = snapshot.day, []
        else:
            self.spoiled.append((snapshot.day, "partial" if partial else kind))
        np.putmask(self.first, listed & (self.first < 0), snapshot.day)
        np.copyto(self.level, now, where=read)
        np.putmask(self.read_on, read, snapshot.day)
        self.last[change.ids] = change.values
        self.listed_last = int(listed.sum())

    def finish(self) -> None:
        """No further snapshot comes."""
        self._end_month()

    @property
    def weights(self) -> Ints:
        """What each repository's counter stood at last (0: never read)."""
        return np.maximum(np.where(self.level >= 0, self.level, self.last), 0)

    @property
    def downloads_a_day(self) -> float:
        """What the repositories read last usually bring: over the last 30 days read, or by their last windows."""
        if self.windows:
            return float(self.level[self.read_on == self.sound_day].clip(0).sum()) / WINDOW_DAYS
        downloads = spanned = 0
        for since, day, brought in reversed(self.brought):
            downloads, spanned = downloads + brought, spanned + day - since
            if spanned >= RATE_DAYS:
                break
        return downloads / spanned if spanned else 0.0

    def _tally_of(self, snapshot: Snapshot, count: int) -> Tally:
        month = Period.month(day_of(snapshot.day))
        if self.tally is None or self.tally.month != month:
            self._end_month()
            self.tally = Tally(month, np.zeros(count, bool), np.zeros(count, bool))
        return self.tally

    def _end_month(self) -> None:
        tally = self.tally
        if tally is None:
            return
        came = went = None
        if tally.end is not None and self.end is not None:
            came, went = int((tally.end & ~self.end).sum()), int((self.end & ~tally.end).sum())
        self.end = self.end if tally.end is None else tally.end
        self.months.append(
            MonthSeen(
                tally.month, tally.snapshots, tally.sound, tally.rows, dict(tally.aside), int(tally.listed.sum()),
                int(tally.read.sum()), came, went, np.packbits(tally.read),
            )
        )  # fmt: skip
        self.tally = None

    def _set_aside(self, kind: str, listed: Mask, standing: Mask, day: int, reasons: Counter[str]) -> Mask:
        """Values of a snapshot that are no observations, as in the table `readings`; adds up the reasons."""
        if kind in SET_ASIDE_WHOLE:
            reasons[SET_ASIDE_WHOLE[kind]] += int(listed.sum())
            return listed
        aside = np.zeros(len(listed), bool)
        if kind in STALLS:
            aside = standing | (listed & (self.last < 0)) if kind == "stall" else standing.copy()
            reasons[kind] += int(aside.sum())
        blamed = self.conflicts.get(day)
        frozen = self.frozen[(self.frozen[:, 1] < day) & (day <= self.frozen[:, 2])]
        frozen = frozen[self.shown.now[frozen[:, 0]] == frozen[:, 3], 0]
        for reason, ids in (("conflict", blamed), ("freeze", frozen)):
            if ids is not None and len(ids):
                more = np.zeros(len(listed), bool)
                more[ids] = True
                more &= listed & ~aside
                reasons[reason] += int(more.sum())
                aside |= more
        return aside

    def _count_brought(self, read: Mask, day: int) -> None:
        if self.windows or self.sound_day < 0 or day <= self.sound_day:
            return
        gain = self.shown.now - self.level
        self.brought.append((self.sound_day, day, int(gain[read & (self.level >= 0) & (gain > 0)].sum())))

    def _pass_edges(self, day: int) -> None:
        """Keep what is known at the edges before `day`."""
        while self.edges and self.edges[0] < day:
            edge = self.edges.pop(0)
            ids = np.flatnonzero((self.level >= 0) & (self.read_on < edge))
            if self.sound_day == edge or not len(ids):
                continue
            since = int(self.read_on[ids].max())
            between = [kind for d, kind in self.spoiled if d > since]
            self.waiting.append(
                Waiting(edge, since, ids, self.level[ids], self.read_on[ids].astype(np.int64), between)
            )

    def _close_edges(self, snapshot: Snapshot, read: Mask, spoiled: str) -> None:
        """Readings from an edge on close it for their repositories; the first sound snapshot ends it."""
        still: list[Waiting] = []
        for edge in self.waiting:
            certain = snapshot.day_from >= edge.day
            if certain:
                there = read[edge.ids]
                now = self.shown.now[edge.ids[there]]
                if self.windows:
                    brought = now * ((snapshot.day - edge.read_on[there]) / WINDOW_DAYS)
                else:
                    brought = np.maximum(now - edge.value[there], 0)
                edge.downloads += float(brought.sum())
                edge.repositories += int((brought > 0).sum())
                edge.ids, edge.value, edge.read_on = (a[~there] for a in (edge.ids, edge.value, edge.read_on))
            if not certain or spoiled:
                edge.between.append(spoiled or "uncertain")
                still.append(edge)
            elif edge.downloads >= 1:
                self.open_edges.append(
                    OpenEdge(
                        edge.day, edge.since, snapshot.day, round(edge.downloads), edge.repositories,
                        dict(Counter(edge.between)),
                    )
                )  # fmt: skip
        self.waiting = still


def month_edges(first: int, last: int) -> list[int]:
    """First days of months after the day `first` and up to `last` (days since 1970).

    >>> [str(day_of(d)) for d in month_edges(20590, 20650)]
    ['2026-06-01', '2026-07-01']
    """
    if last <= first:
        return []
    months = Period(day_of(first), day_of(last + 1)).months()
    return [d for m in months if first < (d := days(m.start)) <= last]

"""One counter of one source, snapshot after snapshot: what was read, what the counter suffered, and P at the edges.

A fold keeps one array element per repository (its ordinal in the channel) and looks at each snapshot once, save
after a verdict that only later snapshots could give (a fall that lasted, a catch-up that came late): then it goes
back to the state before and folds the snapshots since again. So adding a day gives what folding everything anew
gives, bit for bit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from modelcensus.flows import settings as s
from modelcensus.flows.aged_edges import AgedEdges
from modelcensus.flows.edges import Edge, Edges
from modelcensus.flows.edges import Mark as EdgeMark
from modelcensus.flows.incidents import Break, Freeze, Listing, SnapshotEvent
from modelcensus.flows.judge import Judge, Sight
from modelcensus.flows.state import State

Ints = NDArray[np.int64]
WARM_UP = s.MEMORY + 1
"""Snapshots that are looked at together before the first is folded, so that their own rates say who is busy."""


@dataclass(frozen=True)
class Snapshot:
    """One reading of a whole source: `number` in its order, `day` its latest possible day (days since 1970)."""

    number: int
    day: int


@dataclass(frozen=True)
class Change:
    """What differs from the snapshot before: `ids` now stand at `values`; `gone` are no longer listed."""

    ids: Ints
    values: Ints
    gone: Ints


@dataclass
class Mark:
    """A point to go back to: the state before a suspicious snapshot, until the day that settles it."""

    number: int
    until: int
    state: State
    edges: EdgeMark


class Fold:
    """Folds the snapshots of one counter of one source.

    `windows`: the counter is `rolling_30d`; then there are no edges, and no falls to explain.
    `step`: usual days between two snapshots. `edges`: days at which P is wanted.
    `raw`: every snapshot counts as read, whatever it looks like.
    """

    def __init__(self, windows: bool, step: float, edges: Edges | AgedEdges, raw: bool = False) -> None:
        self.windows, self.raw = windows, raw
        self.state = State.empty(windows, s.BUSY / max(step, 1.0))
        self.edges = edges
        self.judge = Judge(windows, step)
        self.forced: dict[int, str] = {}
        self._ahead: list[tuple[Snapshot, Change]] | None = []
        self._marks: list[Mark] = []
        self._since: list[tuple[Snapshot, Change]] = []

    def feed(self, snapshot: Snapshot, change: Change) -> None:
        """Take the next snapshot."""
        if self._ahead is not None and not self.raw:
            self._ahead.append((snapshot, change))
            if len(self._ahead) >= WARM_UP:
                self.settle()
            return
        self._take(snapshot, change)

    def settle(self) -> None:
        """Fold what was kept back for the warm-up."""
        if self._ahead is not None:
            held, self._ahead = self._ahead, None
            self.judge.warm_up(held, self.state)
            for snapshot, change in held:
                self._take(snapshot, change)

    def resume(self) -> None:
        """Go on from a kept state: no warm-up."""
        self._ahead = None

    @property
    def settled(self) -> bool:
        """Whether no later snapshot can change what earlier ones mean."""
        return self._ahead is None and not self._marks

    def _take(self, snapshot: Snapshot, change: Change) -> None:
        queue = [(snapshot, change)]
        while queue:
            following, difference = queue.pop(0)
            again = self._fold(following, difference)
            if again:
                queue = [*self._go_back(min(again)), *queue]
                self.forced |= again

    def _go_back(self, number: int) -> list[tuple[Snapshot, Change]]:
        """Return to the last mark at or before a snapshot; gives the snapshots since, to be folded again."""
        while self._marks[-1].number > number:
            self._marks.pop()
        mark = self._marks.pop()
        self.state = mark.state
        self.edges.take_back(mark.edges)
        again = [x for x in self._since if x[0].number >= mark.number]
        self._since = [x for x in self._since if x[0].number < mark.number]
        return again

    def _fold(self, snapshot: Snapshot, change: Change) -> dict[int, str]:
        """Fold one snapshot; returns verdicts on earlier ones (or this one) that ask for folding them again."""
        state = self.state
        state.grow(int(change.ids.max(initial=-1)) + 1)
        was, was_gone = state.listed[change.ids], state.listed[change.gone]
        busy = None if self.raw else self.judge.busy(state)
        state.listed[change.gone] = -1
        state.listed[change.ids] = change.values
        if busy is None:
            self._read(snapshot, *self._differing(change, was))
            return {}
        state.come_back(change.ids[was < 0], snapshot.day)
        sight = self.judge.look(state, change, was, busy)
        state.looked += len(sight.busy)
        kind = self.forced.get(snapshot.number) or self.judge.verdict(state, snapshot, sight)
        reach = self.judge.suspicion(kind)
        if reach and not (self._marks and (state.stalled or state.falling)):
            before = state.copy(change.ids, was, change.gone, was_gone)
            self._marks.append(Mark(snapshot.number, snapshot.day + reach, before, self.edges.mark()))
        elif reach:
            self._marks[-1].until = max(self._marks[-1].until, snapshot.day + reach)
        if self._marks:
            self._since.append((snapshot, change))
        again = self.judge.second_thoughts(state, snapshot, kind, sight)
        if again and self._marks and self._marks[0].number <= min(again):
            return again
        self._drop_marks(snapshot.day)
        state.verdicts[snapshot.number] = kind
        returned = int(((was < 0) & (state.value[change.ids] >= 0)).sum())
        state.listings.append(
            Listing(snapshot.number, snapshot.day, int((state.listed >= 0).sum()), len(change.gone), returned)
        )
        if kind in ("rollback", "ahead", "aside"):
            state.dirty = True
        elif kind in ("stall", "half_stall"):
            self._read_changed(snapshot, sight, with_new=kind == "half_stall")
        else:
            ids, returned = self._differing(change, was)
            self.judge.after_stall(state, snapshot, ids, sight)
            self._read(snapshot, ids, returned)
        return {}

    def _drop_marks(self, day: int) -> None:
        """Forget the points that no later snapshot can ask to go back to."""
        if not self._marks:
            return
        self._marks = [m for m in self._marks if m.until >= day]
        if self._marks:
            self._since = [x for x in self._since if x[0].number >= self._marks[0].number]
        else:
            self._since = []
            self.edges.forget()

    def _differing(self, change: Change, was: Ints) -> tuple[Ints, Ints]:
        """Repositories whose value is not the last one read, and those read again although it is."""
        state = self.state
        if state.dirty:
            listed = state.listed >= 0
            return np.flatnonzero(listed & (state.listed != state.value)), np.flatnonzero(listed)
        new = change.ids
        return new[state.listed[new] != state.value[new]], new[was < 0]

    def _read_changed(self, snapshot: Snapshot, sight: Sight, with_new: bool) -> None:
        """A stalled snapshot: what changed was read, what stands keeps its older time; what is new in an old state
        served again is of the time of that state."""
        state = self.state
        back = sight.entered[state.listed[sight.entered] != state.value[sight.entered]]
        ids = np.union1d(sight.changed, back)
        ids = ids[state.value[ids] >= 0]
        new = np.setdiff1d(np.union1d(sight.entered, sight.changed), ids)
        new = new[state.value[new] < 0]
        if not with_new and state.good_day >= 0:
            self._enter(new, state.good_day)
            state.value[new], state.read_on[new] = state.listed[new], state.good_day
            state.moved_on[new], state.moved_at[new] = state.good_day, state.good - 1
        else:
            ids = np.union1d(ids, new)
        self.edges.open(state, snapshot.day)
        self._breaks(ids, snapshot.day)
        self._enter(ids[state.value[ids] < 0], snapshot.day)
        state.value[ids] = state.listed[ids]
        state.read_on[ids] = snapshot.day
        state.moved_on[ids], state.moved_at[ids] = snapshot.day, state.good
        self.edges.read(state, ids, snapshot.day)
        self.edges.expect()
        self.edges.open(state, snapshot.day + 1)

    def _read(self, snapshot: Snapshot, ids: Ints, returned: Ints) -> None:
        """A good snapshot: every repository listed was read; `ids` moved or are new."""
        state, day = self.state, snapshot.day
        self.edges.open(state, day)
        known = ids[state.value[ids] >= 0]
        if not self.raw:
            frozen = state.frozen(known[state.moved_at[known] < state.good - 1], self.judge.frozen, self.judge.step)
            self._breaks(known, day, frozen)
            rates = self._rates(known, day)
            moved = np.ones(len(known), bool)  # what a freeze held back is no spike
            moved[np.searchsorted(known, [f.repository for f in frozen])] = False
            state.spikes.look(state, known[moved], rates[moved], day)
            self._freezes(frozen, day)
            level = (np.maximum(state.listed, 0) / 30).astype(np.float32) if self.windows else None
            if self.windows:  # a window's first value is a rate; an all-time counter's is not
                self._enter(ids[state.value[ids] < 0], day)
            state.activity.push(known, rates, level)
        if not self.windows or self.raw:
            self._enter(ids[state.value[ids] < 0], day)
        state.value[ids] = state.listed[ids]
        state.moved_on[ids], state.moved_at[ids] = day, state.good
        present = state.listed >= 0
        np.putmask(state.read_on, present, day)
        self.edges.read(state, returned, day, present)
        self.edges.open(state, day + 1)
        if not self.raw and not self.windows:
            state.remember_usual()
        state.good += 1
        state.good_day, state.dirty = day, False

    def _rates(self, ids: Ints, day: int) -> NDArray[np.float32]:
        state = self.state
        days = np.maximum(day - (state.moved_on if self.windows else state.read_on)[ids], 1)
        if self.windows:
            step = (state.listed[ids] - state.value[ids]) / days
            return np.maximum(state.value[ids] / 30 + step, 0).astype(np.float32)
        return (np.maximum(state.listed[ids] - state.value[ids], 0) / days).astype(np.float32)

    def _enter(self, ids: Ints, day: int) -> None:
        state = self.state
        state.first_value[ids], state.first_day[ids] = state.listed[ids], day
        state.activity.enter(ids)

    def _breaks(self, ids: Ints, day: int, frozen: Sequence[Freeze] = ()) -> None:
        """Counters that fell since their last reading; that of a frozen one is from before it froze."""
        state, stood = self.state, {f.repository: f.since for f in frozen}
        if self.windows:
            return
        fell = ids[(state.value[ids] >= 0) & (state.listed[ids] < state.value[ids])]
        for i in fell.tolist():
            before, after = int(state.value[i]), int(state.listed[i])
            state.breaks.append(Break(i, stood.get(i, int(state.read_on[i])), before, day, after))
            state.shift[i] += before - after

    def _freezes(self, found: list[Freeze], day: int) -> None:
        """Counters that move again after standing for too long: what they said meanwhile was no reading."""
        state = self.state
        state.freezes += found
        if not self.windows:
            for f in found:
                self.edges.correct(
                    f.repository, int(state.listed[f.repository] + state.shift[f.repository]), f.since, day
                )

    def finish(self) -> Finished:
        """What is known after the last snapshot; the fold can go on afterwards, unless its edges are aged."""
        self.settle()
        state = self.state
        standing = [] if self.raw else state.standing(self.judge.frozen, self.judge.step)
        return Finished(state, self.edges.finish(state), standing)


@dataclass(frozen=True)
class Finished:
    """A fold's outcome: its state, its edges on the calendar, and the counters that stand frozen at the end."""

    state: State
    edges: list[Edge]
    standing: list[Freeze]

    @property
    def events(self) -> list[SnapshotEvent]:
        return self.state.events

"""What a fold keeps: one array element per repository, and what it has found so far."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from modelcensus.flows import settings as s
from modelcensus.flows.activity import Activity
from modelcensus.flows.edges import Edge
from modelcensus.flows.incidents import Break, Freeze, Listing, SnapshotEvent
from modelcensus.flows.spikes import Spikes

Ints = NDArray[np.int64]
ARRAYS = {
    "value": (np.int64, -1),
    "shift": (np.int64, 0),
    "listed": (np.int64, -1),
    "first_value": (np.int64, -1),
    "read_on": (np.int32, -1),
    "moved_on": (np.int32, -1),
    "moved_at": (np.int32, -1),
    "first_day": (np.int32, -1),
    "usual": (np.float32, 0),
    "habit": (np.uint8, 0),
    "habit_of": (np.uint8, 0),
}
"""`value`: last one read (-1: never); `shift`: what recounts took from it; `listed`: what the source said last
(-1: absent); `usual`, `habit`, `habit_of`: rate, snapshots moved, snapshots known, before it came to a standstill."""


@dataclass
class State:
    """Everything that the next snapshot is folded onto. Days are days since 1970."""

    windows: bool
    activity: Activity
    spikes: Spikes
    value: Ints
    shift: Ints
    listed: Ints
    first_value: Ints
    read_on: NDArray[np.int32]
    moved_on: NDArray[np.int32]
    moved_at: NDArray[np.int32]
    first_day: NDArray[np.int32]
    usual: NDArray[np.float32]
    habit: NDArray[np.uint8]
    habit_of: NDArray[np.uint8]
    good: int = 0
    looked: int = 0
    good_day: int = -1
    dirty: bool = False
    shares: list[float] = field(default_factory=list)
    rises: list[float] = field(default_factory=list)
    prepaid: bool = False
    falling_since: int = -1
    falling: list[int] = field(default_factory=list)
    stalled_since: int = -1
    stalled: list[int] = field(default_factory=list)
    unpaid: list[tuple[int, int, int]] = field(default_factory=list)
    ahead: tuple[int, int, int] | None = None
    events: list[SnapshotEvent] = field(default_factory=list)
    breaks: list[Break] = field(default_factory=list)
    freezes: list[Freeze] = field(default_factory=list)
    listings: list[Listing] = field(default_factory=list)
    verdicts: dict[int, str] = field(default_factory=dict)

    @classmethod
    def empty(cls, windows: bool, busy_rate: float) -> State:
        arrays = {n: np.zeros(0, t) for n, (t, _) in ARRAYS.items()}
        return cls(windows, Activity(busy_rate), Spikes(windows, busy_rate), **arrays)  # type: ignore[arg-type]

    def grow(self, size: int) -> None:
        """Make room for ordinals below `size`, with some to spare."""
        have = len(self.value)
        if size <= have:
            return
        wanted = size if not have else max(size, have + have // 8)
        for name, (kind, absent) in ARRAYS.items():
            setattr(self, name, np.concatenate([getattr(self, name), np.full(wanted - have, absent, kind)]))
        self.activity.grow(wanted)

    def copy(self, ids: Ints, was: Ints, gone: Ints, was_gone: Ints) -> State:
        """The state before the source listed `ids` and dropped `gone`, apart from further changes."""
        other = State(**{**vars(self), "activity": self.activity.copy(), "spikes": self.spikes.copy()})
        for name in ARRAYS:
            setattr(other, name, getattr(self, name).copy())
        other.listed[ids], other.listed[gone] = was, was_gone
        for name in ("shares", "rises", "falling", "stalled", "unpaid", "events", "breaks", "freezes", "listings"):
            setattr(other, name, list(getattr(self, name)))
        other.verdicts = dict(self.verdicts)
        return other

    def edge(self, day: int) -> Edge:
        """The edge at `day`, from the last readings up to it."""
        return Edge(day, self.value + self.shift, self.read_on, self.value >= 0)

    def come_back(self, ids: Ints, day: int) -> None:
        """Repositories that were absent: their standstill, if it is one, starts anew."""
        self.moved_on[ids], self.moved_at[ids] = day, self.good
        self.habit_of[ids], self.usual[ids] = 0, 0

    def remember_usual(self) -> None:
        """What was usual for the repositories that have just stood still for long enough to be suspected."""
        still = np.flatnonzero(self.moved_at == self.good - s.FREEZE_SNAPSHOTS)
        still = still[self.value[still] >= 0]
        if not len(still):
            return
        known = np.maximum(self.activity.known(still) - s.FREEZE_SNAPSHOTS, 0)
        self.habit_of[still] = known
        earlier = np.right_shift(self.activity.moved[still], s.FREEZE_SNAPSHOTS)
        habit = np.minimum(np.bitwise_count(earlier), known)
        self.habit[still], self.usual[still] = habit, 0
        often = 2 * habit >= known  # of whoever moved less often than not no standstill is a freeze
        still, known = still[often], known[often]
        mean = self.activity.rates[:, still].sum(axis=0) / np.maximum(known, 1)
        last = self.activity.pushed - 1 - s.FREEZE_SNAPSHOTS - np.arange(3)
        recent = self.activity.rates[last % s.MEMORY][:, still].mean(axis=0)
        self.usual[still] = np.where(known >= 3, np.minimum(mean, recent), mean)  # what fades is no freeze

    def frozen(self, ids: Ints, prior: float, step: float) -> list[Freeze]:
        """The standstills of these repositories that cannot be rest.

        Two windows of 30 days that exchange E downloads agree by chance in one of sqrt(4 pi E) cases; that must be
        rarer than one false alarm in all readings so far, or than the share of busy repositories that stands on a usual
        snapshot of the series without chance's doing (`prior`). `step`: usual days between two snapshots.
        """
        rests = self.good - 1 - self.moved_at[ids]
        days = self.good_day - self.moved_on[ids]
        if not self.windows:
            long = (days >= s.FREEZE_DAYS) & (rests >= s.FREEZE_SNAPSHOTS)
            ids, rests, days = ids[long], rests[long], days[long]
        if self.windows:
            exchanged = np.maximum(self.value[ids], 0) * min(max(step, 1.0), 30.0) / 30
            chance = -0.5 * rests * np.log(np.maximum(4 * np.pi * exchanged, 1))
            allowed = s.FREEZE_ALARM / max(self.looked, 1)
            if prior >= s.FREEZE_COMMON:
                allowed = max(allowed, prior / s.FREEZE_ODDS)
            found = (rests >= 1) & (exchanged >= s.BUSY) & (chance <= np.log(allowed))
            missed = exchanged * rests
        else:
            known = self.habit_of[ids].astype(float)
            missed = self.usual[ids] * days
            busy = (2 * self.habit[ids] >= known) & (self.usual[ids] >= self.activity.busy_rate)
            unmoved = self.first_day[ids] == self.moved_on[ids]
            lived = self.first_value[ids] / np.maximum(self.first_day[ids] - s.HUB_OPENED, 1)
            missed = np.where(unmoved, lived * days, missed)
            busy = np.where(unmoved, True, busy & (known > 0))
            steady = (known >= s.MEMORY // 2) & (self.habit[ids] >= s.FREEZE_HABIT * known)
            found = (busy & (missed >= s.FREEZE_MISSED)) | (steady & (missed >= s.FREEZE_RESTED))
        return [
            Freeze(int(i), int(self.moved_on[i]), self.good_day, int(self.value[i]), float(m), int(r) + 1)
            for i, m, r in zip(ids[found], missed[found], rests[found], strict=True)
        ]

    def standing(self, prior: float, step: float) -> list[Freeze]:
        """Counters that are frozen now."""
        return self.frozen(np.flatnonzero((self.read_on == self.good_day) & (self.value >= 0)), prior, step)

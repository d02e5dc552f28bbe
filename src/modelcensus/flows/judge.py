"""What a snapshot is: read, stalled, rolled back, or doubled; from how many busy repositories did what.

Thresholds are the series' own normal days (a running median of the same shares) with the margins of
flows/settings.py on top, and a bound on chance, so that they hold from a few hundred repositories to millions.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from statistics import median
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from modelcensus.flows import settings as s
from modelcensus.flows.chance import at_least
from modelcensus.flows.incidents import SnapshotEvent
from modelcensus.flows.state import State

if TYPE_CHECKING:
    from modelcensus.flows.fold import Change, Snapshot

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]
FEWEST_NORMAL = 5


@dataclass
class Sight:
    """What is seen of one snapshot before it is judged."""

    changed: Ints
    entered: Ints
    busy: Ints
    resting: int
    compared: int = 0
    fallen: int = 0
    rising: int = 0
    rated: int = 0
    paid: float = -1.0
    halted: int = 0
    gains: NDArray[np.float64] | None = None

    @property
    def share(self) -> float:
        """Part of the busy repositories that stand where they stood."""
        return self.resting / len(self.busy) if len(self.busy) else 0.0


@dataclass
class Judge:
    """Verdicts on the snapshots of one counter of one source."""

    windows: bool
    step: float
    early: Mask = field(default_factory=lambda: np.zeros(0, bool))
    prior: float = s.LEAST_NORMAL
    frozen: float = s.LEAST_NORMAL
    """Share of busy repositories that stands on a usual snapshot, and how much of it chance does not explain."""

    def warm_up(self, held: list[tuple[Snapshot, Change]], state: State) -> None:
        """Who is busy over the first snapshots, and what share of them stands on a usual one."""
        size = max((int(c.ids.max(initial=-1)) + 1 for _, c in held), default=0)
        first, last = np.full(size, -1, np.int64), np.full(size, -1, np.int64)
        since, until = np.zeros(size, np.int64), np.zeros(size, np.int64)
        for snapshot, change in held:
            ids, values = change.ids, change.values
            new = ids[first[ids] < 0]
            first[ids] = np.where(first[ids] < 0, values, first[ids])
            since[new], last[ids] = snapshot.day, values
        until[:] = held[-1][0].day if held else 0
        rate = last / 30 if self.windows else (last - first) / np.maximum(until - since, 1)
        self.early = (rate >= state.activity.busy_rate) & (until > since)
        shares, chances, listed = [], [], np.full(size, -1, np.int64)
        for _, change in held:
            ids, values = change.ids, change.values
            listed[change.gone] = -1
            moved = ids[(listed[ids] >= 0) & (listed[ids] != values)]
            standing = self.early & (listed >= 0)
            if standing.sum() >= FEWEST_NORMAL:
                shares.append(1 - standing[moved].sum() / standing.sum())
                exchanged = listed[standing] * min(max(self.step, 1.0), 30.0) / 30
                chances.append(float(np.mean(1 / np.sqrt(4 * np.pi * np.maximum(exchanged, 1)))))
            listed[ids] = values
        self.prior = float(median(shares)) if shares else s.LEAST_NORMAL
        self.frozen = max(self.prior - (median(chances) if chances else 0.0), s.LEAST_NORMAL)

    def busy(self, state: State) -> Ints:
        """Repositories that were listed and should move by the next snapshot."""
        busy = state.activity.busy()
        if state.activity.pushed < s.MEMORY:
            size = min(len(self.early), len(state.listed))
            early = np.flatnonzero(self.early[:size] & (state.activity.known(slice(0, size)) < 3))
            busy = np.union1d(busy, early)
        return busy[state.listed[busy] >= 0]

    def look(self, state: State, change: Change, was: Ints, expected: Ints) -> Sight:
        """Count what the busy repositories (`expected` to move) did; `was` is what the source said of the changed ones
        before."""
        busy = np.zeros(len(state.listed), bool)
        busy[expected] = True
        there = change.values >= 0
        before = was >= 0
        changed = change.ids[there & before & (was != change.values)]
        sight = Sight(changed, change.ids[there & ~before], expected[state.listed[expected] >= 0], 0)
        sight.resting = len(sight.busy) - int(busy[changed].sum())
        if not self.windows:
            self._look_down(state, sight, busy)
            self._look_up(state, sight, busy)
        return sight

    def _look_down(self, state: State, sight: Sight, busy: Mask) -> None:
        if state.dirty:
            known = (state.value >= 0) & (state.listed >= 0)
            compared = known & ((state.listed != state.value) | busy)
            sight.compared, sight.fallen = int(compared.sum()), int((compared & (state.listed < state.value)).sum())
        else:
            known = sight.changed[state.value[sight.changed] >= 0]
            sight.compared = len(known) + sight.resting
            sight.fallen = int((state.listed[known] < state.value[known]).sum())

    def _look_up(self, state: State, sight: Sight, busy: Mask) -> None:
        ids = sight.busy[state.activity.known(sight.busy) >= FEWEST_NORMAL]
        ids = ids[state.value[ids] >= 0]
        if not len(ids):
            return
        days = np.maximum(state.good_day + self.step - state.read_on[ids], 1)
        gain = state.listed[ids] - state.value[ids]
        usual = np.maximum(state.activity.usual(ids), 1e-9)
        sight.rated, sight.rising = len(ids), int((gain >= s.CATCH_UP_RATE * usual * days).sum())
        if state.stalled:
            late = state.read_on[ids] <= state.stalled_since
            sight.halted = int(late.sum())
            sight.gains = gain[late] / usual[late]

    def verdict(self, state: State, snapshot: Snapshot, sight: Sight) -> str:
        """rollback, stall, half_stall, catch_up or read."""
        if not self.windows and sight.compared >= s.FEWEST_FALLEN and sight.fallen >= s.ROLLBACK * sight.compared:
            return "rollback"
        normal = median(state.shares[-s.NORMAL :]) if len(state.shares) >= FEWEST_NORMAL else self.prior
        normal = max(normal, self.prior) if self.windows else normal
        if len(sight.busy) >= FEWEST_NORMAL:
            state.shares.append(sight.share)
            implausible = sight.share >= max(s.STALL, s.STALL_OVER_NORMAL * normal + s.STALL_MARGIN)
            if implausible and at_least(sight.resting, len(sight.busy), max(normal, s.LEAST_NORMAL)) <= s.FALSE_ALARM:
                return "stall" if sight.share >= s.FULL_STALL else "half_stall"
        if self.windows or sight.rated < s.FEWEST_FALLEN:
            return "read"
        if state.stalled or state.dirty or snapshot.day - state.good_day > 1.5 * self.step:
            return "read"
        rising = sight.rising / sight.rated
        usually = median(state.rises[-s.NORMAL :]) if len(state.rises) >= FEWEST_NORMAL else 0.1
        state.rises.append(rising)
        return "catch_up" if rising >= max(s.CATCH_UP, s.STALL_OVER_NORMAL * usually + 0.2) else "read"

    def suspicion(self, kind: str) -> int:
        """Days for which a later snapshot can change what this one means."""
        if kind == "rollback":
            return s.LONGEST_ROLLBACK
        return s.CATCH_UP_REACH if kind in ("stall", "half_stall", "catch_up") and not self.windows else 0

    def second_thoughts(self, state: State, snapshot: Snapshot, kind: str, sight: Sight) -> dict[int, str]:
        """Verdicts that this snapshot changes, by number; keeps count of what is under way."""
        number, day = snapshot.number, snapshot.day
        if kind == "rollback":
            if not state.falling:
                state.falling_since = day
            state.falling.append(number)
            if day - state.falling_since > s.LONGEST_ROLLBACK:
                return {state.falling[0]: "read"}
            part = SnapshotEvent("rollback", number, state.good_day, day, sight.fallen, sight.compared)
            state.events.append(part)
            return {}
        state.falling = []
        if kind in ("stall", "half_stall"):
            if not state.stalled:
                state.stalled_since = state.good_day
            state.stalled.append(number)
            moved = np.isin(sight.busy, sight.changed)
            event = SnapshotEvent(kind, number, state.stalled_since, day, sight.resting, len(sight.busy))
            if kind == "half_stall":
                event = replace(event, resting=sight.busy[~moved], counting=sight.busy[moved])
            state.events.append(event)
            return {}
        if kind == "ahead":
            state.prepaid = True
            state.events.append(
                SnapshotEvent("backlog", number, state.good_day, day, sight.rising, sight.rated, "ahead")
            )
            return {}
        if kind == "aside":
            return {}
        if state.stalled and not self.windows:
            return self._settle_up(state, snapshot, sight)
        if kind == "catch_up":
            for first, _since, until in reversed(state.unpaid):
                if day - until <= s.CATCH_UP_REACH and first < number:
                    return dict.fromkeys(range(first, number), "aside")
            state.ahead = (number, state.good_day, day)
            state.events.append(
                SnapshotEvent("backlog", number, state.good_day, day, sight.rising, sight.rated, "alone")
            )
        return {}

    def _settle_up(self, state: State, snapshot: Snapshot, sight: Sight) -> dict[int, str]:
        """The first good snapshot after a stall: was what the stall held back booked with it?"""
        days = max(snapshot.day - state.stalled_since, 1)
        sight.paid = float(np.median(sight.gains)) / days if sight.gains is not None and len(sight.gains) else 1.0
        if sight.paid >= s.PAID:
            return {}
        if state.ahead and snapshot.day - state.ahead[2] <= s.CATCH_UP_REACH and state.ahead[0] < state.stalled[0]:
            first = state.ahead[0]
            return {first: "ahead", **dict.fromkeys(range(first + 1, state.stalled[0]), "aside")}
        state.unpaid.append((snapshot.number, state.stalled_since, snapshot.day))
        return {}

    def after_stall(self, state: State, snapshot: Snapshot, ids: Ints, sight: Sight) -> None:
        """Book what was held back as a backlog, spread over the stall."""
        if not state.stalled:
            return
        prepaid, state.prepaid = state.prepaid, False
        if (
            not self.windows and not prepaid and (sight.paid < 0 or sight.paid >= s.PAID)
        ):  # else the Hub lost them: no jump
            detail = f"{sight.paid:.2f}" if sight.paid >= 0 else ""
            state.events.append(
                SnapshotEvent(
                    "backlog", snapshot.number, state.stalled_since, snapshot.day, len(ids), sight.halted, detail
                )
            )
        state.stalled = []

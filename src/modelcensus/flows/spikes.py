"""Rates that leave a repository's own neighbourhood by a large factor and come back.

A launch has no neighbourhood to leave, and a new level does not come back: neither is a spike.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from modelcensus.flows import settings as s
from modelcensus.flows.incidents import Spike

if TYPE_CHECKING:
    from modelcensus.flows.state import State

Ints = NDArray[np.int64]


@dataclass
class Rise:
    """A rate that has left its neighbourhood and not come back yet."""

    since: int
    last: int
    usual: float
    level: float
    extra: float


class Spikes:
    """Rises under way, by repository; `windows` says that the counter is one of windows of 30 days."""

    def __init__(self, windows: bool, busy_rate: float) -> None:
        self.windows = windows
        self.busy_rate = busy_rate
        self.rises: dict[int, Rise] = {}
        self.found: list[Spike] = []

    def copy(self) -> Spikes:
        """The same, apart from further changes."""
        other = Spikes(self.windows, self.busy_rate)
        other.rises = {r: Rise(**vars(rise)) for r, rise in self.rises.items()}
        other.found = list(self.found)
        return other

    def look(self, state: State, ids: Ints, rates: NDArray[np.float32], day: int) -> None:
        """The readings of `day`: `ids` (in order) moved at these rates since their last reading; every other repository
        listed stood. A counter of windows has the rate that its step from the last one tells, if what left the window
        was the usual."""
        activity = state.activity
        self._follow(state, ids, rates, day)
        high = rates >= s.SPIKE * s.SPIKE_CLUMPS * self.busy_rate
        ids, rates = ids[high], rates[high]
        known = activity.known(ids) >= (2 if self.windows else s.SPIKE_KNOWN)
        known &= day - state.first_day[ids] >= s.SPIKE_AGE
        ids, rates = ids[known], rates[known]
        if not self.windows:  # a median above nothing
            often = 2 * np.bitwise_count(activity.moved[ids]).astype(np.int32) > activity.known(ids)
            ids, rates = ids[often], rates[often]
        steep = rates >= s.SPIKE * activity.usual(ids)
        ids, rates = ids[steep], rates[steep]
        if not len(ids):
            return
        since = state.read_on[ids].astype(np.int64)
        usual = activity.median(ids)
        leaves = (usual > 0) & (rates >= s.SPIKE * usual)
        if self.windows:
            leaves &= (rates - usual) * (day - since) >= s.SPIKE_SPREADS * activity.spread(ids)
        else:
            leaves &= rates >= s.SPIKE_OVER_HIGH * activity.highest_tenth(ids)
        settled = activity.settled(ids, *s.SPIKE_SETTLED) if self.windows else np.zeros(len(ids), bool)
        for i in np.flatnonzero(leaves):
            repository, rate, normal = int(ids[i]), float(rates[i]), float(usual[i])
            if repository in self.rises:  # which can be left in turn once it is a level of its own
                normal = self.rises[repository].level
                if not settled[i] or rate < s.SPIKE * normal:
                    continue
            level = float(state.listed[repository]) / 30 if self.windows else rate
            extra = (rate - normal) * (day - int(since[i]))
            self.rises[repository] = Rise(int(since[i]), day, normal, level, extra)

    def _follow(self, state: State, ids: Ints, rates: NDArray[np.float32], day: int) -> None:
        longest = s.LONGEST_SPIKE + (30 if self.windows else 0)
        for repository, rise in list(self.rises.items()):
            if state.listed[repository] < 0:
                continue
            place = int(np.searchsorted(ids, repository))
            moved = place < len(ids) and ids[place] == repository
            rate, start = (float(rates[place]), int(state.read_on[repository])) if moved else (0.0, rise.last)
            back = s.SPIKE_BACK * max(rise.usual, self.busy_rate / 4)
            if self.windows:
                rate = float(state.listed[repository]) / 30
                back = min(s.SPIKE_BACK * rise.usual, max(rise.level, rate) / s.SPIKE_LEVEL)
            if rate > back:
                rise.extra += (rate - rise.usual) * (day - start)
                rise.level = max(rise.level, rate)
                if not self.windows or rate > rise.usual + s.SPIKE_LEFT * (rise.level - rise.usual):
                    rise.last = day
                if day - rise.since > longest:
                    del self.rises[repository]
                continue
            del self.rises[repository]
            if not self.windows or rise.level >= s.SPIKE_LEVEL * rise.usual:
                extra = round(30 * (rise.level - rise.usual)) if self.windows else round(rise.extra)
                self.found.append(Spike(repository, rise.since, rise.last, rise.usual, rise.level, extra))

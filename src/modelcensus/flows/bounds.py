"""From P at the edges to flows: what the readings around two days leave open of the downloads between them.

low = P(last reading up to the end) - P(first reading from the start on), and high the other way round, both along a
chain that recounts break: across one, low counts nothing and high the counter after it (docs/method.md, section 2).
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from modelcensus.flows.aged_edges import AgedEdge
from modelcensus.flows.edges import Edge, between
from modelcensus.flows.fold import Finished
from modelcensus.flows.incidents import Break

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Around:
    """What is known of P at one day: at the last reading up to it, and at the first from it on (-1: none)."""

    upto: Ints
    since: Ints
    likely: Ints


class AllTime:
    """Flows of one all-time counter read by one source at certain days."""

    def __init__(
        self,
        finished: Finished,
        count: int,
        created: NDArray[np.int32],
        renamed: list[tuple[int, int]] = [],  # noqa: B006
        *,
        raw: bool = False,
    ) -> None:
        """`count` repositories; `created` is their day of creation (-1: unknown), before which P is 0; `renamed` are
        ordinals of a former id and of the one that followed: one history, told under the later."""
        self._count, self._raw = count, raw
        state = finished.state
        self.read = np.flatnonzero(_padded(state.value, count, -1) >= 0)
        self._first_value = _padded(state.first_value, count, -1)[self.read]
        self._first_day = _padded(state.first_day, count, -1)[self.read].astype(np.int64)
        born = created[self.read].astype(np.int64)
        self._born = np.where((born <= self._first_day) & (not raw), born, -1)
        self._standing = [(np.searchsorted(self.read, f.repository), f.since) for f in finished.standing]
        self._around: dict[Edge | AgedEdge, Around] = {}
        read = set(self.read.tolist()) if renamed else set()
        self._renamed = [
            (int(np.searchsorted(self.read, a)), int(np.searchsorted(self.read, b)))
            for a, b in sorted(renamed, key=lambda pair: state.first_day[pair[1]])
            if a in read and b in read
        ]
        self._later = {int(self.read[a]): int(self.read[b]) for a, b in self._renamed}
        self._last_day = _padded(state.read_on, count, -1)[self.read].astype(np.int64)
        self._last = _padded(state.value + state.shift, count, -1)[self.read]
        self._breaks = list(state.breaks)
        shift = _padded(state.shift, count, 0)[self.read]
        value = _padded(state.value, count, -1)[self.read]
        self._lift = np.zeros(len(self.read), np.int64)
        for a, b in self._renamed:  # in the order of time: a chain of renames hands on what came before
            fell = 0 if raw else max(0, int(value[a] - self._first_value[b]))
            if fell:
                since, day = int(self._last_day[a]), int(self._first_day[b])
                after = int(self._first_value[b])
                self._breaks.append(Break(int(self.read[b]), since, int(value[a]), day, after))
            self._lift[b] = self._lift[a] + shift[a] + fell
            self._last[b] += self._lift[b]
        self._kept = np.ones(len(self.read), bool)
        self._kept[[a for a, _ in self._renamed]] = False

    def around(self, edge: Edge | AgedEdge) -> Around:
        """What is known at an edge of every repository that was ever read."""
        if edge not in self._around:
            low, high, likely = (_padded(a, self._count, -1)[self.read] for a in (edge.low, edge.high, edge.likely))
            unseen = np.flatnonzero(low < 0)
            day, value, first, born = self._days(edge), self._first_value, self._first_day, self._born
            unborn = unseen[born[unseen] >= day[unseen]]
            young = unseen[(born[unseen] >= 0) & (born[unseen] < day[unseen])]
            high[unseen] = likely[unseen] = value[unseen]
            low[unseen] = -1 if self._raw else 0
            high[unborn] = likely[unborn] = 0
            nothing = np.zeros(len(young), np.int64)
            likely[young] = between(nothing, value[young], born[young], first[young], day[young])
            for place, since in self._standing:
                if since < day[place]:
                    high[place], likely[place] = -1, low[place]
            for a, b in self._renamed:
                self._hand_on(a, b, int(day[b]), low, high, likely)
            self._around[edge] = Around(low, high, likely)
        return self._around[edge]

    def _days(self, edge: Edge | AgedEdge) -> Ints:
        """The day of an edge, for each repository that was read."""
        if isinstance(edge, AgedEdge):
            return edge.day[self.read].astype(np.int64)
        return np.broadcast_to(np.int64(edge.day), self.read.shape)

    def _hand_on(self, a: int, b: int, day: int, low: Ints, high: Ints, likely: Ints) -> None:
        """The history of `b` before it was read is that of `a`, whose later name it is."""
        if day <= self._last_day[a]:
            low[b], high[b], likely[b] = low[a], high[a], likely[a]
        elif day < self._first_day[b]:
            low[b], high[b] = self._last[a], self._first_value[b] + self._lift[b]
            likely[b] = between(
                low[b : b + 1], high[b : b + 1], int(self._last_day[a]), int(self._first_day[b]), day
            )[0]
        else:
            low[b] += self._lift[b]
            likely[b] += self._lift[b]
            high[b] += self._lift[b] if high[b] >= 0 else 0

    @property
    def told(self) -> Ints:
        """Ordinals of whoever has flows: all that were read, under their last names."""
        return self.read[self._kept]

    def known(self, edge: Edge) -> Around:
        """What is known at an edge of those that are told."""
        around = self.around(edge)
        return Around(*(a[self._kept] for a in (around.upto, around.since, around.likely)))

    def falls(self) -> Ints:
        """A row per recount: under which ordinal it is told, the days between which it happened, and the counter after."""
        rows = [(self._told_as(b.repository), b.since, b.day, b.after) for b in self._breaks]
        return np.array(rows, np.int64).reshape(-1, 4)

    def forget(self, edge: Edge | AgedEdge) -> None:
        """Drop what was worked out for an edge."""
        self._around.pop(edge, None)

    def flow(self, start: Edge | AgedEdge, end: Edge | AgedEdge) -> pa.Table:
        """ordinal, low, high (null: open), estimate (downloads), open, broken of every repository ever read."""
        a, e = self.around(start), self.around(end)
        if self._raw:
            known = (a.upto >= 0) & (a.since >= 0) & (e.upto >= 0) & (e.since >= 0)
            flow = (e.likely - a.likely)[known]
            no = np.zeros(len(flow), bool)
            return _table(self.read[known], flow, flow, flow, no, no)
        low = np.where(a.since >= 0, np.maximum(e.upto - a.since, 0), 0)
        high = e.since - a.upto
        is_open = e.since < 0
        broken = np.zeros(len(low), bool)
        since, until = self._days(start), self._days(end)
        for b in self._breaks:
            place = np.searchsorted(self.read, self._told_as(b.repository))
            passed = (b.since < until[place]) if not is_open[place] else (b.day <= until[place])
            if passed and not b.day <= since[place]:
                broken[place] = True
                high[place] += b.after
        kept = self._kept
        return _table(
            self.read[kept], low[kept], np.maximum(high, low)[kept], (e.likely - a.likely)[kept],
            is_open[kept], broken[kept],
        )  # fmt: skip

    def _told_as(self, repository: int) -> int:
        while repository in self._later:
            repository = self._later[repository]
        return repository


def _table(ids: Ints, low: Ints, high: Ints, likely: Ints, is_open: NDArray, broken: NDArray) -> pa.Table:
    return pa.table(
        {
            "ordinal": pa.array(ids.astype(np.int32)),
            "low": pa.array(low),
            "high": pa.array(high, mask=is_open),
            "estimate": pa.array(likely),
            "open": pa.array(is_open),
            "broken": pa.array(broken),
        }
    )


def _padded(values: NDArray, size: int, absent: int) -> NDArray:
    if len(values) >= size:
        return values[:size].copy()
    return np.concatenate([values, np.full(size - len(values), absent, values.dtype)])

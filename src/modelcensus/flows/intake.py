"""Observations as numbers: every repository gets an ordinal, every snapshot becomes what changed since the last one."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from modelcensus.engine import Engine
from modelcensus.flows.calendar import Snapshot, day_of
from modelcensus.flows.fold import Change
from modelcensus.vocabulary import LedgerError

Ints = NDArray[np.int64]
CHUNK = 9_000_000
"""Rows taken at a time: keeps memory flat."""

ROWS = """
    select n.place, k.ordinal, o.value, case when k.ordinal is null then o.repository end as new
    from superseded o
    join taken n using (series, counter, observed_from, observed_on, batch)
    left join ordinals k on k.repository = o.repository
    where o.observed_on between date '{first}' and date '{last}'
"""
"""Ids are joined by themselves: DuckDB's hashes of names that differ in two letters eight apart are too often the same."""


class Ordinals:
    """Repositories by number, in the order of their first snapshot and then of their names."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._chunks: list[pa.Array] = []
        self.count = 0
        self._publish()

    def add(self, names: pa.Array) -> None:
        """Number further repositories, in this order."""
        if len(names):
            self._chunks.append(names)
            self.count += len(names)
            self._publish()

    def restore(self, names: pa.Array) -> None:
        """Start from ids numbered before."""
        if not self.count:
            self.add(names)

    def names(self) -> pa.Array:
        """All ids by ordinal."""
        return pa.concat_arrays(self._chunks) if self._chunks else pa.array([], pa.string())

    def _publish(self) -> None:
        numbers = pa.array(np.arange(self.count, dtype=np.int32))
        self._engine.register("ordinals", pa.table({"repository": self.names(), "ordinal": numbers}))


def rows_of(engine: Engine, calendar: list[Snapshot], ordinals: Ordinals) -> Iterator[tuple[Snapshot, Ints, Ints]]:
    """(snapshot, ordinals, values) of each snapshot in order; a value of -1 stands for: no longer listed."""
    for part in _parts(calendar):
        engine.register("taken", _taken(part))
        sql = ROWS.format(first=day_of(part[0].day), last=day_of(max(s.day for s in part)))
        rows = engine.fetch(engine.query("intake", sql))
        place = rows["place"].to_numpy().astype(np.uint16)
        ids = rows["ordinal"].to_numpy(zero_copy_only=False)
        if rows["ordinal"].null_count:
            ids = _number(rows, place, ids, ordinals)
        values = rows["value"].fill_null(-1).to_numpy()
        order = np.argsort(place, kind="stable")
        ids, values = ids.astype(np.int64)[order], values[order]
        ends = np.searchsorted(place[order], np.arange(len(part) + 1))
        engine.drop("intake")
        for i, snapshot in enumerate(part):
            chosen = slice(ends[i], ends[i + 1])
            by_id = np.argsort(ids[chosen], kind="stable")
            yield snapshot, ids[chosen][by_id], values[chosen][by_id]


def _parts(calendar: list[Snapshot]) -> Iterator[list[Snapshot]]:
    part: list[Snapshot] = []
    for snapshot in calendar:
        if part and (sum(s.rows for s in part) + snapshot.rows > CHUNK or len(part) == 60_000):
            yield part
            part = []
        part.append(snapshot)
    if part:
        yield part


def _taken(part: list[Snapshot]) -> pa.Table:
    return pa.table(
        {
            "place": pa.array(range(len(part)), pa.int32()),
            "series": [s.series for s in part],
            "counter": [s.counter for s in part],
            "observed_from": pa.array([day_of(s.day_from) for s in part], pa.date32()),
            "observed_on": pa.array([day_of(s.day) for s in part], pa.date32()),
            "batch": [s.batch for s in part],
        }
    )


def _number(rows: pa.Table, place: NDArray[np.uint16], ids: np.ndarray, ordinals: Ordinals) -> np.ndarray:
    """Ordinals of the repositories that have none yet: by their first snapshot, then by name."""
    unknown = np.asarray(rows["ordinal"].is_null())
    names = rows["new"].combine_chunks().drop_null().dictionary_encode()
    firsts = np.full(len(names.dictionary), np.iinfo(np.uint16).max, np.uint16)
    codes = names.indices.to_numpy()
    np.minimum.at(firsts, codes, place[unknown])
    listed = pa.table({"name": names.dictionary, "first": firsts, "code": np.arange(len(firsts))})
    ordered = listed.sort_by([("first", "ascending"), ("name", "ascending")])
    number = np.empty(len(firsts), np.int64)
    number[ordered["code"].to_numpy()] = ordinals.count + np.arange(len(firsts))
    ordinals.add(ordered["name"].combine_chunks())
    ids = np.where(unknown, 0, ids).astype(np.int64)
    ids[unknown] = number[codes]
    return ids


class Listed:
    """What a source says at each of its snapshots; turns rows into changes."""

    def __init__(self, calendar: list[Snapshot]) -> None:
        self.now = np.full(0, -1, np.int64)
        before = [None, *(s.day for s in calendar)]
        jumps = [s.since for s, last in zip(calendar, before, strict=False) if s.since not in (None, last)]
        self._keep_from = min(jumps, default=None)
        self._days: set[int] = set()
        self._last: int | None = None
        self._journal: list[tuple[int, Ints, Ints]] = []
        self.rebased: list[tuple[int, Ints, Ints]] = []
        """Of the snapshots that stand on an older one than the last: number, ids and values (-1: no longer listed)."""

    def resume(self, passed: list[Snapshot], now: Ints) -> bool:
        """Go on after these snapshots, when the source said `now`; false where older ones are stood on later."""
        self.now, self._days, self._last = now.copy(), {s.day for s in passed}, passed[-1].day
        return self._keep_from is None or self._keep_from >= self._last

    def change(self, snapshot: Snapshot, ids: Ints, values: Ints) -> Change:
        """What differs from the snapshot before; rows say all that is listed, or what changed since a day."""
        size = int(ids.max(initial=-1)) + 1
        if size > len(self.now):
            more = max(size - len(self.now), len(self.now) // 8)
            self.now = np.concatenate([self.now, np.full(more, -1, np.int64)])
        if snapshot.since is None:
            gone = self.now >= 0
            gone[ids] = False
            gone = np.flatnonzero(gone)
        else:
            if snapshot.since != self._last:
                ids, values = self._rebased(snapshot, ids, values)
                self.rebased.append((snapshot.number, ids, values))
            gone, there = ids[values < 0], values >= 0
            gone = gone[self.now[gone] >= 0]
            ids, values = ids[there], values[there]
        differ = self.now[ids] != values
        ids, values = ids[differ], values[differ]
        if self._keep_from is not None and snapshot.day >= self._keep_from:
            touched = np.concatenate([ids, gone])
            self._journal.append((snapshot.day, touched, self.now[touched]))
        self.now[ids], self.now[gone] = values, -1
        self._last = snapshot.day
        self._days.add(snapshot.day)
        return Change(ids, values, gone)

    def _rebased(self, snapshot: Snapshot, ids: Ints, values: Ints) -> tuple[Ints, Ints]:
        """Rows against the last snapshot, of rows against an older one."""
        if snapshot.since not in self._days:
            raise LedgerError(
                f"the snapshot of {day_of(snapshot.day)} says what changed since {day_of(snapshot.since or 0)},"
                " of which there is none",
                where=f"series {snapshot.series}",
                remedy="import the older snapshot, or ask with --as-of for a day at which it was there",
            )
        then = self.now.copy()
        for day, touched, before in reversed(self._journal):
            if day <= snapshot.since:  # type: ignore[operator]
                break
            then[touched] = before
        then[ids] = values
        differ = np.flatnonzero(then != self.now)
        return differ, then[differ]

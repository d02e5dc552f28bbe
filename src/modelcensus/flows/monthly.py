"""Flows of the whole months of a large ledger, kept with it: a request by month reads them instead of counters.

Most repositories of a hub do not move in most months. A row stands for what moved, is not known exactly, or is open;
that nothing happened, and exactly that, is kept as intervals of months (`quiet`). Both together are all flows.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import date
from itertools import chain, pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from modelcensus.engine import kept_folder
from modelcensus.flows.between import FLOW, Between
from modelcensus.flows.calendar import days
from modelcensus.flows.counters import Counters
from modelcensus.vocabulary import own_version
from modelcensus.vocabulary.names import ALL_TIME

FORMAT = 1
MOVED = pa.schema([("month", pa.date32()), *FLOW])
QUIET = pa.schema(
    [("ordinal", pa.int32()), ("first", pa.date32()), ("last", pa.date32()), ("instrument", pa.string())]
)


def keep_months(counters: Counters, months: Sequence[date], folder: Path, known: Sequence[str]) -> Path:
    """The folder with the flows between each two of the days `months`, which is written if it is not there; `known` are
    the batches that there are, by which it is found again. Counters that are `certain` only."""
    content = json.dumps([FORMAT, own_version(), counters.channel, sorted(known), [str(m) for m in months]])
    key = hashlib.sha256(content.encode()).hexdigest()[:16]
    return kept_folder(folder / "months", key, lambda made: _write(counters, list(pairwise(months)), made))


def moved_file(folder: Path, month: date) -> Path:
    """The file of what moved in a month, or is not known exactly."""
    return folder / f"moved-{month}.parquet"


def quiet_file(folder: Path) -> Path:
    """The file of the intervals of months in which nothing happened."""
    return folder / "quiet.parquet"


def _write(counters: Counters, spans: list[tuple[date, date]], folder: Path) -> None:
    quiet = _Quiet(counters.ordinals.count)
    told_by = np.full(counters.ordinals.count, ALL_TIME, object)
    between = Between(counters, sorted({d for s in spans for d in s}))
    flows = chain(
        between.of(spans[:1]), between.of(spans[1:])
    )  # the month before the first reading is none of theirs
    for number, ((start, _), flow) in enumerate(zip(spans, flows, strict=True)):
        still = np.asarray(flow["high"].fill_null(1)) == 0
        quiet.see(flow["ordinal"].to_numpy()[still], number)
        others = flow.filter(pa.array(np.asarray(flow["instrument"]) != ALL_TIME))
        told_by[others["ordinal"].to_numpy()] = others["instrument"].to_pylist()
        moved = flow.filter(pa.array(~still)).sort_by("ordinal")
        month = pa.repeat(pa.scalar(start, pa.date32()), len(moved))
        pq.write_table(moved.add_column(0, MOVED.field(0), month), moved_file(folder, start))
    intervals = quiet.intervals([s for s, _ in spans])
    instrument = pa.array(told_by[intervals["ordinal"].to_numpy()].tolist(), pa.string())
    pq.write_table(intervals.append_column("instrument", instrument).cast(QUIET), quiet_file(folder))


class _Quiet:
    """Months in which nothing happened to a repository, as intervals."""

    def __init__(self, count: int) -> None:
        self.since = np.full(count, -1, np.int64)
        self.found: list[tuple[NDArray[np.int64], NDArray[np.int64], int]] = []
        self.seen = 0

    def see(self, ids: NDArray[np.int32], number: int) -> None:
        still = np.zeros(len(self.since), bool)
        still[ids] = True
        self._end(np.flatnonzero(~still & (self.since >= 0)), number - 1)
        self.since[still & (self.since < 0)] = number
        self.seen = number

    def _end(self, ids: NDArray[np.int64], last: int) -> None:
        self.found.append((ids, self.since[ids], last))
        self.since[ids] = -1

    def intervals(self, months: list[date]) -> pa.Table:
        """All of them, by repository."""
        self._end(np.flatnonzero(self.since >= 0), self.seen)
        start = np.array([days(m) for m in months], np.int32)
        table = pa.table(
            {
                "ordinal": np.concatenate([ids for ids, _, _ in self.found]).astype(np.int32),
                "first": pa.array(np.concatenate([start[since] for _, since, _ in self.found]), pa.date32()),
                "last": pa.array(
                    np.concatenate([np.full(len(ids), start[last]) for ids, _, last in self.found]), pa.date32()
                ),
            }
        )
        return table.sort_by("ordinal")

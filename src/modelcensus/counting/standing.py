"""From downloads by day to observations: what the ledger has to be told so that its counters say just that.

A repository that was counted at all has a count for every day that the log covers: a row of its own for a day with
downloads, one row with 0 for days in a row without. Only differences are told, so that the same again tells nothing; a
row that no longer holds is taken back by the same row without a value.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from modelcensus.counting.downloads import Sums, days_of
from modelcensus.counting.libraries import keys_of
from modelcensus.counting.reduced import as_declared, named
from modelcensus.counting.requests import in_order
from modelcensus.counting.spelling import Spelling
from modelcensus.engine import Tables
from modelcensus.vocabulary import OBSERVATIONS

STANDING = """
    select lower(repository) as key, repository, period_start as since, observed_on as until, value
    from stored_observations s join stored_order o using (batch_id) where counter = 'period'
    qualify row_number() over (partition by repository, observed_on, period_start order by o.place desc) = 1
"""
CHANGED = """
    with held as (
        select s.id, s.since, s.until, s.value, o.day
        from standing_{name} s join days_told_before o on o.day >= s.since and o.day < s.until)
    select distinct h.id, h.since, h.until from held h left join desired d using (id, day)
    where coalesce(d.value, 0) <> h.value
"""
"""Rows that hold a day for which something else is wanted; a row of several days has the value 0."""
GONE = """
    delete from standing_{name} s using told t
    where (s.id, s.since, s.until) = (t.id, t.since, t.until) and s.until > '{first}' and s.since <= '{last}'
"""
"""Rows that no longer hold; each has a day from the first to the last that a batch touches again, and where there is none in a
stretch of the table it is passed over: of six million rows in 4 ms, not 90."""
_DAYS = ("since", "until")
NONE_CHANGED = pa.table({"id": pa.array([], pa.int32()), **dict.fromkeys(_DAYS, pa.array([], pa.date32()))})


class Standing:
    """What the counters of a series say, kept up to date from batch to batch.

    `files` are the observations of its `batches`, the oldest first.
    """

    def __init__(self, engine: Tables, name: str, files: Sequence[Path], batches: Sequence[str]) -> None:
        self.engine, self.name = engine, name
        engine.scan("stored_observations", files, OBSERVATIONS.arrow.append(pa.field("batch_id", pa.string())))
        order = {"batch_id": pa.array(batches, pa.string()), "place": pa.array(range(len(batches)), pa.int64())}
        engine.hold("stored_order", pa.table(order))
        engine.make(f"spelled_{name}", f"select * from ({STANDING}) where value is not null")
        engine.drop("stored_observations", "stored_order")
        self._counted = np.zeros(0, bool)
        """By number, the repositories that the series has counters of."""

    def number(self, spelling: Spelling) -> None:
        """Name repositories by their numbers from now on."""
        names = self.engine.arrow(f"select distinct key from spelled_{self.name}")["key"]
        self.engine.hold(
            "spelled", pa.table({"key": names, "id": pa.array(spelling.learn(keys_of(names), names), pa.int32())})
        )
        sql = f"select s.id, since, until, value from spelled_{self.name} join spelled s using (key)"
        self.engine.make(f"standing_{self.name}", sql)
        self.engine.drop(f"spelled_{self.name}", "spelled")
        self._counted = np.zeros(len(spelling) + 1, bool)
        self._counted[_column(self.engine.arrow(f"select distinct id from standing_{self.name}"), "id")] = True

    def observations(self, spelling: Spelling, wanted: Sums, asked: np.ndarray, days: "Days") -> pa.Table:
        """What is to be told so that the counters of the series say what is wanted of the days that a batch touches, and taken
        for told; `asked`: the repositories that have counters from now on."""
        engine = self.engine
        changed = self._changed(wanted, days.again) if len(days.again) else NONE_CHANGED
        told = self._told(wanted, changed, asked, days, len(spelling))
        engine.hold("told", told)
        if changed.num_rows:
            first, last = _dates(days.again[[0, -1]]).to_pylist()
            engine.connection.execute(GONE.format(name=self.name, first=first, last=last))
        engine.connection.execute(f"insert into standing_{self.name} select * from told where value is not null")
        engine.drop("told")
        return _observed(told, spelling)

    def _changed(self, wanted: Sums, days: np.ndarray) -> pa.Table:
        """Rows that say something else of days that were told before."""
        columns = {"id": wanted.id, "day": _dates(wanted.day), "value": wanted.value}
        self.engine.hold("desired", pa.table(columns))
        self.engine.hold("days_told_before", pa.table({"day": _dates(days)}))
        changed = self.engine.arrow(CHANGED.format(name=self.name))
        self.engine.drop("desired", "days_told_before")
        return changed

    def _told(self, wanted: Sums, changed: pa.Table, asked: np.ndarray, days: "Days", known: int) -> pa.Table:
        """Rows (id, since, until, value) for all days that have none yet or a wrong one; null: it no longer holds."""
        before = np.flatnonzero(self._counted)
        self._counted = np.append(self._counted, np.zeros(known + 1 - len(self._counted), bool))
        first_asked = asked[~self._counted[asked]]
        self._counted[first_asked] = True
        id, since, until = (_column(changed, n) for n in ("id", *_DAYS))
        length = until - since
        inside = np.arange(length.sum()) - np.repeat(np.cumsum(length) - length, length)
        cells = [
            _each(np.sort(np.concatenate([before, first_asked])), days.new),
            _each(first_asked, days.covered),
            (np.repeat(id, length), np.repeat(since, length) + inside),
        ]
        ids, on = (np.concatenate([c[i] for c in cells]) for i in (0, 1))
        counters = Cells.of(ids, on, wanted)
        rows = counters.rows()
        gone = _missing((id, since, until), rows)
        id, since, until = (
            np.concatenate([row, of[gone]]) for row, of in zip(rows[:3], (id, since, until), strict=True)
        )
        value = pa.array(np.append(rows[3], np.zeros(gone.sum(), np.int64)), mask=np.arange(len(id)) >= len(rows[3]))
        of_days = dict(zip(_DAYS, map(_dates, (since, until)), strict=True))
        return pa.table({"id": pa.array(id, pa.int32()), **of_days, "value": value})


@dataclass(frozen=True)
class Days:
    """Days (since 1970) that a batch touches, and those that the log covered before it, each once and in order."""

    touched: np.ndarray
    covered: np.ndarray

    @property
    def new(self) -> np.ndarray:
        """Those that it covers first."""
        return np.setdiff1d(self.touched, self.covered)

    @property
    def again(self) -> np.ndarray:
        """Those that it touches again."""
        return np.intersect1d(self.touched, self.covered)


class Cells:
    """What is wanted for repositories on days, in their order: `key` tells both, and of days in a row it rises by one."""

    def __init__(self, key: np.ndarray, value: np.ndarray, first: int, span: int) -> None:
        self.key, self.value, self._first, self._span = key, value, first, span

    @classmethod
    def of(cls, id: np.ndarray, day: np.ndarray, wanted: Sums) -> "Cells":
        """Those of repositories and days, a place each, with the values that are wanted of them, else 0."""
        first = int(day.min(initial=0))
        span = int(day.max(initial=0)) - first + 2
        key = id.astype(np.int64) * span + (day - first)
        if (key[1:] < key[:-1]).any():
            key.sort()
        inside = (wanted.day >= first) & (wanted.day < first + span - 1)
        given, values = (
            (wanted.id * span + (wanted.day - first))[inside],
            wanted.value[inside],
        )  # in order, as the sums are
        value = np.zeros(len(key), np.int64)
        if len(key):
            at = np.minimum(np.searchsorted(key, given), len(key) - 1)
            there = key[at] == given
            value[at[there]] = values[there]
        return cls(key, value, first, span)

    def rows(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """id, since, until, value: a row for every day with downloads, one for days in a row without."""
        key, value = self.key, self.value
        begins = np.ones(len(key), bool)
        begins[1:] = (value[1:] > 0) | (value[:-1] > 0) | (key[1:] != key[:-1] + 1)
        at = np.flatnonzero(begins)
        id, since = np.divmod(key[at], self._span)
        since += self._first
        return id, since, since + np.diff(at, append=len(key)), value[at]


def _missing(one: Sequence[np.ndarray], other: Sequence[np.ndarray]) -> np.ndarray:
    """Which rows (id, since, until) are not among others, of which an id has one that begins on a day."""
    first = min(int(one[1].min(initial=0)), int(other[1].min(initial=0)))
    span = max(int(one[1].max(initial=0)), int(other[1].max(initial=0))) - first + 1
    keys, wanted = (rows[0].astype(np.int64) * span + (rows[1] - first) for rows in (other, one))
    if not len(keys):
        return np.ones(len(wanted), bool)
    at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)  # rows are in order
    return (keys[at] != wanted) | (other[2][at] != one[2])


def _each(ids: np.ndarray, days: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Every repository on every day."""
    return np.repeat(ids, len(days)), np.tile(days, len(ids))


def _column(rows: pa.Table, name: str) -> np.ndarray:
    """Numbers, or days since 1970."""
    return days_of(rows[name]) if rows[name].type == pa.date32() else rows[name].to_numpy()


def _dates(days: np.ndarray) -> pa.Array:
    """Days since 1970 as dates."""
    return pa.array(days.astype(np.int32)).cast(pa.date32())


def _observed(told: pa.Table, spelling: Spelling) -> pa.Table:
    """Rows as the ledger has them, by day."""
    id, since, until = (_column(told, n) for n in ("id", *_DAYS))
    order, _ = in_order([until, id, since])
    rows = told.take(pa.array(order))
    count = rows.num_rows
    same = np.zeros(count, np.int8)
    columns = {
        "repository": spelling.names(id[order]), "hub_id": pa.nulls(count, pa.string()), "counter": named(("period",), same),
        "value": rows["value"], "observed_from": rows["until"], "observed_on": rows["until"], "batch": named(("",), same),
        "period_start": rows["since"],
    }  # fmt: skip
    return as_declared(columns, OBSERVATIONS.arrow)

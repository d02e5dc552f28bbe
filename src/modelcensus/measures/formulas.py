"""Measures of sums in arrays: the arithmetic of `share.py`, `ratio.py`, `downloads.py`, `mix.py` and `rank.py` once more.

A statement over a hundred sums takes the engine a hundred times as long as the arithmetic in it. So where sums stay in
memory they are divided here; the measures' own expressions are what these are tested against, number by number.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Names = NDArray[np.object_]
SUMS = ("low", "estimate", "high", "closed", "opened", "observed")
FLAGS = ("open", "broken", "open_part")
NEVER = np.iinfo(np.int64).max
"""Stands for an unbounded count where places are compared."""

FEW = 10
"""Up to so many, a pass over all values for each is quicker than to put these in order."""


class SumColumns:
    """The columns of a table of sums (`add_up`) as arrays, each made once."""

    def __init__(self, table: pa.Table) -> None:
        self._table = table
        self._coded: dict[str, tuple[Ints, Names]] = {}
        self.span: Ints = table["span"].to_numpy()
        self.sums = np.array([_numbers(table[n]) for n in SUMS]).reshape(len(SUMS), -1)
        self.flags = np.array([_flags(table, n) for n in FLAGS]).reshape(len(FLAGS), -1)
        self._unobserved = np.asarray(table["observed"].is_null().to_numpy(), bool)
        self._some_unobserved = bool(self._unobserved.any())

    def unobserved(self, rows: Ints | None) -> bool:
        """Whether nothing is known of how many were observed in any of these rows (of all where none are named)."""
        return self._some_unobserved and bool(self._unobserved[slice(None) if rows is None else rows].all())

    def coded(self, key: str) -> tuple[Ints, Names]:
        """A column of names as numbers, and the name of each number; none is a name of its own."""
        if key not in self._coded:
            found = self._table[key].combine_chunks()
            whole = found.combine_chunks() if isinstance(found, pa.ChunkedArray) else found
            own = whole.dictionary_encode("encode")
            names = np.array([*own.dictionary.to_pylist(), None], object)[:-1]  # no array of texts
            self._coded[key] = own.indices.to_numpy(zero_copy_only=False).astype(np.int64), names
        return self._coded[key]


@dataclass(frozen=True)
class Parts:
    """Sums by what rows are of (`keys`, names to columns) and span. Where `open`, there is no estimate and no high."""

    keys: dict[str, Names]
    span: Ints
    sums: dict[str, Ints]
    flags: dict[str, Bools]
    unobserved: bool = False
    """Whether nothing is known of how many were observed."""

    @classmethod
    def of(cls, table: pa.Table, keys: Sequence[str] = ()) -> Parts:
        """A table of sums (`add_up`), added up by some of its columns and span."""
        columns = SumColumns(table)
        return cls.among(columns, None, columns.span, keys)

    @classmethod
    def among(cls, columns: SumColumns, rows: Ints | None, span: Ints, keys: Sequence[str] = ()) -> Parts:
        """Some rows of sums (all where none are named), of these spans, added up by some of their columns and span."""
        sums, flags = columns.sums, columns.flags
        if rows is not None:
            sums, flags = sums.take(rows, axis=1), flags.take(rows, axis=1)
        if not len(span):
            return cls.stacked({k: np.zeros(0, object) for k in keys}, span, sums, flags)
        unobserved = columns.unobserved(rows)
        if not keys and (len(span) == 1 or bool((span[1:] > span[:-1]).all())):
            return cls.stacked({}, span, sums, flags, unobserved)
        code, named = np.zeros(len(span), np.int64), {}
        for key in keys:
            codes, names = columns.coded(key)
            named[key] = names
            code = code * len(names) + (codes if rows is None else codes[rows])
        count = int(span.max()) + 1
        code = code * count + span
        order = np.argsort(code, kind="stable")
        ordered = code[order]
        starts = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1]))
        groups = ordered[starts]
        told, rest = {}, groups // count
        for key in reversed(keys):
            rest, place = np.divmod(rest, len(named[key]))
            told[key] = named[key][place]
        sums, flags = sums.take(order, axis=1), flags.take(order, axis=1)
        if len(starts) < len(order):
            sums, flags = np.add.reduceat(sums, starts, axis=1), np.logical_or.reduceat(flags, starts, axis=1)
        return cls.stacked({k: told[k] for k in keys}, groups % count, sums, flags, unobserved)

    @classmethod
    def stacked(cls, keys: dict[str, Names], span: Ints, sums: Ints, flags: Bools, unobserved: bool = False) -> Parts:
        """Sums and flags one under the other, in the order of `SUMS` and `FLAGS`."""
        return cls(keys, span, dict(zip(SUMS, sums, strict=True)), dict(zip(FLAGS, flags, strict=True)), unobserved)

    def at(self, span: Ints) -> tuple[Ints, Bools]:
        """Of sums by span alone: the places of these spans, and whether they are there."""
        place = np.searchsorted(self.span, span)
        there = place < len(self.span)
        there[there] = self.span[place[there]] == span[there]
        return place, there

    def take(self, rows: NDArray) -> Parts:
        """Some of the rows."""
        return Parts(
            {k: v[rows] for k, v in self.keys.items()}, self.span[rows],
            {n: v[rows] for n, v in self.sums.items()}, {n: v[rows] for n, v in self.flags.items()}, self.unobserved,
        )  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """What a measure of sums is made from: those of the subject by the dimensions of the request, and of the whole."""

    subject: Parts
    total: Callable[[], Parts]
    """The scope, or what its publisher gives for it."""
    peers: Parts | None
    dimension: str = ""
    """What is ranked."""
    only: frozenset[str] | None = None
    """The members of it that are wanted; all where nothing is said."""


def downloads(asked: Asked) -> list[dict]:
    """The sums themselves."""
    part = asked.subject
    return _records(
        part, part.sums["estimate"], part.flags["open"], part.sums["low"], None, part.sums["high"], part.flags["open"]
    )


def share(asked: Asked) -> list[dict]:
    """Sums as shares of the scope, or of the peers."""
    return part_of(asked.subject, asked.peers if asked.peers is not None else asked.total())


def part_of(part: Parts, total: Parts) -> list[dict]:
    """See `share.part_of`."""
    place, there = total.at(part.span)
    part, place = part.take(there), place[there]
    p, w = part.sums, {n: v[place] for n, v in total.sums.items()}
    is_open, whole_open = part.flags["open"], total.flags["open"][place]
    unknown = is_open | whole_open
    value, no_value = _divided(p["estimate"], w["estimate"], unknown)
    others_open = (w["opened"] > p["opened"]) | part.flags["open_part"]
    low, no_low = _divided(p["low"], p["low"] + w["closed"] - p["closed"], others_open)
    low[others_open], no_low[others_open] = 0.0, False
    high, no_high = _divided(p["high"], p["high"] + w["low"] - p["low"], is_open)
    high[is_open], no_high[is_open] = 1.0, False
    low = np.where(no_value, low, np.minimum(low, value))
    high = np.where(no_value, high, np.maximum(high, value))
    told = Parts(
        part.keys, part.span, {**p, "observed": w["observed"], "opened": w["opened"]}, {**part.flags, "open": unknown},
        total.unobserved,
    )  # fmt: skip
    return _records(told, value, no_value, low, no_low, high, no_high)


def mix(asked: Asked) -> list[dict]:
    """Sums by the members of dimensions as shares of the subject."""
    return part_of(asked.subject, asked.total())


def ratio(asked: Asked) -> list[dict]:
    """Sums over those of the peers."""
    assert asked.peers is not None
    place, there = asked.peers.at(asked.subject.span)
    part, place = asked.subject.take(there), place[there]
    p, w = part.sums, {n: v[place] for n, v in asked.peers.sums.items()}
    is_open, peer_open = part.flags["open"], asked.peers.flags["open"][place]
    value, no_value = _divided(p["estimate"], w["estimate"], is_open | peer_open)
    low, no_low = _divided(p["low"], w["high"], peer_open)
    low[peer_open], no_low[peer_open] = 0.0, False
    high, no_high = _divided(p["high"], w["low"], is_open)
    return _records(part, value, no_value, low, no_low, high, no_high)


@dataclass(frozen=True)
class Ranked:
    """Sums by the members of a dimension with their places; of a span they depend on that span alone."""

    part: Parts
    value: Ints
    unknown: Bools
    best: Ints
    worst: Ints

    @classmethod
    def of(cls, part: Parts, dimension: str) -> Ranked:
        """The places of all members, in each span."""
        named = np.asarray(part.keys[dimension] != None, bool)  # noqa: E711  of each name
        return cls.among(part, named, part, np.arange(len(named)))

    @classmethod
    def among(cls, everyone: Parts, named: Bools, part: Parts, rows: Ints) -> Ranked:
        """The places of a part among everyone who is named: `rows` says where it stands there, a row for each member and span."""
        own = np.where(everyone.flags["open"], NEVER, everyone.sums["high"])
        low, estimate, is_open = everyone.sums["low"], everyone.sums["estimate"], everyone.flags["open"]
        ahead, best, worst = (np.zeros(len(rows), np.int64) for _ in range(3))
        undecided = part.flags["open"].copy()
        for span in np.unique(part.span):
            here = np.flatnonzero((everyone.span == span) & named)
            mine = np.flatnonzero((part.span == span) & named[rows])
            wanted = rows[mine]
            ahead[mine] = _greater(estimate[here][~is_open[here]], estimate[wanted])
            best[mine] = _greater(low[here], own[wanted])
            worst[mine] = _greater(own[here], low[wanted]) - (own[wanted] > low[wanted])
            undecided[mine] |= bool(is_open[here].any())
        best, worst, place = 1 + best, 1 + worst, 1 + np.where(part.flags["open"], 0, ahead)
        value = np.where(best == worst, best, place)
        return cls(part, value, (best != worst) & undecided, best, np.maximum(best, worst))

    @cached_property
    def rows(self) -> dict[str, tuple[int, int]]:
        """Where the rows of each member are: they stand together."""
        (keys,) = self.part.keys.values()
        starts = [0, *(np.flatnonzero(keys[1:] != keys[:-1]) + 1).tolist()] if len(keys) else []
        return {keys[a]: (a, b) for a, b in zip(starts, [*starts[1:], len(keys)], strict=True)}

    def take(self, rows: Ints, span: Ints) -> Ranked:
        """Some of the rows, with other numbers for their spans."""
        part = replace(self.part.take(rows), span=span)
        return Ranked(part, self.value[rows], self.unknown[rows], self.best[rows], self.worst[rows])

    def told(self, dimension: str) -> list[dict]:
        """As the measure says it."""
        found = _records(self.part, self.value, self.unknown, self.best, None, self.worst, None)
        downloads = _listed(self.part.sums["estimate"], self.part.flags["open"])
        return [{dimension: r[dimension], "downloads": d, **r} for r, d in zip(found, downloads, strict=True)]


def rank(asked: Asked) -> list[dict]:
    """The places of all members of the dimension."""
    ranked = Ranked.of(asked.subject, asked.dimension)
    if asked.only is not None:
        wanted = np.array([n in asked.only for n in asked.subject.keys[asked.dimension].tolist()], bool)
        rows = np.flatnonzero(wanted)
        ranked = ranked.take(rows, asked.subject.span[rows])
    return ranked.told(asked.dimension)


FORMULAS: dict[str, Callable[[Asked], list[dict]]] = {
    "downloads": downloads, "cumulative": downloads, "share": share, "mix": mix, "ratio": ratio, "rank": rank,
}  # fmt: skip
"""Measures by name."""


def _greater(values: Ints, than: Ints) -> Ints:
    """How many of the values are greater than each of these."""
    if len(than) < FEW:
        return np.array([np.count_nonzero(values > one) for one in than], np.int64)
    return len(values) - np.searchsorted(np.sort(values), than, "right")


def _divided(above: Ints, below: Ints, unknown: Bools) -> tuple[Floats, Bools]:
    """Quotients, and where there are none: what is unknown, and what is divided by nothing."""
    none = unknown | (below == 0)
    return above / np.where(none, 1, below), none


def _records(
    part: Parts, value: NDArray, no_value: Bools | None, low: NDArray, no_low: Bools | None, high: NDArray, no_high: Bools | None
) -> list[dict]:  # fmt: skip
    observed = [None] * len(part.span) if part.unobserved else part.sums["observed"].tolist()
    columns = {
        **{k: v.tolist() for k, v in part.keys.items()}, "span": part.span.tolist(), "value": _listed(value, no_value), "low": _listed(low, no_low),
        "high": _listed(high, no_high), "observed": observed, "open": part.flags["open"].tolist(),
        "opened": part.sums["opened"].tolist(), "broken": part.flags["broken"].tolist(),
    }  # fmt: skip
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _listed(values: NDArray, none: Bools | None) -> list:
    listed = values.tolist()
    if none is not None and none.any():
        for place in np.flatnonzero(none).tolist():
            listed[place] = None
    return listed


def _numbers(column: pa.ChunkedArray) -> Ints:
    return (column.fill_null(0) if column.null_count else column).to_numpy().astype(np.int64, copy=False)


def _flags(table: pa.Table, name: str) -> Bools:
    if name not in table.column_names:
        return np.zeros(len(table), bool)
    return np.asarray(table[name].to_numpy(zero_copy_only=False), bool)

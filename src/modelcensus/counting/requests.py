"""Requests as arrays of numbers, and how they are grouped: by one number that sorts as all that they are alike in."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from modelcensus.counting.shapes import MARKS, PARTS
from modelcensus.counting.slices import different, mixed

_IN_ORDER = np.argsort(np.array(PARTS))
_ALPHABETIC = np.argsort(_IN_ORDER).astype(np.int32)
"""The places of PARTS in the order of their names."""
_FLAGS = 3
"""What a flag can be (line_arrays.py)."""


def answers_of(status: np.ndarray, part: np.ndarray, marked: np.ndarray, counter: np.ndarray) -> np.ndarray:
    """How requests were answered and marked, as one number that sorts as these do, parts by their names."""
    found = status.astype(np.int32) * len(PARTS) + _ALPHABETIC[part]
    return (found * len(MARKS) + marked.astype(np.int32)) * _FLAGS + counter.astype(np.int32)


def marked_as(marks: np.ndarray) -> np.ndarray:
    """What is added to the numbers of answers that are not marked."""
    return marks.astype(np.int32) * _FLAGS


TYPES = {"address": np.uint64, "session": np.uint64, "agent": np.int32, "answer": np.int32}
"""Of columns that are no whole numbers of 64 bits."""


@dataclass(frozen=True)
class Requests:
    """Requests, a place each. `target` (line_arrays.py) and `agent` by their numbers in what is known of texts; `answer`: see
    `answers_of`; `bytes` of NOTHING: not stated; `address` and `session`: hashes of what a line says, 0: nothing."""

    instant: np.ndarray
    target: np.ndarray
    agent: np.ndarray
    answer: np.ndarray
    bytes: np.ndarray
    address: np.ndarray
    session: np.ndarray

    def __len__(self) -> int:
        return len(self.instant)

    @classmethod
    def of_room(cls, size: int) -> "Requests":
        """Room for so many."""
        return cls(**{f.name: np.empty(size, TYPES.get(f.name, np.int64)) for f in fields(cls)})

    def at(self, first: int, end: int) -> "Requests":
        """Those from a place to another."""
        return Requests(**{name: column[first:end] for name, column in vars(self).items()})

    @property
    def day(self) -> np.ndarray:
        """Days since 1970."""
        return (self.instant // 86_400).astype(np.int32)


@dataclass(frozen=True)
class Answers:
    """What numbers of answers stand for; `part` and `marked` by their places in PARTS and MARKS."""

    status: np.ndarray
    part: np.ndarray
    marked: np.ndarray
    counter: np.ndarray

    @classmethod
    def of(cls, answer: np.ndarray) -> "Answers":
        """Each of them."""
        rest, counter = np.divmod(answer, _FLAGS)
        rest, marked = np.divmod(rest, len(MARKS))
        status, part = np.divmod(rest, len(PARTS))
        return cls(status, _IN_ORDER[part], marked, counter)


WORD = 64


def in_order(columns: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """The places of rows of whole numbers in order, by the first column before the others, and of each in this order whether
    it differs from the one before it."""
    count = len(columns[0])
    if not count:
        return np.zeros(0, np.int64), np.zeros(0, bool)
    key, size, packed = np.zeros(count, np.uint64), 0, 0
    for column in columns:
        least = int(column.min())
        bits = (int(column.max()) - least).bit_length()
        if size + bits > WORD:
            break
        own = (column - column.dtype.type(least)).astype(np.uint64, copy=False)
        if packed:
            key <<= np.uint64(bits)
            key |= own
        else:
            key = own
        size, packed = size + bits, packed + 1
    own = (count - 1).bit_length()
    if size + own <= WORD:  # a number that says where it came from is put in order by itself
        key <<= np.uint64(own)
        key |= np.arange(count, dtype=np.uint64)
        key.sort()
        order = (key & np.uint64((1 << own) - 1)).view(np.int64)
        key >>= np.uint64(own)
    else:
        order = np.argsort(key)
        key = key[order]
    new = np.ones(count, bool)
    np.not_equal(key[1:], key[:-1], out=new[1:])
    rest = columns[packed:]
    if rest and not new.all():
        tied = ~new
        tied[:-1] |= ~new[1:]
        at = np.flatnonzero(tied)
        own_order = np.lexsort([*(c[order[at]] for c in reversed(rest)), np.cumsum(new)[at]])
        order[at] = order[at[own_order]]
        for column in rest:
            values = column[order[at]]
            new[at[1:]] |= values[1:] != values[:-1]
    return order, new


class Gathered:
    """Requests that come a few at a time, in columns that grow."""

    def __init__(self, room: int) -> None:
        self._held, self._room, self._size = Requests.of_room(room), room, 0

    def empty(self) -> None:
        """Start again."""
        self._size = 0

    def more(self, count: int) -> Requests:
        """Where so many more are to be written."""
        first, self._size = self._size, self._size + count
        if self._size > self._room:
            held, self._room = self.all.at(0, first), 2 * self._size
            self._held = Requests.of_room(self._room)
            for name, column in vars(held).items():
                getattr(self._held, name)[:first] = column
        return self._held.at(first, self._size)

    @property
    def all(self) -> Requests:
        """All of them."""
        return self._held.at(0, self._size)


def occurring(numbers: np.ndarray) -> np.ndarray:
    """The different ones of small numbers, in order."""
    there = np.zeros(int(numbers.max(initial=-1)) + 1, bool)
    there[numbers] = True
    return np.flatnonzero(there)


MOST_BY_TOP_BITS = 1 << 16
"""Of a larger group all bits of the hashes are compared: by their first 40 and more, two of so many are the same once in
five hundred times, if ever a group is as large and the bits as few."""


def counted_in(begins: np.ndarray, who: np.ndarray) -> np.ndarray:
    """How many different hashes there are in each group of those that stand one after the other, by where each begins and the last one
    ends; 0 is none."""
    there, size = who != 0, len(begins) - 1
    groups = np.repeat(np.arange(size), np.diff(begins))
    return _counted_in(groups[there], size, who[there])


def _counted_in(groups: np.ndarray, size: int, who: np.ndarray) -> np.ndarray:
    bits = max(int(size - 1).bit_length(), 1)
    members = np.bincount(groups, minlength=size)
    large = members > (MOST_BY_TOP_BITS if bits <= 24 else 0)
    if large.any():
        own = large[groups]
        _, first, _ = different(mixed(groups[own], who[own]))
        found = np.bincount(groups[own][first], minlength=size)
        return found if own.all() else found + _counted_in(groups[~own], size, who[~own])
    keys = groups.astype(np.uint64) << np.uint64(64 - bits)
    keys |= who >> np.uint64(bits)
    keys.sort()
    new = np.concatenate([np.ones(min(len(keys), 1), bool), keys[1:] != keys[:-1]])
    return np.bincount((keys[new] >> np.uint64(64 - bits)).astype(np.int64), minlength=size)

"""Requests as arrays of numbers, and how they are grouped: by one number that sorts as all that they are alike in."""

from collections.abc import Iterable
from dataclasses import dataclass, fields

import numpy as np

from modelcensus.counting.slices import different, mixed


@dataclass(frozen=True)
class Requests:
    """Requests, a place each. `target` and `agent` by their numbers in what is known of texts; `bytes` of NOTHING: not
    stated; `address` and `session`: hashes of what a line says, 0: nothing."""

    instant: np.ndarray
    target: np.ndarray
    agent: np.ndarray
    status: np.ndarray
    bytes: np.ndarray
    part: np.ndarray
    counter: np.ndarray
    marked: np.ndarray
    address: np.ndarray
    session: np.ndarray

    def __len__(self) -> int:
        return len(self.instant)

    @classmethod
    def together(cls, parts: "list[Requests]") -> "Requests":
        """All of them."""
        if not parts:
            none = {"address": np.uint64, "session": np.uint64}
            return cls(**{f.name: np.zeros(0, none.get(f.name, np.int64)) for f in fields(cls)})
        return cls(**{f.name: np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(cls)})

    @property
    def day(self) -> np.ndarray:
        """Days since 1970."""
        return self.instant // 86_400


def packed(columns: Iterable[np.ndarray]) -> np.ndarray:
    """One number for each place that sorts as the columns do, the first before the others; they hold whole numbers."""
    found, size = np.zeros(0, np.uint64), 0
    for column in columns:
        wide = column if column.dtype == np.uint64 else column.astype(np.int64)
        least, span = (int(wide.min()), int(wide.max()) - int(wide.min()) + 1) if len(wide) else (0, 1)
        own = (wide - np.asarray(least, wide.dtype)).astype(np.uint64)
        if span * max(size, 1) >= 2**64:  # numbers without gaps take less
            different_ones, _, inverse = different(own)
            own, span = inverse.astype(np.uint64), len(different_ones)
            if size * span >= 2**64:
                different_ones, _, inverse = different(found)
                found, size = inverse.astype(np.uint64), len(different_ones)
        found, size = (found * np.uint64(span) + own, size * span) if size else (own, span)
    return found


MOST_BY_PLACE = 50_000_000
"""Numbers below this are told apart by a place for each, larger ones by sorting."""


def occurring(numbers: np.ndarray) -> np.ndarray:
    """The different ones of small numbers, in order."""
    return np.flatnonzero(_there(numbers))


def ranked(numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The different ones of numbers from 0 on, in order, and of each the place among these."""
    if numbers.max(initial=0) >= MOST_BY_PLACE:
        found, inverse = np.unique(numbers, return_inverse=True)
        return found, inverse
    there = _there(numbers)
    return np.flatnonzero(there), (np.cumsum(there) - 1)[numbers]


def _there(numbers: np.ndarray) -> np.ndarray:
    there = np.zeros(int(numbers.max(initial=-1)) + 1, bool)
    there[numbers] = True
    return there


MOST_BY_TOP_BITS = 1 << 16
"""Of a larger group all bits of the hashes are compared: by their first 40 and more, two of so many are the same once in
five hundred times, if ever a group is as large and the bits as few."""


def counted_in(groups: np.ndarray, size: int, who: np.ndarray) -> np.ndarray:
    """How many different hashes there are in each of `size` groups."""
    bits = max(int(size - 1).bit_length(), 1)
    members = np.bincount(groups, minlength=size)
    large = members > (MOST_BY_TOP_BITS if bits <= 24 else 0)
    if large.any():
        own = large[groups]
        _, first, _ = different(mixed(groups[own], who[own]))
        found = np.bincount(groups[own][first], minlength=size)
        return found if own.all() else found + counted_in(groups[~own], size, who[~own])
    keys = groups.astype(np.uint64) << np.uint64(64 - bits)
    keys |= who >> np.uint64(bits)
    keys.sort()
    new = np.concatenate([np.ones(min(len(keys), 1), bool), keys[1:] != keys[:-1]])
    return np.bincount((keys[new] >> np.uint64(64 - bits)).astype(np.int64), minlength=size)

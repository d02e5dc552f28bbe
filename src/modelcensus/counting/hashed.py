"""Numbers of hashes, by a table in memory that compiled loops look up."""

import numpy as np

from modelcensus.counting.loops import ONE, ZERO, U, compiled, within
from modelcensus.counting.slices import MIX

FIRST = 1 << 12
"""Rows of a table at first; there are always a power of two."""


@within
def shift_of(table):
    """By how much a hash is moved to say where a table of a power of two has it."""
    bits = 0
    while 1 << bits < len(table):
        bits += 1
    return U(64 - bits)


@within
def value_of(table, shift, values, key):
    """What a key stands for, by its number in a table and the values of numbers; -1: not met."""
    slot, mask = (key * MIX) >> shift, U(len(table) - 1)
    while table[slot, 1] != ZERO:
        if table[slot, 0] == key:
            return values[np.int64(table[slot, 1]) - 1]
        slot = (slot + ONE) & mask
    return -1


@compiled
def number_keys(keys, table, held, numbers, new):
    """The numbers of keys in a table of rows (key, number + 1; 0: none) that has `held` of them; keys that it has
    not are added, and their places written to `new`. Ends early where the table is half full; gives how many keys were read,
    how many the table has, and how many are new."""
    mask, shift = U(len(table) - 1), shift_of(table)
    most, added = len(table) // 2, 0
    for place in range(len(keys)):
        key = keys[place]
        slot = (key * MIX) >> shift
        while table[slot, 1] != ZERO and table[slot, 0] != key:
            slot = (slot + ONE) & mask
        if table[slot, 1] == ZERO:
            if held == most:
                return place, held, added
            table[slot, 0] = key
            table[slot, 1] = U(held + 1)
            new[added] = place
            added += 1
            held += 1
        numbers[place] = np.int64(table[slot, 1]) - 1
    return len(keys), held, added


@compiled
def fill_again(old, table):
    """Bring what is in one table into a larger one."""
    mask, shift = U(len(table) - 1), shift_of(table)
    for row in range(len(old)):
        if old[row, 1] != ZERO:
            key = old[row, 0]
            slot = (key * MIX) >> shift
            while table[slot, 1] != ZERO:
                slot = (slot + ONE) & mask
            table[slot, 0] = key
            table[slot, 1] = old[row, 1]


class Hashed:
    """A numbering that finds a hash where it itself says."""

    def __init__(self) -> None:
        self.table, self._held = np.zeros((FIRST, 2), np.uint64), 0

    def __len__(self) -> int:
        return self._held

    def of(self, keys: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        numbers, places, read = np.empty(len(keys), np.int64), [np.zeros(0, np.int64)], 0
        while True:
            new = np.empty(len(keys) - read, np.int64)
            more, self._held, added = number_keys(keys[read:], self.table, self._held, numbers[read:], new)
            places.append(new[:added] + read)
            read += more
            if read == len(keys):
                return numbers, np.concatenate(places)
            table = np.zeros((2 * len(self.table), 2), np.uint64)
            fill_again(self.table, table)
            self.table = table

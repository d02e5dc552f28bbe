"""Numbers of hashes, and how many there are, by tables in memory that compiled loops look up."""

import numpy as np

from modelcensus.counting.line_arrays import REST_BITS
from modelcensus.counting.loops import ONE, ZERO, U, compiled
from modelcensus.counting.requests import Requests
from modelcensus.counting.rows import DAY, Loops, Numbers
from modelcensus.counting.slices import MIX

_REST = (1 << REST_BITS) - 1
FIRST_BITS = 12
FEW = 8
"""Hashes that are compared with each other; more have a table."""
_HALF = U(32)


@compiled
def number_keys(keys, table, bits, held, numbers, new):
    """The numbers of keys in a table of 2 ** bits rows (key, number + 1; 0: none) that has `held` of them; keys that it has
    not are added, and their places written to `new`. Ends early where the table is half full; gives how many keys were read,
    how many the table has, and how many are new."""
    mask, shift = U(len(table) - 1), U(64 - bits)
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
def fill_again(old, table, bits):
    """Bring what is in one table into a larger one."""
    mask, shift = U(len(table) - 1), U(64 - bits)
    for row in range(len(old)):
        if old[row, 1] != ZERO:
            key = old[row, 0]
            slot = (key * MIX) >> shift
            while table[slot, 1] != ZERO:
                slot = (slot + ONE) & mask
            table[slot, 0] = key
            table[slot, 1] = old[row, 1]


@compiled
def count_different(begins, who, table, counts):
    """Count the different hashes of groups (requests.counted_in), with a table twice as long as any group or longer."""
    for group in range(len(counts)):
        first, end = begins[group], begins[group + 1]
        found, size = 0, FEW
        if end - first <= FEW:
            for place in range(first, end):
                other = first
                while other < place and who[other] != who[place]:
                    other += 1
                if other == place and who[place] != ZERO:
                    found += 1
        else:
            while size < 2 * (end - first):
                size *= 2
            table[:size] = ZERO
            mask = U(size - 1)
            for place in range(first, end):
                key = who[place]
                slot = ((key * MIX) >> _HALF) & mask
                while table[slot] != ZERO and table[slot] != key:
                    slot = (slot + ONE) & mask
                if table[slot] != key:
                    table[slot] = key
                    found += 1
        counts[group] = found


@compiled
def pack_requests(instant, target, agent, answer, places, rests, agents, answers, widths, least, keys):
    """Day, place, rest, agent and answer of requests in one number each; the days count from one."""
    of_place, of_rest, of_agent, of_answer = widths
    for row in range(len(instant)):
        key = instant[row] // DAY - least
        key = key << of_place | places[target[row] >> REST_BITS]
        key = key << of_rest | rests[target[row] & _REST]
        key = key << of_agent | agents[agent[row]]
        keys[row] = U(key << of_answer | answers[answer[row]])


class Hashed:
    """A numbering that finds a hash where it itself says."""

    def __init__(self) -> None:
        self._bits, self._held = FIRST_BITS, 0
        self._table = np.zeros((1 << FIRST_BITS, 2), np.uint64)

    def __len__(self) -> int:
        return self._held

    def of(self, keys: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        numbers, places, read = np.empty(len(keys), np.int64), [np.zeros(0, np.int64)], 0
        while True:
            new = np.empty(len(keys) - read, np.int64)
            more, self._held, added = number_keys(
                keys[read:], self._table, self._bits, self._held, numbers[read:], new
            )
            places.append(new[:added] + read)
            read += more
            if read == len(keys):
                return numbers, np.concatenate(places)
            self._bits += 1
            table = np.zeros((1 << self._bits, 2), np.uint64)
            fill_again(self._table, table, self._bits)
            self._table = table


def counted_in(begins: np.ndarray, who: np.ndarray) -> np.ndarray:
    """How many different hashes there are in each group."""
    counts, most = np.empty(len(begins) - 1, np.int64), int(np.diff(begins).max(initial=0))
    count_different(begins, who, np.empty(max(FEW, 4 * most), np.uint64), counts)
    return counts


def pack(requests: Requests, numbers: Numbers, widths: tuple[int, int, int, int], least: int) -> np.ndarray:
    """The numbers of requests (rows.py)."""
    keys = np.empty(len(requests), np.uint64)
    given = numbers.places, numbers.rests, numbers.agents, numbers.answers
    pack_requests(requests.instant, requests.target, requests.agent, requests.answer, *given, widths, least, keys)
    return keys


BY_LOOPS = Loops(pack, counted_in)

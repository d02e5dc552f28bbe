"""Numbers of hashes, and how many there are, by tables in memory that compiled loops look up."""

import numpy as np

from modelcensus.counting.kernels import count_different, fill_again, number_keys, pack_requests
from modelcensus.counting.requests import Requests
from modelcensus.counting.rows import Loops, Numbers

FIRST_BITS = 12


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


def counted_in(groups: np.ndarray, size: int, who: np.ndarray) -> np.ndarray:
    """How many different hashes there are in each of `size` groups."""
    counts = np.zeros(size, np.int64)
    count_different(groups, who, np.zeros(1 << max((2 * len(groups) - 1).bit_length(), 1), np.uint64), counts)
    return counts


def pack(requests: Requests, numbers: Numbers, widths: tuple[int, int, int, int], least: int) -> np.ndarray:
    """The numbers of requests (rows.py)."""
    keys = np.empty(len(requests), np.uint64)
    given = numbers.places, numbers.rests, numbers.agents, numbers.answers
    pack_requests(requests.instant, requests.target, requests.agent, requests.answer, *given, widths, least, keys)
    return keys


BY_LOOPS = Loops(pack, counted_in)

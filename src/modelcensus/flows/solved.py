"""Solved flows that serve more than one request: the shortest paths of windows are the dear part of a request, and the
readings of a claim that differ in subject, peers, spikes or panel alone all ask for the same."""

from collections.abc import Callable, Hashable

import pyarrow as pa

MOST_SOLVED = 4_000_000
"""Rows that are kept at most; measured on the bundled sample a row takes 81 bytes, so that is a third of a gigabyte."""


class Solved:
    """The flows that were solved last of one channel, by what they were solved for."""

    def __init__(self) -> None:
        self._kept: dict[Hashable, pa.Table] = {}

    def of(self, key: Hashable, solve: Callable[[], pa.Table]) -> pa.Table:
        """The flows of a key, solved unless they are kept; the longest unasked for go first, the newest always stays."""
        found = self._kept.pop(key, None)
        self._kept[key] = solve() if found is None else found
        while len(self._kept) > 1 and sum(len(t) for t in self._kept.values()) > MOST_SOLVED:
            del self._kept[next(iter(self._kept))]
        return self._kept[key]

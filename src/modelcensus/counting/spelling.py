"""The repositories that a log has counters of, by number: each is written as it was first, whatever the letters later."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from modelcensus.counting.libraries import Libraries, keys_of
from modelcensus.counting.numbering import Sorted


class Spelling:
    """Numbers of repositories, from 1; `known`: those that have counters already, in order."""

    def __init__(self, libraries: Libraries, known: pa.Array | pa.ChunkedArray) -> None:
        self._libraries, self._numbering = libraries, Sorted()
        self._ids = np.zeros(0, np.int64)
        """By the numbers of hashes."""
        self._names: list[pa.Array] = [pa.array([""])]
        self._name(self._numbering.of(keys_of(known))[0], known)

    def __len__(self) -> int:
        return len(self._ids)

    def learn(self, keys: np.ndarray, repositories: pa.Array | pa.ChunkedArray) -> np.ndarray:
        """The number of each, by their hashes; new ones are written as the ledger does, else as they are asked for."""
        known = len(self._ids)
        numbers, _ = self._numbering.of(keys)
        new = np.flatnonzero(numbers >= known)
        if len(new):
            places = self._libraries.places(keys[new])
            written = self._libraries.repositories.take(pa.array(places, mask=places < 0))
            self._name(numbers[new], pc.call_function("coalesce", [written, repositories.take(pa.array(new))]))
        return self._ids[numbers]

    def names(self, ids: np.ndarray) -> pa.StringArray:
        """What repositories are called."""
        if len(self._names) > 1:
            self._names = [pa.concat_arrays(self._names)]
        return self._names[0].take(pa.array(ids))

    def _name(self, numbers: np.ndarray, texts: pa.Array | pa.ChunkedArray) -> None:
        """Number new ones in the order of their names; of several ways to write one the first."""
        order = pc.call_function("array_sort_indices", [texts]).to_numpy()
        _, first = np.unique(numbers[order], return_index=True)
        order, known = order[np.sort(first)], len(self._ids)
        self._ids = np.append(self._ids, np.zeros(len(order), np.int64))
        self._ids[numbers[order]] = known + 1 + np.arange(len(order))
        names = texts.take(pa.array(order)).cast(pa.string())
        self._names += names.chunks if isinstance(names, pa.ChunkedArray) else [names]

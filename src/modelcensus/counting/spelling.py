"""The repositories that a log has counters of, by number: each is written as it was first, whatever the letters later."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from modelcensus.counting.libraries import Libraries, keys_of
from modelcensus.counting.numbering import Sorted


class Spelling:
    """Numbers of repositories, from 1; `known`: those that have counters already, in order."""

    def __init__(self, libraries: Libraries, known: pa.Array | pa.ChunkedArray) -> None:
        self._libraries, self._numbering = libraries, Sorted()
        self._ids = np.zeros(0, np.int64)
        """By the numbers of hashes."""
        self._names: list[pa.Array] = [pa.array([""])]
        self._name(self._numbering.of(keys_of(known))[0], known.to_pylist())

    def __len__(self) -> int:
        return len(self._ids)

    def learn(self, keys: np.ndarray, repositories: pa.Array | pa.ChunkedArray) -> np.ndarray:
        """The number of each, by their hashes; new ones are written as the ledger does, else as they are asked for."""
        known = len(self._ids)
        numbers, _ = self._numbering.of(keys)
        new = np.flatnonzero(numbers >= known)
        if len(new):
            texts, places = repositories.take(pa.array(new)).to_pylist(), self._libraries.places(keys[new])
            there = np.flatnonzero(places >= 0)
            written = self._libraries.repositories.take(pa.array(places[there])).to_pylist()
            for at, text in zip(there.tolist(), written, strict=True):
                texts[at] = text
            self._name(numbers[new], texts)
        return self._ids[numbers]

    def names(self, ids: np.ndarray) -> pa.StringArray:
        """What repositories are called."""
        if len(self._names) > 1:
            self._names = [pa.concat_arrays(self._names)]
        return self._names[0].take(pa.array(ids))

    def _name(self, numbers: np.ndarray, texts: Sequence[str]) -> None:
        """Number new ones in the order of their names; of several ways to write one the first."""
        names: dict[int, str] = {}
        for number, text in zip(numbers.tolist(), texts, strict=True):
            names[number] = min(names.get(number, text), text)
        order, known = sorted(names, key=names.__getitem__), len(self._ids)
        self._ids = np.append(self._ids, np.zeros(len(order), np.int64))
        self._ids[order] = known + 1 + np.arange(len(order))
        self._names.append(pa.array([names[n] for n in order], pa.string()))

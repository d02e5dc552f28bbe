"""What hashes stand for: each is learned when it is first met, and looked up many at a time."""

from collections.abc import Callable
from typing import Protocol

import numpy as np

from modelcensus.counting.slices import different


class Numbering(Protocol):
    """Numbers of hashes, from 0 on. `of`: the number of each, and the places of those that were not met before, each once
    and in the order of their numbers."""

    def __len__(self) -> int: ...

    def of(self, keys: np.ndarray) -> tuple[np.ndarray, np.ndarray]: ...


class Sorted:
    """A numbering that keeps hashes in order."""

    def __init__(self) -> None:
        self._keys, self._numbers = np.zeros(0, np.uint64), np.zeros(0, np.int64)

    def __len__(self) -> int:
        return len(self._keys)

    def of(self, keys: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        keys, first, inverse = different(keys)
        at = np.searchsorted(self._keys, keys)
        known = np.zeros(len(keys), bool)
        if len(self._keys):
            near = np.minimum(at, len(self._keys) - 1)
            known = self._keys[near] == keys
        numbers = np.empty(len(keys), np.int64)
        numbers[known] = self._numbers[at[known]]
        new = np.flatnonzero(~known)
        numbers[new] = len(self._keys) + np.arange(len(new))
        if len(new):
            self._keys, self._numbers = (
                np.insert(old, at[new], more[new]) for old, more in ((self._keys, keys), (self._numbers, numbers))
            )
        return numbers[inverse], first[new]


class Learned:
    """Whole numbers that hashes stand for: the `values` of their numbers."""

    def __init__(self, numbering: Callable[[], Numbering] = Sorted) -> None:
        self.numbering, self.values = numbering(), np.zeros(0, np.int64)

    def __len__(self) -> int:
        return len(self.numbering)

    def of(self, keys: np.ndarray, learn: Callable[[np.ndarray], np.ndarray | list[int]]) -> np.ndarray:
        """The value of each key; `learn` gives those of the keys at some places, which were not met before."""
        numbers, new = self.numbering.of(keys)
        if len(new):
            self.values = np.concatenate([self.values, np.asarray(learn(new), np.int64)])
        return self.values[numbers]

"""Repositories that were asked for, by number: told apart by hashes of their kinds and ids, and put in the order of these when
that is asked for."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from modelcensus.counting.numbering import Numbering
from modelcensus.counting.slices import Slices, mixed


class Places:
    """Numbers of repositories, from 1."""

    def __init__(self, numbering: Numbering) -> None:
        self._numbering = numbering
        self._known = pa.table({"kind": pa.array([], pa.string()), "repository": pa.array([], pa.string())})
        self._ranks = np.zeros(1, np.int64)
        """By number, the place of each in the order of all; made anew where there are more."""

    def of(self, kinds: pa.Array | pa.ChunkedArray, repositories: pa.Array | pa.ChunkedArray) -> np.ndarray:
        """The number of each."""
        numbers, new = self._numbering.of(mixed(Slices.of(kinds).hashes(), Slices.of(repositories).hashes()))
        if len(new):
            more = pa.table({"kind": kinds, "repository": repositories}).take(pa.array(new))
            self._known = pa.concat_tables([self._known, more])
        return numbers + 1

    def in_order(self, met: np.ndarray) -> tuple[np.ndarray, pa.Table]:
        """Some, each once: their numbers in order, by kind and then by id, and these."""
        if len(self._ranks) <= self._known.num_rows:
            self._known = self._known.combine_chunks()
            keys = [("kind", "ascending"), ("repository", "ascending")]
            order = pc.call_function("sort_indices", [self._known], pc.SortOptions(keys)).to_numpy()
            self._ranks = np.zeros(len(order) + 1, np.int64)
            self._ranks[order + 1] = np.arange(len(order))
        numbers = met[np.argsort(self._ranks[met])]
        return numbers, self._known.take(pa.array(numbers - 1))

"""Repositories by hashes of their ids, whatever their letters; and what the ledger has of them: how it writes them, and their libraries."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from modelcensus.counting.slices import Slices
from modelcensus.engine import Tables

EACH = """
    select min(repository) as repository, coalesce(max(library), '') as library
    from libraries_given group by lower(repository)
"""
GIVEN = pa.schema([("repository", pa.string()), ("library", pa.string())])


def keys_of(repositories: pa.Array | pa.ChunkedArray) -> np.ndarray:
    """A hash of each id: the same for all that differ in capital letters alone."""
    return Slices.of(pc.call_function("utf8_lower", [repositories])).hashes()


class Libraries:
    """What the ledger has of repositories (columns repository and library, null: not known), a place each."""

    def __init__(self, engine: Tables, given: pa.Table) -> None:
        engine.hold("libraries_given", given.select(GIVEN.names).cast(GIVEN))
        rows = engine.arrow(EACH)
        engine.drop("libraries_given")
        keys = keys_of(rows["repository"])
        order = np.argsort(keys)
        self._keys = keys[order]
        self.repositories: pa.ChunkedArray = rows["repository"].take(pa.array(order))
        library = rows["library"].take(pa.array(order)).combine_chunks().dictionary_encode()
        self.names: list[str] = ["", *library.dictionary.to_pylist()]
        """Libraries by number; the first: of a repository that the ledger does not have."""
        self._numbers = np.append(library.indices.to_numpy(zero_copy_only=False).astype(np.int64) + 1, 0)

    def places(self, keys: np.ndarray) -> np.ndarray:
        """Where repositories stand, by their hashes; -1: nowhere."""
        if not len(self._keys):
            return np.full(len(keys), -1)
        at = np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)
        return np.where(self._keys[at] == keys, at, -1)

    def numbers(self, places: np.ndarray) -> np.ndarray:
        """The numbers of the libraries of repositories that stand at some places."""
        return self._numbers[places]

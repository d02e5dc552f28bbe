"""Rows of a table that are found by the values of their columns, without a pass over all of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Places = NDArray[np.int64]


@dataclass(frozen=True)
class _Index:
    """Where each value of a column stands: `places[starts[i] : starts[i + 1]]`, of the value number i."""

    numbers: dict[str, int]
    places: Places
    starts: Places
    alone: bool
    """Whether a row has one value at most."""

    @classmethod
    def of(cls, column: pa.Array) -> _Index:
        alone = not isinstance(column, pa.ListArray)
        if isinstance(column, pa.ListArray):  # a repository can carry several variants
            rows, column = column.value_parent_indices().to_numpy(), column.flatten()
        else:
            rows = np.arange(len(column))
        coded = column.dictionary_encode()
        codes = coded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
        order = np.argsort(codes, kind="stable")
        starts = np.searchsorted(codes[order], np.arange(len(coded.dictionary) + 1))
        return cls({str(v): i for i, v in enumerate(coded.dictionary.to_pylist())}, rows[order], starts, alone)

    def having(self, values: Iterable[str]) -> Places:
        """The rows that have one of the values, in their order."""
        known = [i for v in dict.fromkeys(values) if (i := self.numbers.get(v)) is not None]
        found = [self.places[self.starts[i] : self.starts[i + 1]] for i in known]
        if len(found) == 1 and self.alone:  # in order, and each once
            return found[0]
        if not found:
            return np.zeros(0, np.int64)
        return np.sort(np.concatenate(found)) if self.alone else np.unique(np.concatenate(found))

    def there(self, rows: NDArray[np.bool_]) -> set[str]:
        """The values of these rows (true or false, of every row)."""
        here = np.add.reduceat(np.append(rows[self.places], False).astype(np.int64), self.starts[:-1])
        return {v for v, i in self.numbers.items() if self.starts[i] < self.starts[i + 1] and here[i]}


class Found:
    """A table, and where the values of its columns stand; a column is looked through when it is first asked about."""

    def __init__(self, table: pa.Table, taken: tuple[Found, Places] | None = None) -> None:
        """`taken`: the table of whose rows these are, and which one each is: then nothing is looked through again."""
        self.table = table.combine_chunks()
        self._taken = taken
        self._indexes: dict[str, _Index] = {}

    def having(self, column: str, values: Iterable[str]) -> Places:
        """The rows of which a column has one of the values, or carries one where it is a list, in their order."""
        if self._taken and column not in self._indexes:
            whole, rows = self._taken
            return np.flatnonzero(np.isin(rows, whole.having(column, values)))
        return self._index(column).having(values)

    def values(self, column: str, rows: NDArray[np.bool_]) -> set[str]:
        """The values of a column (of a list: what is in it) in these rows: true or false, of every row."""
        return self._index(column).there(rows)

    def all_having(self, terms: Iterable[tuple[str, tuple[str, ...]]]) -> Places | None:
        """The rows for which every term holds; nothing where there is no term: all of them."""
        found: Places | None = None
        for column, values in terms:
            own = self.having(column, values)
            found = own if found is None else np.intersect1d(found, own, assume_unique=True)
        return found

    def _index(self, column: str) -> _Index:
        if column not in self._indexes:
            found = self.table[column].combine_chunks()
            whole = found.combine_chunks() if isinstance(found, pa.ChunkedArray) else found
            self._indexes[column] = _Index.of(whole)
        return self._indexes[column]

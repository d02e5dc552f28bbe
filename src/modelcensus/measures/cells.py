"""Who is added up with whom: the repositories of a large ledger by some columns of the catalog, as numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from modelcensus.engine import Engine
from modelcensus.measures.finding import Found

CELLS = """
    select {parts}count(*) as size, list(ordinal) filter (ordinal is not null) as ordinals
    from told_repositories where {where} group by all
"""


@dataclass(frozen=True)
class CellTable:
    """The cells: what they are of (`parts`, and `size`: how many repositories), and by ordinal which one (from 1 on;
    0: out of scope)."""

    parts: pa.Table
    of: NDArray[np.integer]

    @classmethod
    def read(cls, engine: Engine, count: int, parts: Mapping[str, str], where: str) -> CellTable:
        """The cells by these parts (name -> SQL over the catalog) of whoever `where` names, among `count` ordinals."""
        listed = "".join(f"{sql} as {name}, " for name, sql in parts.items())
        found = engine.fetch(engine.query("cells", CELLS.format(parts=listed, where=where), keep=False))
        of = np.zeros(count, np.min_scalar_type(len(found) + 1))
        members = found["ordinals"].combine_chunks()
        numbers = np.repeat(np.arange(1, len(found) + 1, dtype=of.dtype), np.diff(members.offsets.to_numpy()))
        of[members.flatten().to_numpy()] = numbers
        return cls(found.drop_columns("ordinals"), of)

    @cached_property
    def found(self) -> Found:
        """Where the values of the parts stand."""
        return Found(self.parts)

    def coarser(self, names: Sequence[str]) -> tuple[CellTable, NDArray[np.int64]]:
        """The cells by these parts alone (none of them a list), and of every cell which of those it is in, from 0 on."""
        code = np.zeros(len(self.parts), np.int64)
        for name in names:
            column = self.parts[name].combine_chunks().dictionary_encode("encode")
            code = code * (len(column.dictionary) + 1) + column.indices.to_numpy(zero_copy_only=False)
        _, first, into = np.unique(code, return_index=True, return_inverse=True)
        size = np.bincount(into, self.parts["size"].to_numpy(), len(first)).astype(np.int64)
        parts = pa.table({**{n: self.parts[n].take(pa.array(first)) for n in names}, "size": size})
        number = np.append(0, into + 1).astype(np.min_scalar_type(len(first) + 1))
        return CellTable(parts, number[self.of]), into

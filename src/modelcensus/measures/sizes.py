"""How many repositories a scope has of each name, counted once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pyarrow as pa

from modelcensus.engine import DuckDBEngine
from modelcensus.measures.finding import Found
from modelcensus.measures.frame import Terms, terms_sql

if TYPE_CHECKING:
    from modelcensus.catalog import Scope
    from modelcensus.measures.census import Census

MOST = 200
"""Tables of them that stay in memory."""
SIZES = "select {dimensions}count(*) as size from catalog where {where} group by all"


class Sizes:
    """The numbers of repositories of one census that were asked for last."""

    def __init__(self, census: Census) -> None:
        self._census = census
        self._kept: dict[tuple[str, tuple[str, ...]], Found] = {}

    def of(self, scope: Scope, terms: Terms, keys: Sequence[str]) -> dict[tuple[object, ...], int] | None:
        """How many repositories of the scope have one of the values of every term, as `rows` asks; nothing where it has to
        look itself."""
        among = [t for t in terms if t[0] == "repository"]  # a table of all of them would be as long as the catalog
        where = f"({scope.where}) and {terms_sql(among)}" if among else scope.where
        used = tuple(sorted({*keys, *(d for d, _ in terms)}))
        if "span" in used or "age" in used:
            return None
        if (where, used) not in self._kept:
            chosen = "".join(f"{d}, " for d in used)
            engine = self._census.engine
            assert isinstance(engine, DuckDBEngine)
            sql = SIZES.format(dimensions=chosen, where=where)
            while len(self._kept) >= MOST:
                del self._kept[next(iter(self._kept))]
            self._kept[where, used] = Found(engine.over(sql, {}))
        found = self._kept[where, used]
        rows = found.all_having(terms)
        if not keys:
            counted = found.table["size"].to_numpy()
            return {(): int((counted if rows is None else counted[rows]).sum())}
        table = found.table if rows is None else found.table.take(pa.array(rows))
        sizes: dict[tuple[object, ...], int] = {}
        columns = [table[k].to_pylist() for k in keys]
        for *key, size in zip(*columns, table["size"].to_pylist(), strict=True):
            sizes[tuple(key)] = sizes.get(tuple(key), 0) + size
        return sizes

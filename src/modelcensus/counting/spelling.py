"""The repositories that a log has counters of, by number: each is written as it was first, whatever the letters later."""

import numpy as np
import pyarrow as pa

from modelcensus.engine import Tables

KNOWN = """
    select cast(row_number() over (order by repository) as integer) as id, key, repository
    from (select key, min(repository) as repository from ({rows}) group by key)
"""
NEW = """
    select {known} + cast(row_number() over (order by repository) as integer) as id, key, repository from (
        select n.key, coalesce(min(l.repository), min(n.repository)) as repository
        from names n left join libraries l using (key) anti join spelled using (key) group by n.key)
"""
NUMBERS = "select n.id as asked, s.id from names n join spelled s using (key)"


class Spelling:
    """Numbers of repositories, from 1; `series`: tables with the columns key and repository of those that have counters.

    Keeps the table `spelled` (id, key). Needs `libraries` (key, repository as the ledger has it).
    """

    def __init__(self, engine: Tables, *series: str) -> None:
        self.engine = engine
        rows = " union all ".join(f"select key, repository from {name}" for name in series)
        self._names: list[pa.StringArray] = [pa.array([""])]
        engine.make("spelled", "select 0::integer as id, '' as key where false")
        self._add(KNOWN.format(rows=rows))

    def __len__(self) -> int:
        return sum(map(len, self._names)) - 1

    def learn(self) -> None:
        """Number those of `names` (id as asked, key, repository as asked), and make the table `numbers`: asked, id."""
        self._add(NEW.format(known=len(self)))
        self.engine.make("numbers", NUMBERS)

    def names(self, ids: np.ndarray) -> pa.StringArray:
        """What repositories are called."""
        if len(self._names) > 1:
            self._names = [pa.concat_arrays(self._names)]
        return self._names[0].take(pa.array(ids))

    def _add(self, sql: str) -> None:
        self.engine.make("spelled_new", sql)
        self._names += self.engine.arrow("select repository from spelled_new order by id")["repository"].chunks
        self.engine.connection.execute("insert into spelled select id, key from spelled_new")
        self.engine.drop("spelled_new")

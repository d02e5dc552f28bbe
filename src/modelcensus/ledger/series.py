"""What the ledger holds of one series: its complete snapshots, and what each of them listed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa

from modelcensus.ledger.manifest import Manifest
from modelcensus.vocabulary import LedgerError, Rows

if TYPE_CHECKING:
    import pyarrow.dataset as pads

STATE = """
    create table {name} as
    select repository, arg_max(coalesce(o.value, -1), c.place) as value, arg_max(o.hub_id, c.place) as hub_id
    from read_parquet({files}, union_by_name = true, hive_partitioning = false) o
    join {name}_chain c using (batch_id, observed_from, observed_on, batch)
    where o.counter = '{counter}' {only}
    group by repository
"""
"""What a source says of each repository after a chain of snapshots; a value of -1: not listed."""


@dataclass(frozen=True)
class Snapshot:
    """One reading of a whole source. `since`: its rows stand for what changed since that day; none: for all."""

    counter: str
    observed_from: date
    observed_on: date
    batch: str
    since: date | None
    listed: int

    @property
    def time(self) -> tuple[date, date, str]:
        """In the order of the readings."""
        return self.observed_on, self.observed_from, self.batch


class Series:
    """The batches of one name and channel, in the order of their commits; `db` computes what they say."""

    def __init__(self, db: duckdb.DuckDBPyConnection, root: Path, manifests: Sequence[Manifest]) -> None:
        self.db, self.root, self.manifests = db, root, manifests
        self.snapshots = self._listed()

    def of(self, counter: str) -> list[Snapshot]:
        """The complete snapshots of a counter, in order."""
        return [s for s in self.snapshots if s.counter == counter]

    def alone(self, snapshot: Snapshot) -> bool:
        """Whether nothing else was read of the counter on its day: `since` names a day."""
        files = self._files([snapshot.observed_on])
        times = self.db.execute(
            f"select distinct observed_from, batch from read_parquet({sql_list(files)}, union_by_name = true,"
            f" hive_partitioning = false) where counter = '{snapshot.counter}' limit 2"
        ).fetchall() if files else []  # fmt: skip
        return all(t == (snapshot.observed_from, snapshot.batch) for t in times)

    def chain(self, snapshot: Snapshot) -> list[Snapshot]:
        """The snapshots that it stands on, from one that says everything to itself; LedgerError where one is missing."""
        found = [snapshot]
        of = self.of(snapshot.counter)
        while (since := found[-1].since) is not None:
            # The last of a day, as flows read `since` (flows/intake.py)
            base = max((s for s in of if s.observed_on == since), key=lambda s: s.time, default=None)
            if base is None:
                raise LedgerError(
                    f"the {snapshot.counter} snapshot of {since}, on which that of {found[-1].observed_on} stands, is missing",
                    where=str(self.root),
                    remedy="import it again, or bring its manifest back (`modelcensus doctor` lists what was set aside)",
                )
            found.append(base)
        return found[::-1]

    def whole(self, snapshot: Snapshot) -> bool:
        """Whether all that it stands on is there."""
        try:
            return bool(self.chain(snapshot))
        except LedgerError:
            return False

    def weight(self, chain: Sequence[Snapshot]) -> tuple[int, int]:
        """Rows stored of the first snapshot of a chain, and of the others, whatever the counter."""
        rows = [
            sum(f.rows for m in self.manifests for f in m.files if f.path.startswith(_folder(s.observed_on)))
            for s in chain
        ]
        return rows[0], sum(rows[1:])

    def state(self, name: str, snapshot: Snapshot, only: str = "") -> None:
        """Make the table `name` (repository, value, hub_id) of what a snapshot says; `only` adds a condition."""
        chain = self.chain(snapshot)
        rows = [
            (m.id, s.observed_from, s.observed_on, s.batch, place * 1_000_000 + order)
            for place, s in enumerate(chain)
            for order, m in enumerate(self.manifests)
        ]
        self.db.execute(
            f"create table {name}_chain (batch_id varchar, observed_from date, observed_on date, batch varchar,"
            " place bigint)"
        )
        self.db.executemany(f"insert into {name}_chain values (?, ?, ?, ?, ?)", rows)
        files = self._files([s.observed_on for s in chain])
        if not files:
            self.db.execute(f"create table {name} (repository varchar, value bigint, hub_id varchar)")
            return
        self.db.execute(STATE.format(name=name, files=sql_list(files), counter=snapshot.counter, only=only))

    def rows_of(self, snapshot: Snapshot) -> str:
        """SQL of the repositories that have a row of their own in a snapshot."""
        files = self._files([snapshot.observed_on])
        if not files:
            return "select null::varchar as repository where false"
        tag = snapshot.batch.replace("'", "''")
        return (
            f"select repository from read_parquet({sql_list(files)}, union_by_name = true, hive_partitioning = false)"
            f" where counter = '{snapshot.counter}' and observed_from = date '{snapshot.observed_from}'"
            f" and observed_on = date '{snapshot.observed_on}' and batch = '{tag}'"
        )

    def facts(self, since: date | None = None) -> list[tuple[str, int]]:
        """The files of facts of the batches that cover `since` or later days, with the order of their commits."""
        return [
            (str(self.root / f.path), order)
            for order, m in enumerate(self.manifests)
            for f in m.files
            if f.table == "facts" and (since is None or m.last_day is None or m.last_day >= since.isoformat())
        ]

    def _files(self, days: Sequence[date]) -> list[str]:
        wanted = tuple(_folder(d) for d in days)
        return [
            str(self.root / f.path)
            for m in self.manifests
            for f in m.files
            if f.table == "observations" and f.path.startswith(wanted)
        ]

    def _listed(self) -> list[Snapshot]:
        """The snapshots that have a listing; of one that has two, the later counts."""
        files = [(str(self.root / f.path), m.id) for m in self.manifests for f in m.files if f.table == "listings"]
        found: dict[tuple[str, date, date, str], Snapshot] = {}
        order = {m.id: i for i, m in enumerate(self.manifests)}
        rows = self.db.execute(
            f"select counter, observed_from, observed_on, batch, since, listed, batch_id"
            f" from read_parquet({sql_list([f for f, _ in files])}, union_by_name = true, hive_partitioning = false)"
        ).fetchall() if files else []  # fmt: skip
        for *key, since, listed, _ in sorted(rows, key=lambda r: order[r[6]]):
            found[tuple(key)] = Snapshot(*key, since, listed)  # type: ignore[index]
        return sorted(found.values(), key=lambda s: (s.counter, s.time))


def look_at(db: duckdb.DuckDBPyConnection, name: str, rows: Rows) -> None:
    """Give rows a name in a database; files are read by the database itself, which reads little ahead."""
    if files := files_of(rows):
        db.execute(f"create view {name} as select * from read_parquet({sql_list(files)})")
    else:
        db.register(name, rows)


def files_of(rows: Rows) -> list[str]:
    """The files that rows lie in; none where they are in memory."""
    return [] if isinstance(rows, pa.Table) else getattr(rows, "files", [])


def in_files(paths: Sequence[str | Path], schema: pa.Schema) -> pads.FileSystemDataset:
    """Rows that lie in Parquet files."""
    import pyarrow.dataset as pads  # see vocabulary/batches.py

    return pads.dataset(list(paths), schema=schema, format="parquet")


def _folder(day: date) -> str:
    return f"observations/observed_on={day}/"


def sql_list(files: Sequence[str]) -> str:
    """File names as a list in SQL."""
    return "[" + ", ".join("'" + f.replace("'", "''") + "'" for f in files) + "]"

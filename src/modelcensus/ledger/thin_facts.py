"""Facts in sparse storage: a row where a repository came, or where its series says something else of it than before.

A row stands until the next one of its repository in the series. A row is stored too where another series has stated
something since, so that the newest statement stays the newest.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from modelcensus.ledger.manifest import Manifest
from modelcensus.ledger.series import Series, files_of, in_files, look_at, sql_list
from modelcensus.vocabulary import FACTS, Rows

if TYPE_CHECKING:
    import pyarrow.dataset as pads

SAID = [n for n in FACTS.names if n not in ("repository", "observed_on")]

PREVIOUS = """
    create table {name} as
    select repository, arg_max(print, (observed_on, place)) as print, max(observed_on) as observed_on
    from (select f.repository, {said} as print, f.observed_on, p.place
          from read_parquet({files}, union_by_name = true, hive_partitioning = false, filename = true) f
          join {name}_places p on p.file = f.filename
          where f.observed_on <= date '{until}')
    group by repository
"""
"""The newest row of each repository up to a day, as a digest: DuckDB's own hashes of like texts are too often the same."""

GIVEN = "create table prints as select f.repository, {said} as print from given_facts f"

WANTED = """
    create table wanted as
    select repository from prints anti join previous using (repository, print)
    union
    select repository from prints anti join was using (repository)
    union
    select o.repository from others o join previous p using (repository) where o.observed_on >= p.observed_on
"""

RESTATED = """
    with changed as (
        select s.repository, p.observed_on from stored_facts s join before p on p.repository = s.repository
        join now n on n.repository = s.repository
        where p.print <> {said} and n.value >= 0
          and s.repository not in (select repository from since)),
    rows as (
        select f.*, p.place from read_parquet({files}, union_by_name = true, hive_partitioning = false, filename = true) f
        join before_places p on p.file = f.filename
        join changed c on c.repository = f.repository and c.observed_on = f.observed_on
        qualify row_number() over (partition by f.repository order by p.place desc) = 1)
    select {columns} from rows
"""


def thin_facts(series: Series, facts: Rows, day: date, others: Sequence[Manifest], root: Path, folder: Path) -> Rows:
    """The facts to be stored; needs the table `was` (repository: those that the source listed before)."""
    files = series.facts()
    if not files:
        return facts
    db = series.db
    look_at(db, "given_facts", facts)
    _previous(series, "previous", files, day)
    elsewhere = [str(root / f.path) for m in others for f in m.files if f.table == "facts"]
    db.execute("create table others (repository varchar, observed_on date)")
    if elsewhere:
        db.execute(
            f"insert into others select repository, max(observed_on) from read_parquet({sql_list(elsewhere)},"
            f" union_by_name = true, hive_partitioning = false) where observed_on <= date '{day}' group by 1"
        )
    db.execute(GIVEN.format(said=_said("f")))
    db.execute(WANTED)
    for done in ("prints", "previous", "others", "was"):
        db.execute(f"drop table {done}")
    files_given = files_of(facts)
    parts = [f"read_parquet({sql_list([f])})" for f in files_given] or ["given_facts"]
    stored = []
    for number, part in enumerate(parts):  # one after the other: wide rows of all of them would wait in memory
        sql = f"select f.* from {part} f semi join wanted using (repository)"
        stored += _written(series, sql, folder / f"facts{number}.parquet").files
    return in_files(stored, FACTS.arrow)


def restated_facts(series: Series, stored: Rows, day: date, folder: Path) -> list[Rows]:
    """Of facts that come between two snapshots: what the later one said without rows of its own."""
    # one that stands on what was lost says again what it said when that is back, in this batch or a later one
    later = [s for s in series.snapshots if s.observed_on > day and series.whole(s)]
    files = series.facts()
    if not later or not files:
        return []
    following = min(s.observed_on for s in later)
    db = series.db
    look_at(db, "stored_facts", stored)
    _previous(series, "before", files, day)
    tables = []
    for number, snapshot in enumerate(s for s in later if s.observed_on == following):
        series.state(f"later{number}", snapshot, "and repository in (select repository from stored_facts)")
        tables.append(f"select repository, value from later{number}")
    db.execute(
        f"create table now as select repository, max(value) as value from ({' union all '.join(tables)}) group by 1"
    )
    db.execute(
        f"create table since as select distinct repository from read_parquet({sql_list([f for f, _ in files])},"
        f" union_by_name = true, hive_partitioning = false)"
        f" where observed_on > date '{day}' and observed_on <= date '{following}'"
    )
    columns = ", ".join(f"date '{following}' as observed_on" if n == "observed_on" else n for n in FACTS.names)
    sql = RESTATED.format(said=_said("s"), files=sql_list([f for f, _ in files]), columns=columns)
    return [_written(series, sql, folder / "restated.parquet")]


def _previous(series: Series, name: str, files: Sequence[tuple[str, int]], until: date) -> None:
    db = series.db
    db.execute(f"create table {name}_places (file varchar, place bigint)")
    db.executemany(f"insert into {name}_places values (?, ?)", list(files))
    db.execute(PREVIOUS.format(name=name, said=_said("f"), files=sql_list([f for f, _ in files]), until=until))


def _said(table: str) -> str:
    """A digest of what a row says."""
    return f"md5_number(row({', '.join(f'{table}.{n}' for n in SAID)})::varchar)"


def _written(series: Series, sql: str, path: Path) -> pads.FileSystemDataset:
    series.db.execute(
        f"copy (select {', '.join(FACTS.names)} from ({sql})) to '{path}' (format parquet, row_group_size 30000)"
    )
    return in_files([path], pa.schema(FACTS.arrow))

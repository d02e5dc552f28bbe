"""Sparse storage: of a complete snapshot only what changed since the one before it in its series is stored.

A listing (table `listings`) says so, and since which day; what a snapshot says is then what the earlier one says with
its rows laid over it, a null for a repository that is no longer listed. What others stand on never changes under
them: where a batch adds to such a snapshot, it also restates, in those that stand on it, what they said.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pyarrow as pa

from modelcensus.engine import WorkFolder, bounded_database
from modelcensus.ledger.manifest import Manifest
from modelcensus.ledger.series import Series, Snapshot, in_files, look_at
from modelcensus.ledger.thin_facts import restated_facts, thin_facts
from modelcensus.vocabulary import FACTS, LISTINGS, OBSERVATIONS, Batch, Rows

WHOLE_AGAIN = 8
"""A snapshot is stored whole when those since the last whole one hold that many times its rows: what a snapshot says is
then never far to seek, for an eighth more rows."""
WORTH = 0.8
"""Part of the rows that must at most be left for a snapshot not to be stored whole."""
LIKE = 0.5
"""A snapshot can stand on one that listed at least that part of as many repositories: not on one of a few."""

CHANGED = """
    select n.repository, n.hub_id, n.counter, n.value, n.observed_from, n.observed_on, n.batch, n.period_start
    from (select * from given where counter = '{counter}') n left join {state} s using (repository)
    where s.repository is null or s.value <> n.value or (n.hub_id is not null and n.hub_id is distinct from s.hub_id)
      or n.repository in ({own})
    union all
    select s.repository, s.hub_id, '{counter}', null, date '{observed_from}', date '{observed_on}', '{batch}', null
    from {state} s anti join (select repository from given where counter = '{counter}') n using (repository)
    where s.value >= 0 and s.repository not in ({own})
"""
"""`own`: repositories of which something was read at that time before; then the later batch counts, moved or not."""

RESTATED = """
    with after as ({after})
    select repository, any_value(b.hub_id) as hub_id, '{counter}' as counter,
           any_value(case when b.value >= 0 then b.value end) as value, date '{observed_from}' as observed_from,
           date '{observed_on}' as observed_on, '{batch}' as batch, null::date as period_start
    from after a full join {state} b using (repository)
    where coalesce(a.value, -1) <> coalesce(b.value, -1)
      and repository not in (select repository from {state}_own)
    group by repository
"""
"""What a snapshot said, where the one that it stands on no longer says it, and it has no row of its own."""


@dataclass
class _Work:
    """One batch on its way into a series."""

    series: Series
    batch: Batch
    folder: Path
    parts: list[str]
    listings: list[dict]
    notes: list[str]
    knew: frozenset[tuple[str, tuple[date, date, str]]]
    """Counters and times of snapshots that were taken with the batch there, which was lost since: they said what they say now."""
    lost: Collection[date]

    def __post_init__(self) -> None:
        self.db = self.series.db
        self._tables = 0

    def table(self) -> str:
        """A new name."""
        self._tables += 1
        return f"state{self._tables}"


def meets(root: Path, manifests: Sequence[Manifest], batch: Batch) -> bool:
    """Whether a snapshot of some batches stands on a day of another one of their series, or may be one that these stand on: it is
    not of a later day."""
    rows, same = batch.tables.get("observations"), _alike(manifests, batch)
    if rows is None or not any(f.table == "listings" for m in same for f in m.files):
        return False
    folder = WorkFolder(root)
    db = bounded_database(folder.path)
    look_at(db, "given", rows)
    read = db.execute("select distinct observed_on from given where counter <> 'period'").fetchall()
    days = {day for (day,) in read}
    last = max(days, default=date.min)
    return any(s.since in days or s.observed_on <= last for s in Series(db, root, same).snapshots)


def thinned(
    root: Path,
    manifests: Sequence[Manifest],
    batch: Batch,
    knew: Collection[str] = (),
    lost: Collection[date] = (),
) -> Batch:
    """The batch as it is stored: thinned where it is complete, with what it must restate of later snapshots; not of those of
    batches that knew it, since it was there before. On a day of which something was lost that may come back nothing stands."""
    rows, same = batch.tables.get("observations"), _alike(manifests, batch)
    if rows is None or not (batch.complete or any(f.table == "listings" for m in same for f in m.files)):
        return batch
    folder = WorkFolder(root)
    db = bounded_database(folder.path)
    look_at(db, "given", rows)
    known_to = Series(db, root, [m for m in same if m.id in knew]).snapshots
    work = _Work(
        Series(db, root, same), batch, folder.path, [], [], [], frozenset((s.counter, s.time) for s in known_to), lost
    )
    read = [
        Snapshot(counter, earliest, latest, tag, None, listed)
        for counter, earliest, latest, tag, listed in db.execute(
            "select counter, observed_from, observed_on, batch, count(*) from given"
            " where counter <> 'period' group by all order by all"
        ).fetchall()
    ]
    known = {(s.counter, s.time) for s in work.series.snapshots}
    single = len({s.time for s in read}) == 1
    facts = batch.tables.get("facts", FACTS.arrow.empty_table())
    db.execute("create table was (repository varchar)")
    standing: list[bool] = []
    for snapshot in read:
        if batch.complete and single and (snapshot.counter, snapshot.time) not in known:
            standing.append(_thin(work, snapshot))
        else:
            work.parts.append(f"select * from given where counter = '{snapshot.counter}' and {_at(snapshot)}")
    work.parts.append("select * from given where counter = 'period'")
    for snapshot in read:
        _restate(work, snapshot)
    tables = dict(batch.tables)
    if standing:
        others = [m for m in manifests if m not in same]
        stored = facts
        if all(standing):
            stored = thin_facts(work.series, facts, read[0].observed_on, others, root, folder.path)
        restated = restated_facts(work.series, stored, read[0].observed_on, folder.path)
        tables["facts"] = _together([stored, *restated])
        tables["listings"] = pa.Table.from_pylist(work.listings, schema=LISTINGS.arrow)
    tables["observations"] = _written(work)
    return replace(batch, tables=tables, took=(*batch.took, *work.notes), folder=(folder, batch.folder))


def _thin(work: _Work, snapshot: Snapshot) -> bool:
    """Take what changed of a snapshot, or all of it; says whether it stands on one before it."""
    base = _base(work.series, snapshot, work.lost)
    where = f"counter = '{snapshot.counter}'"
    if base is not None:
        state = work.table()
        work.series.state(state, base)
        times = {"observed_from": snapshot.observed_from, "observed_on": snapshot.observed_on}
        sql = CHANGED.format(
            counter=snapshot.counter, state=state, batch=snapshot.batch.replace("'", "''"),
            own=work.series.rows_of(snapshot), **times,
        )  # fmt: skip
        kept = work.folder / f"{state}.parquet"
        work.db.execute(f"copy ({sql}) to '{kept}' (format parquet)")
        work.db.execute(f"insert into was select repository from {state} where value >= 0")
        work.db.execute(f"drop table {state}")
        ((changed,),) = work.db.execute(f"select count(*) from '{kept}'").fetchall()
        if changed <= WORTH * snapshot.listed:
            work.parts.append(f"select * from '{kept}'")
            work.notes.append(
                f"{snapshot.counter}: {changed:,} rows where something changed since {base.observed_on},"
                f" of {snapshot.listed:,} listed"
            )
        else:
            base = None
    if base is None:
        work.parts.append(f"select * from given where {where}")
    work.listings.append(
        {
            "counter": snapshot.counter,
            "observed_from": snapshot.observed_from,
            "observed_on": snapshot.observed_on,
            "batch": snapshot.batch,
            "since": base.observed_on if base else None,
            "listed": snapshot.listed,
        }
    )
    return base is not None


def _base(series: Series, snapshot: Snapshot, lost: Collection[date]) -> Snapshot | None:
    """The snapshot that another can stand on: the last one before it of about as many, unless it is far to seek, or stands
    on a day of which something was lost."""
    earlier = [s for s in series.of(snapshot.counter) if s.observed_on < snapshot.observed_on]
    for found in reversed(earlier):
        if found.listed >= LIKE * snapshot.listed and series.alone(found):
            if not series.whole(found):  # what it stands on was lost
                return None
            chain = series.chain(found)
            if any(s.observed_on in lost for s in chain):
                return None
            whole, since = series.weight(chain)
            return found if since <= WHOLE_AGAIN * whole else None
    return None


def _restate(work: _Work, snapshot: Snapshot) -> None:
    """Where others stand on the day of a snapshot that the batch adds to, take what they said and now would not."""
    day = [s for s in work.series.of(snapshot.counter) if s.observed_on == snapshot.observed_on]
    standing = [
        s
        for s in work.series.of(snapshot.counter)
        if s.since == snapshot.observed_on and (s.counter, s.time) not in work.knew
    ]
    if not day or not standing:
        return
    before, last = work.table(), max(day, key=lambda s: s.time)
    work.series.state(before, last)
    added = f"select repository, value from given where counter = '{snapshot.counter}' and {_at(snapshot)}"
    if snapshot.time == last.time:
        after = f"{added} union all select repository, value from {before} anti join ({added}) using (repository)"
    elif snapshot.time > last.time:
        after = added
    else:
        return
    for later in standing:
        own = work.series.rows_of(later)
        work.db.execute(f"create or replace table {before}_own as {own}")
        sql = RESTATED.format(
            after=after, counter=later.counter, state=before, batch=later.batch.replace("'", "''"),
            observed_from=later.observed_from, observed_on=later.observed_on,
        )  # fmt: skip
        name = work.table()
        work.db.execute(f"create table {name} as {sql}")
        ((count,),) = work.db.execute(f"select count(*) from {name}").fetchall()
        if count:
            work.parts.append(f"select * from {name}")
            work.notes.append(
                f"{later.counter}: {count:,} rows of {later.observed_on} restated, as they stood on"
                f" {snapshot.observed_on}"
            )


def _alike(manifests: Sequence[Manifest], batch: Batch) -> list[Manifest]:
    """Those of the series of a batch."""
    return [m for m in manifests if (m.name, m.channel) == (batch.name, batch.channel)]


def _at(snapshot: Snapshot) -> str:
    tag = snapshot.batch.replace("'", "''")
    return (
        f"observed_from = date '{snapshot.observed_from}' and observed_on = date '{snapshot.observed_on}'"
        f" and batch = '{tag}'"
    )


def _written(work: _Work) -> Rows:
    """All rows to be stored, in the order of observations."""
    path = work.folder / "observations.parquet"
    parts = " union all ".join(f"select {', '.join(OBSERVATIONS.names)} from ({p})" for p in work.parts)
    work.db.execute(
        f"copy (select * from ({parts}) order by observed_on, batch, counter, repository, observed_from, period_start)"
        f" to '{path}' (format parquet, row_group_size 60000)"
    )
    return in_files([path], OBSERVATIONS.arrow)


def _together(parts: Sequence[Rows]) -> Rows:
    import pyarrow.dataset as pads  # see vocabulary/batches.py

    return pads.dataset([pads.dataset(p) if isinstance(p, pa.Table) else p for p in parts])

"""The snapshots of each source in their order: which days they speak of, and what their rows stand for."""

from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from statistics import median

import pyarrow as pa

from modelcensus.engine import Engine

EPOCH = date(1970, 1, 1).toordinal()

COUNTED = """
    select batch_id, counter, observed_from, observed_on, batch, count(*) as rows from observations
    where {batches} group by all order by all
"""
SPOKEN = """
    with said as (
        select * from counted
        union all  -- a snapshot in which nothing changed has no rows, but a listing
        select batch_id, counter, observed_from, observed_on, batch, 0 from listings)
    select b.name as series, o.counter, o.observed_from, o.observed_on, o.batch,
           cast(sum(o.rows) as bigint) as rows, min(o.batch_id) as batch_id, max(o.batch_id) as last_batch_id
    from said o join batches b using (batch_id) where b.channel = '{channel}' group by all
"""

SNAPSHOTS = """
    select s.*, l.since, l.listed,
           row_number() over (partition by s.series, s.counter order by s.observed_on, s.observed_from, s.batch)
               as snapshot
    from spoken s left join (
        select b.name as series, l.* exclude (batch_id) from listings l join batches b using (batch_id)
        where b.channel = '{channel}'
        qualify row_number() over (partition by series, l.counter, l.observed_from, l.observed_on, l.batch
                                   order by b.committed_at desc, batch_id desc) = 1) l
      using (series, counter, observed_from, observed_on, batch)
"""
"""`since`: rows stand for what changed since that day's snapshot; null: for every repository that was listed."""

SUPERSEDED = """
    select o.*, b.name as series from observations o join batches b using (batch_id)
    where b.channel = '{channel}'
"""
LATEST = """
    qualify row_number() over (
        partition by b.name, o.counter, o.repository, o.observed_from, o.observed_on, o.batch, o.period_start
        order by b.committed_at desc, o.batch_id desc) = 1
"""


@dataclass(frozen=True)
class Snapshot:
    """One reading of a whole source. Days are days since 1970."""

    series: str
    counter: str
    number: int
    day_from: int
    day: int
    batch: str
    since: int | None
    rows: int
    batch_id: str

    @property
    def source(self) -> tuple[str, str]:
        """What is folded together."""
        return self.series, self.counter


Counted = dict[str, list[tuple[str, str, str, str, int]]]
"""Rows of a batch by counter, observed_from, observed_on and batch."""


def build_calendar(engine: Engine, channel: str, known: Counted | None = None) -> list[Snapshot]:
    """Register `spoken`, `snapshots` and `superseded` (a later batch replaces what an earlier one said of the same
    counter at the same time); returns the snapshots in the order of their days.

    `known` are the rows of batches that were counted before; those counted now are put into it.
    """
    quoted = channel.replace("'", "''")
    if not engine.has("listings"):
        engine.query(
            "listings",
            "select * from (select null::varchar as counter, null::date as observed_from,"
            " null::date as observed_on, '' as batch, null::date as since, 0::bigint as listed,"
            " '' as batch_id) where false",
            keep=False,
        )
    _count(engine, quoted, {} if known is None else known)
    engine.query("spoken", SPOKEN.format(channel=quoted))
    engine.query("snapshots", SNAPSHOTS.format(channel=quoted))
    twice = engine.rows("select count(*) as n from spoken where batch_id <> last_batch_id")[0]["n"]
    engine.query("superseded", SUPERSEDED.format(channel=quoted) + (LATEST if twice else ""), keep=bool(twice))
    rows = engine.rows("select * from snapshots order by observed_on, observed_from, series, counter, snapshot")
    return [
        Snapshot(
            r["series"], r["counter"], r["snapshot"], days(r["observed_from"]), days(r["observed_on"]), r["batch"],
            None if r["since"] is None else days(r["since"]), r["rows"],
            r["batch_id"] + r["last_batch_id"],
        )
        for r in rows
    ]  # fmt: skip


def _count(engine: Engine, channel: str, known: Counted) -> None:
    """Register `counted`: the rows of each batch, of which only new ones are read."""
    batches = [r["batch_id"] for r in engine.rows(f"select batch_id from batches where channel = '{channel}'")]
    new = [b for b in batches if b not in known]
    listed = ", ".join(f"'{b}'" for b in new)
    fresh = COUNTED.format(batches=f"batch_id in ({listed})" if known and new else "false" if known else "true")
    for row in engine.rows(fresh):
        key = row["counter"], str(row["observed_from"]), str(row["observed_on"]), row["batch"], row["rows"]
        known.setdefault(row["batch_id"], []).append(key)
    for batch in new:
        known.setdefault(batch, [])
    rows = [(b, *row) for b, counted in known.items() for row in counted]
    columns = list(zip(*rows, strict=True)) or [()] * 6
    days = [pa.array([date.fromisoformat(d) for d in columns[i]], pa.date32()) for i in (2, 3)]
    engine.register(
        "counted",
        pa.table(
            {
                "batch_id": pa.array(columns[0], pa.string()),
                "counter": pa.array(columns[1], pa.string()),
                "observed_from": days[0],
                "observed_on": days[1],
                "batch": pa.array(columns[4], pa.string()),
                "rows": pa.array(columns[5], pa.int64()),
            }
        ),
    )


def usual_step(snapshots: list[Snapshot]) -> float:
    """Median days between two snapshots of a source; 1 where there is one."""
    gaps = [max(b.day - a.day, 1) for a, b in pairwise(snapshots)]
    return float(median(gaps)) if gaps else 1.0


def days(day: date) -> int:
    """Days since 1970."""
    return day.toordinal() - EPOCH


def day_of(number: int) -> date:
    """The day that many days after the first of 1970."""
    return date.fromordinal(number + EPOCH)

"""Observations in the order in which each source made them, with what the events did to them.

Columns of `readings`: series, counter, repository, value (downloads), snapshot (ordinal within series and
counter), observed_from, observed_on (days, as stated), t_from, t_to (days between which the counter was
really computed), t_best (day used for estimates), previous (value at the series' reading before), event
(kind that touched the row, or null), aside (true: no observation any more).
"""

from datetime import date
from pathlib import Path

import pyarrow as pa

from modelcensus.engine import Engine
from modelcensus.flows.calendar import day_of
from modelcensus.flows.conflicts import build_conflicts
from modelcensus.flows.counters import Counters
from modelcensus.flows.renames import find_renames
from modelcensus.flows.said import build_said
from modelcensus.flows.spike_readings import register_spikes

ORDERED = """
    select s.series, s.counter, coalesce(m.repository, s.repository) as repository, s.value, s.snapshot,
           s.observed_from, s.observed_on, s.batch, s.period_start, s.repository as read_as,
           lag(s.value) over (partition by s.series, s.counter, coalesce(m.repository, s.repository)
                              order by s.snapshot) as previous
    from {said} s left join renames m on m.former = s.repository and m.joined
"""

MARKED = """
    select o.*,
           case when v.kind = 'rollback' then 'rollback'
                when v.kind in ('ahead', 'aside') then 'backlog'
                when v.kind in ('stall', 'half_stall') and o.value = o.previous then v.kind
                when v.kind = 'stall' and o.previous is null then v.kind
                when x.repository is not null then 'conflict'
                when f.repository is not null then 'freeze'
                when b.repository is not null then 'recount'
           end as event
    from {ordered} o
    left join verdicts v using (series, counter, snapshot)
    left join (select distinct repository, series, observed_on from conflicts) x on o.counter = 'all_time'
      and x.series = o.series and x.repository = o.read_as and x.observed_on = o.observed_on
    left join frozen f on f.series = o.series and f.counter = o.counter and f.repository = o.read_as
      and o.observed_on > f."from" and o.observed_on <= f."to" and o.value = f.value
    left join breaks b on b.series = o.series and b.counter = o.counter and b.repository = o.read_as
      and b."to" = o.observed_on
"""

REPAIRED = """
    select series, counter, repository, value, snapshot, observed_from, observed_on, batch, period_start, previous,
           observed_from as t_from, observed_on as t_to,
           observed_from + cast((observed_on - observed_from) // 2 as integer) as t_best,
           event, coalesce(event <> 'recount', false) as aside
    from {marked}
"""

RAW = """
    select series, counter, repository, value, snapshot, observed_from, observed_on, batch, period_start, previous,
           observed_on as t_from, observed_on as t_to, observed_on as t_best,
           cast(null as varchar) as event, false as aside
    from {as_read}
"""


def build_readings(engine: Engine, channel: str, edges: tuple[date, ...] = (), store: Path | None = None) -> Counters:
    """Fold a channel and register `readings` (events applied) and `readings_raw` (every row counts as read).

    Needs `observations`, `facts` and `batches`; also registers the steps by their names, so that explained SQL and
    `modelcensus doctor` show them.
    """
    counters = Counters(engine, channel, edges, store)
    engine.register("verdicts", _verdicts(counters))
    engine.register("frozen", _frozen(counters))
    engine.register("breaks", _breaks(counters))
    register_spikes(counters)
    counters.renames = find_renames(counters)
    engine.register("renames", _renames(counters))
    build_said(counters)
    build_conflicts(engine)
    _register(counters, keep=counters.small)
    return counters


def readings_of(counters: Counters, chosen: str) -> str:
    """Register the readings of a table of repositories alone, however large the ledger; gives the suffix of their
    names."""
    suffix = f"_of_{chosen}"
    build_said(counters, suffix, chosen)
    _register(counters, suffix, keep=True)
    return suffix


def _register(counters: Counters, suffix: str = "", *, keep: bool) -> None:
    """Of a small ledger one table is kept, `marked`, which has the columns of all."""
    names = {n: f"{n}{suffix}" for n in ("said", "ordered", "marked")}
    names["as_read"] = names["marked" if keep else "ordered"]
    for name, sql in {"ordered": ORDERED, "marked": MARKED, "readings": REPAIRED, "readings_raw": RAW}.items():
        counters.engine.query(f"{name}{suffix}", sql.format(**names), keep=keep and name == "marked")


def reading_table(repair: str) -> str:
    """The table of readings under a repair reading."""
    return "readings_raw" if repair == "none" else "readings"


def _verdicts(counters: Counters) -> pa.Table:
    rows = [
        (series, counter, number, kind)
        for (series, counter), done in counters.folded.items()
        for number, kind in done.state.verdicts.items()
    ]
    return _table(rows, series=pa.string(), counter=pa.string(), snapshot=pa.int64(), kind=pa.string())


def _frozen(counters: Counters) -> pa.Table:
    names = counters.ordinals.names()
    rows = [
        (series, counter, names[f.repository].as_py(), day_of(f.since), day_of(f.day), f.value, f.missed, f.snapshots)
        for (series, counter), done in counters.folded.items()
        for f in (*done.state.freezes, *done.standing)
    ]
    return _table(
        rows, series=pa.string(), counter=pa.string(), repository=pa.string(),
        **{"from": pa.date32(), "to": pa.date32()},
        value=pa.int64(), missed=pa.float64(), readings=pa.int64(),
    )  # fmt: skip


def _breaks(counters: Counters) -> pa.Table:
    names = counters.ordinals.names()
    rows = [
        (series, counter, names[b.repository].as_py(), day_of(b.since), day_of(b.day), b.before, b.after)
        for (series, counter), done in counters.folded.items()
        for b in done.state.breaks
    ]
    return _table(
        rows, series=pa.string(), counter=pa.string(), repository=pa.string(),
        **{"from": pa.date32(), "to": pa.date32()}, before=pa.int64(), after=pa.int64(),
    )  # fmt: skip


def _renames(counters: Counters) -> pa.Table:
    names = counters.ordinals.names()
    later = dict(counters.renamed)

    def last(repository: int) -> int:
        """The last name of a history that had several."""
        while repository in later:
            repository = later[repository]
        return repository

    rows = [
        (names[r.former].as_py(), names[last(r.repository) if r.joined else r.repository].as_py(), r.joined)
        for r in counters.renames
    ]
    return _table(rows, former=pa.string(), repository=pa.string(), joined=pa.bool_())


def _table(rows: list[tuple], **columns: pa.DataType) -> pa.Table:
    values = list(zip(*rows, strict=True)) or [()] * len(columns)
    return pa.table([pa.array(v, t) for v, t in zip(values, columns.values(), strict=True)], names=list(columns))


def fixed_panel_sql(readings: str, counter: str, boundaries: list[date]) -> str:
    """SQL of the repositories that one source read in the snapshot that decides each boundary: its last one
    up to that day, another one for each boundary."""
    listed = ", ".join(f"(date '{b}')" for b in boundaries)
    return f"""
        with edges as (
            select s.series, b.day, max(s.snapshot) as snapshot
            from snapshots s join (values {listed}) b(day) on s.observed_on <= b.day
            where s.counter = '{counter}' group by all)
        select r.repository from {readings} r
        join edges e on e.series = r.series and e.snapshot = r.snapshot
        where r.counter = '{counter}'
        group by r.repository, r.series having count(distinct e.snapshot) = {len(boundaries)}"""

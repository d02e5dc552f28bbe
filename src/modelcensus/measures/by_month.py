"""Quantities of a large ledger by month: its flows and what its repositories are, side by side, kept with it.

A request by month then reads the columns that it names, instead of joining millions of flows with millions of
repositories. What did not move at all comes as counts by the dimensions of the request.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import ibis.expr.types as ir
import pyarrow.parquet as pq

from modelcensus.engine import Engine, Latest, kept_folder
from modelcensus.flows import Levels, moved_file
from modelcensus.measures.ages import age_sql
from modelcensus.vocabulary.names import REPOSITORY_DIMENSIONS, ROOT_DIMENSIONS

if TYPE_CHECKING:
    from modelcensus.measures.level_sums import LevelSums

REPOSITORIES = "select o.ordinal, c.* from catalog c left join ordinals o using (repository) order by o.ordinal"
"""The catalog in the order of the flows; at its end whoever the channel never read."""

TOLD = """
    select m.*, {columns} from read_parquet('{path}') m
    join ordinals o using (ordinal) join catalog c using (repository)
"""

BROKEN = "select * from read_parquet('{path}') where broken"

MOVED = """
    select s.span, m.ordinal as unit, m.low, m.estimate, m.high, m.open, m.broken, m.instrument,
           cast(1 as bigint) as units, {columns}, {age} as age
    from {moved} m join spans_asked s on s.start_day = m.month where {where}
"""

QUIET = """
    select q.span, q.unit, q.instrument, cast(0 as bigint) as low, cast(0 as bigint) as estimate,
           cast(0 as bigint) as high, false as open, false as broken, q.units, {columns}, q.age
    from (
        select s.span, g.unit, g.instrument, cast(sum(g.units) as bigint) as units, {kept} {age} as age
        from (select first, last, instrument, {named}, count(*) as units, {unit} as unit from {quiet} where {where} group by all) g
        join spans_asked s on s.start_day between g.first and g.last group by all) q
"""

SUMMED = """
    select {span} as span, q.* exclude (least, likely, most), least as low, case when opened = 0 then likely end as estimate,
           case when opened = 0 then most end as high, coalesce(most, 0) as closed, opened > 0 as open, false as open_part
    from (
        select {kept} cast(sum(m.low) as bigint) as least, cast(sum(m.estimate) as bigint) as likely,
               cast(sum(m.high) as bigint) as most, count(*) - count(m.high) as opened,
               false as broken, count(m.high) as observed
        from {moved} m where {where} group by all) q
"""
"""What moved in one month; months are read one by one, for within one nothing has to be told apart by month. What is open
has no high, and what is broken stands apart: two columns less to look at."""

SUMMED_BROKEN = """
    select s.span, {kept} cast(0 as bigint) as low, cast(0 as bigint) as estimate, cast(0 as bigint) as high,
           cast(0 as bigint) as closed, false as open, cast(0 as bigint) as opened, true as broken,
           false as open_part, cast(0 as bigint) as observed
    from {broken} m join spans_asked s on s.start_day = m.month where {where} group by all
"""
"""Whose sums contain what befell a break of its series."""

SUMMED_QUIET = """
    select s.span, {kept} cast(0 as bigint) as low, cast(0 as bigint) as estimate, cast(0 as bigint) as high,
           cast(0 as bigint) as closed, false as open, cast(0 as bigint) as opened, false as broken,
           false as open_part, cast(sum(m.units) as bigint) as observed
    from (select first, last, {grouped}, count(*) as units from {quiet} where {where} group by all) m
    join spans_asked s on s.start_day between m.first and m.last group by all
"""

ROOTED = "case when repository in (select repository from shared_roots) then repository end as repository"
ONE = "case when any_value(repository) is not null then min(ordinal) end"
NAMED = "select m.*, o.repository from {table} m join ordinals o using (ordinal)"


FORMAT = 3
MOST_BYTES = max(300_000_000, min(2_000_000_000, os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 16))
"""Bytes that stay, a sixteenth of the machine's memory and at most 2 GB; what was asked for longest ago gives way."""


@dataclass(frozen=True)
class ByMonth:
    """What is kept: the first days of the months, the columns of the catalog beside the flows, what is known at the days
    between which spans can be added up, and sums of that."""

    months: tuple[date, ...]
    columns: tuple[str, ...]
    at: tuple[date, ...]
    levels: Levels
    sums: Latest[tuple[str, tuple[str, ...]], LevelSums]

    def covers(self, spans: Sequence[tuple[date, date]]) -> bool:
        """Whether each span is one of the months."""
        following = dict(zip(self.months, self.months[1:], strict=False))
        return bool(spans) and all(following.get(start) == end for start, end in spans)

    def reaches(self, spans: Sequence[tuple[date, date]]) -> bool:
        """Whether each span lies between two of the days."""
        return bool(spans) and all(start < end and {start, end} <= set(self.at) for start, end in spans)


def keep_by_month(
    engine: Engine, months: Sequence[date], at: Sequence[date], flows: Path, levels: Levels, folder: Path, key: str
) -> ByMonth:
    """Register `moved_told` (and a table of each month), `quiet_told` and `broken_told`: the flows kept in `flows` with
    the catalog's columns beside them, and `told_repositories`: the catalog by ordinal; all are written into the folder if
    they are not there."""
    columns = tuple(c for c in engine.table("catalog").columns if c != "repository")
    beside = ", ".join(f"c.{c}" for c in columns)

    def write(made: Path) -> None:
        for path in sorted(flows.glob("*.parquet")):
            engine.query("telling", TOLD.format(columns=beside, path=str(path).replace("'", "''")), keep=False)
            engine.save_parquet("telling", made / path.name)
        engine.query("telling", BROKEN.format(path=str(made / "moved-*.parquet").replace("'", "''")), keep=False)
        engine.save_parquet("telling", made / "broken.parquet")
        engine.query("telling", REPOSITORIES, keep=False)
        engine.save_parquet("telling", made / "repositories.parquet")
        engine.drop("telling")

    content = f"{FORMAT} {flows.name} {key}"
    target = kept_folder(folder / "told", hashlib.sha256(content.encode()).hexdigest()[:16], write)
    tables = (
        ("moved_told", "moved-*.parquet"),
        ("quiet_told", "quiet.parquet"),
        ("broken_told", "broken.parquet"),
        ("told_repositories", "repositories.parquet"),
    )
    for name, pattern in tables:
        paths = sorted(target.glob(pattern))
        engine.read_parquet(name, paths, pq.read_schema(paths[0]))
    for month in months[:-1]:
        path = moved_file(target, month)
        engine.read_parquet(_month_table(month), [path], pq.read_schema(path))
    return ByMonth(tuple(months), columns, tuple(at), levels, Latest(MOST_BYTES, lambda sums: sums.bytes))


def month_quantities(
    engine: Engine,
    kept: ByMonth,
    spans: Sequence[tuple[date, date]],
    where: str,
    dimensions: Collection[str],
    name: str,
    summed: bool = False,
) -> ir.Table:
    """Register quantities `name` of these months: a row per repository that moved, and rows that stand for `units`
    repositories that did not, by the dimensions; where only sums are wanted (`summed`), already added up by them, as
    `add_up` does."""
    listed = ", ".join(f"({i}, date '{start}')" for i, (start, _) in enumerate(spans))
    engine.query("spans_asked", f"select * from (values {listed}) s(span, start_day)")
    moved, quiet = "moved_told", "quiet_told"
    columns = list(kept.columns)
    rooted = bool(set(ROOT_DIMENSIONS) & set(dimensions))
    if rooted or "repository" in dimensions or "repository" in where:
        for table in (moved, quiet):
            engine.query(f"{table}_named", NAMED.format(table=table), keep=False)
        moved, quiet, columns = f"{moved}_named", f"{quiet}_named", [*columns, "repository"]
    named = [d for d in REPOSITORY_DIMENSIONS if d in dimensions and d in columns]
    told = [*named]
    if rooted and "repository" not in named:  # whoever has several roots is shared among them, one by one
        named, told = [*named, "repository"], [*named, ROOTED]
    aged, alone = "age" in dimensions, "repository" in named
    if summed and not rooted and not alone:
        return engine.query(name, _summed(spans, where, named, aged))
    grouped = ", ".join([*told, *(["released"] if aged else [])]) or "null as nothing"
    absent = [c for c in columns if c not in named]
    schema = engine.table(moved).schema()
    empty = ", ".join([*named, *(f"cast(null as {_sql(schema[c])}) as {c}" for c in absent)])
    parts = [
        MOVED.format(
            columns=", ".join(columns),
            moved=moved,
            where=where,
            age=age_sql("s.start_day", "m.released"),
        ),
        QUIET.format(
            columns=empty,
            kept="".join(f"g.{c}, " for c in named),
            named=grouped,
            quiet=quiet,
            where=where,
            unit=ONE if alone else "cast(null as integer)",
            age=age_sql("s.start_day", "g.released") if aged else "cast(null as varchar)",
        ),
    ]
    return engine.query(name, " union all by name ".join(f"({p})" for p in parts), keep=False)


def _summed(spans: Sequence[tuple[date, date]], where: str, named: Sequence[str], aged: bool) -> str:
    """SQL of the sums of these months by the dimensions `named`, and by age where `aged`."""
    by_id = "repository" in where

    def kept(start: str) -> str:
        return "".join(f"{k}, " for k in (*named, *([f"{age_sql(start, 'm.released')} as age"] if aged else [])))

    def table(stored: str) -> str:
        return f"({NAMED.format(table=stored)})" if by_id else stored

    months = [
        SUMMED.format(span=i, kept=kept(f"date '{start}'"), moved=table(_month_table(start)), where=where)
        for i, (start, _) in enumerate(spans)
    ]
    grouped = ", ".join([*named, *(["released"] if aged else [])]) or "null as nothing"
    quiet = SUMMED_QUIET.format(kept=kept("s.start_day"), grouped=grouped, quiet=table("quiet_told"), where=where)
    broken = SUMMED_BROKEN.format(kept=kept("m.month"), broken=table("broken_told"), where=where)
    return " union all by name ".join([*months, quiet, broken])


def _month_table(month: date) -> str:
    return f"moved_told_{month:%Y_%m}"


def _sql(kind: object) -> str:
    text = str(kind).removeprefix("!")
    known = {"string": "varchar", "float64": "double", "date": "date", "boolean": "boolean", "int64": "bigint"}
    return known.get(text, "varchar[]" if text.startswith("array") else "integer")

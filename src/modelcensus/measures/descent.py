"""Derivatives and what they were made from: the tables that measures of lineage share.

A *derivative* is a repository with a relation to a parent, known (stated, curated) or told by its name. Its *base* is
where its line begins (`tree=whole`), or its parent (`tree=direct`); several bases share it equally.
"""

from functools import reduce
from operator import or_

import ibis.expr.types as ir
from ibis import _

from modelcensus.catalog.patterns import text
from modelcensus.flows import reading_table
from modelcensus.measures.frame import ABSENT_NOTE, WITH_ROOTS, Frame
from modelcensus.vocabulary import RequestError, nearest
from modelcensus.vocabulary.names import ALL_TIME, RELATIONS

DIRECT = """
    select c.* replace (coalesce(t.family, c.root_family) as root_family,
                        coalesce(t.organization, c.root_organization) as root_organization,
                        coalesce(t.country, c.root_country) as root_country,
                        coalesce(t.region, c.root_region) as root_region), coalesce(t.part, 1.0) as part
    from catalog c left join (
        select e.child, p.family, p.organization, p.country, p.region, count(*) / max(e.parents) as part
        from (select child, parent, count(*) over (partition by child) as parents from lineage where state = 'kept') e
        join (select repository, family, organization, country, region from catalog union all
              select repository, family, organization, country, region from missing_parents) p on p.repository = e.parent
        group by e.child, p.family, p.organization, p.country, p.region) t on t.child = c.repository
"""

DERIVATIVES = """
    with based as ({based}),
    seen as (select repository, min(observed_on) as first_seen from (
                 select repository, observed_on from readings_raw union all select repository, observed_on from facts)
             group by repository),
    counters as (select repository, arg_max(value, observed_on) as downloads from {readings}
                 where counter = '{counter}' and not aside group by repository)
    select b.*, s.first_seen, n.downloads, {counts} as counts
    from based b left join seen s using (repository) left join counters n using (repository)
    where relation in ({relations}) and {where} {own}
"""

APART = "and not (organization = root_organization or (first_party and family = root_family))"


def relations(frame: Frame) -> tuple[str, ...]:
    """The relations that count: those of the reading, else all."""
    return asked_relations(frame) or RELATIONS


def asked_relations(frame: Frame) -> tuple[str, ...]:
    """The relations that the reading names."""
    chosen = tuple(r.strip() for r in frame.request.reading.relations.split(",") if r.strip())
    for name in chosen:
        if name not in RELATIONS:
            raise RequestError(
                f"unknown relation {name!r}", where="reading relations", remedy=nearest(name, list(RELATIONS))
            )
    return chosen


def derivatives(frame: Frame) -> ir.Table:
    """Derivatives in scope under the readings relations, tree, first_party and minimum: a row per repository and base,
    with the columns of the catalog, where `root_*` are those of the base; part (of the repository, 0 to 1), first_seen
    (day), downloads (latest reading), counts (has more than the minimum; null: no reading)."""
    reading = frame.request.reading
    counter = reading.counter or _counter(frame)
    counts = "true"
    if reading.minimum:
        counts = f"n.downloads > {reading.number('minimum', 0)}"
        frame.notes.append(f"minimum: more than {reading.minimum} at the latest reading of {counter}")
    sql = DERIVATIVES.format(
        based=DIRECT if reading.tree == "direct" else WITH_ROOTS,
        readings=reading_table(reading.repair),
        counter=counter,
        counts=counts,
        relations=", ".join(text(r) for r in relations(frame)),
        where=f"({frame.scope.where})",
        own="" if reading.first_party == "with" else APART,
    )
    return frame.engine.query(f"{frame.more.name}_derivatives", sql)


def having(frame: Frame, table: ir.Table, terms: tuple[tuple[str, tuple[str, ...]], ...], where: str) -> ir.Table:
    """The rows that have one of the values of every term; values that none has are named, all of them an error."""
    for dimension, values in terms:
        listed = isinstance(table[dimension], ir.ArrayColumn)
        column = table[dimension].unnest() if listed else table[dimension]  # type: ignore[union-attr]
        known = {str(v) for v in frame.engine.fetch(table.select(v=column).distinct())["v"].to_pylist()}
        absent = [v for v in values if v not in known]
        if len(absent) == len(values):
            raise RequestError(
                f"no {dimension} {', '.join(absent)!r} among these",
                where=where,
                remedy=nearest(absent[0], sorted(known)),
            )
        if absent:
            frame.notes.append(f"{ABSENT_NOTE}{', '.join(absent)}")
        tests = (_[dimension].contains(v) if listed else _[dimension] == v for v in values)
        table = table.filter(reduce(or_, tests))
    return table


def _counter(frame: Frame) -> str:
    """The counter that tells a derivative's downloads: that of all time where there is one."""
    known = [r["counter"] for r in frame.engine.rows("select distinct counter from readings_raw order by counter")]
    return ALL_TIME if ALL_TIME in known or not known else known[-1]

"""Flows with what the catalog says of each repository: built once for the requests that ask for the same.

Requests that differ in subject, peers or dimensions alone read the same rows, and a table of them costs more than any sum
over it. So the tables that were built last stay in the engine, up to `MOST_FLOWS` rows.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

import ibis.expr.types as ir

from modelcensus.flows import build_flows, fixed_panel_sql, reading_table
from modelcensus.measures.ages import age_sql
from modelcensus.vocabulary import Reading

if TYPE_CHECKING:
    from modelcensus.catalog import Scope
    from modelcensus.measures.census import Census

MOST_FLOWS = 2_000_000
"""Rows that stay when a new request begins; what one request builds stays until then, however much it is."""

FLOWS = """
    select f.span, f.repository as unit, f.low, f.estimate, f.high, f.open, f.broken, f.instrument, c.*, {age} as age
    from flows f join catalog c using (repository) join (values {starts}) s(span, start) on s.span = f.span
    where {where} {panel}
"""

CONFLICTS = """
    select distinct repository from flow_conflicts join catalog using (repository)
    where ({where}) and repository not in (select repository from flows)
"""


class KeptFlows:
    """The tables of flows that a census built last."""

    def __init__(self, census: Census) -> None:
        self._census = census
        self._rows: dict[str, int] = {}

    def of(self, spans: Sequence[tuple[date, date]], reading: Reading, where: str) -> ir.Table:
        """Flows of the prepared channel in these spans, of the repositories that `where` (SQL) names: the columns of
        `flows` and of the catalog, unit, and age."""
        engine = self._census.engine
        told = [reading.channel, reading.repair, reading.spikes, reading.panel, where, [f"{a} {e}" for a, e in spans]]
        name = f"flows_{hashlib.sha256(json.dumps(told).encode()).hexdigest()[:12]}"
        count = self._rows.pop(name, None)
        if count is None:
            self._build(name, spans, reading, where)
            count = self._count(name)
        self._rows[name] = count
        return engine.table(name)

    def remember(self, table: ir.Table) -> ir.Table:
        """Count a table that a request built for itself among those that are dropped."""
        name = table.get_name()
        self._rows.pop(name, None)
        self._rows[name] = self._count(name)
        return table

    def has(self, table: ir.Table) -> bool:
        """Whether a table is still there; it then is the one that was asked for last."""
        name = table.get_name()
        if name in self._rows:
            self._rows[name] = self._rows.pop(name)
        return name in self._rows

    def _count(self, name: str) -> int:
        return int(self._census.engine.rows(f"select count(*) as n from {name}")[0]["n"])

    def conflicts(self, flows: ir.Table, scope: Scope) -> int:
        """Repositories in scope whose readings contradict each other, so that these flows have none of them."""
        return self._census.engine.rows(
            f"select count(*) as n from {flows.get_name()}_conflicts join catalog using (repository) where {scope.where}"
        )[0]["n"]

    def trim(self) -> None:
        """Drop the tables that were unasked for longest; called when a request begins, for no table of another one is in
        use then."""
        while len(self._rows) > 1 and sum(self._rows.values()) > MOST_FLOWS:
            name = next(iter(self._rows))
            del self._rows[name]
            self._census.engine.drop(name, f"{name}_conflicts")

    def _build(self, name: str, spans: Sequence[tuple[date, date]], reading: Reading, where: str) -> None:
        engine = self._census.engine
        only = f"and repository in (select repository from catalog where {where})"
        build_flows(self._census.counters, list(spans), reading.repair, only, reading.spikes)
        panel = ""
        if reading.panel == "fixed":
            edges = sorted({d for span in spans for d in span})
            counter = _main_counter(self._census)
            panel = f"and f.repository in ({fixed_panel_sql(reading_table(reading.repair), counter, edges)})"
        starts = ", ".join(f"({i}, date '{start}')" for i, (start, _end) in enumerate(spans))
        engine.query(name, FLOWS.format(where=where, panel=panel, age=age_sql("s.start"), starts=starts))
        engine.query(f"{name}_conflicts", CONFLICTS.format(where=where))


def _main_counter(census: Census) -> str:
    rows = census.engine.rows("select counter, count(*) as n from readings_raw group by all order by all")
    return next((r["counter"] for r in rows if r["counter"] == "all_time"), rows[0]["counter"])

"""What a measure said of a request, before it is a result."""

from __future__ import annotations

from dataclasses import dataclass

import ibis.expr.types as ir
import pyarrow as pa

from modelcensus.engine import Engine
from modelcensus.measures.frame import Frame
from modelcensus.measures.rows import Known

BASES = (
    "observations",
    "facts",
    "reported",
    "lists",
    "batches",
    "catalog",
    "shared_roots",
    "lineage",
    "missing_parents",
    "readings",
    "readings_raw",
    "snapshots",
)
"""Tables at which the SQL of a record ends; docs/data-model.md describes them."""


@dataclass(frozen=True)
class Told:
    """What a measure said: its frame, the records that it computed (columns where there are `MANY`), and where several
    requests were answered together also how many repositories the subject has and the SQL. `known`: what sums that stay in
    memory tell besides."""

    frame: Frame
    records: list[dict] | pa.Table
    size: int | None = None
    sql: str = ""
    known: Known | None = None


def recorded_sql(engine: Engine, *tables: ir.Table) -> str:
    """The SQL of tables for a record, step by step, back to `BASES`."""
    return "\n\n".join(f"-- {name}\n{sql}" for t in tables for name, sql in engine.steps(t, BASES).items())

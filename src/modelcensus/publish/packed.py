"""Tables of an edition as they are packed: what each says, the edition, and the columns in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa

from modelcensus.ledger import Manifest

MEDIA = {"csv": "text/csv", "parquet": "application/vnd.apache.parquet"}
COLUMNS = {
    "period": "the period that a row is of, as in a request: a month, a day, or FIRST..LAST",
    "value": "the number; empty where the bounds alone are known",
    "low": "the least that the readings allow; empty where others reported the number",
    "high": "the most that the readings allow; empty too where nothing was read after the period",
    "coverage": "the share of the scope, by count, that was observed in the period",
    "observed": "repositories that were observed",
    "scope_size": "repositories in the scope",
    "flags": "what has to be known of the number, with `; ` between",
}
"""Columns that every table of numbers has; the others are what the numbers are of."""


@dataclass(frozen=True)
class Packed:
    """A table of the package: what it says, its rows, their unit, and the batches that it rests on."""

    name: str
    title: str
    table: pa.Table
    unit: str
    batches: tuple[str, ...]
    csv: str
    record: str = ""


@dataclass(frozen=True)
class Told:
    """What is said of the edition as a whole."""

    id: str
    edition: str
    title: str
    description: str
    manifests: Sequence[Manifest]

    @property
    def citation(self) -> str:
        """How to cite it."""
        return f"modelcensus, {self.title} Edition {self.edition} ({self.id})"

    @property
    def created(self) -> str:
        """The day on which the newest batch was committed."""
        return max(m.committed_at for m in self.manifests).date().isoformat()


def fields_of(one: Packed) -> list[dict[str, str]]:
    """The columns: name, type as in Table Schema, unit of the numbers, what they mean."""
    fields = []
    for column in one.table.schema:
        kind = (
            "boolean" if pa.types.is_boolean(column.type) else "integer" if pa.types.is_integer(column.type)
            else "number" if pa.types.is_floating(column.type) or pa.types.is_decimal(column.type) else "string"
        )  # fmt: skip
        said = COLUMNS.get(column.name, column.name.replace("_", " "))
        unit = f" ({one.unit})" if column.name in ("value", "low", "high") and one.unit else ""
        fields.append({"name": column.name, "type": kind, "description": f"{said}{unit}"})
    return fields

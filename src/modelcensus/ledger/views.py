"""The stored tables as views for SQL: what the sources said, batch by batch."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, date
from typing import TYPE_CHECKING

import pyarrow as pa

from modelcensus.engine import Engine
from modelcensus.ledger.manifest import Manifest
from modelcensus.ledger.series import in_files
from modelcensus.vocabulary import TABLES, Column, RequestError, Schema, nearest

if TYPE_CHECKING:
    import pyarrow.dataset as pads

    from modelcensus.ledger.store import Ledger

BATCH_COLUMN = pa.field("batch_id", pa.string())

BATCHES = Schema(
    "batches",
    "The batches, from their manifests.",
    (
        Column("batch_id", pa.string(), "id", "as in every stored table"),
        Column("name", pa.string(), "name", "the series"),
        Column("source", pa.string(), "name", "what read it"),
        Column("channel", pa.string(), "name", "empty for a list"),
        Column("committed_at", pa.timestamp("us"), "UTC", "when it was committed"),
        Column("first_day", pa.date32(), "day", "first day that it covers"),
        Column("last_day", pa.date32(), "day", "last day that it covers"),
        Column("rows", pa.int64(), "rows", "rows taken, of all tables"),
        Column("set_aside", pa.int64(), "rows", "rows that could not be taken"),
        Column("license", pa.string(), "text", "under which terms"),
        Column("citation", pa.string(), "text", "who is to be cited"),
    ),
)

MOST_COPIED = 20_000_000
"""Rows up to which a stored table is copied for SQL; a larger one is scanned where it lies."""


def stored_views(
    engine: Engine, ledger: Ledger, manifests: Sequence[Manifest], wanted: Collection[str]
) -> tuple[dict[str, str], dict[str, pads.Dataset]]:
    """The stored tables and `batches`, those of them that are wanted: SQL over tables of the engine, and data sets."""
    tables: dict[str, str] = {}
    scanned: dict[str, pads.Dataset] = {}
    for schema in (s for s in TABLES.values() if s.name in wanted):
        if sum(m.rows.get(schema.name, 0) for m in manifests) > MOST_COPIED:
            paths = ledger.paths(schema, manifests)
            scanned[schema.name] = in_files([str(p) for p in paths], schema.arrow.append(BATCH_COLUMN))
        else:
            ledger.read(engine, schema, manifests, f"stored_{schema.name}")
            tables[schema.name] = f"select * from stored_{schema.name}"
    if BATCHES.name in wanted:
        engine.register("stored_batches", pa.Table.from_pylist([_batch(m) for m in manifests], schema=BATCHES.arrow))
        tables[BATCHES.name] = "select * from stored_batches"
    return tables, scanned


def chosen_views(names: Iterable[str], known: Sequence[str]) -> set[str]:
    """The views asked for; all where none is."""
    wanted = {names} if isinstance(names, str) else set(names)
    for name in sorted(wanted - set(known)):
        raise RequestError(f"no view {name!r}", where="connect", remedy=nearest(name, list(known)))
    return wanted or set(known)


def _batch(manifest: Manifest) -> dict[str, object]:
    return {
        "batch_id": manifest.id,
        "name": manifest.name,
        "source": manifest.source,
        "channel": manifest.channel,
        "committed_at": manifest.committed_at.astimezone(UTC).replace(tzinfo=None),
        "first_day": date.fromisoformat(manifest.first_day) if manifest.first_day else None,
        "last_day": date.fromisoformat(manifest.last_day) if manifest.last_day else None,
        "rows": sum(n for table, n in manifest.rows.items() if table != "set_aside"),
        "set_aside": manifest.rows.get("set_aside", 0),
        "license": manifest.terms.get("license"),
        "citation": manifest.terms.get("citation"),
    }

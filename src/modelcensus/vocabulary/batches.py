"""A batch: what one run of one source hands to the ledger."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

import pyarrow as pa

if TYPE_CHECKING:
    import pyarrow.dataset as pads  # brings all of pandas, which takes a second

Rows: TypeAlias = "pa.Table | pads.Dataset"
"""Rows of one table: in memory, or, where they are many, in Parquet files that are read piece by piece."""


def row_count(rows: Rows) -> int:
    """How many rows there are."""
    return rows.num_rows if isinstance(rows, pa.Table) else rows.count_rows()


@dataclass(frozen=True)
class Terms:
    """Under which terms a source's numbers may be used, and what they are."""

    license: str = "not stated"
    citation: str = ""
    unit: str = "downloads"
    cadence: str = ""


@dataclass(frozen=True)
class InputFile:
    """One raw input: its name, size, and SHA-256, or another digest after what it is called (`blake3:`)."""

    name: str
    bytes: int
    digest: str


@dataclass(frozen=True)
class Batch:
    """Tables by name (see `schema.TABLES`) with all that is needed to explain and repeat them.

    `source` is the adapter, `name` the series it belongs to; observations of one series follow each other.
    `took` says in words what was read as what; `options` is what was asked for. `complete`: its snapshot lists all of
    the source, so that the ledger may store of it what changed since the one before. `folder` is what tables in files lie in, and goes with the batch.
    """

    source: str
    name: str
    channel: str
    tables: Mapping[str, Rows]
    inputs: tuple[InputFile, ...]
    options: Mapping[str, str]
    took: tuple[str, ...]
    terms: Terms = field(default_factory=Terms)
    complete: bool = False
    folder: object = field(default=None, compare=False, repr=False)

    @property
    def set_aside(self) -> int:
        return row_count(self.tables["set_aside"]) if "set_aside" in self.tables else 0

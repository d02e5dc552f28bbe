"""The append-only store: Parquet partitions, and one manifest per batch as its commit."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from modelcensus.engine import DuckDBEngine, Engine, file_digest, open_read_only, write_atomically, write_parquet
from modelcensus.engine.parquet import sync_folder, write_aside
from modelcensus.ledger.aside import away, lost_days
from modelcensus.ledger.manifest import FORMAT, Input, Manifest, StoredFile, manifest_at
from modelcensus.ledger.notebook import ledger_html, ledger_line
from modelcensus.ledger.passing import PassingRecords, passing_records
from modelcensus.ledger.thinning import meets, thinned
from modelcensus.ledger.views import BATCH_COLUMN, BATCHES, chosen_views, stored_views
from modelcensus.ledger.vintages import Vintages
from modelcensus.vocabulary import TABLES, Batch, LedgerError, Rows, Schema, own_version, row_count
from modelcensus.vocabulary.names import LOG

if TYPE_CHECKING:
    import ibis.expr.types as ir

RECORD_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""What an id of a provenance record looks like: whatever else is asked for, in an address too, names no file."""
_RISING = "DELTA_BINARY_PACKED"
ENCODINGS = {
    "requests": {"place": _RISING, "instant": _RISING, "bytes": _RISING},
    "places": {"place": _RISING},
    "visits": {"place": _RISING},
    "rests": {"rest": _RISING},
    "log_parts": {"line": _RISING},
    "observations": {"repository": "PLAIN"},
}
"""How columns of what is kept of logs are encoded: numbers that mostly rise by their differences, by which they take a third less,
or of which there are too many for a dictionary to be worth its making; names that each stand once in a file as they are."""
RANGES = {"requests": ["day"]}
"""Columns of what is kept of logs by which stretches of a file are passed over, where not all columns are asked for so."""
PACKED = {
    "requests": ["place", "status", "requests", "bytes", "instant"],
    "observations": ["repository", "value", "period_start"],
}
"""Columns of what is kept of logs that zstd makes smaller: packing the others too, a file of 729,000 requests takes 4 % less room, and 15 %
more time to write."""
LIGHTLY, THOROUGHLY = 1, 9
"""How hard zstd tries: lightly for batches of logs, which come in streams: a tenth more room, a sixth of the time."""


class Ledger:
    """A folder with `manifests/`, one folder per table, `provenance/`, and `knowledge-vintages/`.

    Nothing is ever edited. A batch is committed by giving its manifest its name; until then its files are
    invisible, so that a kill leaves a readable store and two writers never see each other's half.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._records = str(root / "provenance")
        self._manifests: dict[Path, tuple[object, Manifest]] = {}
        """Those that were read, with the state of their files then."""

    def __repr__(self) -> str:
        return ledger_line(self)

    def _repr_html_(self) -> str:
        return ledger_html(self)

    @property
    def manifests_folder(self) -> Path:
        return self.root / "manifests"

    @property
    def vintages(self) -> Vintages:
        """The knowledge that the ledger was used with."""
        return Vintages(self.root / "knowledge-vintages")

    def manifests(self, as_of: date | None = None) -> list[Manifest]:
        """The committed batches, oldest first; with `as_of`, those committed by the end of that day (UTC)."""
        found = [self._manifest(path) for path in sorted(self.manifests_folder.glob("*.json"))]
        if as_of is not None:
            found = [m for m in found if m.committed_at.astimezone(UTC).date() <= as_of]
        return sorted(found, key=lambda m: (m.committed_at, m.id))

    def _manifest(self, path: Path) -> Manifest:
        """Read once, as long as its file is the same: a run that commits many batches looks at all of them each time."""
        try:
            file = path.stat()
        except OSError:
            return manifest_at(path)  # which says what is wrong
        state = file.st_ino, file.st_size, file.st_mtime_ns
        known = self._manifests.get(path)
        if known and known[0] == state:
            return known[1]
        manifest = manifest_at(path)
        self._manifests[path] = state, manifest
        return manifest

    def commit(self, batch: Batch, committed_at: datetime | None = None) -> tuple[Manifest, bool]:
        """Store a batch; the same input with the same options is the same batch and changes nothing. One that was set
        aside takes its old place in the order of commits, unless snapshots that stand on its days, or of no later ones, were committed without it.

        Returns the manifest and whether it is new.
        """
        batch_id = batch_identity(batch)
        target = self.manifests_folder / f"{batch_id}.json"
        if target.exists():
            return next(m for m in self.manifests() if m.id == batch_id), False
        try:
            place, manifests, knew = committed_at, self.manifests(), set[str]()
            told_anew = batch.channel.startswith(LOG)  # a log tells its days whole, and the newest counts
            if place is None and not told_anew:
                place, beside = away(self.root, batch_id)
                if place and beside is not None:
                    later = [m for m in manifests if m.committed_at >= place]
                    knew = {m.id for m in later} & beside
                    place = None if meets(self.root, [m for m in later if m.id not in knew], batch) else place
            before = [m for m in manifests if committed_at or place is None or m.committed_at < place]
            lost = lost_days(self.root, batch_id, batch.name, batch.channel, place)
            batch = thinned(self.root, before, batch, knew, lost)
            files = [f for name, rows in batch.tables.items() for f in self._store(name, rows, batch_id, told_anew)]
            days = _days(batch)
            manifest = Manifest(
                format=FORMAT,
                id=batch_id,
                source=batch.source,
                name=batch.name,
                channel=batch.channel,
                committed_at=place or _after(datetime.now(UTC), before, batch),
                first_day=days[0] if days else None,
                last_day=days[-1] if days else None,
                rows={name: row_count(rows) for name, rows in batch.tables.items()},
                inputs=[Input(name=i.name, bytes=i.bytes, digest=i.digest) for i in batch.inputs],
                options=dict(batch.options),
                took=list(batch.took),
                terms={k: str(v) for k, v in vars(batch.terms).items()},
                files=files,
                software={"modelcensus": own_version()},
            ).sealed()
            new = _name_once(target, manifest.model_dump_json(indent=1).encode())
        except OSError as error:
            raise LedgerError(
                f"cannot be written ({error.strerror})",
                where=str(self.root),
                remedy="free space or permissions, then run the same command again; nothing was committed",
            ) from error
        except duckdb.Error as error:
            first = str(error).strip().splitlines()[0][:200]
            raise LedgerError(
                f"what changed cannot be told ({first})",
                where=str(self.root),
                remedy="free space there and run `modelcensus doctor`; nothing was committed",
            ) from error
        return (manifest, True) if new else (next(m for m in self.manifests() if m.id == batch_id), False)

    def read(self, engine: Engine, table: Schema, manifests: Iterable[Manifest], name: str | None = None) -> ir.Table:
        """All rows of one table in the given batches, with their `batch_id`."""
        paths = self.paths(table, manifests)
        return engine.read_parquet(name or table.name, paths, table.arrow.append(BATCH_COLUMN))

    def paths(self, table: Schema, manifests: Iterable[Manifest]) -> list[Path]:
        """The files that hold a table's rows in the given batches; an error where one is not as it was committed."""
        paths = []
        for manifest in manifests:
            for file in manifest.files:
                if file.table != table.name:
                    continue
                path = self.root / file.path
                if not path.exists() or path.stat().st_size != file.bytes:
                    raise LedgerError(
                        f"file of batch {manifest.id} is missing or has another size",
                        where=str(path),
                        remedy="run `modelcensus doctor`, or import its input again",
                    )
                paths.append(path)
        return paths

    def connect(self, as_of: date | None = None, views: Iterable[str] = ()) -> duckdb.DuckDBPyConnection:
        """A DuckDB connection over the stored tables and `batches`; it can write nothing and reads no file.

        `views` names those wanted (default: all). What is computed from them too: `Census.connect`.
        """
        wanted = chosen_views(views, [*TABLES, BATCHES.name])
        engine = DuckDBEngine()
        tables, scanned = stored_views(engine, self, self.manifests(as_of), wanted)
        return open_read_only(lambda path: engine.save(path, tables), {}, scanned)

    def broken_files(self) -> list[tuple[Manifest, StoredFile, str]]:
        """Files of committed batches that are missing or whose digest differs."""
        broken = []
        for manifest in self.manifests():
            for file in manifest.files:
                path = self.root / file.path
                if not path.exists():
                    broken.append((manifest, file, "missing"))
                elif file_digest(path) != file.digest:
                    broken.append((manifest, file, "digest differs"))
        return broken

    def record(self, record: dict[str, object]) -> None:
        """Keep a provenance record under its id, for `explain`. A claim keeps a thousand of them, and each can be computed
        again, so they are not waited for; what a loss of power left empty is written again."""
        path = self.root / "provenance" / f"{record['id']}.json"
        if not path.exists() or not path.stat().st_size:
            write_atomically(path, json.dumps(record, sort_keys=True, default=str).encode(), lasting=False)

    def record_passing(self, record: dict[str, object]) -> None:
        """Keep a provenance record until many newer ones have come: nothing where it is kept for good."""
        if not os.path.exists(f"{self._records}/{record['id']}.json"):  # noqa: PTH110  of every answer
            self.passing.keep(record)

    @cached_property
    def passing(self) -> PassingRecords:
        """The records that give way to newer ones."""
        return passing_records(self.root / "provenance" / "passing")

    def keep_record(self, record_id: str) -> bool:
        """Keep a record for good that may be one that passes; whether there is one."""
        if (self.root / "provenance" / f"{Path(record_id).name}.json").exists():
            return True
        record = self.passing.find(record_id)
        if record is not None:
            self.record(record)
        return record is not None

    def has_record(self, record_id: str) -> bool:
        """Whether `explain` knows the id."""
        if not RECORD_ID.fullmatch(record_id):
            return False
        return (self.root / "provenance" / f"{record_id}.json").exists() or self.passing.has(record_id)

    def provenance(self, record_id: str) -> dict[str, object] | None:
        """The record kept under an id, or nothing."""
        if not RECORD_ID.fullmatch(record_id):
            return None
        path = self.root / "provenance" / f"{record_id}.json"
        if not path.exists():
            return self.passing.find(record_id, patient=True)
        try:
            return dict(json.loads(path.read_text()))
        except (ValueError, TypeError, OSError, RecursionError) as error:
            raise LedgerError(
                "damaged provenance record", where=str(path), remedy="delete it and compute the number again"
            ) from error

    def _store(self, table: str, rows: Rows, batch_id: str, of_log: bool) -> list[StoredFile]:
        """Write one table's files, piece by piece: rows in files may be more than memory holds."""
        if table not in TABLES:
            raise LedgerError(f"a batch cannot hold {table!r}", where=batch_id)
        if row_count(rows) == 0:
            return []
        parts: list[tuple[str, date | None]] = [(f"{table}/{batch_id}.parquet", None)]
        if table == "observations":
            parts = [
                (f"{table}/observed_on={day}/{batch_id}.parquet", day)
                for day in sorted(_distinct(rows, "observed_on"))
            ]
        stored = []
        for path, day in parts:
            tagged = _tagged(rows, TABLES[table], batch_id, day)
            level, of = (LIGHTLY, table) if of_log else (THOROUGHLY, "")
            digest = write_parquet(self.root / path, tagged, level, ENCODINGS.get(of), RANGES.get(of), PACKED.get(of))
            size = (self.root / path).stat().st_size
            count = pq.read_metadata(self.root / path).num_rows
            stored.append(StoredFile(table=table, path=path, rows=count, bytes=size, digest=digest))
        return stored


def _after(now: datetime, manifests: Sequence[Manifest], batch: Batch) -> datetime:
    """Now, or just after the newest batch of the series where the clock was set back: the last commit counts."""
    same = (m.committed_at for m in manifests if (m.name, m.channel) == (batch.name, batch.channel))
    return max([now, *(t + timedelta(microseconds=1) for t in same)])


def batch_identity(batch: Batch) -> str:
    """The same source, options and inputs give the same id."""
    named = {
        "source": batch.source,
        "name": batch.name,
        "channel": batch.channel,
        "options": dict(batch.options),
        "inputs": sorted(i.digest for i in batch.inputs),
    }
    return "b" + hashlib.sha256(json.dumps(named, sort_keys=True).encode()).hexdigest()[:16]


def _tagged(rows: Rows, schema: Schema, batch_id: str, day: date | None) -> pa.RecordBatchReader:
    """The rows (of a day of observation) in the columns of a stored table, in their order, with the id of their batch."""
    wanted = pa.scalar(day, pa.date32())
    if isinstance(rows, pa.Table):
        given = rows if day is None else rows.filter(pc.call_function("equal", [rows["observed_on"], wanted]))
        return _with_batch(
            pa.table({f.name: _in_type(given[f.name], f.type) for f in schema.arrow}).to_reader(), batch_id
        )
    reader = rows.scanner(
        columns={c.name: pc.field(c.name).cast(c.type) for c in schema.columns},
        filter=None if day is None else pc.field("observed_on") == wanted,
        batch_readahead=1,
        fragment_readahead=1,
        use_threads=False,
    ).to_reader()
    return _with_batch(reader.cast(schema.arrow), batch_id)


def _in_type(column: pa.ChunkedArray, type: pa.DataType) -> pa.ChunkedArray:
    """A column in the type of its table; texts by number stay so, since they are written faster."""
    by_number = pa.types.is_dictionary(column.type) and column.type.value_type == type
    return column if by_number else column.cast(type)


def _with_batch(rows: pa.RecordBatchReader, batch_id: str) -> pa.RecordBatchReader:
    """The rows with the id of their batch, a text by number."""
    field = pa.field(BATCH_COLUMN.name, pa.dictionary(pa.int8(), BATCH_COLUMN.type))

    def tagged() -> Iterator[pa.RecordBatch]:
        for batch in rows:
            numbers = pa.array(np.zeros(batch.num_rows, np.int8))
            yield batch.append_column(field, pa.DictionaryArray.from_arrays(numbers, [batch_id]))

    return pa.RecordBatchReader.from_batches(rows.schema.append(field), tagged())


def _distinct(rows: Rows, column: str) -> set[date]:
    if isinstance(rows, pa.Table):
        return set(rows[column].unique().to_pylist()) - {None}
    found: set[date] = set()
    for batch in rows.scanner(columns=[column], batch_readahead=1, fragment_readahead=1).to_batches():
        found.update(batch.column(0).unique().to_pylist())
    return found - {None}


def _days(batch: Batch) -> list[str]:
    columns = {
        "observations": ("observed_from", "observed_on"),
        "reported": ("period_start", "period_end"),
        "lists": ("listed_on",),
    }
    ends: set[date] = set()
    for table, names in columns.items():
        rows = batch.tables.get(table)
        if rows is not None:
            for name in names:
                ends |= _distinct(rows, name)
    return sorted(d.isoformat() for d in ends)


def _name_once(target: Path, content: bytes) -> bool:
    """Give a file its final name unless another writer was first; true when it is ours."""
    temporary = write_aside(target.parent, content)
    try:
        try:
            os.link(temporary, target)
        except FileExistsError:
            return False
        except OSError:  # a file system without hard links
            if target.exists():
                return False
            temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
    sync_folder(target.parent)
    return True

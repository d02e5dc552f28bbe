"""Parquet files that are there whole or not at all."""

import hashlib
import io
import os
import uuid
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from typing_extensions import Buffer

ROW_GROUP = 122_880
"""Rows of a row group: what DuckDB reads in one piece, so that a file of millions keeps all cores busy."""
BLOCK = 8_192
"""Rows by which a row group grows."""
GROUP_BYTES = 12 * 1024 * 1024
"""Bytes in memory from which on a row group is full: rows of long texts are held three times while they are written."""
SURELY = 0.95
"""Of GROUP_BYTES: rows that take less together do so block by block too, whose edges take some bytes more."""
BUFFERED = 512 * 1024
"""Bytes that are handed to a file at once."""
KEPT_BYTES = 32 * 1024 * 1024
"""Bytes of row groups after which the memory that they took is given back: it costs as much as to write the rows."""


def write_atomically(path: Path, content: bytes, *, lasting: bool = True) -> None:
    """Write a file so that a reader sees all of it or nothing; where `lasting`, also after the machine lost power."""
    temporary = write_aside(path.parent, content, lasting=lasting)
    try:
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    if lasting:
        sync_folder(path.parent)


def write_aside(folder: Path, content: bytes, *, lasting: bool = True) -> Path:
    """Write a file under a name that no reader looks at, to be given its own name afterwards."""
    folder.mkdir(parents=True, exist_ok=True)
    temporary = folder / f".writing-{uuid.uuid4().hex}"
    try:
        with temporary.open("xb") as out:  # not mkstemp: its files nobody else may read
            out.write(content)
            out.flush()
            if lasting:
                os.fsync(out.fileno())
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return temporary


def write_parquet(
    path: Path,
    rows: pa.Table | pa.RecordBatchReader,
    level: int = 9,
    encodings: Mapping[str, str] | None = None,
    ranges: Sequence[str] | None = None,
    packed: Sequence[str] | None = None,
) -> str:
    """Write rows atomically, in one piece of memory at a time; returns the file's SHA-256. The same rows give the same
    bytes, however they arrive. `level`: how hard zstd tries; `encodings`: of columns that are better kept in another way
    than by a dictionary; `ranges`: columns of which each row group says its least and its most, `packed`: those that zstd
    makes smaller (none said: all)."""
    reader, encodings = rows.to_reader() if isinstance(rows, pa.Table) else rows, encodings or {}
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.parent / f".writing-{uuid.uuid4().hex}"
    try:
        with temporary.open("xb") as out:
            sink = _Digested(out)
            with (
                pa.BufferedOutputStream(pa.PythonFile(sink, mode="w"), BUFFERED) as buffered,
                pq.ParquetWriter(
                    buffered,
                    reader.schema,
                    compression="zstd" if packed is None else dict.fromkeys(packed, "zstd"),  # type: ignore[arg-type] - as below
                    compression_level=level if packed is None else dict.fromkeys(packed, level),
                    store_schema=not any(
                        pa.types.is_dictionary(t) for t in reader.schema.types
                    ),  # they are texts in the file
                    use_dictionary=[n for n in reader.schema.names if n not in encodings],  # type: ignore[arg-type] - its stubs know no lists
                    column_encoding=dict(encodings) or None,
                    write_statistics=True if ranges is None else list(ranges),  # type: ignore[arg-type] - as above
                ) as writer,
            ):
                written, pool = 0, pa.default_memory_pool()
                keeps = pool.backend_name != "system"  # which gives back itself what is worth it
                for group in row_groups(reader):
                    writer.write_table(group, row_group_size=ROW_GROUP)
                    written += group.nbytes
                    del group
                    if written >= KEPT_BYTES and keeps:  # else it keeps what every group took at its largest
                        pool.release_unused()
                        written = 0
            out.flush()
            os.fsync(out.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)
    return sink.digest.hexdigest()


def row_groups(reader: pa.RecordBatchReader) -> Iterator[pa.Table]:
    """The rows in tables of ROW_GROUP rows, or of fewer that are GROUP_BYTES large, whatever batches they arrive in."""
    held: list[pa.Table] = []
    rows = size = 0  # of these
    waiting: list[pa.RecordBatch] = []
    """What follows the blocks that are held, less than one."""
    for batch in reader:
        at = 0
        while at < batch.num_rows:
            if not held and not waiting and (group := _group(batch, at)):
                yield pa.Table.from_batches([batch.slice(at, group)])  # not copied
                at += group
                continue
            part = batch.slice(at, BLOCK - sum(b.num_rows for b in waiting))
            waiting.append(part)
            at += part.num_rows
            if sum(b.num_rows for b in waiting) == BLOCK:
                held.append(pa.Table.from_batches(waiting).combine_chunks())
                rows, size, waiting = rows + BLOCK, size + held[-1].nbytes, []
            if _full(rows, size):
                yield pa.concat_tables(held).combine_chunks()
                held, rows, size = [], 0, 0
    if held or waiting:
        yield pa.concat_tables([*held, *(pa.Table.from_batches([b]) for b in waiting)]).combine_chunks()


def _group(batch: pa.RecordBatch, start: int) -> int:
    """Rows of the row group that begins in a batch; 0: it does not end there."""
    size = 0
    if start + ROW_GROUP <= batch.num_rows and batch.slice(start, ROW_GROUP).nbytes < SURELY * GROUP_BYTES:
        return ROW_GROUP
    for at in range(start, batch.num_rows - BLOCK + 1, BLOCK):
        size += batch.slice(at, BLOCK).nbytes
        if _full(at + BLOCK - start, size):
            return at + BLOCK - start
    return 0


def _full(rows: int, size: int) -> bool:
    return rows >= ROW_GROUP or size >= GROUP_BYTES


class _Digested(io.RawIOBase):
    """A file that is written to and digested at once."""

    def __init__(self, out: BinaryIO) -> None:
        self._out, self._written = out, 0
        self.digest = hashlib.sha256()

    def writable(self) -> bool:
        return True

    def write(self, content: "Buffer") -> int:
        view = memoryview(content)
        self.digest.update(view)
        self._out.write(view)
        self._written += view.nbytes
        return view.nbytes

    def tell(self) -> int:
        return self._written


def sync_folder(folder: Path) -> None:
    """Make a rename inside the folder durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def file_digest(path: Path) -> str:
    """The file's SHA-256."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

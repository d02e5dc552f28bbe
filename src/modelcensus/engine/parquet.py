"""Parquet files that are there whole or not at all."""

import hashlib
import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

ROW_GROUP = 122_880
"""Rows of a row group: what DuckDB reads in one piece, so that a file of millions keeps all cores busy."""


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file so that a reader, or a machine that lost power, sees all of it or nothing."""
    temporary = write_aside(path.parent, content)
    try:
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def write_aside(folder: Path, content: bytes) -> Path:
    """Write a file under a name that no reader looks at, to be given its own name afterwards."""
    folder.mkdir(parents=True, exist_ok=True)
    temporary = folder / f".writing-{uuid.uuid4().hex}"
    try:
        with temporary.open("xb") as out:  # not mkstemp: its files nobody else may read
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return temporary


def write_parquet(path: Path, rows: pa.Table | pa.RecordBatchReader) -> str:
    """Write rows atomically, a row group at a time; returns the file's SHA-256. The same rows give the same bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.parent / f".writing-{uuid.uuid4().hex}"
    try:
        with temporary.open("xb") as out:
            with pq.ParquetWriter(
                out, rows.schema, compression="zstd", compression_level=9, use_dictionary=True
            ) as writer:
                for group in _row_groups(rows):
                    writer.write_table(group, row_group_size=ROW_GROUP)
            out.flush()
            os.fsync(out.fileno())
        digest = file_digest(temporary)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)
    return digest


def _row_groups(rows: pa.Table | pa.RecordBatchReader) -> Iterator[pa.Table]:
    """The rows in pieces of ROW_GROUP, whatever the pieces that they come in."""
    waiting, count, none = [], 0, True
    for batch in rows.to_batches() if isinstance(rows, pa.Table) else rows:
        while count + batch.num_rows >= ROW_GROUP:
            taken = batch.slice(0, ROW_GROUP - count)
            yield pa.Table.from_batches([*waiting, taken]).combine_chunks()
            batch, waiting, count, none = batch.slice(taken.num_rows), [], 0, False
        if batch.num_rows:
            waiting.append(batch)
            count += batch.num_rows
    if waiting or none:
        yield pa.Table.from_batches(waiting, schema=rows.schema).combine_chunks()


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

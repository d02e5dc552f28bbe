"""Parquet files: whole or not at all, the same bytes for the same rows, readable by others."""

import os
import stat

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from modelcensus.engine import file_digest, write_atomically, write_parquet

ROWS = pa.table({"repository": ["a/b", None], "value": pa.array([1, 2], pa.int64())})


def test_same_rows_give_the_same_bytes(tmp_path):
    digests = {write_parquet(tmp_path / name, ROWS) for name in ("one.parquet", "deep/two.parquet")}
    assert len(digests) == 1
    assert {file_digest(tmp_path / "one.parquet"), file_digest(tmp_path / "deep/two.parquet")} == digests
    assert pq.read_table(tmp_path / "one.parquet").equals(ROWS)


def test_failed_write_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    target = tmp_path / "file"
    write_atomically(target, b"old")

    def fail(handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="No space"):
        write_atomically(target, b"new and longer")
    assert target.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


def test_files_are_as_readable_as_the_umask_says(tmp_path):
    before = os.umask(0o022)
    try:
        write_atomically(tmp_path / "file", b"x")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == 0o644

"""A database that can be asked anything and change nothing: no write, no file, no setting."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import weakref
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

if TYPE_CHECKING:
    import pyarrow.dataset as pads

CLOSED: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": "false",
    "python_enable_replacements": "false",
    "autoload_known_extensions": "false",
    "autoinstall_known_extensions": "false",
}
"""Settings under which no statement reaches a file, the network, or a variable of the program that asks."""


def open_read_only(
    fill: Callable[[Path], None], views: Mapping[str, str], scanned: Mapping[str, pads.Dataset]
) -> duckdb.DuckDBPyConnection:
    """A DuckDB connection over what `fill` writes into a database file, views over it, and data sets that stay where
    they are.

    The file is the connection's own and goes with it. It is attached read-only, file access is off and settings are
    locked, so that the connection can be handed out: only temporary tables in memory can be made with it.
    """
    folder = Path(tempfile.mkdtemp(prefix="modelcensus-sql-"))
    path = folder / "census.duckdb"
    try:
        fill(path)
        with duckdb.connect(str(path)) as made:
            for name, sql in views.items():
                made.execute(f'create view "{name}" as {sql}')
        connection = duckdb.connect(str(path), read_only=True, config=CLOSED)
        connection.execute("set timezone = 'UTC'")
        connection.execute("set enable_progress_bar = false")
        for name, rows in scanned.items():
            connection.register(name, rows)
        connection.execute("set lock_configuration = true")
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    weakref.finalize(connection, shutil.rmtree, folder, ignore_errors=True)
    with contextlib.suppress(OSError):  # where an open file can lose its name, a kill leaves none behind
        path.unlink()
    return connection

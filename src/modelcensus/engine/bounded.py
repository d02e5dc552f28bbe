"""Databases that stay within a bound of memory however large their tables are."""

import os
import shutil
import weakref
from pathlib import Path
from tempfile import mkdtemp

import duckdb

MEMORY = "900MB"
"""What such a database may hold in memory; the rest goes to its folder on disk."""
_THREADS = 4


class WorkFolder:
    """A folder for what does not fit memory; it goes with the last one that holds it."""

    def __init__(self, within: Path | None = None) -> None:
        if within is not None:
            within.mkdir(parents=True, exist_ok=True)
        self.path = Path(mkdtemp(prefix="modelcensus-" if within is None else ".writing-", dir=within))
        self._remove = weakref.finalize(self, shutil.rmtree, self.path, ignore_errors=True)

    def remove(self) -> None:
        """Remove it now."""
        self._remove()


def bounded_database(folder: Path) -> duckdb.DuckDBPyConnection:
    """A database in memory that puts what exceeds MEMORY into `folder`."""
    threads = min(_THREADS, os.cpu_count() or 1)
    return duckdb.connect(
        config={"memory_limit": MEMORY, "temp_directory": str(folder / "spilled"), "threads": str(threads)}
    )

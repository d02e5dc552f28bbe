"""Records of numbers that pass by: an app gives thousands in a minute, and few are ever asked about.

They are written by the hundred, so that a record costs no file of its own, and the oldest give way to new ones. A record
that somebody relies on is kept by itself instead (`Ledger.keep_record`).
"""

from __future__ import annotations

import json
import threading
import time
import zlib
from contextlib import suppress
from functools import cache
from pathlib import Path
from uuid import uuid4

from isal import isal_zlib

from modelcensus.engine.parquet import write_atomically

MOST_BYTES = 256 * 1024 * 1024
"""Bytes that they take together."""
MOST_FILES = 20_000
"""Files that they are in."""
TOGETHER = 100
"""Records of one file at most."""
DELAY = 1.0
"""Seconds after which records are written, however few: another process finds them from then on."""
LOOKED_AFTER = 50
"""Files that are written before their sizes are looked at again."""
LIGHTLY = 1
"""How hard they are packed."""

Record = dict[str, object]


class PassingRecords:
    """A folder of files with up to `TOGETHER` records each: a line with their ids, then the records as JSON lines, packed.

    A file gets its name when it is whole and is never changed; names rise with time. What cannot be read is no record.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        self._waiting: dict[str, Record] = {}
        self._found: dict[str, str] = {}
        """The file of each record that is known."""
        self._read: set[str] = set()
        self._looked = 0
        self._timer: threading.Timer | None = None
        self._written = 0

    def keep(self, record: Record) -> None:
        """Keep a record under its id; OSError where the folder cannot be written."""
        record_id = str(record["id"])
        with self._lock:
            if record_id in self._waiting or record_id in self._found:
                return
            self._waiting[record_id] = record
            full = len(self._waiting) >= TOGETHER
            if not full and self._timer is None:
                self._timer = threading.Timer(DELAY, self._write_late)
                self._timer.daemon = True
                self._timer.start()
        if full:
            self.write()

    def find(self, record_id: str, patient: bool = False) -> Record | None:
        """The record kept under an id, or nothing; `patient`: also one that another process is about to write."""
        found = self._find(record_id)
        if found is None and patient and self.folder.is_dir():
            time.sleep(2 * DELAY)
            found = self._find(record_id)
        return found

    def has(self, record_id: str) -> bool:
        """Whether there is a record of that id."""
        with self._lock:
            if record_id not in self._waiting and record_id not in self._found:
                self._look()
            name = self._found.get(record_id)
            return record_id in self._waiting or (name is not None and (self.folder / name).exists())

    def write(self) -> None:
        """Write what waits; OSError where that cannot be done: then it is given up."""
        with self._lock:
            waiting, self._waiting = self._waiting, {}
            if self._timer:
                self._timer.cancel()
                self._timer = None
            if not waiting:
                return
            lines = "\n".join(json.dumps(r, sort_keys=True, default=str) for r in waiting.values())
            content = json.dumps(list(waiting)).encode() + b"\n" + isal_zlib.compress(lines.encode(), LIGHTLY)
            name = f"{time.time_ns():020}-{uuid4().hex[:8]}.records"
            write_atomically(self.folder / name, content, lasting=False)
            self._found |= dict.fromkeys(waiting, name)
            self._read.add(name)
            if self._written % LOOKED_AFTER == 0:
                self._make_room()
            self._written += 1

    def _write_late(self) -> None:
        with suppress(OSError):  # who asks for one of them is told that there is none
            self.write()

    def _find(self, record_id: str) -> Record | None:
        with self._lock:
            if record_id in self._waiting:
                return json.loads(json.dumps(self._waiting[record_id], sort_keys=True, default=str))
            if record_id not in self._found:
                self._look()
            name = self._found.get(record_id)
            return _records(self.folder / name).get(record_id) if name else None

    def _look(self) -> None:
        """Learn which records are in files that others wrote."""
        with suppress(OSError):
            changed = self.folder.stat().st_mtime_ns
            if changed == self._looked:
                return
            for path in self.folder.glob("*.records"):
                if path.name not in self._read:
                    self._found |= dict.fromkeys(_ids(path), path.name)
                    self._read.add(path.name)
            self._looked = changed

    def _make_room(self) -> None:
        size, gone = 0, set[str]()
        for count, path in enumerate(sorted(self.folder.glob("*.records"), reverse=True), 1):
            with suppress(FileNotFoundError):  # another process made room
                size += path.stat().st_size
            if count > MOST_FILES or size > MOST_BYTES:
                path.unlink(missing_ok=True)
                gone.add(path.name)
        if gone:
            self._read -= gone
            self._found = {i: name for i, name in self._found.items() if name not in gone}


@cache
def passing_records(folder: Path) -> PassingRecords:
    """Those of a folder: one for all that a process has open there, so that each finds what waits to be written."""
    return PassingRecords(folder)


def _ids(path: Path) -> list[str]:
    try:
        with path.open("rb") as file:
            return [str(i) for i in json.loads(file.readline())]
    except (OSError, ValueError, TypeError):
        return []


def _records(path: Path) -> dict[str, Record]:
    try:
        _, _, packed = path.read_bytes().partition(b"\n")
        found = [json.loads(line) for line in zlib.decompress(packed).decode().split("\n")]
        return {str(r["id"]): r for r in found}
    except (OSError, ValueError, TypeError, KeyError, zlib.error):
        return {}

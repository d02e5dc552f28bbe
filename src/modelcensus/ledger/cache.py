"""Answers kept beside the batches that they were computed from: a shortcut that can be deleted at any time."""

import gzip
import json
import uuid
import zlib
from pathlib import Path
from typing import Any

MOST_ANSWERS = 2_000
"""Answers that a ledger keeps; the oldest make room."""
MOST_BYTES = 128 * 1024 * 1024
"""Bytes that they may take together; one answer may take an eighth of that."""

LOOKED_AFTER = 20
"""Answers that are written before the folder is looked through again: it takes longer than writing one."""


class Cache:
    """A folder with one compressed JSON file per answer, named by its key.

    A file gets its name when it is whole, and is never changed. What cannot be read is no answer.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._written = 0

    def find(self, key: str) -> dict[str, Any] | None:
        """The answer kept under a key, or nothing."""
        try:
            content = json.loads(gzip.decompress((self.folder / f"{key}.json.gz").read_bytes()))
        except (OSError, EOFError, ValueError, zlib.error, RecursionError):
            return None
        return content if isinstance(content, dict) else None

    def keep(self, key: str, answer: dict[str, Any]) -> None:
        """Keep an answer, and drop the oldest ones beyond the limits; OSError where the folder cannot be written.

        Not made durable: after a loss of power the worst is an answer that cannot be read.
        """
        content = gzip.compress(json.dumps(answer).encode(), compresslevel=1, mtime=0)
        if len(content) > MOST_BYTES // 8:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        temporary = self.folder / f".writing-{uuid.uuid4().hex}"
        try:
            temporary.write_bytes(content)
            temporary.replace(self.folder / f"{key}.json.gz")
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        if self._written % LOOKED_AFTER == 0:
            self._make_room()
        self._written += 1

    def _make_room(self) -> None:
        found = []
        for path in self.folder.glob("*.json.gz"):
            try:
                status = path.stat()
            except FileNotFoundError:  # another process made room
                continue
            found.append((status.st_mtime_ns, status.st_size, path))
        kept, size = 0, 0
        for _, own, path in sorted(found, reverse=True):
            kept, size = kept + 1, size + own
            if kept > MOST_ANSWERS or size > MOST_BYTES:
                path.unlink(missing_ok=True)

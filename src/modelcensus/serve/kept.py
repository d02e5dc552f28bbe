"""Answers that were given before, in memory and beside the ledger: a shortcut that can be deleted at any time."""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil
import threading
import uuid
import zlib
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path

IN_MEMORY = 48_000_000
"""Bytes of answers in memory; the one asked for longest ago gives way."""
ON_DISK = 256_000_000
"""Bytes of answers in the folder; the oldest ones give way."""
LARGEST = 4_000_000
"""Bytes of one answer that is kept."""
LOOKED_AFTER = 1 / 20
"""Part of the folder's bound that is written before its size is looked at again: that is a look at every file."""
STAMPS = 3
"""Folders of other stamps that are left: another program or another state of the ledger may be served beside this one."""


@dataclass(frozen=True)
class Kept:
    """An answer: its headers, its content, and the same packed with gzip (empty where that gains nothing)."""

    headers: tuple[tuple[str, str], ...]
    body: bytes
    packed: bytes = b""

    @classmethod
    def of(cls, headers: tuple[tuple[str, str], ...], body: bytes) -> Kept:
        """The answer with its tag."""
        packed = gzip.compress(body, 6, mtime=0) if len(body) > 400 else b""
        if not any(name == "etag" for name, _ in headers):
            headers = (*headers, ("etag", f'W/"{hashlib.sha256(body).hexdigest()[:24]}"'))
        return cls(headers, body, packed if len(packed) < len(body) * 0.9 else b"")

    @property
    def tag(self) -> str:
        """Its entity tag."""
        return next(value for name, value in self.headers if name == "etag")

    @property
    def size(self) -> int:
        """Bytes that it takes in memory."""
        return len(self.body) + len(self.packed) + 600


class KeptAnswers:
    """Answers by address. `folder` is where they are kept beyond this run; without one, in memory alone.

    A file gets its name when it is whole and is never changed; what cannot be read is no answer.
    """

    def __init__(self, folder: Path | None = None, stamp: str = "") -> None:
        self._folder = folder / stamp if folder else None
        self._memory: OrderedDict[str, Kept] = OrderedDict()
        self._bytes, self._written, self._lock = 0, ON_DISK, threading.Lock()
        if folder:
            _drop_others(folder, stamp)

    def find(self, address: str) -> Kept | None:
        """The answer at an address, or nothing."""
        with self._lock:
            found = self._memory.get(address)
            if found:
                self._memory.move_to_end(address)
                return found
        found = self._read(address)
        if found:
            self._remember(address, found)
        return found

    def keep(self, address: str, answer: Kept) -> None:
        """Keep an answer; beyond this run where the folder can be written."""
        if len(answer.body) > LARGEST:
            return
        self._remember(address, answer)
        if self._folder:
            try:
                self._write(self._folder, address, answer)
            except OSError:
                return

    def _remember(self, address: str, answer: Kept) -> None:
        with self._lock:
            before = self._memory.pop(address, None)
            self._bytes += answer.size - (before.size if before else 0)
            self._memory[address] = answer
            while self._bytes > IN_MEMORY and len(self._memory) > 1:
                self._bytes -= self._memory.popitem(last=False)[1].size

    def _read(self, address: str) -> Kept | None:
        if self._folder is None:
            return None
        try:
            head, _, content = (self._folder / _name(address)).read_bytes().partition(b"\n")
            told = json.loads(head)
            body = gzip.decompress(content) if told["packed"] else content
            if told["address"] != address or len(body) != told["size"]:
                return None
            return Kept(tuple((n, v) for n, v in told["headers"]), body, content if told["packed"] else b"")
        except (OSError, EOFError, ValueError, KeyError, TypeError, zlib.error):
            return None

    def _write(self, folder: Path, address: str, answer: Kept) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        told = {
            "address": address,
            "headers": answer.headers,
            "size": len(answer.body),
            "packed": bool(answer.packed),
        }
        temporary = folder / f".writing-{uuid.uuid4().hex}"
        try:
            temporary.write_bytes(json.dumps(told).encode() + b"\n" + (answer.packed or answer.body))
            temporary.replace(folder / _name(address))
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        self._written += len(answer.packed or answer.body)
        if self._written > ON_DISK * LOOKED_AFTER:
            self._written = 0
            _make_room(folder)


def _name(address: str) -> str:
    return f"{hashlib.sha256(address.encode()).hexdigest()[:32]}.answer"


def _make_room(folder: Path) -> None:
    found = []
    for path in folder.glob("*.answer"):
        try:
            status = path.stat()
        except FileNotFoundError:  # another process made room
            continue
        found.append((status.st_mtime_ns, status.st_size, path))
    size = 0
    for _, own, path in sorted(found, reverse=True):
        size += own
        if size > ON_DISK:
            path.unlink(missing_ok=True)


def _drop_others(folder: Path, stamp: str) -> None:
    try:
        others = sorted(
            (p for p in folder.iterdir() if p.is_dir() and p.name != stamp), key=lambda p: p.stat().st_mtime_ns
        )
    except OSError:
        return
    for path in others[: max(len(others) - STAMPS, 0)]:
        shutil.rmtree(path, ignore_errors=True)

"""Answers that were given before, in memory and beside the ledger: a shortcut that can be deleted at any time."""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil
import threading
import time
import uuid
import zlib
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

IN_MEMORY = 48_000_000
"""Bytes of answers in memory; the one asked for longest ago gives way."""
ON_DISK = 256_000_000
"""Bytes of answers in the folder; the oldest ones give way."""
LARGEST = 4_000_000
"""Bytes of one answer that is kept."""
LOOKED_AFTER = 1 / 20
"""Part of the folder's bound that is written before its size is looked at again: that is a look at every file."""
MOST_WAITING = 2_000
"""Answers that wait to be written; the one that has waited longest is not written then."""
STAMPS = 3
"""Folders of other stamps that are left: another program or another state of the ledger may be served beside this one."""


@dataclass(frozen=True)
class Kept:
    """An answer: its headers and its content."""

    headers: tuple[tuple[str, str], ...]
    body: bytes

    @classmethod
    def of(cls, headers: tuple[tuple[str, str], ...], body: bytes) -> Kept:
        """The answer with its tag."""
        if not any(name == "etag" for name, _ in headers):
            headers = (*headers, ("etag", f'W/"{hashlib.sha256(body).hexdigest()[:24]}"'))
        return cls(headers, body)

    @cached_property
    def packed(self) -> bytes:
        """The content packed with gzip, when it is first wanted so; empty where that gains nothing."""
        packed = gzip.compress(self.body, 6, mtime=0) if len(self.body) > 400 else b""
        return packed if len(packed) < len(self.body) * 0.9 else b""

    @property
    def tag(self) -> str:
        """Its entity tag."""
        return next(value for name, value in self.headers if name == "etag")

    @property
    def size(self) -> int:
        """Bytes that it takes in memory, with room for the packed content."""
        return len(self.body) + len(self.body) // 3 + 600


class KeptAnswers:
    """Answers by address. `folder` is where they are kept beyond this run; without one, in memory alone.

    A file gets its name when it is whole and is never changed; what cannot be read is no answer.
    """

    def __init__(self, folder: Path | None = None, stamp: str = "", later: bool = False) -> None:
        """`later`: answers wait in memory until `write` is called, for a file takes as long as answering."""
        self._folder = folder / stamp if folder else None
        self.later = later
        self._waiting: OrderedDict[str, Kept] = OrderedDict()
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
        if not self._folder:
            return
        if not self.later:
            self._write(self._folder, address, answer)
            return
        with self._lock:
            self._waiting[address] = answer
            if len(self._waiting) > MOST_WAITING:
                self._waiting.popitem(last=False)

    def write(self, seconds: float = 0.0) -> bool:
        """Write one of the answers that wait, or as many as can be in so many seconds; whether there was one."""
        began = time.monotonic()
        while True:
            with self._lock:
                if not self._folder or not self._waiting:
                    return False
                address, answer = self._waiting.popitem(last=False)
            self._write(self._folder, address, answer)
            if time.monotonic() - began >= seconds:
                return True

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
            found = Kept(tuple((n, v) for n, v in told["headers"]), body)
            found.__dict__["packed"] = content if told["packed"] else b""
            return found
        except (OSError, EOFError, ValueError, KeyError, TypeError, zlib.error):
            return None

    def _write(self, folder: Path, address: str, answer: Kept) -> None:
        """Beyond this run, where the folder can be written."""
        with suppress(OSError):
            self._write_whole(folder, address, answer)

    def _write_whole(self, folder: Path, address: str, answer: Kept) -> None:
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

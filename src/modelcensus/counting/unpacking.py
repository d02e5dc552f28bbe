"""The text of log files, brought straight into memory that is there: plain, gzip or zstd."""

from collections.abc import Iterator
from io import FileIO
from typing import Protocol

import pyarrow as pa
from isal import isal_zlib

DAMAGED: tuple[type[Exception], ...] = (isal_zlib.error, EOFError, OSError, pa.ArrowException)  # type: ignore[assignment] - its stubs give it no class
"""What reading raises of a file that is cut off or damaged."""
MUCH = 512 * 1024
"""Bytes of a packed file that are taken at a time, as isal's own file does: for each a thread waits for its turn at the interpreter."""
READ = 64 * 1024
"""The same of a damaged one, and of the text of a zstd file."""
_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"


class Unpacked(Protocol):
    """A text as it comes."""

    def readinto(self, room: memoryview, /) -> int | None:
        """Bring what comes next into a room; how many bytes, none at the end."""
        ...


def compression_of(head: bytes) -> str:
    """gz, zst or nothing, by the first bytes of a file."""
    return "gz" if head.startswith(_GZIP) else "zst" if head.startswith(_ZSTD) else ""


def unpacked(file: FileIO, compression: str) -> Unpacked:
    """The text of a file; an error where it is cut off or damaged, after what stands before that: all, or of a sum that is wrong
    all but the READ bytes before it."""
    return _Gunzipped(file) if compression == "gz" else _Zstd(file) if compression else file


class _Zstd:
    """Every frame of a zstd file; little at a time, since what is unpacked just before an error is lost."""

    def __init__(self, file: FileIO) -> None:
        self._stream = pa.CompressedInputStream(pa.PythonFile(file, "r"), "zstd")

    def readinto(self, room: memoryview, /) -> int:
        return self._stream.readinto(room[:READ])


class _Gunzipped:
    """Every member of a gzip file, one after the other.

    The quick reader, which stands behind isal's own file, brings a text straight into a room, but loses what it unpacked just
    before an error: from there on the file is read again, bit by bit.
    """

    def __init__(self, file: FileIO) -> None:
        self._file, self._quick, self._given = file, isal_zlib._GzipReader(file, MUCH), 0
        self._slow: Iterator[bytes] | None = None
        self._left = memoryview(b"")

    def readinto(self, room: memoryview, /) -> int:
        if not self._slow:
            try:
                size = self._quick.readinto(room)
            except DAMAGED:
                self._slow = _after(self._given, _members(self._file))
            else:
                self._given += size
                return size
        self._left = self._left or memoryview(next(self._slow, b""))
        size = min(len(room), len(self._left))
        room[:size], self._left = self._left[:size], self._left[size:]
        return size


def _after(size: int, blocks: Iterator[bytes]) -> Iterator[bytes]:
    """What follows so many bytes."""
    for block in blocks:
        if size < len(block):
            yield block[size:]
        size = max(size - len(block), 0)


def _members(file: FileIO) -> Iterator[bytes]:
    file.seek(0)
    stream = isal_zlib.decompressobj(31)
    while block := file.read(READ):
        while block:
            if stream.eof:
                block = block.lstrip(b"\0")  # padding of tapes and block devices
                if not block:
                    break
                stream = isal_zlib.decompressobj(31)
            if text := stream.decompress(block):
                yield text
            block = stream.unused_data
    if not stream.eof:
        raise EOFError("the end of the gzip stream is missing")

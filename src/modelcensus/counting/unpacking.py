"""The bytes of log files: plain, gzip or zstd."""

from collections.abc import Iterator
from typing import BinaryIO

import pyarrow as pa
from isal import isal_zlib

DAMAGED: type[Exception] = isal_zlib.error  # type: ignore[assignment] - its stubs give it no class
READ = 64 * 1024
"""Bytes of a file that are taken at a time."""
_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"


def compression_of(head: bytes) -> str:
    """gz, zst or nothing, by the first bytes of a file."""
    return "gz" if head.startswith(_GZIP) else "zst" if head.startswith(_ZSTD) else ""


def unpacked(file: BinaryIO, compression: str) -> Iterator[bytes]:
    """The text of a file as it comes; an error where it is cut off or damaged."""
    return _gunzip(file) if compression == "gz" else _plain(file, compression)


def _plain(file: BinaryIO, compression: str) -> Iterator[bytes]:
    if not compression:
        while block := file.read(READ * 4):
            yield block
        return
    with pa.CompressedInputStream(pa.PythonFile(file, "r"), "zstd") as stream:
        while block := stream.read(READ * 4):
            yield block


def _gunzip(file: BinaryIO) -> Iterator[bytes]:
    """Every member of a gzip file, one after the other."""
    stream = isal_zlib.decompressobj(31)
    started = False
    while block := file.read(READ):
        while block:
            if stream.eof:
                block = block.lstrip(b"\0")  # padding of tapes and block devices
                if not block:
                    break
                stream = isal_zlib.decompressobj(31)
            started = True
            if text := stream.decompress(block):
                yield text
            block = stream.unused_data
    if started and not stream.eof:
        raise EOFError("the end of the gzip stream is missing")

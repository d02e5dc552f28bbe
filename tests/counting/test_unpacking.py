"""Packed logs are given whole; of one that is cut off or damaged, all that stands before that."""

import gzip
import random
import zlib

import pyarrow as pa
import pytest

from modelcensus.counting.lines import LogFile
from modelcensus.counting.unpacking import DAMAGED, READ, compression_of, unpacked

RNG = random.Random(3)
TEXT = b"".join(b"%d GET /acme/m%d\n" % (n, RNG.randrange(10**6)) for n in range(500_000))
PACKED = gzip.compress(TEXT, 1)
ROOMS = pytest.mark.parametrize("room", [70_000, 8 * 1024 * 1024])


def given(folder, packed: bytes, room: int) -> tuple[bytes, bool]:
    """The text of a packed file, and whether it ended with an error."""
    path = folder / "packed"
    path.write_bytes(packed)
    text, memory = bytearray(), memoryview(bytearray(room))
    with path.open("rb", 0) as file:
        source = unpacked(file, compression_of(packed[:4]))
        try:
            while size := source.readinto(memory):
                text += memory[:size]
        except DAMAGED:
            return bytes(text), True
    return bytes(text), False


@ROOMS
@pytest.mark.parametrize("padding", [b"", b"\0" * 700])
def test_members_one_after_the_other(tmp_path, padding, room):
    members = [TEXT[:5], TEXT[5:9_000_000], b"", TEXT[9_000_000:]]
    packed = padding.join(gzip.compress(m, 1) for m in members) + padding
    assert given(tmp_path, packed, room) == (TEXT, False)


@ROOMS
@pytest.mark.parametrize("share", [0.00002, 0.3, 0.71, 0.999999])
def test_a_gzip_file_that_is_cut_off(tmp_path, share, room):
    packed = PACKED[: int(len(PACKED) * share)]
    before = zlib.decompressobj(31).decompress(packed)
    assert given(tmp_path, packed, room) == (before, True) and TEXT.startswith(before)


@ROOMS
def test_a_gzip_file_whose_sum_is_wrong(tmp_path, room):
    """Of what was unpacked together with the sum nothing is given."""
    text, failed = given(tmp_path, PACKED[:-8] + bytes(8), room)
    assert failed and TEXT.startswith(text) and len(TEXT) - len(text) < 16 * READ


@ROOMS
def test_a_gzip_file_with_something_else_after_it(tmp_path, room):
    text, failed = given(tmp_path, PACKED + b"more", room)
    assert failed and text == TEXT


@ROOMS
def test_a_gzip_file_with_a_damaged_block(tmp_path, room):
    """What comes before the damage is given, whatever follows in its block."""
    at = len(PACKED) // 2
    text, failed = given(tmp_path, PACKED[:at] + b"\xff" * 64 + PACKED[at + 64 :], room)
    before = zlib.decompressobj(31).decompress(PACKED[:at])
    assert failed and text.startswith(before)


@ROOMS
def test_a_zstandard_file_whole_and_cut_off(tmp_path, room):
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as stream:
        stream.write(TEXT)
    packed = sink.getvalue().to_pybytes()
    assert given(tmp_path, packed, room) == (TEXT, False)
    text, failed = given(tmp_path, packed[: len(packed) // 2], room)
    assert failed and TEXT.startswith(text) and len(text) > 0.4 * len(TEXT)


def test_a_file_is_read_again_from_its_beginning(tmp_path):
    path = tmp_path / "a.gz"
    path.write_bytes(PACKED[: len(PACKED) // 2])
    file = LogFile(path)
    first, again = (b"".join(bytes(b) for b in file.blocks(room)) for room in (3_000, 10**7))
    assert first == again and len(file.notes) == 2 and "cut off or damaged" in file.notes[0]
    assert file.head() == TEXT[:65536]

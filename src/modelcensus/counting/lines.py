"""Log files as lines: plain, gzip or zstd, in pieces of bounded size, with nothing lost at their edges.

A line is what stands between two newlines, whatever bytes it holds: bytes that are no text are shown as U+FFFD. A line
longer than LONGEST is set aside without being held. A compressed file that is cut off gives the lines before the cut.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from mmap import mmap
from pathlib import Path

import numpy as np
import pyarrow as pa

from modelcensus.counting.digests import TextDigest
from modelcensus.counting.framing import BY_ARRAYS, Framing, Text
from modelcensus.counting.parts import Cutter, Part
from modelcensus.counting.rooms import Rooms
from modelcensus.counting.setting_aside import SHOWN, shown
from modelcensus.counting.unpacking import DAMAGED, compression_of, unpacked
from modelcensus.vocabulary import InputError

LONGEST = 2 * 1024 * 1024
"""Bytes of a line; a longer one is set aside."""
PIECE = 16 * 1024 * 1024
"""Bytes of text handed on at a time: what is done once a piece should be little beside the rest."""
ROOM = LONGEST + PIECE
"""Bytes of text that are held at a time."""
OPENING = 64 * 1024
"""Bytes at the start of a file by which one is known that may have been read before."""
NOTHING = pa.schema([("line", pa.int64()), ("text", pa.string())]).empty_table()


Fill = Callable[[memoryview], int]
"""Brings what comes next of a text into memory; how many bytes, none at its end."""


@dataclass(frozen=True)
class Reached:
    """How far a file was read: `size` (bytes) and lines of its text, the digest of these and their opening, how many of its parts ended,
    and what of the next one was read."""

    size: int
    lines: int
    digest: str
    opening: bytes
    parts: int
    begun: Part


@dataclass(frozen=True)
class Piece:
    """Consecutive lines of one file: columns `line` (number in the file, from 1) and `text` (newline included), which may
    stand in a `room` that is used again; `ascii`: whether no byte is of another letter; `reached`: how far the file is read with
    them, where that is the end of a line; `recognized`: how many of its lines stand in files that were counted, and are left out."""

    rows: pa.Table
    set_aside: list[tuple[int, str, str]]
    room: mmap | None = None
    ascii: bool = True
    reached: Reached | None = None
    recognized: int = 0


NOTHING_READ = Reached(0, 0, "", b"", 0, Part(1, 0, 0, 0))


@dataclass
class LogFile:
    """One log as it was read: `reached` is of its text, however it is compressed.

    Its pieces say how far it is read with each; what is counted of all of it is known when the last one is taken. `skip` are the
    bytes that were counted before. `wait`: a last line without a newline is left for the next time (of a file that still grows).
    """

    path: Path
    skip: int = 0
    skipped_lines: int = 0
    wait: bool = False
    reached: Reached = NOTHING_READ
    recognized_lines: int = 0
    framing: Framing = BY_ARRAYS
    rooms: Rooms = field(default_factory=lambda: Rooms(ROOM))
    cutter: Cutter = field(init=False)
    notes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.cutter = Cutter(self.framing)
        if not self.path.is_file():
            what = "a folder, not a file" if self.path.is_dir() else "no such file"
            raise InputError(what, where=str(self.path), remedy="check the path; folders are given as folder/*")
        with self.path.open("rb") as file:
            head = file.read(4)
        self.compression = compression_of(head)

    def pieces(self) -> Iterator[Piece]:
        """The lines after `skip`; afterwards `reached` says what was read, from the beginning on."""
        framer = _Framer(self)
        with self._text() as fill:
            while framer.add(fill):
                yield from framer.cut()
        yield from framer.end()

    def blocks(self, size: int = PIECE) -> Iterator[memoryview]:
        """The text as it comes, decompressed, in memory that is used again; a cut or damage ends it with a note."""
        room = memoryview(bytearray(size))
        with self._text() as fill:
            while read := fill(room):
                yield room[:read]

    def head(self) -> bytes:
        """What it begins with, OPENING bytes at most."""
        head = b""
        for block in self.blocks(OPENING):
            head += block
            if len(head) >= OPENING:
                break
        self.notes.clear()
        return head[:OPENING]

    def first_lines(self, most: int = 50) -> list[str]:
        """Its first lines, for a look at what format it has."""
        lines = self.head().decode("utf-8", "replace").splitlines()
        return [line for line in lines[:most] if line.strip()]

    @contextmanager
    def _text(self) -> Iterator[Fill]:
        with self.path.open("rb", 0) as file:
            text = unpacked(file, self.compression)

            def fill(room: memoryview) -> int:
                try:
                    return text.readinto(room) or 0
                except DAMAGED as error:
                    reason = " ".join(str(error).split()) or type(error).__name__
                    self.notes.append(f"the file is cut off or damaged ({reason[:120]})")
                    return 0

            yield fill


class _Framer:
    """Cuts a text as it comes into pieces that end with a newline."""

    def __init__(self, file: LogFile) -> None:
        self.file = file
        self.room, self.begun, self.size = file.rooms.take(), 0, 0
        """Where the text is held that is not handed on yet, how much of it was there before, and how much it is."""
        self.digest, self.position, self.line = TextDigest(), 0, 0
        self.too_long = 0
        """Bytes of a line that is too long, seen so far."""
        self.opening = b""

    def add(self, fill: Fill) -> bool:
        """Take what comes next of a text; False at its end."""
        read = fill(memoryview(self.room)[self.size : self.begun + PIECE])
        self.size += read
        return read > 0

    def cut(self) -> Iterator[Piece]:
        """A piece, where there is one."""
        if self.size - self.begun >= PIECE:
            yield from self._cut()

    def end(self) -> Iterator[Piece]:
        yield from self._cut()
        rest = self.room[: self.size]
        cut = bool(self.file.notes)
        if rest and not cut and not self.file.wait:
            self.room[self.size : self.size + 1] = b"\n"
            self.size += 1
            yield from self._cut(padded=True)
        elif rest and cut:
            self.line += 1
            aside = [(self.line, "the file is cut off in this line", _shown(rest))]
            yield Piece(NOTHING, aside)
            self.line -= 1
        elif rest:
            self.file.notes.append("a last line without a newline is left for the next time")
        elif self.too_long and not cut:
            yield Piece(NOTHING, [self._long(self.too_long)])
        if cut:
            self.file.notes[-1] += f" after line {self.line:,}; the lines before it were taken"
        self.file.rooms.give(self.room)
        self.file.cutter.end()
        self.file.reached = self._reached()

    def _cut(self, padded: bool = False) -> Iterator[Piece]:
        """The whole lines of what is held, from `start` to `end`; the rest is kept for later."""
        room, size, start = self.room, self.size, 0
        end = room.rfind(b"\n", 0, size) + 1
        aside: list[tuple[int, str, str]] = []
        if self.too_long:  # the line began in an earlier piece
            if not end:
                self.too_long += size
                self._passed(0, size)
                self._keep(size)
                return
            start = room.find(b"\n", 0, size) + 1
            self._passed(0, start)
            aside.append(self._long(self.too_long + start - 1))
            self.too_long = 0
        before = self.position
        self._passed(start, end - padded)
        known = min(max(self.file.skip - before, 0), end - start)
        if known:
            skipped, first, last, _ = _readable(room, start, start + known)
            starts = self.file.framing.starts(skipped, first, last)
            self._cut_up(skipped, starts)
            self.line += len(starts) - 1
            aside = []
        piece = self._piece(room, start + known, end, aside) if start + known < end or aside else None
        if piece:
            piece = replace(piece, reached=self._reached())
        if size - end > LONGEST:
            self.too_long = size - end
            self._passed(end, size)
            end = size
        if piece:
            self.room = self.file.rooms.take()
            self.room[: size - end] = memoryview(room)[end:size]
            self.begun = self.size = size - end
            yield piece
        else:
            self._keep(end)

    def _reached(self) -> Reached:
        parts = self.file.cutter
        return Reached(self.position, self.line, self.digest.said, self.opening, len(parts.parts), parts.begun)

    def _keep(self, start: int) -> None:
        """Hold on to the text from a place on, where none of it was handed on."""
        self.room.move(0, start, self.size - start)
        self.begun = self.size = self.size - start

    def _piece(self, room: mmap, start: int, end: int, aside: list[tuple[int, str, str]]) -> Piece:
        first = self.line
        text, start, end, ascii = _readable(room, start, end)
        starts = self.file.framing.starts(text, start, end)
        long = self._cut_up(text, starts)
        rows = _table(text, starts, first)
        self.line += rows.num_rows
        if len(long):
            for row in long.tolist():
                beginning = shown(rows["text"][row].as_py())
                aside.append((first + row + 1, _too_long(int(starts[row + 1] - starts[row]) - 1), beginning))
            rows = rows.filter(pa.array(~np.isin(np.arange(rows.num_rows), long)))
        return Piece(rows, aside, room, ascii)

    def _cut_up(self, text: Text, starts: np.ndarray) -> np.ndarray:
        """Cut lines into parts; gives the places of those that are too long, which are of a part by their size alone, as they
        are where they come in several pieces."""
        long = np.flatnonzero(np.diff(starts) > LONGEST + 1)
        done = 0
        for row in long.tolist():
            if row > done:
                self.file.cutter.add(text, starts[done : row + 1])
            self.file.cutter.add_long(int(starts[row + 1] - starts[row]) - 1)
            done = row + 1
        if done < len(starts) - 1:
            self.file.cutter.add(text, starts[done:])
        return long

    def _long(self, size: int) -> tuple[int, str, str]:
        self.line += 1
        self.file.cutter.add_long(size)
        return self.line, _too_long(size), ""

    def _passed(self, start: int, end: int) -> None:
        if start < end:
            text = memoryview(self.room)[start:end]
            self.digest.update(text)
            self.position += end - start
            if len(self.opening) < OPENING:
                self.opening += text[: OPENING - len(self.opening)]


def _readable(room: mmap, start: int, end: int) -> tuple[Text, int, int, bool]:
    """A stretch of a text in one that is UTF-8, not copied where it is, and whether it is ASCII."""
    stretch = memoryview(room)[start:end]
    ascii = np.frombuffer(stretch, np.uint8).max(initial=0) < 0x80
    if not ascii:
        try:
            str(stretch, "utf-8")
        except UnicodeDecodeError:
            text = str(stretch, "utf-8", "replace").encode()
            return text, 0, len(text), False
    return room, start, end, bool(ascii)


def _table(text: Text, starts: np.ndarray, before: int) -> pa.Table:
    """Lines by number."""
    count = len(starts) - 1
    lines = pa.StringArray.from_buffers(count, pa.py_buffer(starts), pa.py_buffer(text))
    return pa.table({"line": np.arange(before + 1, before + count + 1, dtype=np.int64), "text": lines})


def _too_long(size: int) -> str:
    return f"a line of {size:,} bytes is longer than {LONGEST:,}"


def _shown(text: bytes) -> str:
    return shown(text[: 4 * SHOWN].decode("utf-8", "replace"))

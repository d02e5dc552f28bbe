"""Log files into reduced requests, file by file: what every engine does with one, and how one machine does it with many."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec
from math import inf
from pathlib import Path
from typing import Protocol

import numpy as np
import pyarrow as pa

from modelcensus.counting.ahead import ahead
from modelcensus.counting.formats import LogFormat, header_columns
from modelcensus.counting.known import NOTHING_KNOWN, Known, KnownText, known_part
from modelcensus.counting.lines import ROOM, LogFile, Piece, Reached
from modelcensus.counting.parts import ROW, Parts
from modelcensus.counting.policies import Policies
from modelcensus.counting.recognizing import new_pieces
from modelcensus.counting.reduction import Reduction, Told
from modelcensus.counting.rooms import Rooms
from modelcensus.counting.salts import Keys
from modelcensus.engine import Tables
from modelcensus.vocabulary import LOG_FILES

AHEAD = 2
"""Pieces that are unpacked and cut into lines before they are asked for."""
LINES = 1_000_000
"""Lines of a batch, after which the file being read is its last one; of a file that goes on for a quarter more the rest is of the
next batch."""
MUCH = 32 * 1024 * 1024
"""Bytes of text from which compiled loops are worth their loading."""
UNPACKED = 7
"""Bytes of text in a byte of a compressed log."""
MOST_ASIDE = 100_000
"""Lines set aside that a batch keeps with their texts; all are counted."""


@dataclass(frozen=True)
class FileRead:
    """What became of a file, or of the lines of it that were read for a batch, in the terms of the table `log_files`; `aside`:
    line, reason, text of the first lines that were set aside; `skipped`: bytes at its beginning that were known; `earlier`: lines
    that were read in this run for batches before."""

    file: str
    format: str
    opening_bytes: int
    opening: str
    bytes: int
    digest: str
    lines: int
    known: int
    taken: int
    other: int
    set_aside: int
    skipped: int
    earlier: int
    aside: tuple[tuple[int, str, str], ...]
    notes: tuple[str, ...]
    parts: Parts

    @property
    def new(self) -> bool:
        """Whether it says anything that was not counted before; a file that ends in a cut line does so each time."""
        return self.lines > self.known or (bool(self.set_aside) and not self.known)

    @property
    def row(self) -> dict[str, object]:
        """As a row of `log_files`."""
        return {name: getattr(self, name) for name in LOG_FILES.names}

    @property
    def told(self) -> str:
        """In words."""
        return (
            f"{self.file}: {self.lines:,} lines, {self.known:,} of them counted before, {self.taken:,} requests of repositories,"
            f" {self.other:,} others, {self.set_aside:,} set aside"
        )

    @property
    def text(self) -> KnownText:
        """By what the file is known from now on."""
        return KnownText(self.opening_bytes, self.bytes, self.opening, self.digest, self.lines)


class ReadBatch:
    """Files with the requests of all of them, which `make` brings into the tables of the ledger."""

    def __init__(self, files: tuple[FileRead, ...], make: Callable[[], dict[str, pa.Table]]) -> None:
        self.files, self._make = files, [make]

    def tables(self) -> dict[str, pa.Table]:
        """The tables; once, since what they are made of is let go."""
        return self._make.pop()()


class Reader(Protocol):
    """Reads many files, on one machine or on several: the same lines give the same tables."""

    def batches(self, files: Sequence[tuple[Path, LogFormat]], known: Known) -> Iterator[ReadBatch]:
        """What is new in files, in batches; `known` is what was counted before, and grows."""
        ...


def read_file(reduction: Reduction, path: Path, form: LogFormat, known: Known, policies: Policies) -> FileRead:
    """Add to a reduction what is new in a file."""
    return next(_read(reduction, _pieces(reduction, [(path, form)], known, policies)))


@dataclass(frozen=True)
class _Opened:
    """A file that is being read: bytes and lines at its beginning were counted before."""

    file: LogFile
    form: LogFormat
    columns: Sequence[str]
    skipped: int
    skipped_lines: int

    def read(self, reached: Reached, before: Reached | None, told: Told) -> FileRead:
        """What became of it from one point to another; `before`: none is its beginning, or the end of what is skipped."""
        skipped, lines = (before.size, before.lines) if before else (self.skipped, self.skipped_lines)
        opening = hashlib.sha256(reached.opening).hexdigest()
        told.aside.sort()
        return FileRead(
            self.file.path.name, self.form.name, len(reached.opening), opening, reached.size, reached.digest, reached.lines,
            lines + told.recognized, told.taken, told.other, len(told.aside), skipped, before.lines if before else 0,
            tuple(told.aside[:MOST_ASIDE]), (), self._parts(reached, lines),
        )  # fmt: skip

    def _parts(self, reached: Reached, known: int) -> Parts:
        """Its parts, without those that were kept with what was known; some of these again, so that rows of parts go on."""
        parts = self.file.cutter.parts.between(0, reached.parts)
        if reached.begun.lines:
            parts = Parts(np.append(parts.numbers, reached.begun))
        ended = int(np.searchsorted(parts.ends, known, side="right"))
        return parts.between(max(ended - ROW - 1, 0))


def _pieces(
    reduction: Reduction,
    files: Sequence[tuple[Path, LogFormat]],
    known: Known,
    policies: Policies,
    progress: Callable[[str], None] = lambda _: None,
) -> Iterator[tuple[_Opened, Piece | None]]:
    """The new pieces of files, one after the other; at the end of each file None. What is known does not grow by it."""
    rooms = Rooms(ROOM)
    for path, form in files:
        progress(f"reading {path.name}")
        part = known_part(path, known.texts) if known.texts else NOTHING_KNOWN
        closed = bool(LogFile(path).compression)
        wait = policies.last_line == "wait" and not closed
        file = LogFile(path, part.bytes, part.lines, wait, framing=reduction.framing, rooms=rooms)
        columns = header_columns(form, file.first_lines()) if form.header else form.columns
        opened = _Opened(file, form, columns, part.bytes, part.lines)
        if part.whole:
            file.reached = replace(file.reached, size=part.bytes, lines=part.lines)
        else:
            for piece in new_pieces(file, known.parts):
                yield opened, piece
        yield opened, None


def _growing(pieces: Iterator[tuple[_Opened, Piece | None]], known: Known) -> Iterator[tuple[_Opened, Piece | None]]:
    """The same, where what is new in a file is known from its end on."""
    for opened, piece in pieces:
        yield opened, piece
        file = opened.file
        if piece is None and file.reached.lines > opened.skipped_lines + file.recognized_lines:
            known.add(opened.read(file.reached, None, Told()).text, file.cutter.parts)


def _read(
    reduction: Reduction, pieces: Iterator[tuple[_Opened, Piece | None]], most: float = inf
) -> Iterator[FileRead]:
    """Add to a reduction what pieces say: they are unpacked and framed by another thread while those before them are understood.
    What was read is told at the end of each file, and within it where the reduction has the `most` lines and more follow: what ends
    a file, a cut line also, is told with lines before it."""
    told, before, reached = Told(), None, None
    for opened, piece in ahead(pieces, AHEAD):
        if piece and piece.rows.num_rows and reached and reduction.lines >= most:
            yield opened.read(reached, before, told)
            told, before, reached = Told(), reached, None
        if piece:
            reduction.take(piece, opened.form, opened.columns, told)
            reached = piece.reached
            if piece.room:
                opened.file.rooms.give(piece.room)
        else:
            yield replace(opened.read(opened.file.reached, before, told), notes=tuple(_notes(opened.file)))
            told, before, reached = Told(), None, None


def _notes(file: LogFile) -> list[str]:
    shared = f"{file.recognized_lines:,} of its lines stand in files that were counted"
    return [*file.notes, shared] if file.recognized_lines else file.notes


def worth_compiling(files: Sequence[Path]) -> bool:
    """Whether numba is there, and files are large enough that reading them takes longer than to load it."""
    size = sum(p.stat().st_size * (1 if not LogFile(p).compression else UNPACKED) for p in files)
    return size >= MUCH and find_spec("numba") is not None


class OneByOne:
    """Reads files in this process, in batches of LINES lines."""

    def __init__(self, engine: Tables, policies: Policies, keys: Keys, progress: Callable[[str], None]) -> None:
        self.engine, self.policies, self.keys, self.progress = engine, policies, keys, progress

    def batches(self, files: Sequence[tuple[Path, LogFormat]], known: Known) -> Iterator[ReadBatch]:
        self.engine.connection.execute("set threads = 1")  # it is asked about few texts at a time, beside other work
        quick = worth_compiling([p for p, _ in files])
        reduction = Reduction(self.engine, self.policies, self.keys, quick, LINES + LINES // 2 if quick else 0)
        waiting: list[FileRead] = []
        pieces = _growing(_pieces(reduction, files, known, self.policies, self.progress), known)
        for read in _read(reduction, pieces, LINES + LINES // 4):
            waiting.append(read)
            if reduction.lines >= LINES:
                yield self._ended(reduction, waiting)
                waiting = []
        if waiting:
            yield self._ended(reduction, waiting)

    @staticmethod
    def _ended(reduction: Reduction, files: list[FileRead]) -> ReadBatch:
        reduced, gathered = reduction.reduced(), reduction.gathered
        reduction.begin()

        def tables() -> dict[str, pa.Table]:
            made = reduced.tables()
            reduction.spare.append(gathered)
            return made

        return ReadBatch(tuple(files), tables)

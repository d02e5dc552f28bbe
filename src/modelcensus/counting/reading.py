"""Log files into reduced requests, file by file: what every engine does with one, and how one machine does it with many."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

import pyarrow as pa

from modelcensus.counting.formats import LogFormat
from modelcensus.counting.known import Known, KnownText, known_part
from modelcensus.counting.lines import LogFile
from modelcensus.counting.parts import Part
from modelcensus.counting.policies import Policies
from modelcensus.counting.recognizing import new_pieces
from modelcensus.counting.reduction import Reduction
from modelcensus.counting.salts import Keys
from modelcensus.engine import Tables
from modelcensus.vocabulary import LOG_FILES

LINES = 1_000_000
"""Lines of a batch, after which the file being read is its last one."""
MUCH = 32 * 1024 * 1024
"""Bytes of text from which compiled loops are worth their loading."""
UNPACKED = 7
"""Bytes of text in a byte of a compressed log."""
MOST_ASIDE = 100_000
"""Lines set aside that a batch keeps with their texts; all are counted."""


@dataclass(frozen=True)
class FileRead:
    """What became of a file, in the terms of the table `log_files`; `aside`: line, reason, text of the first lines that
    were set aside; `skipped`: bytes at its beginning that were known."""

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
    aside: tuple[tuple[int, str, str], ...]
    notes: tuple[str, ...]
    parts: tuple[Part, ...]

    @property
    def new(self) -> bool:
        """Whether it says anything that was not counted before; a file that ends in a cut line does so each time."""
        return self.lines > self.known or (bool(self.set_aside) and not self.known)

    @property
    def row(self) -> dict[str, object]:
        """As a row of `log_files`."""
        return {name: getattr(self, name) for name in LOG_FILES.names}

    @property
    def text(self) -> KnownText:
        """By what the file is known from now on."""
        return KnownText(self.opening_bytes, self.bytes, self.opening, self.digest, self.lines)


@dataclass(frozen=True)
class ReadBatch:
    """Files with the requests of all of them, as the tables of the ledger."""

    files: tuple[FileRead, ...]
    tables: dict[str, pa.Table]


class Reader(Protocol):
    """Reads many files, on one machine or on several: the same lines give the same tables."""

    def batches(self, files: Sequence[tuple[Path, LogFormat]], known: Known) -> Iterator[ReadBatch]:
        """What is new in files, in batches; `known` is what was counted before, and grows."""
        ...


def read_file(reduction: Reduction, path: Path, form: LogFormat, known: Known, policies: Policies) -> FileRead:
    """Add to a reduction what is new in a file."""
    skip, lines = known_part(path, known.texts) if known.texts else (0, 0)
    closed = bool(LogFile(path).compression)
    wait = policies.last_line == "wait" and not closed
    file = LogFile(path, skip=skip, skipped_lines=lines, wait=wait, framing=reduction.framing)
    told = reduction.add(file, form, new_pieces(file, known.parts))
    return FileRead(
        path.name, form.name, file.opening_bytes, file.opening, file.size, file.digest, file.lines, lines + file.recognized_lines, told.taken,
        told.other, len(told.aside), skip, tuple(told.aside[:MOST_ASIDE]), tuple(_notes(file)),
        tuple(file.cutter.parts),
    )  # fmt: skip


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
        reduction = Reduction(self.engine, self.policies, self.keys, worth_compiling([p for p, _ in files]))
        waiting: list[FileRead] = []
        for path, form in files:
            self.progress(f"reading {path.name}")
            read = read_file(reduction, path, form, known, self.policies)
            waiting.append(read)
            if read.new:
                known.add(read.text, list(read.parts))
            if reduction.lines >= LINES:
                yield self._ended(reduction, waiting)
                waiting = []
        if waiting:
            yield self._ended(reduction, waiting)

    @staticmethod
    def _ended(reduction: Reduction, files: list[FileRead]) -> ReadBatch:
        batch = ReadBatch(tuple(files), reduction.tables() if any(f.new for f in files) else {})
        reduction.begin()
        return batch

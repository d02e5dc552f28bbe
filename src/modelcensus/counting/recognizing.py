"""Lines of a file that were counted in another one: recognized by their parts while the file is read, and left out.

What was decided goes on; of the rest a few parts are held, since a part is known by those that follow it.
"""

import zlib
from collections.abc import Iterator
from mmap import mmap

import numpy as np
import pyarrow as pa

from modelcensus.counting.lines import NOTHING, LogFile, Piece
from modelcensus.counting.parts import ROW, KnownParts, Part

COPIED = 256 * 1024
"""Bytes of lines that are copied while they wait, so that the room in which they stood is free."""
MOST_HELD = 64 * 1024 * 1024
"""Bytes of lines that wait for a decision; where a part grows beyond, they are new."""


def new_pieces(file: LogFile, known: KnownParts) -> Iterator[Piece]:
    """The pieces of a file without the lines that are known; `file.recognized_lines` says how many these were."""
    if not known:
        yield from file.pieces()
        return
    recognizer = _Recognizer(file, known)
    for piece in file.pieces():
        yield recognizer.add(piece)
    yield recognizer.release(final=True)


class _Recognizer:
    def __init__(self, file: LogFile, known: KnownParts) -> None:
        self.file, self.known = file, known
        self.rows: list[pa.Table] = [NOTHING]
        self.aside: list[tuple[int, str, str]] = []
        self.decided = 0
        """Parts that were decided."""
        self.ranges: set[tuple[int, int]] = set()
        """Lines that are known: the first, and the one after the last; without what was given on."""

    def add(self, piece: Piece) -> Piece:
        self.rows.append(piece.rows)
        self.aside += piece.set_aside
        return self.release(piece.room)

    def release(self, room: mmap | None = None, final: bool = False) -> Piece:
        """Decide what can be, and give on its lines, of which the last ones stand in a room; at the end all."""
        parts = self.file.cutter.parts
        until = len(parts) if final else max(len(parts) - ROW - 2, self.decided)
        self.ranges |= set(self._known_lines(parts, until, final))
        ranges = self.ranges
        last = (parts[until].line - 1) if until < len(parts) else self.file.cutter.begun.line - 1
        held = sum(r.nbytes for r in self.rows)
        if final or held > MOST_HELD:
            last = 2**62
        self.decided = until
        self.ranges = {r for r in ranges if r[1] > last + 1}
        rows = pa.concat_tables(self.rows)
        lines = rows["line"].to_numpy()
        end = int(np.searchsorted(lines, last, side="right"))
        kept = np.ones(end, bool)
        for first, after in ranges:
            kept[np.searchsorted(lines[:end], first) : np.searchsorted(lines[:end], after)] = False
        aside = [a for a in self.aside if a[0] <= last and not any(f <= a[0] < e for f, e in ranges)]
        self.file.recognized_lines += int(end - kept.sum()) + sum(a[0] <= last for a in self.aside) - len(aside)
        given = rows.slice(0, end) if kept.all() else rows.slice(0, end).filter(pa.array(kept))
        held, self.aside = rows.slice(end), [a for a in self.aside if a[0] > last]
        if room and held.nbytes <= COPIED:
            held = held.take(pa.array(np.arange(held.num_rows)))
        elif held.num_rows:
            room = None
        self.rows = [held]
        return Piece(given, aside, room)

    def _known_lines(self, parts: list[Part], until: int, final: bool) -> Iterator[tuple[int, int]]:
        """Ranges of known lines of the parts from `decided` to `until`."""
        before = max(self.decided - ROW, 0)
        keys = np.array([p.key for p in parts[before:]], np.uint64)
        rows = np.concatenate([self.known.found(keys), np.zeros(len(keys) - max(len(keys) - ROW + 1, 0), bool)])
        if not rows.any():
            return
        inside = rows.copy()
        for step in range(1, ROW):
            inside[step:] |= rows[:-step]
        for place in range(self.decided, until):
            at, part = place - before, parts[place]
            if inside[at]:
                yield part.line, part.line + part.lines
            elif at and inside[at - 1]:
                ends = final and place == len(parts) - 1
                yield from self._ended(parts, place, keys[at - ROW : at], ends)
            # what began a known text can reach over two parts, since the text itself was not cut so near to its beginning
            for start in (place + 1, place + 2):
                if start - before < len(inside) and inside[start - before] and not inside[start - before - 1]:
                    yield from self._begun(parts, start, keys[start - before : start - before + ROW])

    def _begun(self, parts: list[Part], start: int, row: np.ndarray) -> Iterator[tuple[int, int]]:
        """Known lines before a row that begins at a part: all of the file's own beginning that can be of a known text, or
        what began one."""
        end = parts[start].line
        if start == 1 and parts[0].bytes <= self.known.around(row)[0]:
            yield parts[0].line, end
            return
        for first in self.known.first_before(parts[start], parts[start + 1]):
            if self._is(end - first.lines, end, first):
                yield end - first.lines, end
                return

    def _ended(self, parts: list[Part], place: int, row: np.ndarray, ends: bool) -> Iterator[tuple[int, int]]:
        """Known lines of a part after a known row: all, where the file ends in it, or what ended a known text."""
        part = parts[place]
        if ends and part.bytes <= self.known.around(row)[1]:
            yield part.line, part.line + part.lines
            return
        for last in self.known.last_after(parts[place - 2], parts[place - 1]):
            if self._is(part.line, part.line + last.lines, last):
                yield part.line, part.line + last.lines
                return

    def _is(self, first: int, after: int, part: Part) -> bool:
        """Whether lines that are held have the text of a part."""
        rows = pa.concat_tables(self.rows)
        at = np.searchsorted(rows["line"].to_numpy(), [first, after])
        text = "".join(rows["text"].slice(int(at[0]), int(at[1] - at[0])).to_pylist()).encode()
        return len(text) == part.bytes and zlib.crc32(text) == part.crc

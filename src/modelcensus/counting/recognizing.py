"""Lines of a file that were counted in another one: recognized by their parts while the file is read, and left out.

Pieces of which all was decided go on; the last one or two are held, since a part is known by those that follow it.
"""

import zlib
from collections import deque
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pyarrow as pa

from modelcensus.counting.lines import LogFile, Piece
from modelcensus.counting.parts import ROW, KnownParts, Part, Parts

MOST_HELD = 64 * 1024 * 1024
"""Bytes of lines that wait for a decision; where a part grows beyond, they are new."""


def new_pieces(file: LogFile, known: KnownParts) -> Iterator[Piece]:
    """The pieces of a file without the lines that are known; `file.recognized_lines` says how many these were."""
    if not known:
        yield from file.pieces()
        return
    recognizer = _Recognizer(file, known)
    for piece in file.pieces():
        yield from recognizer.add(piece)
    yield from recognizer.release(final=True)


class _Recognizer:
    def __init__(self, file: LogFile, known: KnownParts) -> None:
        self.file, self.known = file, known
        self.held: deque[Piece] = deque()
        self.decided = 0
        """Parts that were decided."""
        self.ranges: set[tuple[int, int]] = set()
        """Lines that are known: the first, and the one after the last; without what was given on."""

    def add(self, piece: Piece) -> Iterator[Piece]:
        self.held.append(piece)
        return self.release()

    def release(self, final: bool = False) -> Iterator[Piece]:
        """Decide what can be, and give on the pieces whose lines all were; at the end all."""
        parts = self.file.cutter.parts
        until = len(parts) if final else max(len(parts) - ROW - 2, self.decided)
        self.ranges |= set(self._known_lines(parts, until, final))
        last = (parts[until].line - 1) if until < len(parts) else self.file.cutter.begun.line - 1
        if final or sum(p.rows.nbytes for p in self.held) > MOST_HELD:
            last = 2**62
        self.decided = until
        while self.held and _last_line(self.held[0]) <= last:
            yield self._without_known(self.held.popleft())

    def _without_known(self, piece: Piece) -> Piece:
        """What of a piece is not known."""
        end = _last_line(piece)
        ranges, self.ranges = self.ranges, {r for r in self.ranges if r[1] > end + 1}
        if not ranges:
            return piece
        lines = piece.rows["line"].to_numpy()
        kept = np.ones(len(lines), bool)
        for first, after in ranges:
            kept[np.searchsorted(lines, first) : np.searchsorted(lines, after)] = False
        aside = [a for a in piece.set_aside if not any(f <= a[0] < e for f, e in ranges)]
        recognized = int(len(kept) - kept.sum()) + len(piece.set_aside) - len(aside)
        self.file.recognized_lines += recognized
        rows = piece.rows if kept.all() else piece.rows.filter(pa.array(kept))
        return replace(piece, rows=rows, set_aside=aside, recognized=recognized)

    def _known_lines(self, parts: Parts, until: int, final: bool) -> Iterator[tuple[int, int]]:
        """Ranges of known lines of the parts from `decided` to `until`."""
        before = max(self.decided - ROW, 0)
        keys = parts.between(before).keys
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

    def _begun(self, parts: Parts, start: int, row: np.ndarray) -> Iterator[tuple[int, int]]:
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

    def _ended(self, parts: Parts, place: int, row: np.ndarray, ends: bool) -> Iterator[tuple[int, int]]:
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
        rows = pa.concat_tables([p.rows for p in self.held])
        at = np.searchsorted(rows["line"].to_numpy(), [first, after])
        text = "".join(rows["text"].slice(int(at[0]), int(at[1] - at[0])).to_pylist()).encode()
        return len(text) == part.bytes and zlib.crc32(text) == part.crc


def _last_line(piece: Piece) -> int:
    """The number of the last line of a piece, 0 of none."""
    last = piece.rows["line"][-1].as_py() if piece.rows.num_rows else 0
    return max(last, *(a[0] for a in piece.set_aside), 0)

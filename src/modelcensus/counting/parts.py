"""Parts of a log, cut at lines that their own content chooses: by these lines are recognized in whatever file they stand.

About every 80th line begins a part: one whose sampled bytes have a hash that begins with zeros, and that has no other such
line shortly before it. So two files which share lines are cut at the same of them, wherever they themselves begin. A part is told by the length and the CRC-32 of its text; three in a row that follow each
other in a counted file are no chance, since log lines hold their time.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from isal import isal_zlib

from modelcensus.counting.framing import BY_ARRAYS, FACTORS, Framing, Text

LEAST = 16
"""Lines before one that begins a part, of which none may: so a line that is said again and again makes no parts."""
ROW = 3
"""Parts that have to follow each other as they did."""


class Part(NamedTuple):
    """Lines from `line` on (the first of a file is 1)."""

    line: int
    lines: int
    bytes: int
    crc: int

    @property
    def key(self) -> int:
        """What parts with the same text have in common."""
        return (self.bytes << 32 | self.crc) & (2**64 - 1)


class Parts:
    """The parts of a text in order: `numbers` has a row for each, as a `Part` has them."""

    def __init__(self, numbers: np.ndarray) -> None:
        self.numbers = numbers.reshape(-1, len(Part._fields))

    @classmethod
    def of(cls, parts: Iterable[Part]) -> "Parts":
        """Those given."""
        return cls(np.array([*parts], np.int64))

    def __len__(self) -> int:
        return len(self.numbers)

    def __iter__(self) -> Iterator[Part]:
        return (Part(*row) for row in self.numbers.tolist())

    def __getitem__(self, place: int) -> Part:
        return Part(*self.numbers[place].tolist())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Parts) and np.array_equal(self.numbers, other.numbers)

    def __hash__(self) -> int:
        return hash(self.numbers.tobytes())

    def between(self, first: int, end: int | None = None) -> "Parts":
        """Those from a place to another."""
        return Parts(self.numbers[first:end])

    @property
    def bytes(self) -> np.ndarray:
        """Of each."""
        return self.numbers[:, 2]

    @property
    def ends(self) -> np.ndarray:
        """The last line of each."""
        return self.numbers[:, 0] + self.numbers[:, 1] - 1

    @property
    def keys(self) -> np.ndarray:
        """What those with the same text have in common (Part.key)."""
        sizes, crcs = self.numbers[:, 2:].astype(np.uint64).T
        return sizes << np.uint64(32) | crcs


class Cutter:
    """Cuts the lines of a file into parts as they come."""

    def __init__(self, framing: Framing = BY_ARRAYS) -> None:
        self._held, self._count = np.zeros((64, len(Part._fields)), np.int64), 0
        self._framing = framing
        self._line, self._lines, self._bytes, self._crc = 1, 0, 0, 0
        self._marked = 0
        """The last line that might have begun a part; the beginning of the file is one."""

    @property
    def parts(self) -> Parts:
        """Those that ended."""
        return Parts(self._held[: self._count])

    def add(self, text: Text, starts: np.ndarray) -> None:
        """Lines of a text; `starts` of each, and the end of the last."""
        view, marked = memoryview(text), self._framing.marked(text, starts)
        before = np.concatenate([[self._marked - self._line - self._lines], marked[:-1]]) if len(marked) else marked
        begin = marked[marked - before >= LEAST]
        if len(marked):
            self._marked = self._line + self._lines + int(marked[-1])
        lines, edges = begin.tolist(), starts[begin].tolist()
        last, end = (lines[-1], edges[-1]) if lines else (0, int(starts[0]))
        if lines:
            self._more(view[int(starts[0]) : edges[0]], lines[0])
            self.end()
            first = self._line - lines[0]
            crcs = [isal_zlib.crc32(view[start:stop]) for start, stop in pairwise(edges)]
            self._keep(
                np.column_stack([first + begin[:-1], np.diff(begin), np.diff(edges), np.array(crcs, np.int64)])
            )
            self._line = first + last
        self._more(view[end : int(starts[-1])], len(starts) - 1 - last)

    def add_long(self, size: int) -> None:
        """A line that is not held."""
        self._more(str(size).encode(), 1)

    def end(self) -> None:
        """End the part that is being read."""
        if self._lines:
            self._keep(np.array([self.begun], np.int64))
            self._line, self._lines, self._bytes, self._crc = self._line + self._lines, 0, 0, 0

    @property
    def begun(self) -> Part:
        """What was read of the part that did not end yet."""
        return Part(self._line, self._lines, self._bytes, self._crc)

    def _keep(self, rows: np.ndarray) -> None:
        """More parts; room is made for twice as many."""
        count = self._count + len(rows)
        if count > len(self._held):
            self._held = np.concatenate([self._held[: self._count], np.zeros((count, len(Part._fields)), np.int64)])
        self._held[self._count : count] = rows
        self._count = count

    def _more(self, text: memoryview | bytes, lines: int) -> None:
        self._crc = isal_zlib.crc32(text, self._crc)
        self._bytes += len(text)
        self._lines += lines


class KnownParts:
    """Parts of texts that were counted, in memory by 24 bytes each: hashes of ROW in a row, and the bytes around them."""

    def __init__(self) -> None:
        self._rows = np.zeros(0, np.uint64)
        self._before, self._after = np.zeros(0, np.int64), np.zeros(0, np.int64)
        self._last: defaultdict[tuple[int, int], set[Part]] = defaultdict(set)
        self._first: defaultdict[tuple[int, int], set[Part]] = defaultdict(set)

    def add(self, texts: Iterable[Parts]) -> None:
        """The parts of more texts."""
        rows, before, after = [self._rows], [self._before], [self._after]
        for parts in texts:
            if len(parts) < ROW:
                continue
            sizes = parts.bytes
            found, sound = rows_of(parts.keys)
            whole = sound.copy()
            whole[0] = whole[-1] = False  # the first and the last part of a text are cut by its ends
            places = np.flatnonzero(whole)
            rows.append(found[places])
            before.append(sizes[places - 1] + np.where(places > 1, sizes[places - 2], 0))
            after.append(sizes[places + ROW] if len(places) else sizes[:0])
            self._last[parts[-3].key, parts[-2].key].add(parts[-1])
            self._first[parts[1].key, parts[2].key].add(parts[0])
        every = np.concatenate(rows)
        order = np.argsort(every, kind="stable")
        self._rows = every[order]
        self._before, self._after = np.concatenate(before)[order], np.concatenate(after)[order]

    def __bool__(self) -> bool:
        return bool(len(self._rows))

    def shares(self, parts: Parts) -> bool:
        """Whether a text shares parts with those that are known."""
        return bool(self.found(parts.keys).any())

    def found(self, keys: np.ndarray) -> np.ndarray:
        """Of each part whether it and the ones that follow it are known in a row."""
        rows, sound = rows_of(keys)
        at = np.minimum(np.searchsorted(self._rows, rows), max(len(self._rows) - 1, 0))
        return sound & (self._rows[at] == rows) if len(self._rows) else np.zeros(len(rows), bool)

    def around(self, keys: np.ndarray) -> tuple[int, int]:
        """Bytes of what stood before a row that is known (two parts), and after it (one), at most."""
        row = rows_of(keys)[0][0]
        first, end = np.searchsorted(self._rows, row), np.searchsorted(self._rows, row, side="right")
        return int(self._before[first:end].max()), int(self._after[first:end].max())

    def last_after(self, one: Part, two: Part) -> list[Part]:
        """What ended known texts after these two parts, the longest first."""
        return sorted(self._last.get((one.key, two.key), ()), key=lambda p: -p.lines)

    def first_before(self, one: Part, two: Part) -> list[Part]:
        """What began known texts before these two parts, the longest first."""
        return sorted(self._first.get((one.key, two.key), ()), key=lambda p: -p.lines)


def rows_of(keys: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Hashes of each part with the ones that follow it, and whether the parts of the row differ: the same text again and
    again says nothing of where it stands."""
    count = max(len(keys) - ROW + 1, 0)
    one, two, three = (keys[i : i + count] for i in range(ROW))
    factors = [np.uint64(f) for f in FACTORS]
    mixed = (one * factors[0] ^ two) * factors[1]
    mixed = ((mixed ^ mixed >> np.uint64(29)) ^ three) * factors[2]
    return mixed, (one != two) & (two != three) & (one != three)

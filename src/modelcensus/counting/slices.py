"""Many texts as stretches of one buffer: told apart by 64-bit hashes, without a copy of any."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

WORD = 8
INLINE = 12
"""Bytes of a text that a view holds itself."""
MOST_WORDS = 250
"""Words of a text up to which texts are put in order by one byte."""
MIX, LENGTH = np.uint64(0x9FB21C651E98DF25), np.uint64(0xD6E8FEB86659FD93)


@dataclass(frozen=True)
class Slices:
    """Texts of UTF-8 in a buffer, from `starts` to `ends`; `there`: which are not null (none said: all)."""

    data: memoryview
    starts: np.ndarray
    ends: np.ndarray
    there: np.ndarray | None = None

    @classmethod
    def of(cls, texts: pa.Array | pa.ChunkedArray) -> "Slices":
        """The texts of a column of strings."""
        held = texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts
        if isinstance(held, pa.ChunkedArray):  # of no rows
            held = pa.concat_arrays(held.chunks) if held.num_chunks else pa.array([], texts.type)
        held = held.cast(pa.large_string())
        _, offsets, data = held.buffers()
        edges = (
            np.frombuffer(offsets, np.int64)[held.offset : held.offset + len(held) + 1]
            if len(held)
            else np.zeros(1, np.int64)
        )
        there = None if not held.null_count else held.is_valid().to_numpy(zero_copy_only=False)
        return cls(memoryview(data) if data is not None else memoryview(b""), edges[:-1], edges[1:], there)

    def hashes(self, seed: int = 0) -> np.ndarray:
        """A hash of each, never 0, and 0 for what is null; the same text has the same in whatever buffer it stands."""
        lengths = (self.ends - self.starts).astype(np.int64)
        own = np.uint64(seed * int(MIX) % 2**64)  # or a first letter that differs as the seeds do would take it back
        mixed = lengths.astype(np.uint64) * LENGTH + own
        if len(lengths) and len(self.data) >= WORD:
            words = np.ndarray((len(self.data) - WORD + 1,), "<u8", self.data, strides=(1,))
            _mix_words(mixed, words, self.starts.astype(np.int64), lengths)
        elif len(lengths):
            return Slices(memoryview(bytes(self.data) + bytes(WORD)), self.starts, self.ends, self.there).hashes(seed)
        mixed ^= mixed >> np.uint64(32)
        mixed *= MIX
        mixed ^= mixed >> np.uint64(29)
        mixed[mixed == 0] = 1
        if self.there is not None:
            mixed[~self.there] = 0
        return mixed

    @property
    def views(self) -> pa.Array:
        """The same as a column that points into the buffer; what is null is empty."""
        lengths = self.ends - self.starts
        view = np.zeros((len(lengths), 4), np.uint32)
        view[:, 0] = lengths
        data = self.data if len(self.data) >= 2 * WORD else memoryview(bytes(self.data) + bytes(2 * WORD))
        long = lengths > INLINE
        quarters = np.ndarray((len(data) - 3,), "<u4", data, strides=(1,))
        own = slice(None) if long.all() else long
        view[own, 1], view[own, 3] = quarters[self.starts[own]], self.starts[own]
        for place in range(INLINE):  # a short text stands in the column itself
            at = np.flatnonzero(~long & (lengths > place))
            if not len(at):
                break
            view.view(np.uint8)[at, 4 + place] = np.frombuffer(data, np.uint8)[self.starts[at] + place]
        return pa.Array.from_buffers(pa.string_view(), len(view), [None, pa.py_buffer(view), pa.py_buffer(data)])

    def at(self, places: np.ndarray) -> "Slices":
        """Some of them."""
        return Slices(
            self.data, self.starts[places], self.ends[places], None if self.there is None else self.there[places]
        )

    @property
    def texts(self) -> pa.StringArray:
        """Them as a column of their own."""
        texts = self.views.cast(pa.string())
        return (
            texts
            if self.there is None
            else pc.call_function("if_else", [pa.array(self.there), texts, pa.scalar(None, pa.string())])
        )


@dataclass(frozen=True)
class Joined:
    """Texts of two stretches each."""

    first: Slices
    second: Slices

    def hashes(self) -> np.ndarray:
        """A hash of each; it does not tell where the one stretch ends, but differs from that of one stretch."""
        return mixed(self.first.hashes(), self.second.hashes())

    def at(self, places: np.ndarray) -> "Joined":
        """Some of them."""
        return Joined(self.first.at(places), self.second.at(places))

    @property
    def texts(self) -> pa.StringArray:
        """Them as a column of their own."""
        return pc.call_function("binary_join_element_wise", [self.first.texts, self.second.texts, pa.scalar("")])


Texts = Slices | Joined
Said = Callable[[np.ndarray], pa.StringArray]
"""Gives the texts at some places."""


def text_at(parts: Sequence[Texts | None], sizes: Sequence[int]) -> Said:
    """The texts at places that count through several stretches; null where one has none."""
    ends = np.cumsum(sizes)

    def texts(places: np.ndarray) -> pa.StringArray:
        part = np.searchsorted(ends, places, side="right")
        order = np.argsort(part, kind="stable")
        found: list[pa.Array] = []
        for number in np.unique(part).tolist():
            own, held = places[order[part[order] == number]] - (ends[number] - sizes[number]), parts[number]
            found.append(pa.nulls(len(own), pa.string()) if held is None else held.at(own).texts)
        back = np.empty(len(order), np.int64)
        back[order] = np.arange(len(order))
        return pa.concat_arrays(found).take(pa.array(back)) if found else pa.array([], pa.string())

    return texts


def _mix_words(mixed: np.ndarray, words: np.ndarray, starts: np.ndarray, lengths: np.ndarray) -> None:
    """Mix the words of texts in; the last one ends with the text, and overlaps the one before."""
    short = np.flatnonzero(lengths < WORD)
    if len(short):
        at = np.minimum(starts[short], len(words) - 1)
        unused = (WORD - lengths[short]) * 8
        own = words[at] >> ((starts[short] - at) * 8).astype(np.uint64)
        own = np.where(unused < 64, own << np.minimum(unused, 63).astype(np.uint64), np.uint64(0))
        mixed[short] = (mixed[short] ^ own) * MIX
    before = np.maximum(lengths - 1, 0) // WORD  # words before the last one
    most = int(before.max(initial=0))
    if most > MOST_WORDS:  # few long texts are not to cost all others
        order = np.argsort(-before, kind="stable")
    else:
        order = np.argsort((most - before).astype(np.uint8), kind="stable")
    at, running = starts[order], mixed[order]
    counts = np.searchsorted(-before[order], -np.arange(most), side="left")
    for count in counts.tolist():  # the longest texts stand first
        part = running[:count]
        part ^= words[at[:count]]
        part ^= part >> np.uint64(32)  # or what differs in the highest byte alone would stay there
        part *= MIX
        at[:count] += WORD
    last = words[np.maximum(starts + lengths - WORD, 0)]
    mixed[order] = running
    long = lengths >= WORD if len(short) else slice(None)
    mixed[long] = (mixed[long] ^ last[long]) * MIX


def mixed(one: np.ndarray, two: np.ndarray) -> np.ndarray:
    """A hash of pairs of hashes or numbers, never 0."""
    found = (one.astype(np.uint64) ^ (two.astype(np.uint64) * MIX)) * MIX
    found ^= found >> np.uint64(32)
    found *= MIX
    found ^= found >> np.uint64(29)
    found[found == 0] = 1
    return found


def different(keys: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The different keys in order, a place of each, and of every key the place among the different ones."""
    order = np.argsort(keys)
    ordered = keys[order]
    new = np.empty(len(keys), bool)
    new[:1] = True
    np.not_equal(ordered[1:], ordered[:-1], out=new[1:])
    inverse = np.empty(len(keys), np.int64)
    inverse[order] = np.cumsum(new) - 1
    first = order[new]
    return ordered[new], first, inverse

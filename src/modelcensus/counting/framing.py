"""Where lines end, and which of them begin a part: by arrays, and by compiled loops that say the same."""

from collections.abc import Callable
from dataclasses import dataclass
from mmap import mmap

import numpy as np

MARKED = 6
"""Zero bits of the hash of a line that may begin a part: one line in 64."""
SHORTEST = 32
"""Bytes of a line that may begin a part."""
SAMPLES = 7
"""Places of a line that decide whether it begins a part."""
FACTORS = (
    0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB, 0xD6E8FEB86659FD93, 0xFF51AFD7ED558CCD,
    0xC4CEB9FE1A85EC53, 0xA0761D6478BD642F,
)  # fmt: skip
_WORD = 8
Text = bytes | memoryview | mmap
"""Bytes, wherever they stand."""


@dataclass(frozen=True)
class Framing:
    """`starts`: of a stretch of text, from a place to another, where each whole line starts, and where the last one ends.
    `marked`: the lines, by their starts, that may begin a part, by eight bytes at each of SAMPLES places."""

    starts: Callable[[Text, int, int], np.ndarray]
    marked: Callable[[Text, np.ndarray], np.ndarray]


def _starts(text: Text, start: int, end: int) -> np.ndarray:
    ends = np.flatnonzero(np.frombuffer(text, np.uint8, end - start, start) == 10)
    starts = np.empty(len(ends) + 1, np.int32)
    starts[0] = start
    np.add(ends, start + 1, out=starts[1:], casting="unsafe")
    return starts


def _marked(text: Text, starts: np.ndarray) -> np.ndarray:
    length = np.diff(starts)
    if len(text) < SHORTEST:
        return np.zeros(0, np.int64)
    words = words_of(text)
    step = np.maximum(length - 9, 0) // (SAMPLES - 1)
    at, mixed = np.minimum(starts[:-1], len(words) - 1 - step * (SAMPLES - 1)), length.astype(np.uint64)
    for sample in range(SAMPLES):
        mixed += words[at] * np.uint64(FACTORS[sample])
        at += step
    mixed ^= mixed >> np.uint64(32)
    mixed *= np.uint64(FACTORS[0])
    return np.flatnonzero((mixed < np.uint64(1 << (64 - MARKED))) & (length >= SHORTEST))


def words_of(text: Text) -> np.ndarray:
    """The eight bytes at every place of a text of as many."""
    return np.ndarray((len(text) - _WORD + 1,), "<u8", text, strides=(1,))


BY_ARRAYS = Framing(_starts, _marked)

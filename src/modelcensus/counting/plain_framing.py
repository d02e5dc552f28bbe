"""Framing by compiled loops."""

import numpy as np

from modelcensus.counting.framing import SHORTEST, Framing, words_of
from modelcensus.counting.kernels import line_starts, marked_lines

_SHORT = 64


def _starts(text: bytes, start: int, end: int) -> np.ndarray:
    if len(text) < _SHORT:
        text = text + bytes(_SHORT)
    lines = (end - start) // _SHORT + 1
    while True:
        found = np.empty(lines + 1, np.int32)
        count = line_starts(np.frombuffer(text, np.uint8), words_of(text), start, end, found)
        if count <= lines:
            return found[: count + 1]
        lines = count


def _marked(text: bytes, starts: np.ndarray) -> np.ndarray:
    if len(text) < SHORTEST:
        return np.zeros(0, np.int64)
    found = np.empty(len(starts), np.int64)
    return found[: marked_lines(words_of(text), starts, found)]


BY_LOOPS = Framing(_starts, _marked)

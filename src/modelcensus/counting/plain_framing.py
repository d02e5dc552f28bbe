"""Framing by compiled loops."""

import numpy as np

from modelcensus.counting.framing import FACTORS, MARKED, SAMPLES, SHORTEST, Framing, words_of
from modelcensus.counting.kernels import U, compiled, has

_SHORT = 64
_ZERO, _S32 = U(0), U(32)
_NEWLINE, _NEWLINES = ord("\n"), U(int.from_bytes(b"\n" * 8, "little"))
_FACTORS, _MOST = np.array(FACTORS, np.uint64), U(1 << (64 - MARKED))


@compiled
def line_starts(text, words, start, end, starts):
    """Where lines start in a stretch of a text, and where the last one ends, as far as there is room; how many lines."""
    count, room = 0, len(starts) - 1
    starts[0] = start
    at = start
    while at < end:
        if at + 8 <= end and not has(words[at], _NEWLINES):
            at += 8
            continue
        for place in range(at, min(at + 8, end)):
            if text[place] == _NEWLINE:
                count += 1
                if count <= room:
                    starts[count] = place + 1
        at += 8
    return count


@compiled
def marked_lines(words, starts, marked):
    """The places of lines that may begin a part (framing.py); how many."""
    count, last = 0, len(words) - 1
    for line in range(len(starts) - 1):
        start = np.int64(starts[line])
        length = np.int64(starts[line + 1]) - start
        if length < SHORTEST:
            continue
        step = (length - 9) // (SAMPLES - 1)
        at, mixed = min(start, last - step * (SAMPLES - 1)), U(length)
        for sample in range(SAMPLES):
            mixed += words[at] * _FACTORS[sample]
            at += step
        mixed ^= mixed >> _S32
        mixed *= _FACTORS[0]
        if mixed < _MOST:
            marked[count] = line
            count += 1
    return count


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

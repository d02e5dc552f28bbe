"""Framing by compiled loops."""

import numpy as np

from modelcensus.counting.framing import FACTORS, MARKED, SAMPLES, SHORTEST, Framing, Text
from modelcensus.counting.loops import ONE, ZERO, U, compiled, searched
from modelcensus.counting.wide import WIDE, alike, lowest

_SHORT = 64
_S32, _NEWLINE = U(32), np.uint8(ord("\n"))
_FACTORS, _MOST = np.array(FACTORS, np.uint64), U(1 << (64 - MARKED))


@compiled
def line_starts(text, start, end, starts):
    """Where lines start in a stretch of a text, and where the last one ends, as far as there is room; how many lines."""
    count, room = 0, len(starts) - 1
    starts[0] = start
    at = start
    while at < end:
        bits = alike(text, at, _NEWLINE)
        while bits != ZERO:
            place = at + lowest(bits)
            if place >= end:
                break
            count += 1
            if count <= room:
                starts[count] = place + 1
            bits &= bits - ONE
        at += WIDE
    return count


@compiled
def marked_lines(words, starts, marked):
    """The places of lines that may begin a part (framing.py); how many."""
    count = 0
    for line in range(len(starts) - 1):
        at = np.int64(starts[line])
        length = np.int64(starts[line + 1]) - at
        if length < SHORTEST:
            continue
        step, mixed = (length - 9) // (SAMPLES - 1), U(length)
        for sample in range(SAMPLES):
            mixed += words[at] * _FACTORS[sample]
            at += step
        mixed ^= mixed >> _S32
        mixed *= _FACTORS[0]
        if mixed < _MOST:
            marked[count] = line
            count += 1
    return count


def _starts(text: Text, start: int, end: int) -> np.ndarray:
    held, _ = searched(text, end)
    lines = (end - start) // _SHORT + 1
    while True:
        found = np.empty(lines + 1, np.int32)
        count = line_starts(held, start, end, found)
        if count <= lines:
            return found[: count + 1]
        lines = count


def _marked(text: Text, starts: np.ndarray) -> np.ndarray:
    _, words = searched(text, int(starts[-1]))
    found = np.empty(len(starts), np.int64)
    return found[: marked_lines(words, starts, found)]


BY_LOOPS = Framing(_starts, _marked)

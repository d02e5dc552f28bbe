"""What loops over bytes are made of, compiled by numba when they are first called (and kept for the next run).

`words` has the eight bytes at every place of a text; WIDE bytes follow every text that are no part of it.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar, cast

import numba
import numpy as np
from numba.core.caching import FunctionCache

from modelcensus.counting.framing import Text
from modelcensus.counting.slices import LENGTH, MIX, WORD
from modelcensus.counting.wide import WIDE, alike, folded, lowest

F = TypeVar("F", bound=Callable)


_HOW: dict[str, Any] = {"nogil": True, "_nrt": False}
"""Loops hold no lock of the interpreter, and count no references to the arrays that they are given, which took a fifth of their
time: so they make none themselves."""


class _Kept(FunctionCache):
    """Loops that were compiled before are taken up as they are: all that numba knows of compiling is loaded where one has to be
    compiled, not for these, of whose time it would take nine tenths."""

    def load_overload(self, sig: object, target_context: Any) -> object:
        try:
            with self._guard_against_spurious_io_errors():
                return self._load_overload(sig, target_context)
        except AttributeError:  # another numba, which does it in another way
            return super().load_overload(sig, target_context)


def compiled(loop: F) -> F:
    """Compiled at its first call, and kept beside the module or in the user's cache."""
    found: Any = numba.njit(**_HOW)(loop)
    with suppress(RuntimeError):  # neither can be written
        found._cache = _Kept(loop)
    return found


def within(loop: F) -> F:
    """Compiled as a part of the loops that call it: arrays are not handed on for every line. Those are kept until their own file
    changes: after a change of a part in another file, remove what is kept (`*.nbi` in `__pycache__`)."""
    return cast(F, numba.njit(**_HOW, forceinline=True)(loop))


U = np.uint64
ZERO, ONE = U(0), U(1)
_S29, _S32 = U(29), U(32)
_BITS = U(8)
PAIR = 2 * WORD
_SEED = U(0x589965CC75374CC3)


def searched(text: Text, end: int) -> tuple[np.ndarray, np.ndarray]:
    """The bytes of a text that is read up to an end, and the eight bytes at every place; copied where too little follows."""
    held = memoryview(text).toreadonly()
    if len(held) < end + WIDE:
        held = memoryview(bytes(held[:end]) + bytes(WIDE))
    return np.frombuffer(held, np.uint8), np.ndarray((len(held) - WORD + 1,), "<u8", held, strides=(1,))


def word_of(text: bytes) -> np.uint64:
    """Up to eight bytes as a word."""
    return U(int.from_bytes(text, "little"))


@within
def finished(found):
    """A hash whose every bit depends on all before it, and which is never 0."""
    found ^= found >> _S32
    found *= MIX
    found ^= found >> _S29
    return ONE if found == ZERO else found


@within
def mixed_of(one, two):
    return finished((one ^ (two * MIX)) * MIX)


@within
def hash_of(words, start, end):
    """The hash of a stretch; the same as `Slices.hashes`."""
    length = end - start
    found = U(length) * LENGTH
    if length >= WORD:
        at = start
        for _ in range((length - 1) // WORD):
            found ^= words[at]
            found ^= found >> _S32
            found *= MIX
            at += WORD
        found = (found ^ words[end - WORD]) * MIX
    else:
        own = words[start] << (U(WORD - length) * _BITS) if length > 0 else ZERO
        found = (found ^ own) * MIX
    return finished(found)


@within
def key_of(words, start, end):
    """A hash of a stretch that is made in fewer steps, for texts that are told apart by loops alone."""
    length = end - start
    found, one, two = _SEED, ZERO, ZERO
    if length >= PAIR:
        while start + PAIR < end:
            found = folded(words[start] ^ MIX, words[start + WORD] ^ found)
            start += PAIR
        one, two = words[end - PAIR], words[end - WORD]
    elif length >= WORD:
        one, two = words[start], words[end - WORD]
    elif length > 0:
        one = words[start] << (U(WORD - length) * _BITS)
    found = folded(folded(one ^ MIX, two ^ found) ^ LENGTH, U(length) ^ MIX)
    return ONE if found == ZERO else found


@within
def find(text, byte, at, end):
    """Where a byte is first, from a place up to an end; the end where it is not."""
    while at < end:
        bits = alike(text, at, byte)
        if bits != ZERO:
            return min(at + lowest(bits), end)
        at += WIDE
    return end


@within
def find_either(text, one, two, at, end):
    """Where one of two bytes is first."""
    while at < end:
        bits = alike(text, at, one) | alike(text, at, two)
        if bits != ZERO:
            return min(at + lowest(bits), end)
        at += WIDE
    return end


@within
def digits(text, at, count):
    """A number of so many digits; -1: they are none."""
    value = 0
    for place in range(at, at + count):
        digit = np.int64(text[place]) - 48
        if digit < 0 or digit > 9:
            return -1
        value = value * 10 + digit
    return value

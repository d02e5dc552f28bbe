"""Numbers in texts, many at a time, from words of eight bytes."""

import numpy as np

from modelcensus.counting.slices import WORD


def characters(words: np.ndarray) -> np.ndarray:
    """The eight bytes of each word."""
    return words.view(np.uint8).reshape(-1, WORD)


def two_digits(tens: np.ndarray, ones: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Numbers of two digits, and whether they are digits."""
    tens, ones = tens - np.uint8(48), ones - np.uint8(48)
    return tens * np.uint8(10) + ones, (tens < 10) & (ones < 10)


def number(words: np.ndarray, start: np.ndarray, end: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Numbers of up to sixteen digits, and whether they are digits alone."""
    length = end - start
    value, good = _eight_digits(words[end - 8], np.minimum(length, 8))
    long = np.flatnonzero(length > 8)
    if len(long):
        high, digits = _eight_digits(words[end[long] - 16], length[long] - 8)
        value[long] += high * 100_000_000
        good[long] &= digits
    return value, good


def _eight_digits(word: np.ndarray, length: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The last `length` of eight characters as a number."""
    unused = ((8 - length) * 8).astype(np.uint64)
    zeros = np.uint64(0x3030303030303030)
    none = unused == 64
    shift = np.where(none, np.uint64(0), unused)
    word = ((word ^ zeros) >> shift << shift) ^ zeros
    high, low = np.uint64(0xF0F0F0F0F0F0F0F0), np.uint64(0x0F0F0F0F0F0F0F0F)
    good = ((word & high) == zeros) & (((word + np.uint64(0x0606060606060606)) & high) == zeros)
    word = (word & low) * np.uint64(2561) >> np.uint64(8)
    word = (word & np.uint64(0x00FF00FF00FF00FF)) * np.uint64(6553601) >> np.uint64(16)
    word = (word & np.uint64(0x0000FFFF0000FFFF)) * np.uint64(42949672960001) >> np.uint64(32)
    return word.astype(np.int64), good & ~none

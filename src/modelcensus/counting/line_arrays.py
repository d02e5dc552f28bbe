"""What lines say, as arrays."""

from dataclasses import dataclass

import numpy as np

from modelcensus.counting.slices import Slices, Texts

NOTHING = np.iinfo(np.int64).min
"""Stands for a number that a line does not have."""
YES, NO, NOT_SAID = 1, 0, 2
"""A flag that a line can have."""


@dataclass(frozen=True)
class Lines:
    """Requests as arrays, a place each: numbers, texts as stretches of buffers (none: a format without them), and hashes
    of who asked, 0 where nothing says it."""

    line: np.ndarray
    minute: np.ndarray
    second: np.ndarray
    status: np.ndarray
    bytes: np.ndarray
    part: np.ndarray
    counter: np.ndarray
    asked: Slices
    agent: Texts | None
    address: Slices | None
    address_keys: np.ndarray
    session_keys: np.ndarray

    def __len__(self) -> int:
        return len(self.line)

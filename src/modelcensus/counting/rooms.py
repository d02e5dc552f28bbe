"""Memory for pieces of text, used again and again: fresh memory costs as much as reading what is written to it."""

from collections import deque
from mmap import mmap

SPARE = 64
"""Bytes after a text that are no part of it: loops read so far beyond its end."""


class Rooms:
    """Stretches of `size` bytes and SPARE more, which threads take and give back; their memory is taken as it is written."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._free: deque[mmap] = deque()

    def take(self) -> mmap:
        """One that nobody uses."""
        try:
            return self._free.pop()
        except IndexError:
            return mmap(-1, self.size + SPARE)

    def give(self, room: mmap) -> None:
        """One to which nothing points any more."""
        self._free.append(room)

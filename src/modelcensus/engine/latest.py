"""Values that are costly to make and stay in memory, up to some bytes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Latest(Generic[K, V]):
    """The values that were asked for last; what was asked for longest ago gives way, but never the only one."""

    def __init__(self, most_bytes: int, size: Callable[[V], int]) -> None:
        """`size`: about how many bytes a value takes; it may grow."""
        self._most, self._size = most_bytes, size
        self._kept: OrderedDict[K, V] = OrderedDict()

    def of(self, key: K, make: Callable[[], V]) -> V:
        """The value that there is, else the one that is made."""
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        self._kept[key] = found = make()
        while len(self._kept) > 1 and self.bytes > self._most:
            self._kept.popitem(last=False)
        return found

    @property
    def bytes(self) -> int:
        """What all of them take, about."""
        return sum(map(self._size, self._kept.values()))

"""Sums over the repositories of a large ledger that stay in memory, up to some bytes."""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

MOST_BYTES = max(300_000_000, min(2_000_000_000, os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 16))
"""Bytes that stay, a sixteenth of the machine's memory and at most 2 GB; what was asked for longest ago gives way."""


class Sized(Protocol):
    """Something that takes memory."""

    @property
    def bytes(self) -> int:
        """How much, about."""
        ...


T = TypeVar("T", bound=Sized)


class KeptSums(Generic[T]):
    """Sums of whoever some SQL names, told apart by some columns of the catalog: those asked for last."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, tuple[str, ...]], T] = OrderedDict()

    def of(self, where: str, parts: tuple[str, ...], make: Callable[[], T]) -> T:
        """Those that there are, else those that are made."""
        if (where, parts) in self._kept:
            self._kept.move_to_end((where, parts))
            return self._kept[where, parts]
        self._kept[where, parts] = found = make()
        while len(self._kept) > 1 and sum(s.bytes for s in self._kept.values()) > MOST_BYTES:
            self._kept.popitem(last=False)
        return found

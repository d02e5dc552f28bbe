"""A process that dies at a chosen call: `kill -9` of itself, as at a loss of power."""

import os
import signal
from collections.abc import Callable

CALLS = ("fsync", "replace", "rename", "link", "unlink", "open", "mkdir")
"""What touches the disk."""


def die_at(fatal: int) -> Callable[[], int]:
    """From now on this process dies at its call of that number that touches the disk (0: never); what is given back tells
    how many there were."""
    count = 0

    def counted(name: str) -> None:
        real = getattr(os, name)

        def call(*args: object, **kwargs: object) -> object:
            nonlocal count
            count += 1
            if count == fatal:
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*args, **kwargs)

        setattr(os, name, call)

    for name in CALLS:
        counted(name)
    return lambda: count

"""Folders of derived files that are there whole or not at all."""

import fcntl
import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from modelcensus.engine.sealed import seal, sound

UNDER_WAY = ".writing-"
"""How the name of a folder begins that is being written."""


def kept_folder(parent: Path, key: str, write: Callable[[Path], None]) -> Path:
    """The folder `key` in `parent`, which `write` fills where it is not there, or damaged; those of other keys go.

    What is interrupted leaves nothing, or where it was killed a folder that the next one removes. Who finds that another
    process is writing waits, and takes what it wrote: such folders take minutes of all processors.
    """
    target = parent / key
    if target.is_dir() and sound(target):
        return target
    parent.mkdir(parents=True, exist_ok=True)
    with _alone(parent):
        if target.is_dir() and sound(target):
            return target
        shutil.rmtree(target, ignore_errors=True)
        made = parent / f"{UNDER_WAY}{uuid.uuid4().hex}"
        made.mkdir()
        try:
            write(made)
            seal(made)
            made.rename(target)
        finally:
            for other in parent.iterdir():
                if other.name.startswith(UNDER_WAY):
                    shutil.rmtree(other, ignore_errors=True)
        for other in parent.iterdir():
            if other != target and not other.name.startswith("."):
                shutil.rmtree(other, ignore_errors=True)
    return target


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold a folder alone among all who ask so, as soon as nobody else does; who is killed holds nothing."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX)
        yield
    finally:
        os.close(opened)

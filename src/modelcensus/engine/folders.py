"""Folders of derived files that are there whole or not at all."""

import shutil
import uuid
from collections.abc import Callable
from pathlib import Path

from modelcensus.engine.sealed import seal, sound


def kept_folder(parent: Path, key: str, write: Callable[[Path], None]) -> Path:
    """The folder `key` in `parent`, which `write` fills where it is not there, or damaged; those of other keys go.

    What is interrupted leaves nothing; of two that write at the same time the first one stays.
    """
    target = parent / key
    if target.is_dir():
        if sound(target):
            return target
        shutil.rmtree(target, ignore_errors=True)
    made = parent / f".writing-{uuid.uuid4().hex}"
    made.mkdir(parents=True)
    try:
        write(made)
        seal(made)
        try:
            made.rename(target)
        except OSError:
            if not target.is_dir():
                raise
    finally:
        shutil.rmtree(made, ignore_errors=True)
    for other in parent.iterdir():
        if other != target and not other.name.startswith("."):
            shutil.rmtree(other, ignore_errors=True)
    return target

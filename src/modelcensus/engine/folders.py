"""Folders of derived files that are there whole or not at all."""

import shutil
import uuid
from collections.abc import Callable
from pathlib import Path


def kept_folder(parent: Path, key: str, write: Callable[[Path], None]) -> Path:
    """The folder `key` in `parent`, which `write` fills where it is not there; those of other keys go.

    What is interrupted leaves nothing; of two that write at the same time the first one stays.
    """
    target = parent / key
    if target.is_dir():
        return target
    made = parent / f".writing-{uuid.uuid4().hex}"
    made.mkdir(parents=True)
    try:
        write(made)
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

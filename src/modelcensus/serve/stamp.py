"""What an answer depends on, as a short name that is worked out without loading what computes."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterable, Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGE = Path(__file__).parents[1]
COMPUTED_BY = ("modelcensus", "duckdb", "ibis-framework", "altair", "vl-convert-python", "jinja2")
HELD = ("manifests", "knowledge")
"""Folders of a ledger whose files decide its answers: batches never change once their manifest is there."""


def stamp(ledger: Path, folders: Iterable[Path] = (), url: str = "") -> str:
    """Changes with the ledger's batches, with every knowledge file and claim pack, and with the program: names, sizes and
    times of its files, and the versions of what computes. `folders` hold knowledge given besides;
    pages name the `url` at which they are reached."""
    told = [sys.version, url, *(f"{name} {_version(name)}" for name in COMPUTED_BY)]
    for folder in (PACKAGE, *(ledger / name for name in HELD), *folders, Path("claims")):
        told += [json.dumps([str(folder.resolve()), *_files(folder)])]
    return hashlib.sha256("\n".join(told).encode()).hexdigest()[:16]


def _files(folder: Path) -> Iterator[tuple[str, int, int]]:
    for path in sorted(folder.rglob("*")):
        if "__pycache__" not in path.parts and path.is_file():
            status = path.stat()
            yield str(path.relative_to(folder)), status.st_size, status.st_mtime_ns


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""

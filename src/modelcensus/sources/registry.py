"""Every source by name: the extension point of this room (docs/extending.md)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from modelcensus.sources.options import ImportOptions
from modelcensus.vocabulary import Batch, InputError, Terms, nearest

Read = Callable[[Sequence[Path], ImportOptions], Batch]


@dataclass(frozen=True)
class Source:
    """One kind of input: how it is read, and what its numbers are."""

    name: str
    text: str
    terms: Terms
    read: Read


_SOURCES: dict[str, Source] = {}


def source(name: str, text: str, terms: Terms | None = None) -> Callable[[Read], Read]:
    """Register a function that turns files into one batch."""

    def register(read: Read) -> Read:
        _SOURCES[name] = Source(name, text, terms or Terms(), read)
        return read

    return register


def sources() -> dict[str, Source]:
    """All registered sources."""
    return dict(_SOURCES)


def read_batch(files: Sequence[Path], options: ImportOptions) -> Batch:
    """Read files with the source that the options name."""
    if options.source not in _SOURCES:
        raise InputError(
            f"unknown source {options.source!r}",
            where="--source",
            remedy=nearest(options.source, list(_SOURCES)),
        )
    if not files:
        raise InputError("no file given", where="import", remedy="name one or more files")
    try:
        return _SOURCES[options.source].read(files, options)
    except duckdb.Error as error:
        raise InputError(
            f"cannot be read ({str(error).strip().splitlines()[0][:200]})",
            where=", ".join(str(f) for f in files[:3]),
            remedy="check that the file is whole, or fetch it again; nothing was imported",
        ) from error

"""What the entries of `make bench` are given, made at the size that is asked for."""

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cache, partial
from pathlib import Path

import pyarrow as pa

from bench.catalog import made_facts
from bench.collecting import served
from bench.hub import make_hub
from bench.sides import apart
from modelcensus.ledger import Ledger
from modelcensus.vocabulary import Batch

DAYS, ROWS_EACH = 240, 25
RELEASES = "2025-03-01..2025-07-31"
"""Releases whose downloads by age are asked for, in ledgers of DAYS."""
YEARS = 600
"""Days of a ledger in which a claim has twenty periods."""
MANY = 1_000_000
"""Observations from which on a claim has all its readings; fewer are for a quick run."""

Made = Callable[[int, Path], AbstractContextManager[dict[str, str]]]


@contextmanager
def logs(size: int, folder: Path) -> Iterator[dict[str, str]]:
    """Access logs of so many lines, in four compressed files."""
    apart("bench.logs", "made", folder, str(size), "4")
    yield {"input": str(folder)}


@contextmanager
def _hub(size: int, folder: Path, days: int, kept: bool) -> Iterator[dict[str, str]]:
    root = _made(size, days)
    if kept and not (root / "derived").is_dir():
        apart("bench.measures", "keep", root)
    yield {"input": str(root), "periods": "20" if size >= MANY else "2", "releases": RELEASES}


@cache
def _made(size: int, days: int) -> Path:
    """A ledger that several entries are given, in a folder that goes with the process."""
    root = Path(_folder().name) / f"{size}-{days}"
    make_hub(root, max(500, size // ROWS_EACH), days, size, real=True)
    return root


@cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory()


hub: Made = partial(_hub, days=DAYS, kept=False)
"""A ledger of the Hub's shape with about so many observations."""
kept_hub: Made = partial(_hub, days=DAYS, kept=True)
"""The same with what is derived of it: flows by month and by age, the catalog."""
long_hub: Made = partial(_hub, days=YEARS, kept=True)
"""The same over more months."""


@contextmanager
def lineage(size: int, folder: Path) -> Iterator[dict[str, str]]:
    """A ledger with facts of so many repositories, with parents."""
    facts: pa.Table = made_facts(size)[0]
    Ledger(folder / "facts").commit(Batch("bench", "bench", "hub", {"facts": facts}, (), {}, ()))
    yield {"input": str(folder / "facts")}


@contextmanager
def listing(size: int, folder: Path) -> Iterator[dict[str, str]]:
    """A server of so many repositories, in a process of its own."""
    with served(size, 1000) as url, tempfile.TemporaryDirectory() as home:
        os.environ |= {"EXPECTED": str(size), "HF_ENDPOINT": url, "HF_HOME": home}
        yield {"input": url}

"""What every parser under test is: seeds, and a function of many inputs. A value, or one CensusError; never anything else."""

import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from itertools import count, islice
from pathlib import Path

import duckdb
import pyarrow as pa

from modelcensus.sources import reader
from modelcensus.vocabulary import CensusError

SLOWEST = 5.0
"""Seconds of processor time that one input may take; the largest are some kilobytes."""


class FoundError(AssertionError):
    """An input that a parser did not answer as it must."""


@dataclass(frozen=True)
class Parser:
    """`seeds`: real examples; `take`: answers many inputs, and raises FoundError for the first that breaks the promise;
    `together`: how many at a time; `lines`: whether an input is one line; `quick`: inputs of the bounded part; `night`: of
    a million how many it gets, where a parser that is given a million stands behind it."""

    seeds: Callable[[], Sequence[bytes]]
    take: Callable[[Sequence[bytes]], None]
    quick: int
    together: int = 1000
    lines: bool = False
    night: float = 1.0


def each(read: Callable[[bytes], object]) -> Callable[[Sequence[bytes]], None]:
    """A parser of single inputs."""

    def take(inputs: Sequence[bytes]) -> None:
        for given in inputs:
            start = time.process_time()
            try:
                read(given)
            except CensusError as error:
                if "\n" in str(error) or not error.what:
                    raise FoundError(f"no clear line {str(error)!r} of {given!r}") from error
            except FoundError as found:
                raise FoundError(f"{found} of {given!r}") from found
            except Exception as error:
                raise FoundError(f"{type(error).__name__}: {error} of {given!r}") from error
            if (took := time.process_time() - start) > SLOWEST:
                raise FoundError(f"{took:.1f} s of processor time for {given!r}")

    return take


def text_of(given: bytes) -> str:
    """An input as text, whatever its bytes."""
    return given.decode("utf-8", "replace")


@cache
def folder() -> Path:
    """A folder of this process, in memory where there is such a place."""
    made = tempfile.TemporaryDirectory(dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None)
    _KEPT.append(made)
    return Path(made.name)


@contextmanager
def in_memory() -> Iterator[None]:
    """Temporary folders that are made within lie in memory: on a disk they cost more than what is read from them."""
    before, tempfile.tempdir = tempfile.tempdir, str(folder())
    try:
        yield
    finally:
        tempfile.tempdir = before


_KEPT: list[tempfile.TemporaryDirectory] = []


def of_file(name: str, read: Callable[[Path], object]) -> Callable[[bytes], object]:
    """A reader of files as one of inputs."""

    def of(given: bytes) -> object:
        path = folder() / name
        path.write_bytes(given)
        return read(path)

    return of


def narrowed(inputs: Sequence[bytes], take: Callable[[Sequence[bytes]], None], said: str) -> FoundError:
    """The half of the inputs that still fails, down to one."""
    while len(inputs) > 1:
        half = len(inputs) // 2
        for part in (inputs[:half], inputs[half:]):
            try:
                take(part)
            except FoundError as error:
                return error
            except Exception:
                inputs = part
                break
        else:
            break
    return FoundError(f"{said} of {list(inputs[:3])!r}")


class Databases:
    """Databases of files that are opened one after the other, within one process' database: a new one costs 20 ms, which
    would be most of what is measured."""

    def __init__(self) -> None:
        self._names = count()
        self._begin()

    def _begin(self) -> None:
        self._shared = duckdb.connect(config={"threads": "1", "memory_limit": "1GB"})
        self._last = ""

    def __call__(self, spilled: Path) -> duckdb.DuckDBPyConnection:
        """A database without tables; the one before is gone."""
        try:
            if self._last:
                self._shared.execute(f"detach {self._last}")
        except (
            duckdb.FatalException
        ):  # a damaged file has invalidated all that it is shared by; each has its own elsewhere
            self._begin()
        self._last = f"opened{next(self._names)}"
        cursor = self._shared.cursor()
        cursor.execute(f"attach ':memory:' as {self._last}")
        cursor.execute(f"use {self._last}")
        return cursor


@cache
def databases() -> Databases:
    """Those of this process."""
    return Databases()


@contextmanager
def without_database() -> Iterator[None]:
    """Files that are read within are taken apart to their rows, and go into no database."""

    def take(self: reader.RawFile, rows: Iterator[tuple[object, ...]], names: list[str]) -> None:
        schema = pa.schema([("_row", pa.int64()), *((n, pa.string()) for n in names)])
        for part in iter(lambda: list(islice(rows, 50_000)), []):
            pa.Table.from_arrays(
                [pa.array(c, t) for c, t in zip(zip(*part, strict=True), schema.types, strict=True)], schema=schema
            )

    real = reader.bounded_database, reader.RawFile._load, reader.RawFile._keep_objects
    shared = duckdb.connect()
    reader.bounded_database = lambda folder: shared.cursor()
    reader.RawFile._load, reader.RawFile._keep_objects = take, lambda self: None
    try:
        yield
    finally:
        reader.bounded_database, reader.RawFile._load, reader.RawFile._keep_objects = real
        shared.close()


@contextmanager
def one_database() -> Iterator[None]:
    """Files that are read within are opened in one database after the other."""
    real, reader.bounded_database = reader.bounded_database, databases()
    try:
        yield
    finally:
        reader.bounded_database = real

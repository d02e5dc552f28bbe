"""Log files read by the workers of a Spark cluster.

A file is a task: it is read there as it would be here, by the same `Reduction`, so that there is one definition of what a
line says. What the files have in common is brought together by the cluster: requests that are alike, and visitors that
were seen in several. A worker that is lost takes nothing with it; its files are read again by another.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial, reduce
from pathlib import Path

import pyarrow as pa
from pyspark import StorageLevel
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as f

from modelcensus.counting.cluster_rows import REQUEST_KEYS, ROWS, file_rows, tables_of
from modelcensus.counting.formats import LogFormat
from modelcensus.counting.known import Known
from modelcensus.counting.lines import LogFile
from modelcensus.counting.parts import KnownParts, Parts
from modelcensus.counting.policies import Policies
from modelcensus.counting.reading import FileRead, ReadBatch, read_file, worth_compiling
from modelcensus.counting.reduction import Reduction
from modelcensus.counting.salts import LentKeys, Salts
from modelcensus.engine import Tables
from modelcensus.engine.spark import failures_named

GROUP_BYTES = 512 * 1024 * 1024
"""Bytes of files, as they lie on disk, that make a batch: its requests have to fit the memory of the machine that asks."""
TASK_MEMORY = "800MB"
"""What the tables of a task may hold in memory."""
_SPARK_TYPES = {pa.string(): "string", pa.int64(): "bigint", pa.date32(): "date", pa.bool_(): "boolean"}


@dataclass(frozen=True)
class Task:
    """What workers are told: the files by number, what was counted before, how lines are read."""

    files: dict[int, tuple[str, LogFormat]]
    known: Known
    policies: Policies
    keys: LentKeys

    def __call__(self, numbers: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """The rows of the files at these places (column `id`)."""
        for batch in numbers:
            for place in batch["id"].to_pylist():
                yield from self.rows(list(self.files)[place]).to_batches(max_chunksize=50_000)

    def rows(self, number: int) -> pa.Table:
        """The rows of one file."""
        path, form = self.files[number]
        engine = Tables(TASK_MEMORY)
        engine.connection.execute("set threads = 1")
        engine.connection.execute("set preserve_insertion_order = false")
        reduction = Reduction(engine, self.policies, self.keys, worth_compiling([Path(path)]))
        read = read_file(reduction, Path(path), form, self.known, self.policies)
        return file_rows(reduction, number, read, self.keys.secret)


@dataclass
class OnSpark:
    """Reads files on a cluster."""

    session: SparkSession
    master: str
    policies: Policies
    salts: Salts
    progress: Callable[[str], None] = lambda _: None

    def batches(self, files: Sequence[tuple[Path, LogFormat]], known: Known) -> Iterator[ReadBatch]:
        """A batch for every GROUP_BYTES of files."""
        group: list[tuple[Path, LogFormat]] = []
        size = 0
        for place, (path, form) in enumerate(files, 1):
            group.append((path.absolute(), form))
            size += path.stat().st_size
            if size < GROUP_BYTES and place < len(files):
                continue
            self.progress(f"reading {len(group):,} files on the cluster")
            with failures_named(self.master):
                batch = self._batch(group, known)
            yield batch
            group, size = [], 0

    def _batch(self, group: Sequence[tuple[Path, LogFormat]], known: Known) -> ReadBatch:
        keys, policies = self.salts.lend(), self.policies
        if policies.networks:
            policies = policies.model_copy(update={"networks": str(Path(policies.networks).absolute())})
        files: dict[int, FileRead] = {}
        kept: list[DataFrame] = []
        cached: list[DataFrame] = []
        try:
            waiting = _rounds([p for p, _ in group])
            while waiting:
                numbers = waiting.pop(0)
                rows = self._rows(Task({n: (str(group[n][0]), group[n][1]) for n in numbers}, known, policies, keys))
                kept.append(rows)
                cached.append(rows)
                told = _fetched(rows.where("what = 'file'").select("file", "text"))
                found = {n: _read_of(t) for n, t in zip(*told.to_pydict().values(), strict=True)}
                again = _accepted(found, known)
                if again:  # what they share with others of this round is known now
                    waiting.insert(0, again)
                    kept[-1] = rows.where(~f.col("file").isin(again))
                files |= {n: r for n, r in found.items() if n not in again}
            read = tuple(files[n] for n in range(len(group)))
            if not any(f.new for f in read):
                return ReadBatch(read, dict)
            requests, visits = self._together(reduce(DataFrame.unionAll, kept))
        finally:
            for rows in cached:
                rows.unpersist()
        if self.policies.keep == "visits":
            self.salts.take_back(keys, (d.toordinal() - _EPOCH for d in requests["day"].unique().to_pylist()))
        return ReadBatch(read, lambda: tables_of(requests, visits))

    def _rows(self, task: Task) -> DataFrame:
        columns = ", ".join(f"{f.name} {_SPARK_TYPES[f.type]}" for f in ROWS)
        numbers = self.session.range(0, len(task.files), 1, len(task.files))
        rows = numbers.mapInArrow(partial(_run, task), columns)  # type: ignore[arg-type]
        return rows.persist(StorageLevel.DISK_ONLY)

    @staticmethod
    def _together(rows: DataFrame) -> tuple[pa.Table, pa.Table]:
        """Requests that are alike in all files, and different visitors of repositories and days."""
        requests = rows.where("what = 'request'").groupBy(*REQUEST_KEYS)
        requests = requests.agg(f.sum("requests").alias("requests"), f.sum("bytes").alias("bytes"))
        visits = rows.where("what = 'visit'").groupBy("day", "kind", "repository")
        visits = visits.agg(
            f.count_distinct("visitor").alias("addresses"), f.count_distinct("session").alias("sessions")
        )
        return _fetched(requests), _fetched(visits)


_EPOCH = 719_163
"""Ordinal of 1970-01-01."""


def _rounds(paths: Sequence[Path]) -> list[list[int]]:
    """Places of files that can be read at a time: of those that begin alike one may be the beginning of another, and what
    they have in common is known only when the first is read."""
    rounds: list[list[int]] = []
    met: Counter[str] = Counter()
    for place, path in enumerate(paths):
        beginning = "\n".join(LogFile(path).first_lines(1))
        rounds += [[]] if met[beginning] == len(rounds) else []
        rounds[met[beginning]].append(place)
        met[beginning] += 1
    return rounds


def _accepted(found: Mapping[int, FileRead], known: Known) -> list[int]:
    """Add to what is known the files that share no lines with one before them; gives the others."""
    again: list[int] = []
    met = KnownParts()
    for number in sorted(found):
        read = found[number]
        if not read.new:
            continue
        if met.shares(read.parts):
            again.append(number)
            continue
        known.add(read.text, read.parts)
        met.add([read.parts])
    return again


def _run(task: Task, numbers: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """A function, as Spark wants it."""
    yield from task(numbers)


def _fetched(rows: DataFrame) -> pa.Table:
    return rows.toArrow()


def _read_of(text: str) -> FileRead:
    said = json.loads(text)
    aside = tuple((line, reason, text) for line, reason, text in said["aside"])
    return FileRead(**{**said, "aside": aside, "notes": tuple(said["notes"]), "parts": Parts.of(said["parts"])})

"""Counting log files into batches, and counting again what was read before."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from modelcensus.counting.downloads import CountingRules, build_downloads
from modelcensus.counting.formats import LogFormat, find_format
from modelcensus.counting.lines import LogFile, known_part
from modelcensus.counting.policies import Policies
from modelcensus.counting.proposing import propose
from modelcensus.counting.reduction import Reduction
from modelcensus.counting.salts import Salts
from modelcensus.counting.standing import observations
from modelcensus.engine import DuckDBEngine
from modelcensus.vocabulary import (
    AGENTS,
    LOG_FILES,
    OBSERVATIONS,
    REQUESTS,
    SET_ASIDE,
    TARGETS,
    Batch,
    InputError,
    InputFile,
    Schema,
    Terms,
)
from modelcensus.vocabulary.names import LOG
from modelcensus.vocabulary.schema import COUNTED

SOURCE = "count"
LOADS = ".loads"
"""Ends the name of the series of loads."""
LINES = 1_000_000
"""Lines of a batch, after which the file being read is its last one."""
WORKED_OUT = (
    "hits",
    "counted",
    "own_downloads",
    "own_loads",
    "downloads",
    "loads",
    "standing",
    "changed",
    "todo",
    "told",
)
"""Tables of one batch, which the next one needs no more."""
MOST_ASIDE = 100_000
"""Lines set aside that a batch keeps with their texts; all are counted."""
TERMS = Terms(
    license="own log",
    citation="access log",
    unit="downloads (requests for query files)",
    cadence="as often as the log is counted",
)
LIBRARIES = pa.schema([("repository", pa.string()), ("library", pa.string())])


@dataclass(frozen=True)
class Before:
    """What a ledger holds of a log: the files of its tables with those of the observations of its two series, oldest
    batch first, and the options of its last batch (none: it was never counted)."""

    batches: tuple[str, ...] = ()
    files: Mapping[str, tuple[Path, ...]] = field(default_factory=dict)
    loads_batches: tuple[str, ...] = ()
    loads_files: tuple[Path, ...] = ()
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Summary:
    """What became of the lines of a run."""

    files: int = 0
    known_files: int = 0
    lines: int = 0
    known: int = 0
    taken: int = 0
    other: int = 0
    set_aside: int = 0
    downloads: int = 0
    loads: int = 0
    notes: list[str] = field(default_factory=list)


Commit = Callable[[Batch], Before]
"""Stores a batch; returns what the ledger holds of the log then."""


class Counting:
    """Counts one log: `name` tells it from others, and its channel is `log:NAME`; `rules` with what they are called."""

    def __init__(
        self,
        name: str,
        policies: Policies,
        rules: tuple[CountingRules, str],
        libraries: pa.Table,
        before: Before,
        salts: Salts,
        commit: Commit,
        progress: Callable[[str], None] = lambda _: None,
        memory: str | None = None,
    ) -> None:
        self.name, self.policies, self.before = name, policies, before
        self.rules, self.rules_called = rules
        self.salts, self.commit, self.progress = salts, commit, progress
        self.engine = DuckDBEngine(memory)
        self.engine.connection.execute("set preserve_insertion_order = false")
        self.engine.register("libraries_given", libraries.select(LIBRARIES.names).cast(LIBRARIES))
        self.engine.query(
            "libraries",
            "select lower(repository) as key, min(repository) as repository, max(library) as library"
            " from libraries_given group by 1",
        )
        self.summary = Summary()

    def files(self, paths: Sequence[Path], format: str = "auto") -> Summary:
        """Count what is new in log files, in batches of LINES lines."""
        forms = {p: self._form(p, format) for p in paths if self._has_lines(p)}
        reduction = Reduction(self.engine, self.policies, self.salts)
        keep_text = self.policies.aside == "text"
        waiting: list[tuple[LogFile, dict[str, object]]] = []
        aside: list[dict[str, object]] = []
        for path in forms:
            file = self._opened(path, waiting)
            self.progress(f"reading {path.name}")
            told = reduction.add(file, forms[path])
            self.summary.notes += [f"{path.name}: {n}" for n in file.notes]
            row = {
                "file": path.name, "format": forms[path].name, "opening_bytes": file.opening_bytes,
                "opening": file.opening, "bytes": file.size, "digest": file.digest, "lines": file.lines,
                "known": file.skipped_lines, "taken": told.taken, "other": told.other, "set_aside": len(told.aside),
            }  # fmt: skip
            self._sum(file, row)
            if file.size == file.skip and not told.aside:
                self.summary.known_files += bool(file.skip)
                continue
            waiting.append((file, row))
            aside += [
                {"file": path.name, "line": line, "reason": reason, "content": text if keep_text else ""}
                for line, reason, text in told.aside[: max(0, MOST_ASIDE - len(aside))]
            ]
            if reduction.lines >= LINES:
                self._hand_over(reduction, waiting, aside)
                waiting, aside = [], []
        if waiting:
            self._hand_over(reduction, waiting, aside)
        return self.summary

    def again(self) -> Summary:
        """Count all that was read before, under the policies and rules of now."""
        self._stored(REQUESTS, TARGETS, AGENTS)
        for schema in (REQUESTS, TARGETS, AGENTS):
            self.engine.query(f"counted_{schema.name}", f"select * from stored_{schema.name}", keep=False)
        self.engine.query("days_touched", "select distinct day from stored_requests")
        self.engine.query("days_covered_before", "select day from days_touched", keep=False)
        self._counted({}, (), {"recount": self.before.batches[-1] if self.before.batches else ""}, [])
        return self.summary

    def _has_lines(self, path: Path) -> bool:
        if LogFile(path).first_lines():
            return True
        self.summary.notes.append(f"{path.name}: no lines")
        return False

    def _form(self, path: Path, format: str) -> LogFormat:
        if format != "auto":
            form = find_format(format)
        else:
            form, taken = propose(LogFile(path))
            self.summary.notes.append(taken)
        if not form.has_paths:
            self.summary.notes.append(
                f"{path.name}: format {form.name} has no paths: rules of query files cannot be applied, and every request of a"
                " model's repository counts"
            )
        return form

    def _opened(self, path: Path, waiting: Sequence[tuple[LogFile, dict[str, object]]]) -> LogFile:
        """A file, from where an earlier batch, or an earlier file of this run, left it."""
        known = [
            (int(r["opening_bytes"]), int(r["bytes"]), str(r["opening"]), str(r["digest"]), int(r["lines"]))  # type: ignore[call-overload]
            for _, r in waiting
        ]
        self._stored(LOG_FILES)
        known += [
            (r["opening_bytes"], r["bytes"], r["opening"], r["digest"], r["lines"])
            for r in self.engine.rows("select * from stored_log_files where opening_bytes > 0")
        ]
        file = LogFile(path)
        skip, lines = known_part(path, known) if known else (0, 0)
        wait = self.policies.last_line == "wait" and not file.compression
        return LogFile(path, skip=skip, skipped_lines=lines, wait=wait)

    def _sum(self, file: LogFile, row: Mapping[str, object]) -> None:
        self.summary.files += 1
        self.summary.lines += file.lines
        self.summary.known += file.skipped_lines
        for key in ("taken", "other", "set_aside"):
            setattr(self.summary, key, getattr(self.summary, key) + row[key])  # type: ignore[operator]

    def _hand_over(
        self,
        reduction: Reduction,
        waiting: Sequence[tuple[LogFile, dict[str, object]]],
        aside: list[dict[str, object]],
    ) -> None:
        """Count what was read, and commit it as a batch."""
        self.progress("counting")
        tables = reduction.tables()
        reduction.begin()
        self._stored(REQUESTS, TARGETS, AGENTS)
        for schema in (REQUESTS, TARGETS, AGENTS):
            self.engine.register(f"new_{schema.name}", tables[schema.name])
            chosen = " semi join days_touched using (day)" if schema is REQUESTS else ""
            if schema is REQUESTS:
                self.engine.query("days_touched", "select distinct day from new_requests")
            self.engine.query(
                f"counted_{schema.name}",
                f"select *, 'new' as batch_id from new_{schema.name} union all by name"
                f" select * from stored_{schema.name}{chosen}",
                keep=False,
            )
        self.engine.query("days_covered_before", "select distinct day from stored_requests")
        files = pa.Table.from_pylist([row for _, row in waiting], schema=LOG_FILES.arrow)
        tables |= {LOG_FILES.name: files, SET_ASIDE.name: pa.Table.from_pylist(aside, schema=SET_ASIDE.arrow)}
        inputs = tuple(InputFile(f.path.name, f.size, f.digest) for f, _ in waiting)
        formats = sorted({str(row["format"]) for _, row in waiting})
        took = [
            f"{row['file']}: {row['lines']:,} lines, {row['known']:,} of them counted before, {row['taken']:,} requests of repositories,"
            f" {row['other']:,} others, {row['set_aside']:,} set aside"
            for _, row in waiting
        ]
        self._counted(tables, inputs, {"format": ",".join(formats)}, took)
        self.engine.drop(*(f"counted_{s.name}" for s in (REQUESTS, TARGETS, AGENTS)))
        self.engine.drop(*(f"new_{s.name}" for s in (REQUESTS, TARGETS, AGENTS)), *WORKED_OUT)

    def _counted(
        self,
        tables: dict[str, pa.Table],
        inputs: tuple[InputFile, ...],
        options: dict[str, str],
        took: list[str],
    ) -> None:
        build_downloads(self.engine, self.policies, self.rules)
        # loads first: a run that is killed between the two is repeated whole, since the other batch has the requests
        for series, table in ((LOADS, "loads"), ("", "downloads")):
            self._register_observations(bool(series))
            rows = observations(self.engine, table)
            total = self.engine.rows(f"select coalesce(sum(value), 0) as n from {table}")[0]["n"]
            setattr(self.summary, table, getattr(self.summary, table) + int(total))
            own = tables if not series else {}
            if not rows.num_rows and not own:
                continue
            chosen = {**self.policies.read, **self.policies.counted, "rules": self.rules_called, **options}
            batch = Batch(
                source=SOURCE,
                name=self.name + series,
                channel=LOG + self.name + series,
                tables={OBSERVATIONS.name: rows, **own},
                inputs=inputs,
                options=chosen,
                took=(*took, f"rules of query files: {self.rules_called}"),
                terms=TERMS if not series else Terms(**{**vars(TERMS), "unit": "loads (see docs/counting.md)"}),
            )
            self.before = self.commit(batch)

    def _stored(self, *schemas: Schema) -> None:
        for schema in schemas:
            tagged = schema.arrow.append(pa.field("batch_id", pa.string()))
            self.engine.read_parquet(f"stored_{schema.name}", self.before.files.get(schema.name, ()), tagged)

    def _register_observations(self, loads: bool) -> None:
        tagged = OBSERVATIONS.arrow.append(pa.field("batch_id", pa.string()))
        paths = self.before.loads_files if loads else self.before.files.get(OBSERVATIONS.name, ())
        batches = self.before.loads_batches if loads else self.before.batches
        self.engine.read_parquet("stored_observations", paths, tagged)
        order = {"batch_id": pa.array(batches, pa.string()), "place": pa.array(range(len(batches)), pa.int64())}
        self.engine.register("stored_order", pa.table(order))


def refuse_other_choices(before: Before, policies: Policies, rules: str, name: str) -> None:
    """An error where a log was counted under other choices: its days would not be of one measure."""
    now = {**policies.counted, "rules": rules}
    other = [f"{k}={before.options[k]}" for k, v in now.items() if k in before.options and before.options[k] != v]
    if before.batches and other:
        raise InputError(
            f"the log {name!r} was counted with {', '.join(other)}",
            where="--name",
            remedy="ask for the same, count what is there again with --recount, or choose another --name",
        )


def check_files(paths: Sequence[Path]) -> None:
    """An error for the first that is no file."""
    for path in paths:
        LogFile(path)


def stored_tables() -> Iterator[str]:
    """The tables of the ledger whose files `Before` names."""
    yield OBSERVATIONS.name
    yield from (s.name for s in COUNTED)

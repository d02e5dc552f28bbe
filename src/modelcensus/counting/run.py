"""Counting log files into batches, and counting again what was read before."""

import gc
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import chain, groupby
from pathlib import Path

import pyarrow as pa

from modelcensus.counting.ahead import ahead
from modelcensus.counting.before import Before
from modelcensus.counting.downloads import CountingRules, build_downloads
from modelcensus.counting.files_read import tables_of_files
from modelcensus.counting.formats import LogFormat, find_format
from modelcensus.counting.known import Known, KnownText
from modelcensus.counting.lines import LogFile
from modelcensus.counting.parts import KnownParts, Part
from modelcensus.counting.policies import Policies
from modelcensus.counting.proposing import propose
from modelcensus.counting.reading import FileRead, OneByOne, ReadBatch, Reader
from modelcensus.counting.salts import Salts
from modelcensus.counting.spelling import Spelling
from modelcensus.counting.standing import Standing
from modelcensus.engine import Tables
from modelcensus.vocabulary import (
    AGENTS,
    LOG_FILES,
    LOG_PARTS,
    OBSERVATIONS,
    PLACES,
    REQUESTS,
    RESTS,
    Batch,
    InputFile,
    Schema,
    Terms,
)
from modelcensus.vocabulary.names import LOG

SOURCE = "count"
NEW = "0::integer"
NUMBERED = (
    "(select * exclude (batch_id, number), number as batch from stored_{0} join stored_batches using (batch_id))"
)
"""Rows with the number of their batch in place of its id, which is a text in each of them; NEW: of what is not stored yet."""
LOADS = ".loads"
"""Ends the name of the series of loads."""
READ = (REQUESTS, PLACES, RESTS, AGENTS)
"""What is read of lines, and counted."""
MEMORY = "500MB"
"""What tables of a count may hold in memory: what counters say grows with days and repositories, and goes to disk beyond."""
WORKED_OUT = (
    "asked_places",
    "asked_ids",
    "models",
    "asked_rests",
    "rules_say",
    "hits",
    "who",
    "counted",
    "asked_first",
    "names",
    "downloads",
    "loads",
    "numbers",
)
"""Tables of one batch, which the next one needs no more."""
TERMS = Terms(
    license="own log",
    citation="access log",
    unit="downloads (requests for query files)",
    cadence="as often as the log is counted",
)
LIBRARIES = pa.schema([("repository", pa.string()), ("library", pa.string())])


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
        reader: Callable[[Salts], Reader] | None = None,
    ) -> None:
        self.name, self.policies, self.before = name, policies, before
        self.rules, self.rules_called = rules
        self.salts, self.commit, self.progress = salts, commit, progress
        self.engine = Tables(MEMORY)
        self.engine.connection.execute("set preserve_insertion_order = false")
        self.engine.hold("libraries_given", libraries.select(LIBRARIES.names).cast(LIBRARIES))
        self.engine.make(
            "libraries",
            "select lower(repository) as key, min(repository) as repository, max(library) as library"
            " from libraries_given group by 1",
        )
        self.standing = {
            "loads": Standing(self.engine, "loads", before.loads_files, before.loads_batches),
            "downloads": Standing(self.engine, "downloads", before.files.get(OBSERVATIONS.name, ()), before.batches),
        }
        self.spelling = Spelling(self.engine, *(f"spelled_{s}" for s in self.standing))
        for series in self.standing.values():
            series.number(self.spelling)
        self._totals: dict[str, dict[date, int]] = {"loads": {}, "downloads": {}}
        """By day: a later batch that has more of a day counts it whole."""
        self.summary = Summary()
        self.reader = reader(salts) if reader else OneByOne(Tables(), policies, salts, progress)

    def files(self, paths: Sequence[Path], format: str = "auto") -> Summary:
        """Count what is new in log files, batch by batch."""
        forms = [(p, self._form(p, format)) for p in paths if self._has_lines(p)]
        self.engine.connection.execute("set threads = 1")  # the next batch is read meanwhile
        self._stored(LOG_FILES)
        listed = ", ".join(KnownText._fields)
        known = Known(
            [KnownText(**r) for r in self.engine.rows(f"select {listed} from stored_log_files")], KnownParts()
        )
        known.parts.add(self._stored_parts())
        self._stored(REQUESTS)
        self.engine.make("days_of_batches", "select distinct batch_id, day from stored_requests")
        self.engine.make("days_covered_before", "select distinct day from days_of_batches")
        gc.freeze()  # what is there now stays: it need not be looked through again and again
        try:
            for batch in ahead(
                self.reader.batches(forms, known), 1
            ):  # the next one is read while this one is counted
                for file in batch.files:
                    self._sum(file)
                if any(f.new for f in batch.files):
                    self._hand_over(batch)
        finally:
            gc.unfreeze()
        return self.summary

    def again(self) -> Summary:
        """Count all that was read before, under the policies and rules of now."""
        self.engine.connection.execute("reset threads")
        self._stored(*READ)
        for schema in READ:
            self.engine.make(f"counted_{schema.name}", f"select * from {NUMBERED.format(schema.name)}", keep=False)
        self.engine.make("days_touched", "select distinct day from stored_requests")
        self.engine.make("days_covered_before", "select day from days_touched", keep=False)
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

    def _stored_parts(self) -> Iterator[list[Part]]:
        """The parts of the texts that were counted before, text by text."""
        self._stored(LOG_PARTS)
        listed = f"select digest, {', '.join(Part._fields)} from stored_log_parts order by batch_id, digest, line"
        found = self.engine.connection.execute(listed)
        rows = chain.from_iterable(iter(lambda: found.fetchmany(10_000), []))
        for _, of_text in groupby(rows, key=lambda r: r[0]):
            yield [Part(*r[1:]) for r in of_text]

    def _sum(self, file: FileRead) -> None:
        self.summary.files += 1
        self.summary.known_files += bool(file.skipped) and not file.new
        self.summary.notes += [f"{file.file}: {n}" for n in file.notes]
        for key in ("lines", "known", "taken", "other", "set_aside"):
            setattr(self.summary, key, getattr(self.summary, key) + getattr(file, key))

    def _hand_over(self, batch: ReadBatch) -> None:
        """Count what was read, and commit it as a batch."""
        self.progress("counting")
        tables, new = batch.tables(), [f for f in batch.files if f.new]
        for schema in READ:
            self.engine.hold(f"new_{schema.name}", tables[schema.name])
        self.engine.make("days_touched", "select distinct day from new_requests")
        shared = "select distinct batch_id from days_of_batches semi join days_touched using (day)"
        self._stored(*READ, of={r["batch_id"] for r in self.engine.rows(shared)})
        ends = self.engine.rows("select min(day) as least, max(day) as most from days_touched")[0]
        for schema in READ:
            chosen = ""
            if schema is REQUESTS:
                if ends["least"]:  # days in words: then stretches of files without these are not read
                    chosen = f" where day between '{ends['least']}' and '{ends['most']}'"
                chosen = f" semi join days_touched using (day){chosen}"
            self.engine.make(
                f"counted_{schema.name}",
                f"select *, {NEW} as batch from new_{schema.name} union all by name"
                f" select * from {NUMBERED.format(schema.name)}{chosen}",
                keep=False,
            )
        tables = {**tables, **tables_of_files(new, self.policies.aside == "text")}
        inputs = tuple(InputFile(f.file, f.bytes, f.digest) for f in new)
        formats = sorted({f.format for f in new})
        self._counted(tables, inputs, {"format": ",".join(formats)}, [f.told for f in new])
        covered = "insert into days_covered_before from days_touched anti join days_covered_before using (day)"
        self.engine.connection.execute(covered)
        committed = "insert into days_of_batches select ?, day from days_touched"
        self.engine.connection.execute(committed, [self.before.batches[-1]])
        self.engine.drop(*(f"counted_{s.name}" for s in READ))
        self.engine.drop(*(f"new_{s.name}" for s in READ), *WORKED_OUT)

    def _counted(
        self,
        tables: dict[str, pa.Table],
        inputs: tuple[InputFile, ...],
        options: dict[str, str],
        took: list[str],
    ) -> None:
        build_downloads(self.engine, self.policies, self.rules)
        self.spelling.learn()
        touched = {r["day"]: 0 for r in self.engine.rows("select day from days_touched")}
        # loads first: a run that is killed between the two is repeated whole, since the other batch has the requests
        for series, table in ((LOADS, "loads"), ("", "downloads")):
            rows = self.standing[table].observations(self.spelling)
            by_day = self.engine.rows(f"select day, sum(value) as n from {table} group by day")
            self._totals[table] |= touched | {r["day"]: int(r["n"]) for r in by_day}
            setattr(self.summary, table, sum(self._totals[table].values()))
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

    def _stored(self, *schemas: Schema, of: Collection[str] | None = None) -> None:
        """Scan what the ledger holds in some tables, of all batches or of those with these ids."""
        ids = [b for b in self.before.batches if of is None or b in of]
        numbered = {"batch_id": pa.array(ids, pa.string()), "number": pa.array(range(1, len(ids) + 1), pa.int32())}
        self.engine.hold("stored_batches", pa.table(numbered))
        for schema in schemas:
            tagged = schema.arrow.append(pa.field("batch_id", pa.string()))
            files = [f for f in self.before.files.get(schema.name, ()) if of is None or f.stem in of]
            self.engine.scan(f"stored_{schema.name}", files, tagged)


def check_files(paths: Sequence[Path]) -> None:
    """An error for the first that is no file."""
    for path in paths:
        LogFile(path)

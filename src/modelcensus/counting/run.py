"""Counting log files into batches, and counting again what was read before."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import chain
from pathlib import Path

import numpy as np
import pyarrow as pa

from modelcensus.counting.ahead import ahead
from modelcensus.counting.before import Before
from modelcensus.counting.chosen import Asked, Choosing, CountingRules
from modelcensus.counting.downloads import Downloads, Sums, days_of
from modelcensus.counting.files_read import tables_of_files
from modelcensus.counting.formats import LogFormat, find_format
from modelcensus.counting.known import Known, KnownText
from modelcensus.counting.libraries import Libraries
from modelcensus.counting.lines import LogFile
from modelcensus.counting.parts import KnownParts, Part, Parts
from modelcensus.counting.policies import Policies
from modelcensus.counting.proposing import propose
from modelcensus.counting.reading import FileRead, OneByOne, ReadBatch, Reader
from modelcensus.counting.requests import occurring
from modelcensus.counting.salts import Salts
from modelcensus.counting.spelling import Spelling
from modelcensus.counting.standing import Days, Standing
from modelcensus.counting.storing import Commit, Storing
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
LOADS = ".loads"
"""Ends the name of the series of loads."""
READ = (REQUESTS, PLACES, RESTS, AGENTS)
"""What is read of lines, and counted."""
KEPT = 4
"""Batches of which sums are kept, some megabytes of each."""
SHOWN = 5
"""Lines set aside that are told of."""
MEMORY = "500MB"
"""What tables of a count may hold in memory: what counters say grows with days and repositories, and goes to disk beyond."""
TERMS = Terms(
    license="own log",
    citation="access log",
    unit="downloads (requests for query files)",
    cadence="as often as the log is counted",
)
KNOWN = """
    select min(repository) as repository from (
        select key, repository from spelled_loads union all select key, repository from spelled_downloads)
    group by key order by repository
"""
"""Repositories that have counters."""


@dataclass
class Summary:
    """What became of the lines of a run."""

    files: int = 0
    lines: int = 0
    known: int = 0
    taken: int = 0
    other: int = 0
    set_aside: int = 0
    downloads: int = 0
    loads: int = 0
    notes: list[str] = field(default_factory=list)
    aside: list[str] = field(default_factory=list)
    """The first lines that were set aside, with the reason."""


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
        self.name, self.policies = name, policies
        self.rules_called = rules[1]
        self.salts, self.progress = salts, progress
        self._storing = Storing(commit, before)
        self.engine = Tables(MEMORY)
        self.engine.connection.execute("set preserve_insertion_order = false")
        found = Libraries(self.engine, libraries)
        self.standing = {
            "loads": Standing(self.engine, "loads", before.loads_files, before.loads_batches),
            "downloads": Standing(self.engine, "downloads", before.files.get(OBSERVATIONS.name, ()), before.batches),
        }
        self.spelling = Spelling(found, self.engine.arrow(KNOWN)["repository"])
        for series in self.standing.values():
            series.number(self.spelling)
        self._choosing = Choosing(self.engine, policies, rules[0], found)
        self._days: list[np.ndarray] = []
        """Of each batch, as `Storing.ids` has them."""
        self._sums: dict[int, tuple[Sums, ...]] = {}
        """Loads and downloads of the last batches, where they add up: days that a later one shares are not read again."""
        self._totals: dict[str, dict[int, int]] = {"loads": {}, "downloads": {}}
        """By day: a later batch that has more of a day counts it whole."""
        self.summary = Summary()
        self.reader = reader(salts) if reader else OneByOne(Tables(), policies, salts, progress)

    @property
    def before(self) -> Before:
        """What the ledger holds of the log, with all that was counted."""
        return self._storing.wait()

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
        of_batches = self.engine.arrow("select distinct batch_id, day from stored_requests")
        days, batches = days_of(of_batches["day"]), np.array(of_batches["batch_id"].to_pylist(), object)
        self._days = [days[batches == b] for b in self.before.batches]
        with closing(ahead(self.reader.batches(forms, known), 1)) as batches:  # the next is read while one is counted
            for batch in batches:
                for file in batch.files:
                    self._sum(file)
                if any(f.new for f in batch.files):
                    self._hand_over(batch)
        self._storing.wait()
        return self.summary

    def again(self) -> Summary:
        """Count all that was read before, under the policies and rules of now."""
        self.engine.connection.execute("reset threads")
        self._stored(REQUESTS)
        days = np.sort(days_of(self.engine.arrow("select distinct day from stored_requests")["day"]))
        options = {"recount": self.before.batches[-1] if self.before.batches else ""}
        self._counted(map(self._asked, self.before.batches), Days(days, days), {}, (), options, [])
        self._storing.wait()
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

    def _stored_parts(self) -> Iterator[Parts]:
        """The parts of the texts that were counted before, text by text: one of them is in memory."""
        self._stored(LOG_PARTS)
        columns = ", ".join(Part._fields)
        rows = self.engine.connection.sql(
            f"select dense_rank() over (order by batch_id, digest) as text, {columns} from stored_log_parts order by text, line"
        ).to_arrow_reader(100_000)
        text, held = 0, [Parts.of(()).numbers]
        for batch in rows:
            numbers, of = np.column_stack([batch[n].to_numpy() for n in Part._fields]), batch["text"].to_numpy()
            begins = np.flatnonzero(np.diff(of, prepend=text))
            *ended, rest = np.split(numbers, begins)
            for part in ended:
                yield Parts(np.concatenate([*held, part]))
                held = []
            text, held = int(of[-1]), [*held, rest]
        yield Parts(np.concatenate(held))

    def _sum(self, file: FileRead) -> None:
        self.summary.files += not file.earlier
        self.summary.notes += [f"{file.file}: {n}" for n in file.notes]
        self.summary.lines += file.lines - file.earlier
        self.summary.known += file.known - file.earlier
        for key in ("taken", "other", "set_aside"):
            setattr(self.summary, key, getattr(self.summary, key) + getattr(file, key))
        self.summary.aside += [f"{file.file}:{line}: {reason}" for line, reason, _ in file.aside]
        del self.summary.aside[SHOWN:]

    def _hand_over(self, batch: ReadBatch) -> None:
        """Count what was read, and have it committed as a batch."""
        self.progress("counting")
        tables, new = batch.tables(), [f for f in batch.files if f.new]
        touched = occurring(days_of(tables[REQUESTS.name]["day"]))
        shared = [n for n, days in enumerate(self._days) if np.isin(days, touched, assume_unique=True).any()]
        unknown = (self._asked(self._storing.ids[n], touched) for n in shared if n not in self._sums)
        asked = chain([Asked(*(tables[s.name] for s in READ))], unknown)
        more = [self._sums[n] for n in shared if n in self._sums]
        days = Days(touched, np.unique(np.concatenate([touched[:0], *self._days])))
        tables = {**tables, **tables_of_files(new, self.policies.aside == "text")}
        inputs = tuple(InputFile(f.file, f.bytes, f.digest) for f in new)
        formats = sorted({f.format for f in new})
        told = [f.told for f in new]
        sums = self._counted(asked, days, tables, inputs, {"format": ",".join(formats)}, told, more)
        if sums:
            self._sums[len(self._days)] = sums
        self._days.append(touched)
        for old in list(self._sums)[:-KEPT]:
            del self._sums[old]

    def _asked(self, batch: str, days: np.ndarray | None = None) -> Asked:
        """What a batch that is stored says, of all days or of some."""
        self._stored(*READ, of={batch})
        chosen = ""
        if days is not None:  # the ends in words: then stretches of files without these days are not read
            least, most = (date(1970, 1, 1) + timedelta(int(d)) for d in (days[0], days[-1]))
            chosen = f" where day between '{least}' and '{most}'"
        requests, *others = (
            self.engine.arrow(f"select * exclude (batch_id) from stored_{s.name}{chosen if s is REQUESTS else ''}")
            for s in READ
        )
        if days is not None:
            requests = requests.filter(pa.array(np.isin(days_of(requests["day"]), days)))
        return Asked(requests, *others)

    def _counted(
        self,
        asked: Iterable[Asked],
        days: Days,
        tables: dict[str, pa.Table],
        inputs: tuple[InputFile, ...],
        options: dict[str, str],
        took: list[str],
        more: Iterable[tuple[Sums, ...]] = (),
    ) -> tuple[Sums, ...]:
        """Tell what some batches come to, on days that are touched, and `more` whose sums are known; the sums of the first."""
        counted = Downloads(self.engine, self.policies, self.spelling)
        summed = [counted.add(self._choosing.of(batch)) for batch in asked]
        for sums in more:
            counted.more(*(s.on(days.touched) for s in sums))
        met, *sums = counted.told()
        touched = dict.fromkeys(days.touched.tolist(), 0)
        told: list[Batch] = []
        # loads first: a run that is killed between the two is repeated whole, since the other batch has the requests
        for series, name, of_series in zip((LOADS, ""), self.standing, sums, strict=True):
            rows = self.standing[name].observations(self.spelling, of_series, met, days)
            self._totals[name] |= touched | of_series.by_day
            setattr(self.summary, name, sum(self._totals[name].values()))
            own = tables if not series else {}
            if not rows.num_rows and not own:
                continue
            chosen = {**self.policies.read, **self.policies.counted, "rules": self.rules_called, **options}
            told.append(
                Batch(
                    source=SOURCE,
                    name=self.name + series,
                    channel=LOG + self.name + series,
                    tables={OBSERVATIONS.name: rows, **own},
                    inputs=inputs,
                    options=chosen,
                    took=(*took, f"rules of query files: {self.rules_called}"),
                    terms=TERMS if not series else Terms(**{**vars(TERMS), "unit": "loads (see docs/counting.md)"}),
                )
            )
        self._storing.store(told)
        return summed[0] if summed else ()

    def _stored(self, *schemas: Schema, of: Collection[str] | None = None) -> None:
        """Scan what the ledger holds in some tables, of all batches or of those with these ids."""
        for schema in schemas:
            tagged = schema.arrow.append(pa.field("batch_id", pa.string()))
            files = [f for f in self.before.files.get(schema.name, ()) if of is None or f.stem in of]
            self.engine.scan(f"stored_{schema.name}", files, tagged)


def check_files(paths: Sequence[Path]) -> None:
    """An error for the first that is no file."""
    for path in paths:
        LogFile(path)

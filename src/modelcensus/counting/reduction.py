"""From pieces of log files to reduced requests: every text is read once, however many lines say it.

A line becomes numbers: when, what was asked for, who asked, how it was answered. What texts mean (minutes, targets, user
agents) is worked out of the different ones alone, which are told apart by 64-bit hashes. Lines that cannot be read are
looked at a second time, and set aside with their text.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from modelcensus.counting.fields import quick_sql, strict_sqls
from modelcensus.counting.formats import LogFormat, header_columns
from modelcensus.counting.lines import LogFile, Piece
from modelcensus.counting.meanings import Meanings
from modelcensus.counting.policies import Policies
from modelcensus.counting.reduced import reduced_tables
from modelcensus.counting.salts import Keys
from modelcensus.counting.setting_aside import shown
from modelcensus.counting.shapes import FRESH, FRESH_ASKED, KEYED, of_lines, shaped_sql, text_sql
from modelcensus.engine import DuckDBEngine

TOGETHER = 8
"""Pieces that the engine reads at a time."""
REDUCED = (
    "reduced (instant bigint, target integer, agent integer, status smallint, bytes bigint, part tinyint,"
    " counter boolean, marked tinyint, address_key ubigint, session_key ubigint)"
)
JOINED = """
    insert into reduced
    select m.minute * 60 + h.second, t.target, a.agent, h.status, h.bytes, h.part, h.counter, {marked},
           h.address_key, h.session_key
    from keyed h join moments m using (moment_key) join asked_before t using (asked_key)
    join agents_before a using (agent_key) {networks}
    where h.taken and t.target > 0 and m.minute is not null
"""
BAD = """
    select h.line, case when m.minute is null then 'no time that there can be' else p.problem end as reason
    from keyed h join moments m using (moment_key) join asked_before t using (asked_key)
    left join problems p using (target) where h.taken and (t.target < 0 or m.minute is null)
"""


@dataclass
class Told:
    """What became of the lines of a file."""

    taken: int = 0
    other: int = 0
    aside: list[tuple[int, str, str]] = field(default_factory=list)


class Reduction:
    """The requests of a run of files, in tables of an engine; `tables` gives them as the ledger keeps them."""

    def __init__(self, engine: DuckDBEngine, policies: Policies, salts: Keys) -> None:
        self.engine, self.policies, self.salts = engine, policies, salts
        self.db = engine.connection
        self.meanings = Meanings(self.db, policies)
        self.begin()

    def begin(self) -> None:
        """Start with nothing read."""
        self.db.execute(f"create or replace temp table {REDUCED}")
        self.meanings.forget()
        self.lines = 0

    def add(self, file: LogFile, form: LogFormat, pieces: Iterable[Piece]) -> Told:
        """Read the pieces of a file; what `file` says of itself is whole afterwards."""
        done = Told()
        columns = header_columns(form, file.first_lines()) if form.header else form.columns
        waiting: list[Piece] = []
        for piece in pieces:
            waiting.append(piece)
            if len(waiting) == TOGETHER:
                self._take(waiting, form, columns, done)
                waiting = []
        self._take(waiting, form, columns, done)
        done.aside.sort()
        return done

    def _take(self, pieces: Sequence[Piece], form: LogFormat, columns: Sequence[str], done: Told) -> None:
        done.aside += [a for p in pieces for a in p.set_aside]
        rows = pa.concat_tables([p.rows for p in pieces]) if pieces else None
        if rows is None or not rows.num_rows:
            return
        self.lines += rows.num_rows
        self._lines = rows
        self.db.register("lines", rows)
        try:
            self._parse(form, columns, done)
            self.meanings.learn(form)
            before = self._count("reduced")
            marked = "coalesce(n.marked, 0)" if self.meanings.networks else "0"
            networks = "left join addresses n using (address_key)" if self.meanings.networks else ""
            self.db.execute(JOINED.format(marked=marked, networks=networks))
            taken = self._count("reduced") - before
            bad = self.db.execute(BAD).fetchall() if self.meanings.problems or self.meanings.impossible else []
            self._set_aside(dict(bad), done)
            done.taken += taken
            done.other += rows.num_rows - taken - len(bad) - self._left
        finally:
            self.db.unregister("lines")

    def _parse(self, form: LogFormat, columns: Sequence[str], done: Told) -> None:
        """Make `keyed`, a row per line, and `fresh`, the texts of the lines that say something new."""
        quick = shaped_sql(form, quick_sql(form, columns))
        self.db.execute(f"create or replace temp table keyed as {KEYED.format(shaped=quick)}")
        keys = {"moment_key": "moments", "agent_key": "agents_before"}
        if self.meanings.names_addresses:
            keys["address_key"] = "addresses"
        for name, fresh, known in (
            ("fresh_asked", FRESH_ASKED, {"asked_key": "asked_before"}),
            ("fresh", FRESH, keys),
        ):
            each = [
                f"select min(line) as line from keyed anti join {table} using ({key}) where taken group by {key}"
                for key, table in known.items()
            ]
            with self._at(f"select distinct line from ({' union all '.join(each)})"):
                texts = fresh.format(shaped=of_lines(quick, "lines_at"))
                self.db.execute(f"create or replace temp table {name} as {texts}")
        self._left = 0
        if self._any("keyed where not taken"):
            self._parse_strictly(form, columns, done)

    @contextmanager
    def _at(self, sql: str) -> Iterator[pa.Table]:
        """The lines whose numbers a query gives, as table `lines_at`; taken by their places, which no join is as fast as."""
        numbers = np.sort(self.db.execute(sql).fetchnumpy()["line"].astype(np.int64))
        rows = pa.concat_tables([_taken(b, numbers) for b in self._lines.to_batches()])
        self.db.register("lines_at", rows)
        try:
            yield rows
        finally:
            self.db.unregister("lines_at")

    def _parse_strictly(self, form: LogFormat, columns: Sequence[str], done: Told) -> None:
        """Lines that the quick way did not take; what no way takes is set aside."""
        for sql in strict_sqls(form, columns):
            with self._at("select line from keyed where not taken"):
                self.db.execute("delete from keyed where not taken")
                shaped = of_lines(shaped_sql(form, sql), "lines_at")
                self.db.execute(f"insert into keyed {KEYED.format(shaped=shaped)}")
                self.db.execute(f"insert into fresh {FRESH.format(shaped=shaped)} where taken")
                self.db.execute(f"insert into fresh_asked {FRESH_ASKED.format(shaped=shaped)} where taken")
        empty = ["trim(text, chr(10) || chr(13) || ' ') = ''"]
        empty += [f"starts_with(text, {text_sql(form.comment)})"] if form.comment else []
        if form.header == "first line":
            empty.append(f"(line = 1 and contains(text, {text_sql(form.fields['status'][0] + form.delimiter)}))")
        with self._at("select line from keyed where not taken"):
            left = self.db.execute(f"select line, text from lines_at where not ({' or '.join(empty)})").fetchall()
        self._left = len(left)
        done.aside += [(line, f"no line of format {form.name}", shown(text)) for line, text in left]

    def _set_aside(self, bad: dict[int, str], done: Told) -> None:
        """The texts of lines that could not be understood, read again."""
        if bad:
            self._insert_table("bad", line=pa.array(list(bad), pa.int64()))
            with self._at("select line from bad") as rows:
                texts = zip(rows["line"].to_pylist(), rows["text"].to_pylist(), strict=True)
                done.aside += [(line, bad[line], shown(text)) for line, text in texts]

    def _any(self, table: str) -> bool:
        return bool(self.db.execute(f"select 1 from {table} limit 1").fetchall())

    def _count(self, table: str) -> int:
        return self.db.execute(f"select count(*) from {table}").fetchall()[0][0]

    def tables(self) -> dict[str, pa.Table]:
        """The requests read so far, as the tables of the ledger."""
        return reduced_tables(self)

    def _insert_table(self, table: str, **columns: object) -> None:
        self.db.register("new_rows", pa.table(columns))
        self.db.execute(f"create or replace temp table {table} as select * from new_rows")
        self.db.unregister("new_rows")


def _taken(batch: pa.RecordBatch, numbers: np.ndarray) -> pa.Table:
    """The lines of a batch that are among the numbers; batch by batch, because a take from many copies them all."""
    own = batch["line"].to_numpy()
    first, end = np.searchsorted(numbers, [own[0], own[-1] + 1]) if len(own) else (0, 0)
    places = np.searchsorted(own, numbers[first:end])
    return pa.Table.from_batches([batch.take(pa.array(places))])

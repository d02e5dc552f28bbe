"""Lines of any format by its patterns, as DuckDB reads them: a quick way first, a strict one for what it leaves."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import tzinfo

import numpy as np
import pyarrow as pa

from modelcensus.counting.fields import quick_sql, strict_sqls
from modelcensus.counting.formats import LogFormat
from modelcensus.counting.line_arrays import NOT_SAID, NOTHING, Asking, Lines
from modelcensus.counting.meanings import seed_of
from modelcensus.counting.moments import minute_of
from modelcensus.counting.numbering import Learned
from modelcensus.counting.requests import answers_of
from modelcensus.counting.setting_aside import shown
from modelcensus.counting.shapes import of_lines, shaped_sql, text_sql
from modelcensus.counting.slices import Slices
from modelcensus.engine import Tables

Aside = tuple[int, str, str]
TAKEN = "from shaped where taken"


class OddLines:
    """Reads lines of every format; minutes that were met are remembered."""

    def __init__(self, engine: Tables, zone: tzinfo) -> None:
        self.db, self._zone = engine.connection, zone
        self._minutes = Learned()

    def read(self, form: LogFormat, columns: Sequence[str], rows: pa.Table) -> tuple[Lines | None, list[Aside], int]:
        """What lines (columns `line` and `text`) say, those that no way takes, and how many are no requests."""
        quick = shaped_sql(form, quick_sql(form, columns))
        with self._lines(rows):
            self.db.execute(f"create or replace temp table shaped as {quick}")
            for sql in strict_sqls(form, columns):
                if not self._left():
                    break
                with self._lines_left(rows):
                    self.db.execute("delete from shaped where not taken")
                    shaped = of_lines(shaped_sql(form, sql), "lines_left")
                    self.db.execute(f"insert into shaped by name {shaped}")
            aside = self._aside(form, rows) if self._left() else []
        taken = self.db.sql(TAKEN).to_arrow_table()
        lines = self._of(taken, seed_of(form)) if taken.num_rows else None
        return lines, aside, rows.num_rows - taken.num_rows - len(aside)

    def _of(self, taken: pa.Table, seed: int) -> Lines:
        minute, second = self._minutes_of(Slices.of(taken["moment"])), taken["second"].to_numpy().astype(np.int64)
        status, part, counter = taken["status"], taken["part"], taken["counter"].cast(pa.int8()).fill_null(NOT_SAID)
        asked, agent, address, session = (Slices.of(taken[n]) for n in ("asked", "agent", "address", "session"))
        unmarked = np.zeros(len(minute), np.int8)
        return Lines(
            taken["line"].to_numpy(), np.arange(len(minute)), np.where(minute == NOTHING, NOTHING, minute * 60 + second),
            answers_of(status.to_numpy(), part.to_numpy(), unmarked, counter.to_numpy()),
            taken["bytes"].fill_null(NOTHING).to_numpy(),
            Asking(asked, asked.hashes(seed), agent, agent.hashes(seed)), address, address.hashes(), session.hashes(),
        )  # fmt: skip

    def _minutes_of(self, moments: Slices) -> np.ndarray:
        def learn(new: np.ndarray) -> list[int]:
            said = [minute_of(text, self._zone) for text in moments.at(new).texts.to_pylist()]
            return [NOTHING if m is None else m for m in said]

        return self._minutes.of(moments.hashes(), learn)

    def _aside(self, form: LogFormat, rows: pa.Table) -> list[Aside]:
        """Lines that no way takes, with their texts; what is no request in its format is not among them."""
        empty = ["trim(text, chr(10) || chr(13) || ' ') = ''"]
        empty += [f"starts_with(text, {text_sql(form.comment)})"] if form.comment else []
        if form.header == "first line":
            empty.append(f"(line = 1 and contains(text, {text_sql(form.fields['status'][0] + form.delimiter)}))")
        with self._lines_left(rows):
            sql = f"select line, text from lines_left where not ({' or '.join(empty)})"
            left = self.db.execute(sql).fetchall()
        return [(line, f"no line of format {form.name}", shown(text)) for line, text in left]

    def _left(self) -> bool:
        return bool(self.db.execute("select 1 from shaped where not taken limit 1").fetchall())

    @contextmanager
    def _lines(self, rows: pa.Table, name: str = "lines") -> Iterator[None]:
        self.db.register(name, rows)
        try:
            yield
        finally:
            self.db.unregister(name)

    @contextmanager
    def _lines_left(self, rows: pa.Table) -> Iterator[None]:
        """The lines that are not taken yet, as table `lines_left`; by their places, which no join is as fast as."""
        numbers = self.db.execute("select line from shaped where not taken").fetchnumpy()["line"].astype(np.int64)
        numbers.sort()
        with self._lines(pa.concat_tables([_taken(b, numbers) for b in rows.to_batches()]), "lines_left"):
            yield


def _taken(batch: pa.RecordBatch, numbers: np.ndarray) -> pa.Table:
    """The lines of a batch that are among the numbers; batch by batch, because a take from many copies them all."""
    own = batch["line"].to_numpy()
    first, end = np.searchsorted(numbers, [own[0], own[-1] + 1]) if len(own) else (0, 0)
    places = np.searchsorted(own, numbers[first:end])
    return pa.Table.from_batches([batch.take(pa.array(places))])

"""From pieces of log files to reduced requests: every text is read once, however many lines say it.

A line becomes numbers: when, what was asked for, who asked, how it was answered. What texts mean (minutes, targets, user
agents) is worked out of the different ones alone, which are told apart by 64-bit hashes. Lines that have nothing odd are
read by compiled loops where these are there, all others by the patterns of their format; what cannot be read is set aside with its text.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from modelcensus.counting.formats import LogFormat
from modelcensus.counting.framing import BY_ARRAYS
from modelcensus.counting.line_arrays import NOTHING, Cut, Lines
from modelcensus.counting.lines import Piece
from modelcensus.counting.meanings import Meanings
from modelcensus.counting.moments import zone_of
from modelcensus.counting.odd_lines import OddLines
from modelcensus.counting.policies import Policies
from modelcensus.counting.reduced import Reduced
from modelcensus.counting.requests import Requests, answers_of
from modelcensus.counting.salts import Keys
from modelcensus.counting.setting_aside import shown
from modelcensus.counting.slices import text_at
from modelcensus.engine import Tables

if TYPE_CHECKING:
    from modelcensus.counting.plain_lines import PlainLines

NO_TIME = "no time that there can be"


@dataclass
class Told:
    """What became of the lines of a file."""

    taken: int = 0
    other: int = 0
    aside: list[tuple[int, str, str]] = field(default_factory=list)


@dataclass
class Looked:
    """A piece with the lines that were read as plain ones, and those that are left."""

    piece: Piece
    plain: list[Lines] = field(default_factory=list)
    odd: list[pa.RecordBatch] = field(default_factory=list)


class Reduction:
    """The requests of a run of files; `tables` gives them as the ledger keeps them."""

    def __init__(self, engine: Tables, policies: Policies, salts: Keys, quick: bool = False) -> None:
        self.engine, self.policies, self.salts = engine, policies, salts
        self.db = engine.connection
        self.meanings = Meanings(self.db, policies, quick)
        zone = UTC if policies.timezone == "UTC" else zone_of(policies.timezone)
        self._odd = OddLines(engine, zone)
        self._plain: PlainLines | None = None
        self.framing = BY_ARRAYS
        if quick:
            from modelcensus.counting import (  # with numba, which is optional, and slow to import
                plain_framing,
                plain_lines,
            )

            self._plain, self.framing = plain_lines.PlainLines(), plain_framing.BY_LOOPS
        self.begin()

    def begin(self) -> None:
        """Start with nothing read; what texts mean stays known."""
        if self.meanings.full:
            self.meanings.forget()
        self.requests: list[Requests] = []
        self.lines = 0

    def looked_at(self, piece: Piece, form: LogFormat) -> "Looked":
        """A piece with what is plain in it, read where it was framed, while it is near; changes nothing here."""
        looked = Looked(piece)
        for batch in (b for b in piece.rows.to_batches() if b.num_rows):
            found, left = self._plain.read(form, batch) if self._plain else (None, np.ones(batch.num_rows, bool))
            if found:
                looked.plain.append(found)
            if left.any():
                looked.odd.append(batch if left.all() else batch.filter(pa.array(left)))
        return looked

    def take(self, looked: Sequence["Looked"], form: LogFormat, columns: Sequence[str], done: Told) -> None:
        """Keep what pieces of a file say; `columns` as its header names them."""
        pieces = [one.piece for one in looked]
        done.aside += [a for p in pieces for a in p.set_aside]
        count = sum(p.rows.num_rows for p in pieces)
        if not count:
            return
        self.lines += count
        read = [lines for one in looked for lines in one.plain]
        odd = [batch for one in looked for batch in one.odd]
        if odd:
            rows = pa.Table.from_batches(odd)
            found, aside, passed = self._odd.read(form, columns, rows)
            read += [found] if found else []
            done.aside += aside
            done.other += passed
        if read:
            bad = self._understand(form, read, done)
            self._set_aside(bad, pieces, done)
        if self._plain:
            for room in (lines.room for lines in read if lines.room):
                self._plain.rooms.give(room)

    def _understand(self, form: LogFormat, read: Sequence[Lines], done: Told) -> dict[int, str]:
        """Keep what lines say; the numbers of lines that say what cannot be, with the reason."""
        meanings, sizes = self.meanings, [len(part) for part in read]
        agent, address = ([getattr(part, name) for part in read] for name in ("agent", "address"))
        target = np.concatenate([self._targets(form, list(parts)) for _, parts in groupby(read, key=_is_cut)])
        who = meanings.agents_of(form, np.concatenate([p.agent_keys for p in read]), text_at(agent, sizes))
        addresses, sessions = (
            np.concatenate([getattr(part, name) for part in read]) for name in ("address_keys", "session_keys")
        )
        marked = meanings.marks_of(addresses, text_at(address, sizes)) if meanings.names_addresses else None
        minute = np.concatenate([part.minute for part in read])
        timed = minute != NOTHING
        good = timed & (target > 0)
        kept = slice(None) if good.all() else good  # of all nothing is copied
        second, status, size, parts, counter = (
            np.concatenate([getattr(part, n) for part in read])[kept]
            for n in ("second", "status", "bytes", "part", "counter")
        )
        marks = np.zeros(len(second), np.int8) if marked is None else marked[kept]
        requests = Requests(
            instant=minute[kept] * 60 + second.astype(np.int64),
            target=target[kept],
            agent=who[kept].astype(np.int32),
            answer=answers_of(status, parts, marks, counter),
            bytes=size.astype(np.int64, copy=False),
            address=addresses[kept],
            session=sessions[kept],
        )
        self.requests.append(requests)
        wrong = np.flatnonzero(~timed | (target < 0))
        done.taken += len(second)
        done.other += len(target) - len(second) - len(wrong)
        if not len(wrong):
            return {}
        line = np.concatenate([part.line for part in read])
        return {int(line[at]): meanings.problems[-1 - target[at]] if timed[at] else NO_TIME for at in wrong.tolist()}

    def _targets(self, form: LogFormat, read: Sequence[Lines]) -> np.ndarray:
        texts = text_at([p.asked for p in read], [len(p) for p in read])
        if cuts := [p.asked_keys for p in read if isinstance(p.asked_keys, Cut)]:
            return self.meanings.targets_cut(form, cuts, texts)
        keys = np.concatenate([p.asked_keys for p in read if not isinstance(p.asked_keys, Cut)])
        return self.meanings.targets_of(form, keys, texts)

    @staticmethod
    def _set_aside(bad: dict[int, str], pieces: Sequence[Piece], done: Told) -> None:
        """The texts of lines that could not be understood, read again."""
        if not bad:
            return
        wanted = np.sort(np.array(list(bad), np.int64))
        for piece in pieces:
            lines = piece.rows["line"].to_numpy()
            at = np.flatnonzero(np.isin(lines, wanted, assume_unique=True))
            texts = piece.rows["text"].take(pa.array(at)).to_pylist()
            done.aside += [(n, bad[n], shown(t)) for n, t in zip(lines[at].tolist(), texts, strict=True)]

    def tables(self) -> dict[str, pa.Table]:
        """The requests read so far, as the tables of the ledger."""
        return self.reduced().tables()

    def reduced(self) -> Reduced:
        """The requests read so far, which are kept here no longer."""
        return Reduced.of(self)


def _is_cut(lines: Lines) -> bool:
    return isinstance(lines.asked_keys, Cut)

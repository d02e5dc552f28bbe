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
from modelcensus.counting.line_arrays import NOTHING, Asking, Cut, Lines
from modelcensus.counting.lines import Piece
from modelcensus.counting.meanings import Meanings
from modelcensus.counting.moments import zone_of
from modelcensus.counting.odd_lines import OddLines
from modelcensus.counting.policies import Policies
from modelcensus.counting.reduced import Reduced
from modelcensus.counting.requests import Gathered, marked_as
from modelcensus.counting.salts import Keys
from modelcensus.counting.setting_aside import shown
from modelcensus.counting.slices import text_at
from modelcensus.engine import Tables

if TYPE_CHECKING:
    from modelcensus.counting.plain_lines import PlainLines

NO_TIME = "no time that there can be"
OF_LINES = {
    "instant": "instant", "answer": "answer", "bytes": "bytes", "address": "address_keys", "session": "session_keys",
}  # fmt: skip
"""Columns of requests that lines say as they are kept."""


@dataclass
class Told:
    """What became of the lines of a file; those that were recognized are not in the other numbers."""

    recognized: int = 0
    taken: int = 0
    other: int = 0
    aside: list[tuple[int, str, str]] = field(default_factory=list)


class Reduction:
    """The requests of a run of files; `tables` gives them as the ledger keeps them. `room`: for how many at first."""

    def __init__(self, engine: Tables, policies: Policies, salts: Keys, quick: bool = False, room: int = 0) -> None:
        self.engine, self.policies, self.salts, self._room = engine, policies, salts, room
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
        self.spare: list[Gathered] = []
        """Those of batches that nobody needs any more: their memory is used again."""
        self.begin()

    def begin(self) -> None:
        """Start with nothing read; what texts mean stays known."""
        if self.meanings.full:
            self.meanings.forget()
        self.gathered = self.spare.pop() if self.spare else Gathered(self._room)
        self.gathered.empty()
        self.lines = 0

    def take(self, piece: Piece, form: LogFormat, columns: Sequence[str], done: Told) -> None:
        """Keep what a piece of a file says; `columns` as its header names them."""
        done.recognized += piece.recognized
        done.aside += piece.set_aside
        if not piece.rows.num_rows:
            return
        self.lines += piece.rows.num_rows
        read, odd = self._plain_lines(form, piece)
        if odd:
            rows = pa.Table.from_batches(odd)
            found, aside, passed = self._odd.read(form, columns, rows)
            read += [found] if found else []
            done.aside += aside
            done.other += passed
        if read:
            bad = self._understand(form, read, done)
            self._set_aside(bad, piece, done)
        if self._plain:
            for room in (lines.room for lines in read if lines.room):
                self._plain.rooms.give(room)

    def _plain_lines(self, form: LogFormat, piece: Piece) -> tuple[list[Lines], list[pa.RecordBatch]]:
        """What the plain lines of a piece say, and the lines that are left."""
        read: list[Lines] = []
        odd: list[pa.RecordBatch] = []
        for batch in (b for b in piece.rows.to_batches() if b.num_rows):
            found, left = None, np.ones(batch.num_rows, bool)
            if self._plain:
                found, left = self._plain.read(form, batch, piece.ascii)
            read += [found] if found else []
            if left.any():
                odd.append(batch if left.all() else batch.filter(pa.array(left)))
        return read, odd

    def _understand(self, form: LogFormat, read: Sequence[Lines], done: Told) -> dict[int, str]:
        """Keep what lines say; the numbers of lines that say what cannot be, with the reason."""
        meanings, sizes = self.meanings, [len(part) for part in read]
        target, who = self._asked(form, read)
        timed = np.concatenate([part.instant for part in read]) != NOTHING
        good = timed & (target > 0)
        count = int(np.count_nonzero(good))
        kept = slice(None) if count == len(good) else good  # of all nothing is copied twice
        requests = self.gathered.more(count)
        requests.target[:], requests.agent[:] = target[kept], who[kept]
        for name, of_lines in OF_LINES.items():
            parts, room = [getattr(part, of_lines) for part in read], getattr(requests, name)
            if kept is good:
                room[:] = np.concatenate(parts)[good]
            else:
                np.concatenate(parts, out=room, casting="same_kind")
        if meanings.names_addresses:
            keys = np.concatenate([part.address_keys for part in read])
            np.add(
                requests.answer,
                marked_as(meanings.marks_of(keys, text_at([p.address for p in read], sizes))[kept]),
                out=requests.answer,
            )
        wrong = np.flatnonzero(~timed | (target < 0))
        done.taken += count
        done.other += len(target) - count - len(wrong)
        if not len(wrong):
            return {}
        line = np.concatenate([part.line[part.read] for part in read])
        return {int(line[at]): meanings.problems[-1 - target[at]] if timed[at] else NO_TIME for at in wrong.tolist()}

    def _asked(self, form: LogFormat, read: Sequence[Lines]) -> tuple[np.ndarray, np.ndarray]:
        """What lines ask for and by which agents: looked up where it was met before, else found out."""
        sizes = [len(part) for part in read]
        target, who = (np.empty(sum(sizes), np.int64) for _ in range(2))
        left: list[Asking] = []
        places: list[np.ndarray] = []
        for part, end in zip(read, np.cumsum(sizes).tolist(), strict=True):
            own = slice(end - len(part), end)
            new = self.meanings.met(part.asking, who[own], target[own])
            if len(new):
                left.append(part.asking.some(new))
                places.append(new + own.start)
        if left:
            at = np.concatenate(places)
            texts = text_at([a.agent for a in left], [len(a) for a in left])
            who[at] = self.meanings.agents_of(form, np.concatenate([a.agent_keys for a in left]), texts)
            target[at] = np.concatenate([self._targets(form, list(alike)) for _, alike in groupby(left, key=_is_cut)])
        return target, who

    def _targets(self, form: LogFormat, asking: Sequence[Asking]) -> np.ndarray:
        texts = text_at([a.asked for a in asking], [len(a) for a in asking])
        if cuts := [a.asked_keys for a in asking if isinstance(a.asked_keys, Cut)]:
            return self.meanings.targets_cut(form, cuts, texts)
        keys = np.concatenate([a.asked_keys for a in asking if not isinstance(a.asked_keys, Cut)])
        return self.meanings.targets_of(form, keys, texts)

    @staticmethod
    def _set_aside(bad: dict[int, str], piece: Piece, done: Told) -> None:
        """The texts of lines that could not be understood, read again."""
        if not bad:
            return
        lines = piece.rows["line"].to_numpy()
        at = np.flatnonzero(np.isin(lines, np.array(list(bad), np.int64), assume_unique=True))
        texts = piece.rows["text"].take(pa.array(at)).to_pylist()
        done.aside += [(n, bad[n], shown(t)) for n, t in zip(lines[at].tolist(), texts, strict=True)]

    def tables(self) -> dict[str, pa.Table]:
        """The requests read so far, as the tables of the ledger."""
        return self.reduced().tables()

    def reduced(self) -> Reduced:
        """The requests read so far, which are kept here no longer."""
        return Reduced.of(self)


def _is_cut(asking: Asking) -> bool:
    return isinstance(asking.asked_keys, Cut)

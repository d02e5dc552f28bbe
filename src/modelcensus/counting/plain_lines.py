"""Lines of the common and the combined format, read by compiled loops: the quick way for lines with nothing odd in them.

It takes a line only if every part stands just where it usually does, and finds in it what the patterns of the format find;
all other lines are left to these (fields.py).
"""

import re
from mmap import mmap

import numpy as np
import pyarrow as pa

from modelcensus.counting.address_loops import CUT
from modelcensus.counting.formats import LogFormat
from modelcensus.counting.line_arrays import NOT_SAID, Asking, Cut, Lines
from modelcensus.counting.line_loops import KEYS, PLACES, SAID, read_lines
from modelcensus.counting.loops import searched
from modelcensus.counting.plain_targets import Cutting
from modelcensus.counting.requests import answers_of
from modelcensus.counting.rooms import Rooms
from modelcensus.counting.shapes import PARTS
from modelcensus.counting.slices import WORD, Joined, Slices

_SHAPE = re.compile(
    r'\{address\} \{\w+\} \{\w+\} \[\{time\}\] "\{request\}" \{status\} \{bytes\}(?P<more> "\{\w+\}" "\{agent\}")?'
)

FOUND = ((np.dtype(np.int32), len(PLACES)), (np.dtype(np.int64), len(SAID)), (np.dtype(np.uint64), len(KEYS)))
STATUSES = np.arange(600)
ANSWERS = answers_of(
    STATUSES,
    np.where(STATUSES == 206, PARTS.index("part"), PARTS.index("whole")),
    STATUSES * 0,
    STATUSES * 0 + NOT_SAID,
).astype(np.int64)
"""How requests were answered, by the status: lines of these formats say no more."""
MOST_LINES = 200_000
"""Lines of a piece for which there is a room: others are very short."""


class PlainLines:
    """Reads lines of the two formats; of others, none."""

    def __init__(self) -> None:
        self._cutting = Cutting()
        self.rooms = Rooms(MOST_LINES * sum(t.itemsize * n for t, n in FOUND) + WORD * len(FOUND))

    def read(self, form: LogFormat, rows: pa.RecordBatch, ascii: bool) -> tuple[Lines | None, np.ndarray]:
        """What it takes of lines (columns `line` and `text`; `ascii`: all of them are), and which of them it leaves."""
        left = np.ones(rows.num_rows, bool)
        shape = _shape(form)
        if not shape or not rows.num_rows:
            return None, left
        agents, count = bool(shape["more"]), rows.num_rows
        _, offsets, data = rows["text"].buffers()
        edges = np.frombuffer(offsets, np.int32)[rows["text"].offset :][: count + 1]
        text, words = searched(memoryview(data), int(edges[-1]))
        room = self.rooms.take() if count <= MOST_LINES else None
        found = self._found(count, room)
        taken = read_lines(text, words, edges, ascii, agents, ANSWERS, self._cutting.known, *found)
        if not taken:
            if room:
                self.rooms.give(room)
            return None, left
        places, said, keys = (part[:, :taken] for part in found)
        at = dict(zip(PLACES, places, strict=True))
        instant, answer, size = said
        address_keys, agent_keys, session_keys, names, rests = keys
        left[at["line"]] = False
        held = text.data
        asked = Slices(held, at["asked"], at["asked_end"])
        agent = Joined(Slices(held, at["agent"], at["session"]), Slices(held, at["session_end"], at["agent_end"]))
        lines = Lines(
            rows["line"].to_numpy(), at["line"], instant, answer, size,
            Asking(asked, Cut(asked, places[-len(CUT) :].T, names, rests), agent if agents else None, agent_keys),
            Slices(held, at["address"], at["address_end"]), address_keys, session_keys, room,
        )  # fmt: skip
        return lines, left

    @staticmethod
    def _found(count: int, room: mmap | None) -> list[np.ndarray]:
        """Arrays for what is found in so many lines, in a room where there is one."""
        arrays, start = [], 0
        for type, columns in FOUND:
            size = count * columns
            array = np.frombuffer(room, type, size, start) if room else np.empty(size, type)
            arrays.append(array.reshape(columns, count))
            start += -(-array.nbytes // WORD) * WORD
        return arrays


def _shape(form: LogFormat) -> re.Match[str] | None:
    """The form of lines that are read this way."""
    if form.kind != "template" or form.time != "clf" or form.only or form.comment or form.strip:
        return None
    return _SHAPE.fullmatch(form.template[0])

"""Lines of the common and the combined format, read by compiled loops: the quick way for lines with nothing odd in them.

It takes a line only if every part stands just where it usually does, and finds in it what the patterns of the format find;
all other lines are left to these (fields.py).
"""

import re

import numpy as np
import pyarrow as pa

from modelcensus.counting.address_loops import CUT
from modelcensus.counting.formats import LogFormat
from modelcensus.counting.line_arrays import NOT_SAID, Cut, Lines
from modelcensus.counting.line_loops import KEYS, PLACES, SAID, read_lines
from modelcensus.counting.loops import searched
from modelcensus.counting.plain_targets import Cutting
from modelcensus.counting.shapes import PARTS
from modelcensus.counting.slices import Joined, Slices

_SHAPE = re.compile(
    r'\{address\} \{\w+\} \{\w+\} \[\{time\}\] "\{request\}" \{status\} \{bytes\}(?P<more> "\{\w+\}" "\{agent\}")?'
)


class PlainLines:
    """Reads lines of the two formats; of others, none."""

    def __init__(self) -> None:
        self._cutting = Cutting()

    def read(self, form: LogFormat, rows: pa.RecordBatch) -> tuple[Lines | None, np.ndarray]:
        """What it takes of lines (columns `line` and `text`), and which of them it leaves."""
        left = np.ones(rows.num_rows, bool)
        shape = _shape(form)
        if not shape or not rows.num_rows:
            return None, left
        agents, count = bool(shape["more"]), rows.num_rows
        _, offsets, data = rows["text"].buffers()
        edges = np.frombuffer(offsets, np.int32)[rows["text"].offset :][: count + 1]
        text, words = searched(memoryview(data), int(edges[-1]))
        ascii = text[edges[0] : edges[-1]].max(initial=0) < 0x80
        places, said = np.empty((count, len(PLACES)), np.int32), np.empty((count, len(SAID)), np.int64)
        keys = np.empty((count, len(KEYS)), np.uint64)
        cutting = self._cutting
        count = read_lines(text, words, edges, ascii, agents, cutting.leads, cutting.firsts, places, said, keys)
        if not count:
            return None, left
        at = dict(zip(PLACES, places[:count].T, strict=True))
        minute, second, status, size = said[:count].T
        address_keys, agent_keys, session_keys, names, rests = keys[:count].T
        left[at["line"]] = False
        held = memoryview(text)
        asked = Slices(held, at["asked"], at["asked_end"])
        agent = Joined(Slices(held, at["agent"], at["session"]), Slices(held, at["session_end"], at["agent_end"]))
        lines = Lines(
            rows["line"].to_numpy()[at["line"]], minute, second, status, size,
            np.where(status == 206, PARTS.index("part"), PARTS.index("whole")).astype(np.int8),
            np.full(count, NOT_SAID, np.int8), asked, Cut(asked, places[:count, -len(CUT) :], names, rests),
            agent if agents else None, agent_keys, Slices(held, at["address"], at["address_end"]), address_keys, session_keys,
        )  # fmt: skip
        return lines, left


def _shape(form: LogFormat) -> re.Match[str] | None:
    """The form of lines that are read this way."""
    if form.kind != "template" or form.time != "clf" or form.only or form.comment or form.strip:
        return None
    return _SHAPE.fullmatch(form.template[0])

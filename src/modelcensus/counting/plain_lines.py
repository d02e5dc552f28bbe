"""Lines of the common and the combined format, read by compiled loops: the quick way for lines with nothing odd in them.

It takes a line only if every part stands just where it usually does, and finds in it what the patterns of the format find;
all other lines are left to these (fields.py).
"""

import re

import numpy as np
import pyarrow as pa

from modelcensus.counting.formats import LogFormat
from modelcensus.counting.kernels import FOUND, hash_who, read_lines
from modelcensus.counting.line_arrays import NOT_SAID, Lines
from modelcensus.counting.plain_targets import Cutting
from modelcensus.counting.shapes import PARTS
from modelcensus.counting.slices import WORD, Joined, Slices

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
        agents = bool(shape["more"])
        _, offsets, data = rows["text"].buffers()
        edges = np.frombuffer(offsets, np.int32)[rows["text"].offset :][: rows.num_rows + 1]
        held = memoryview(data)
        if len(held) < WORD:
            return None, left
        text = np.frombuffer(held, np.uint8)
        words = np.ndarray((len(held) - WORD + 1,), "<u8", held, strides=(1,))
        ascii = text[edges[0] : edges[-1]].max(initial=0) < 0x80
        found = np.empty((len(FOUND), rows.num_rows), np.int64)
        count = read_lines(text, words, edges, ascii, agents, found)
        if not count:
            return None, left
        found, keys = found[:, :count], np.empty((3, count), np.uint64)
        hash_who(words, found, agents, keys)
        said = dict(zip(FOUND, found, strict=True))
        left[said["line"]] = False
        asked = Slices(held, said["asked"], said["asked_end"])
        agent = Joined(
            Slices(held, said["agent"], said["session"]), Slices(held, said["session_end"], said["agent_end"])
        )
        lines = Lines(
            rows["line"].to_numpy()[said["line"]], said["minute"], said["second"], said["status"], said["bytes"],
            np.where(said["status"] == 206, PARTS.index("part"), PARTS.index("whole")).astype(np.int8),
            np.full(count, NOT_SAID, np.int8), asked, self._cutting.cut(asked), agent if agents else None, keys[1],
            Slices(held, said["address"], said["address_end"]), keys[0], keys[2],
        )  # fmt: skip
        return lines, left


def _shape(form: LogFormat) -> re.Match[str] | None:
    """The form of lines that are read this way."""
    if form.kind != "template" or form.time != "clf" or form.only or form.comment or form.strip:
        return None
    return _SHAPE.fullmatch(form.template[0])

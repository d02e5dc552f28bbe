"""Lines of the common and the combined format as arrays of bytes: the quick way for lines with nothing odd in them.

It takes a line only if every part stands just where it usually does, and finds in it what the patterns of the format find;
all other lines are left to these (fields.py).
"""

import re
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from modelcensus.counting.digits import characters, number, two_digits
from modelcensus.counting.formats import LogFormat
from modelcensus.counting.line_arrays import NOT_SAID, NOTHING, Lines
from modelcensus.counting.moments import EPOCH, LATEST, minute_of
from modelcensus.counting.shapes import PARTS
from modelcensus.counting.slices import WORD, Joined, Learned, Slices, Texts, different, mixed

_SHAPE = re.compile(
    r'\{address\} \{\w+\} \{\w+\} \[\{time\}\] "\{request\}" \{status\} \{bytes\}(?P<more> "\{\w+\}" "\{agent\}")?'
)
_SESSION = b"session_id/"
_SESSION_WORD, _REST_WORD = (int.from_bytes(w, "little") for w in (_SESSION[:WORD], _SESSION[-WORD:]))
_HEX = 32
_STAMP = 28  # of dd/Mon/yyyy:HH:MM:SS +zzzz] and the blank after it
_STEPS = (0, 8, 16, 20)
"""Where the words of a time begin."""
_SIGNS = [
    tuple(
        np.uint64(int.from_bytes(bytes(s), "little"))
        for s in ([255 * (c != 46) for c in word], [c * (c != 46) for c in word])
    )
    for word in (b"../.../.", b"...:..:.", b".:......", b" .....] ")
]
"""What of them has to be as it is here, as masks and values; a dot stands for whatever there is."""
_QUOTE, _BLANK, _ASKED, _DASH, _UNDERSCORE = b'" ?-_'
_NEWLINE, _RETURN = b"\n\r"
_LATEST = int((LATEST - EPOCH).total_seconds()) // 60


class PlainLines:
    """Reads lines of a form that does not change; days that were met are remembered."""

    def __init__(self) -> None:
        self._days = Learned()

    def read(self, form: LogFormat, rows: pa.RecordBatch) -> tuple[list[Lines], np.ndarray]:
        """What it takes of lines (columns `line` and `text`), and which of them it leaves."""
        quotes = _quotes(form)
        if not quotes or not rows.num_rows:
            return [], np.ones(rows.num_rows, bool)
        text = _Text(rows)
        found, place = text.of_shape(quotes)
        minute, known = self._minutes_of(text, found)
        if not known.all():
            found, place, minute = found.chosen(known), place[known], minute[known]
        left = np.ones(rows.num_rows, bool)
        left[place] = False
        if not len(place):
            return [], left
        return list(text.lines(found, minute, text.numbers[place])), left

    def _minutes_of(self, text: "_Text", found: "_Found") -> tuple[np.ndarray, np.ndarray]:
        """The minute of each line, and whether it says one that there can be."""
        days, known = self._days.of(found.day)
        if not known.all():
            keys, first, inverse = different(found.day)
            met, known = self._days.of(keys)
            new = np.flatnonzero(~known)
            starts = found.stamp[first[new]].tolist()
            said = [minute_of(f"{text.said(s, s + 11)}:00:00{text.said(s + 20, s + 27)}") for s in starts]
            met[new] = [NOTHING if m is None else m for m in said]
            self._days.add(keys[new], met[new])
            days = met[inverse]
        minute = days + found.minute
        return minute, (days != NOTHING) & (minute < _LATEST)


def _quotes(form: LogFormat) -> int:
    """Quotation marks in a line of a form that is read this way; else 0."""
    if form.kind != "template" or form.time != "clf" or form.only or form.comment or form.strip:
        return 0
    match = _SHAPE.fullmatch(form.template[0])
    return 0 if not match else 6 if match["more"] else 2


@dataclass(frozen=True)
class _Found:
    """Where the parts of lines stand."""

    start: np.ndarray
    stamp: np.ndarray
    quotes: np.ndarray
    day: np.ndarray
    minute: np.ndarray
    second: np.ndarray
    status: np.ndarray
    bytes: np.ndarray

    def chosen(self, which: np.ndarray) -> "_Found":
        return _Found(*(getattr(self, n)[which] for n in self.__dataclass_fields__))


class _Text:
    """The lines of a batch in their buffer."""

    def __init__(self, rows: pa.RecordBatch) -> None:
        column = rows["text"]
        _, offsets, data = column.buffers()
        edges = np.frombuffer(offsets, np.int32)[column.offset : column.offset + len(column) + 1].astype(np.int64)
        self.numbers = rows["line"].to_numpy()
        self.data = memoryview(data)
        self.edges, self.bytes = edges, np.frombuffer(data, np.uint8)
        self.words = np.ndarray((max(len(self.data) - 7, 0),), "<u8", self.data, strides=(1,))
        region = self.bytes[edges[0] : edges[-1]]
        marks = region == _QUOTE
        marks |= region == _ASKED
        marks |= region == _UNDERSCORE
        hits = np.flatnonzero(marks) + edges[0]
        kinds = self.bytes[hits]
        self.quotes, self.questions, self.underscores = (hits[kinds == k] for k in (_QUOTE, _ASKED, _UNDERSCORE))
        self.odd = np.flatnonzero(region & 0x80) + edges[0] if region.max(initial=0) >= 0x80 else hits[:0]

    def said(self, start: int, end: int) -> str:
        return str(self.data[start:end], "ascii")

    def of_shape(self, count: int) -> tuple[_Found, np.ndarray]:
        """The lines that have the shape, with their places: first by their quotation marks, then by what stands around."""
        at = np.searchsorted(self.quotes, self.edges)
        taken = at[1:] - at[:-1] == count
        if len(self.odd):
            taken[np.searchsorted(self.edges, self.odd, side="right") - 1] = False
        start, end = self.edges[:-1], self.edges[1:] - 1
        taken &= self.bytes[end] == _NEWLINE
        place = np.flatnonzero(taken)
        quotes = self.quotes[at[place][:, None] + np.arange(count)]
        start, end = start[place], end[place]
        end -= self.bytes[end - 1] == _RETURN
        stamp = quotes[:, 0] - _STAMP
        long = stamp - start > 6
        start, end, stamp, quotes, place = start[long], end[long], stamp[long], quotes[long], place[long]
        good, day, minute, second = self._stamped(stamp)
        good &= self._addressed(start, stamp)
        size_end = end
        if count > 2:
            size_end = quotes[:, 2] - 1
            good &= (self.bytes[size_end] == _BLANK) & (self.bytes[quotes[:, 3] + 1] == _BLANK)
            good &= (quotes[:, 4] - quotes[:, 3] == 2) & (quotes[:, 5] + 1 == end)
        answered, status, size = self._answered(quotes[:, 1], size_end)
        good &= answered
        good &= quotes[:, 1] > quotes[:, 0] + 1
        found = _Found(start, stamp, quotes, day, minute, second, status, size)
        return (found, place) if good.all() else (found.chosen(good), place[good])

    def _stamped(self, stamp: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Whether a time stands where it should; a hash of its day and zone, the minute of the day, the second."""
        words = [self.words[stamp + step] for step in _STEPS]
        good = np.ones(len(stamp), bool)
        for word, (mask, signs) in zip(words, _SIGNS, strict=True):
            good &= (word & mask) == signs
        day, clock, seconds, zone = words
        rest = (clock & np.uint64(0xFFFFFF)) | (zone >> np.uint64(8) << np.uint64(24))
        clock, seconds = characters(clock), characters(seconds)
        read = [two_digits(clock[:, 4], clock[:, 5]), two_digits(clock[:, 7], seconds[:, 0])]
        read.append(two_digits(seconds[:, 2], seconds[:, 3]))
        (hour, hours), (minute, minutes), (second, digits) = read
        good &= hours & minutes & digits & (hour < 24) & (minute < 60) & (second <= 60)
        return good, mixed(day, rest), hour * np.int64(60) + minute, second

    def _addressed(self, start: np.ndarray, stamp: np.ndarray) -> np.ndarray:
        """Whether a line begins with an address and two dashes."""
        end = stamp - 6
        good = (self.words[stamp - 8] >> np.uint64(16)) == np.uint64(int.from_bytes(b" - - [", "little"))
        blank = np.uint64(0x2020202020202020)
        left = np.flatnonzero(good)
        at = start[left]
        while len(left):  # no blank in it: eight bytes at a time, the last eight being looked at wherever they begin
            over = at + 8 > end[left]
            from_ = np.maximum(np.where(over, end[left] - 8, at), 0)
            apart = self.words[from_] ^ blank
            zeros = (apart - np.uint64(0x0101010101010101)) & ~apart & np.uint64(0x8080808080808080)
            before = np.maximum(start[left] - from_, 0)  # bytes that stand before the line
            zeros >>= (np.minimum(before, 7) * 8).astype(np.uint64)
            good[left[zeros != 0]] = False
            left, at = left[~over], at[~over] + 8
        return good

    def _answered(self, quote: np.ndarray, end: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Whether a status and, up to `end`, a size stand after the quotation mark of the request; both."""
        good = quote < len(self.words)
        word = characters(self.words[quote if good.all() else np.minimum(quote, len(self.words) - 1)])
        digits = word[:, 2:5] - np.uint8(48)
        good &= (word[:, 1] == _BLANK) & (word[:, 5] == _BLANK) & (digits < 10).all(axis=1)
        status = digits[:, 0] * np.int16(100) + digits[:, 1] * np.int16(10) + digits[:, 2]
        good &= (status >= 100) & (status <= 599)
        start = quote + 6
        good &= (end > start) & (end - start <= 16)
        if not good.all():
            start, end = np.where(good, start, 8), np.where(good, end, 9)
        size, whole = number(self.words, start, end)
        none = (end - start == 1) & (word[:, 6] == _DASH)
        size[none] = NOTHING
        return good & (whole | none), status, size

    def lines(self, found: _Found, minute: np.ndarray, numbers: np.ndarray) -> "list[Lines]":
        """The lines, those whose agents state a session apart."""
        first, last = found.quotes[:, 0] + 1, found.quotes[:, 1].copy()
        if len(self.questions):
            at = np.searchsorted(self.questions, first)
            question = self.questions[np.minimum(at, len(self.questions) - 1)]
            cut = (question >= first) & (question < last)
            last[cut] = question[cut]
        parts = np.where(found.status == 206, PARTS.index("part"), PARTS.index("whole")).astype(np.int8)
        given = [
            *(numbers, minute, found.second, found.status, found.bytes, parts),
            np.full(len(numbers), NOT_SAID, np.int8), first, last, found.start, found.stamp - 6,
        ]  # fmt: skip
        if found.quotes.shape[1] == 2:
            return [self._lines(given, None, None)]
        agents = Slices(self.data, found.quotes[:, 4] + 1, found.quotes[:, 5])
        stating, rest, sessions = self._sessions(agents)
        if not len(stating):
            return [self._lines(given, agents, None)]
        plain = np.ones(len(numbers), bool)
        plain[stating] = False
        others = Slices(self.data, agents.starts[plain], agents.ends[plain])
        return [
            self._lines([g[plain] for g in given], others, None),
            self._lines([g[stating] for g in given], rest, sessions),
        ]

    def _lines(self, given: list[np.ndarray], agent: Texts | None, session: Slices | None) -> Lines:
        line, minute, second, status, size, part, counter, asked, asked_end, address, address_end = given
        where = Slices(self.data, address, address_end)
        keys = np.zeros(len(asked), np.uint64) if session is None else session.hashes()
        request = Slices(self.data, asked, asked_end)
        return Lines(line, minute, second, status, size, part, counter, request, agent, where, where.hashes(), keys)

    def _sessions(self, agents: Slices) -> tuple[np.ndarray, Joined, Slices]:
        """Which agents state a session, these agents without it, and the sessions."""
        at = self.underscores - WORD + 1  # session_
        stated = at[self.words[np.maximum(at, 0)] == _SESSION_WORD] + len(_SESSION)
        line = np.searchsorted(agents.starts, stated, side="right") - 1
        inside = (line >= 0) & (stated <= agents.ends[np.maximum(line, 0)])
        stated, line = stated[inside], line[inside]
        rest = self.words[stated - WORD] == _REST_WORD
        stated, line = stated[rest], line[rest]
        begins = np.diff(line, prepend=-1) != 0  # of several the first
        stated, line = stated[begins], line[begins]
        starts, ends = agents.starts[line], agents.ends[line]
        after = np.minimum(stated + _HEX, ends)
        agent = Joined(Slices(self.data, starts, stated), Slices(self.data, after, ends))
        return line, agent, Slices(self.data, stated, after)

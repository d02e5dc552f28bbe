"""Loops over the bytes of log lines, compiled by numba when they are first called (and kept for the next run).

They are plain Python, and mean the same where they are not compiled. Texts are told apart by the hashes of slices.py.
"""

from collections.abc import Callable
from typing import TypeVar, cast

import numba
import numpy as np

from modelcensus.counting.line_arrays import COMMIT
from modelcensus.counting.slices import LENGTH, MIX

F = TypeVar("F", bound=Callable)


def compiled(loop: F) -> F:
    """Compiled at its first call, without the interpreter's lock, and kept beside the module or in the user's cache."""
    try:
        return cast(F, numba.njit(cache=True, nogil=True)(loop))
    except RuntimeError:  # neither can be written
        return cast(F, numba.njit(nogil=True)(loop))


U = np.uint64
_ZERO, _ONE, _TWO, _THREE = U(0), U(1), U(2), U(3)
_BYTE, _S29, _S32 = U(8), U(29), U(32)
_ONES, _HIGHS = U(0x0101010101010101), U(0x8080808080808080)
_QUOTES, _ASKEDS, _UNDERSCORES, _BLANKS, _SLASHES = (_ONES * U(c) for c in b'"?_ /')
_FROM_0, _AFTER_9, _FROM_A, _AFTER_F = (_ONES * U(0x80 - c) for c in b"0:ag")
"""Added to a byte below 0x80, its highest bit says whether it is as large."""
_QUOTE, _ASKED, _UNDERSCORE, _BLANK, _SLASH = b'"?_ /'
_NEWLINE, _RETURN, _DASH, _PLUS, _COLON, _OPEN, _CLOSE = b"\n\r-+:[]"
_NOUGHT = ord("0")
_NO_NAME = U(int.from_bytes(b" - - [", "little"))
_SIX = U((1 << 48) - 1)
_SESSION, _ION_ID = (U(int.from_bytes(w, "little")) for w in (b"session_", b"sion_id/"))
SESSION_MARK, SESSION_DIGITS = len("session_id/"), 32
STAMP = 28
"""Bytes of dd/Mon/yyyy:HH:MM:SS +zzzz] and the blank after it."""
_MONTHS = np.array([int.from_bytes(m.encode(), "little") for m in (
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")], np.uint64)  # fmt: skip
_THREE_BYTES = U(0xFFFFFF)
_LENGTHS = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31], np.int64)
_NOTHING = np.iinfo(np.int64).min
_FIRST_YEAR, _LAST_YEAR = 1996, 2098
"""Years of which no hour, whatever its zone, is outside the times that are taken (moments.py)."""


@compiled
def mixed_of(one, two):
    found = (one ^ (two * MIX)) * MIX
    found ^= found >> _S32
    found *= MIX
    found ^= found >> _S29
    return _ONE if found == _ZERO else found


@compiled
def hash_of(words, start, end):
    """The hash of a stretch of a buffer of eight bytes or more; the same as `Slices.hashes`."""
    length = end - start
    found = U(length) * LENGTH
    if length >= 8:
        at = start
        for _ in range((length - 1) // 8):
            found = (found ^ words[at]) * MIX
            found ^= found >> _S32
            at += 8
        found = (found ^ words[end - 8]) * MIX
    else:
        at = min(start, len(words) - 1)
        own = words[at] >> (U(start - at) * _BYTE)
        own = own << (U(8 - length) * _BYTE) if length > 0 else _ZERO
        found = (found ^ own) * MIX
    found ^= found >> _S32
    found *= MIX
    found ^= found >> _S29
    return _ONE if found == _ZERO else found


@compiled
def has(word, pattern):
    """Whether one of the bytes of a word is that of the pattern."""
    apart = word ^ pattern
    return ((apart - _ONES) & ~apart & _HIGHS) != _ZERO


@compiled
def _find(text, words, byte, pattern, at, end):
    """Where a byte is first, from a place up to an end; the end where it is not."""
    while at + 8 <= end and not has(words[at], pattern):
        at += 8
    while at < end and text[at] != byte:
        at += 1
    return at


@compiled
def _digits(text, at, count):
    """A number of so many digits; -1: they are none."""
    value = 0
    for place in range(at, at + count):
        digit = np.int64(text[place]) - _NOUGHT
        if digit < 0 or digit > 9:
            return -1
        value = value * 10 + digit
    return value


@compiled
def _day_and_zone(text, words, at):
    """Minutes since 1970 at the beginning of the day dd/Mon/yyyy:HH:MM:SS +zzzz, its zone taken off; NOTHING: it is none."""
    day, year = _digits(text, at, 2), _digits(text, at + 7, 4)
    hours, minutes = _digits(text, at + 22, 2), _digits(text, at + 24, 2)
    name, month = words[at + 3] & _THREE_BYTES, 0
    while month < 12 and _MONTHS[month] != name:
        month += 1
    if month == 12 or day < 1 or year < _FIRST_YEAR or year > _LAST_YEAR or hours < 0 or hours > 14:
        return _NOTHING
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    if minutes < 0 or minutes > 59 or day > _LENGTHS[month] + (1 if leap and month == 1 else 0):
        return _NOTHING
    before = year - 1
    days = 365 * before + before // 4 - before // 100 + before // 400 - 719_162
    for passed in range(month):
        days += _LENGTHS[passed]
    days += day - 1 + (1 if leap and month > 1 else 0)
    offset = hours * 60 + minutes
    return days * 1440 - (offset if text[at + 21] == _PLUS else -offset)


@compiled
def read_lines(text, words, edges, ascii, agents, found):
    """Read the lines between `edges` that have the shape of the common format, or with `agents` of the combined one.

    Writes what they say to the rows of `found` (FOUND), a column each; returns how many there are.
    """
    count, day = 0, _NOTHING
    first_word = second_word = zone = _ZERO  # of the day of the line before: days follow each other
    for line in range(len(edges) - 1):
        start, end = np.int64(edges[line]), np.int64(edges[line + 1]) - 1
        if end - start < 40 or text[end] != _NEWLINE:
            continue
        if text[end - 1] == _RETURN:
            end -= 1
        if not ascii:
            at, odd = start, _ZERO
            while at < end:
                odd |= U(text[at])
                at += 1
            if odd & U(0x80):
                continue
        address_end = _find(text, words, _BLANK, _BLANKS, start, end)
        stamp = address_end + 6
        first = stamp + STAMP
        if address_end == start or first + 8 >= end or (words[address_end] & _SIX) != _NO_NAME:
            continue
        if _find(text, words, _QUOTE, _QUOTES, start, address_end) < address_end:
            continue
        if (
            text[first] != _QUOTE
            or text[first - 1] != _BLANK
            or text[first - 2] != _CLOSE
            or text[stamp + 20] != _BLANK
        ):
            continue
        if text[stamp + 2] != _SLASH or text[stamp + 6] != _SLASH or text[stamp + 11] != _COLON:
            continue
        if text[stamp + 14] != _COLON or text[stamp + 17] != _COLON:
            continue
        if text[stamp + 21] != _PLUS and text[stamp + 21] != _DASH:
            continue
        if words[stamp] != first_word or words[stamp + 3] != second_word or words[stamp + 20] != zone:
            first_word, second_word, zone = words[stamp], words[stamp + 3], words[stamp + 20]
            day = _day_and_zone(text, words, stamp)
        if day == _NOTHING:
            continue
        hour, minute, second = (
            _digits(text, stamp + 12, 2),
            _digits(text, stamp + 15, 2),
            _digits(text, stamp + 18, 2),
        )
        if hour < 0 or hour > 23 or minute < 0 or minute > 59 or second < 0 or second > 60:
            continue
        first += 1
        last = _find(text, words, _QUOTE, _QUOTES, first, end)
        if last == first or last + 7 > end or text[last + 1] != _BLANK or text[last + 5] != _BLANK:
            continue
        status = _digits(text, last + 2, 3)
        if status < 100 or status > 599:
            continue
        at, size = last + 6, 0
        if text[at] == _DASH:
            at, size = at + 1, _NOTHING
        else:
            begun = at
            while at < end and at - begun <= 16 and text[at] >= _NOUGHT and text[at] <= _NOUGHT + 9:
                size = size * 10 + np.int64(text[at]) - _NOUGHT
                at += 1
            if at == begun or at - begun > 16:
                continue
        agent = agent_end = session = session_end = at
        stated = 0
        if agents:
            if at + 7 > end or text[at] != _BLANK or text[at + 1] != _QUOTE:
                continue
            referrer_end = _find(text, words, _QUOTE, _QUOTES, at + 2, end)
            agent = referrer_end + 3
            if agent >= end or text[agent - 2] != _BLANK or text[agent - 1] != _QUOTE:
                continue
            agent_end = _find(text, words, _QUOTE, _QUOTES, agent, end)
            if agent_end + 1 != end:
                continue
            session = session_end = agent_end
            at = _find(text, words, _UNDERSCORE, _UNDERSCORES, agent, agent_end)
            while at < agent_end:
                mark = at - 7
                if mark >= agent and at + 4 <= agent_end and words[mark] == _SESSION and words[mark + 3] == _ION_ID:
                    session = mark + SESSION_MARK
                    session_end = min(session + SESSION_DIGITS, agent_end)
                    stated = 1
                    break
                at = _find(text, words, _UNDERSCORE, _UNDERSCORES, at + 1, agent_end)
        elif at != end:
            continue
        found[0, count] = line
        found[1, count] = day + hour * 60 + minute
        found[2, count] = second
        found[3, count] = status
        found[4, count] = size
        found[5, count] = first
        found[6, count] = _find(text, words, _ASKED, _ASKEDS, first, last)
        found[7, count] = agent
        found[8, count] = session
        found[9, count] = session_end
        found[10, count] = agent_end
        found[11, count] = start
        found[12, count] = address_end
        found[13, count] = stated
        count += 1
    return count


FOUND = (
    "line", "minute", "second", "status", "bytes", "asked", "asked_end", "agent", "session", "session_end", "agent_end",
    "address", "address_end", "stated",
)  # fmt: skip


@compiled
def hash_who(words, found, agents, keys):
    """Hashes of addresses, agents without their sessions, and sessions (0: none is stated), as rows of `keys`."""
    for line in range(found.shape[1]):
        keys[0, line] = hash_of(words, found[11, line], found[12, line])
        keys[1, line] = keys[2, line] = _ZERO
        if agents:
            one = hash_of(words, found[7, line], found[8, line])
            keys[1, line] = mixed_of(one, hash_of(words, found[9, line], found[10, line]))
            if found[13, line]:
                keys[2, line] = hash_of(words, found[8, line], found[9, line])


@compiled
def _end_of_segment(text, words, at, end):
    """Where the next slash or blank is; the end where there is none."""
    while at + 8 <= end and not has(words[at], _SLASHES) and not has(words[at], _BLANKS):
        at += 8
    while at < end and text[at] != _SLASH and text[at] != _BLANK:
        at += 1
    return at


@compiled
def _is_commit(words, at):
    """Whether the bytes from a place on are the digits of a commit."""
    for word in range(COMMIT // 8):
        own = words[at + 8 * word]
        digit = (own + _FROM_0) & ~(own + _AFTER_9)
        letter = (own + _FROM_A) & ~(own + _AFTER_F)
        if own & _HIGHS != _ZERO or (digit | letter) & _HIGHS != _HIGHS:
            return False
    return True


@compiled
def _segment_key(words, start, end, before, number):
    """The hash of a segment that begins where the one before ended, or after its slash; any commit has its number."""
    if start == before:
        return hash_of(words, start, end) ^ _THREE, False  # no segment is not an empty one
    if end - start == COMMIT and _is_commit(words, start):
        return U(number), True
    return hash_of(words, start, end), False


@compiled
def _next_segment(text, words, at, end):
    """Where the segment after the one that ends at a place begins and ends; both there, where none follows."""
    if at >= end or text[at] != _SLASH:
        return at, at
    return at + 1, _end_of_segment(text, words, at + 1, end)


@compiled
def _after_lead(text, words, name, first, end, leads):
    """Where the name begins after what stands before it, the longest that is known."""
    _, second = _next_segment(text, words, first, end)
    _, third = _next_segment(text, words, second, end)
    for segments in (2, 1, 0):
        until = third if segments == 2 else second if segments == 1 else first
        if until < end and text[until] == _SLASH:
            own = hash_of(words, name, until)
            for known in leads[segments]:
                if known == own:
                    return until + 1
    return name


@compiled
def cut_requests(text, words, starts, ends, leads, firsts, cut, keys):
    """Cut requests, METHOD /LEAD/NAMESPACE/NAME/ONE/TWO and what follows, and hash the name and all the rest.

    `leads`: hashes of what can stand before a name, by its segments less one; `firsts`: of their first segments. Writes the rows
    of `cut` (name, its end, one and two where these are commits, else 0; a name of nothing: it is no plain address) and of `keys`
    (name, rest).
    """
    for place in range(len(starts)):
        start, end = np.int64(starts[place]), np.int64(ends[place])
        cut[0, place] = cut[1, place] = cut[2, place] = cut[3, place] = 0
        keys[0, place] = keys[1, place] = _ZERO
        method_end = _find(text, words, _BLANK, _BLANKS, start, end)
        if method_end + 1 >= end or text[method_end + 1] != _SLASH:
            continue
        name = method_end + 2
        segment_end = _end_of_segment(text, words, name, end)
        if segment_end >= end or text[segment_end] != _SLASH:
            continue
        own, lead = hash_of(words, name, segment_end), False
        for known in firsts:
            lead = lead or known == own
        if lead:
            name = _after_lead(text, words, name, segment_end, end, leads)
            segment_end = _end_of_segment(text, words, name, end)
            if segment_end >= end or text[segment_end] != _SLASH:
                continue
        if segment_end == name:
            continue
        name_end = _end_of_segment(text, words, segment_end + 1, end)
        if name_end == segment_end + 1:
            continue
        one, one_end = _next_segment(text, words, name_end, end)
        two, two_end = _next_segment(text, words, one_end, end)
        rest = mixed_of(hash_of(words, start, name), hash_of(words, two_end, end))
        own, commit = _segment_key(words, one, one_end, name_end, 1)
        rest = mixed_of(rest, own)
        own, also = _segment_key(words, two, two_end, one_end, 2)
        cut[0, place], cut[1, place] = name, name_end
        cut[2, place], cut[3, place] = one if commit else 0, two if also else 0
        keys[0, place], keys[1, place] = hash_of(words, name, name_end), mixed_of(rest, own)


CUT = 4
"""Rows of `cut`."""

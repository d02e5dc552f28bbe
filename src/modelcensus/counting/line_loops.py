"""Lines of the common and the combined format read by a compiled loop: only those in which every part stands just where it
usually does."""

import numpy as np

from modelcensus.counting.address_loops import CUT, cut_request
from modelcensus.counting.line_arrays import NOTHING
from modelcensus.counting.loops import ZERO, U, compiled, digits, find, hash_of, key_of, mixed_of, within, word_of

PLACES = (
    "line",
    "asked",
    "asked_end",
    "agent",
    "session",
    "session_end",
    "agent_end",
    "address",
    "address_end",
    *CUT,
)
"""Which line it is, and where its parts begin and end."""
SAID = ("instant", "answer", "bytes")
KEYS = ("address", "agent", "session", "name", "rest")
"""Hashes; of an agent without its session; 0 where nothing is stated, and of requests that are no plain address."""
_QUOTE, _ASKED, _UNDERSCORE, _BLANK, _SLASH = (np.uint8(c) for c in b'"?_ /')
_NEWLINE, _RETURN, _DASH, _PLUS, _COLON, _CLOSE = b"\n\r-+:]"
_NO_NAME, _SIX = word_of(b" - - ["), U((1 << 48) - 1)
_SESSION, _ION_ID = word_of(b"session_"), word_of(b"sion_id/")
_SESSION_MARK, _SESSION_DIGITS = len("session_id/"), 32
STAMP = 28
"""Bytes of dd/Mon/yyyy:HH:MM:SS +zzzz] and the blank after it."""
_MONTHS = np.array([int.from_bytes(m.encode(), "little") for m in (
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")], np.uint64)  # fmt: skip
_THREE_BYTES = U(0xFFFFFF)
_LENGTHS = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31], np.int64)
_FIRST_YEAR, _LAST_YEAR = 1996, 2098
"""Years of which no hour, whatever its zone, is outside the times that are taken (moments.py)."""


@within
def _day_and_zone(text, words, at):
    """Minutes since 1970 at the beginning of the day dd/Mon/yyyy:HH:MM:SS +zzzz, its zone taken off; NOTHING: it is none."""
    day, year = digits(text, at, 2), digits(text, at + 7, 4)
    hours, minutes = digits(text, at + 22, 2), digits(text, at + 24, 2)
    name, month = words[at + 3] & _THREE_BYTES, 0
    while month < 12 and _MONTHS[month] != name:
        month += 1
    if month == 12 or day < 1 or year < _FIRST_YEAR or year > _LAST_YEAR or hours < 0 or hours > 14:
        return NOTHING
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    if minutes < 0 or minutes > 59 or day > _LENGTHS[month] + (1 if leap and month == 1 else 0):
        return NOTHING
    before = year - 1
    days = 365 * before + before // 4 - before // 100 + before // 400 - 719_162
    for passed in range(month):
        days += _LENGTHS[passed]
    days += day - 1 + (1 if leap and month > 1 else 0)
    offset = hours * 60 + minutes
    return days * 1440 - (offset if text[at + 21] == _PLUS else -offset)


@within
def _minute(text, words, at):
    """The minute that a stamp says; NOTHING: it is none."""
    if text[at + 2] != _SLASH or text[at + 6] != _SLASH or text[at + 11] != _COLON or text[at + 14] != _COLON:
        return NOTHING
    if text[at + 20] != _BLANK or text[at + 26] != _CLOSE or text[at + 27] != _BLANK:
        return NOTHING
    if text[at + 21] != _PLUS and text[at + 21] != _DASH:
        return NOTHING
    hour, minute, day = digits(text, at + 12, 2), digits(text, at + 15, 2), _day_and_zone(text, words, at)
    if day == NOTHING or hour < 0 or hour > 23 or minute < 0 or minute > 59:
        return NOTHING
    return day + hour * 60 + minute


@within
def _session(text, words, agent, agent_end):
    """Where the session of an agent begins and ends, and whether it states one; else at its end."""
    at = find(text, _UNDERSCORE, agent, agent_end)
    while at < agent_end:
        mark = at - 7
        if mark >= agent and at + 4 <= agent_end and words[mark] == _SESSION and words[mark + 3] == _ION_ID:
            session = mark + _SESSION_MARK
            return session, min(session + _SESSION_DIGITS, agent_end), True
        at = find(text, _UNDERSCORE, at + 1, agent_end)
    return agent_end, agent_end, False


@within
def _is_ascii(text, start, end):
    odd = np.uint8(0)
    for at in range(start, end):
        odd |= text[at]
    return odd < 0x80


@compiled
def read_lines(text, words, edges, ascii, agents, answers, known, places, said, keys):
    """Read the lines between `edges` that have the shape of the common format, or with `agents` of the combined one.

    Writes what they say to the columns of `places` (PLACES), `said` (SAID) and `keys` (KEYS); returns how many there are.
    `answers`: numbers of answers by their status; `known`: see `cut_request`.
    """
    count, minute = 0, NOTHING
    first_word = second_word = third_word = zone = ZERO  # of the line before: minutes follow each other
    nothing = key_of(words, 0, 0)
    for line in range(len(edges) - 1):
        start, end = np.int64(edges[line]), np.int64(edges[line + 1]) - 1
        if end - start < 40 or text[end] != _NEWLINE:
            continue
        if text[end - 1] == _RETURN:
            end -= 1
        if not ascii and not _is_ascii(text, start, end):
            continue
        address_end = find(text, _BLANK, start, end)
        stamp = address_end + 6
        first = stamp + STAMP
        if address_end == start or first + 8 >= end or (words[address_end] & _SIX) != _NO_NAME:
            continue
        if text[first] != _QUOTE or find(text, _QUOTE, start, address_end) < address_end:
            continue
        if (
            words[stamp] != first_word
            or words[stamp + 8] != second_word
            or words[stamp + 9] != third_word
            or words[stamp + 20] != zone
        ):
            first_word, second_word, third_word = words[stamp], words[stamp + 8], words[stamp + 9]
            zone, minute = words[stamp + 20], _minute(text, words, stamp)
        second = digits(text, stamp + 18, 2)
        if minute == NOTHING or text[stamp + 17] != _COLON or second < 0 or second > 60:
            continue
        first += 1
        last = find(text, _QUOTE, first, end)
        if last == first or last + 7 > end or text[last + 1] != _BLANK or text[last + 5] != _BLANK:
            continue
        status = digits(text, last + 2, 3)
        if status < 100 or status > 599:
            continue
        at, size = last + 6, 0
        if text[at] == _DASH:
            at, size = at + 1, NOTHING
        else:
            begun = at
            while at < end and at - begun <= 16 and text[at] >= 48 and text[at] <= 57:
                size = size * 10 + np.int64(text[at]) - 48
                at += 1
            if at == begun or at - begun > 16:
                continue
        agent = agent_end = session = session_end = at
        own, stated = ZERO, ZERO
        if agents:
            if at + 7 > end or text[at] != _BLANK or text[at + 1] != _QUOTE:
                continue
            agent = find(text, _QUOTE, at + 2, end) + 3
            if agent >= end or text[agent - 2] != _BLANK or text[agent - 1] != _QUOTE:
                continue
            agent_end = find(text, _QUOTE, agent, end)
            if agent_end + 1 != end:
                continue
            session, session_end, there = _session(text, words, agent, agent_end)
            rest = nothing if session_end == agent_end else key_of(words, session_end, agent_end)
            own = mixed_of(key_of(words, agent, session), rest)
            if there:
                stated = hash_of(words, session, session_end)
        elif at != end:
            continue
        asked_end = find(text, _ASKED, first, last)
        name, name_end, one, two, key, rest = cut_request(text, words, first, asked_end, known)
        places[0, count], places[1, count], places[2, count] = line, first, asked_end
        places[3, count], places[4, count], places[5, count], places[6, count] = (
            agent,
            session,
            session_end,
            agent_end,
        )
        places[7, count], places[8, count] = start, address_end
        places[9, count], places[10, count], places[11, count], places[12, count] = name, name_end, one, two
        said[0, count], said[1, count], said[2, count] = minute * 60 + second, answers[status], size
        keys[0, count] = hash_of(words, start, address_end)
        keys[1, count], keys[2, count], keys[3, count], keys[4, count] = own, stated, key, rest
        count += 1
    return count

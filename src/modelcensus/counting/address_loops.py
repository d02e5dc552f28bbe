"""Requests taken apart by compiled loops: the name of a repository, and the rest with any commit in it left out."""

from collections.abc import Iterable

import numpy as np

from modelcensus.counting.hashed import shift_of, value_of
from modelcensus.counting.line_arrays import COMMIT, REST_BITS
from modelcensus.counting.loops import ONE, ZERO, U, compiled, find_either, key_of, mixed_of, searched, within
from modelcensus.counting.slices import WORD
from modelcensus.counting.wide import WIDE, alike, lowest

CUT = ("name", "name_end", "one", "two")
"""Where the parts of a request are: `one` and `two` where these segments are commits, else 0."""
_BLANK, _SLASH = (np.uint8(c) for c in b" /")
MOST_METHOD = 60
"""Bytes of a method, at most: with the two after it they are among those that are looked at first."""
_LETTER = U(63)
_HIGHS = U(0x8080808080808080)
_FROM_0, _AFTER_9, _FROM_A, _AFTER_F = (U(0x80 - c) * U(0x0101010101010101) for c in b"0:ag")
"""Added to a byte below 0x80, its highest bit says whether it is as large."""


@within
def _is_commit(words, at):
    """Whether the bytes from a place on are the digits of a commit."""
    for word in range(COMMIT // WORD):
        own = words[at + WORD * word]
        digit = (own + _FROM_0) & ~(own + _AFTER_9)
        letter = (own + _FROM_A) & ~(own + _AFTER_F)
        if own & _HIGHS != ZERO or (digit | letter) & _HIGHS != _HIGHS:
            return False
    return True


@within
def _next_segment(text, at, end):
    """Where the segment after the one that ends at a place begins and ends; both there, where none follows."""
    if at >= end or text[at] != _SLASH:
        return at, at
    return at + 1, find_either(text, _SLASH, _BLANK, at + 1, end)


@within
def _separators(text, at):
    """A bit for each of the bytes from a place on that ends a segment."""
    return alike(text, at, _SLASH) | alike(text, at, _BLANK)


@within
def _next_end(text, at, bits, end):
    """Where the next segment ends, by the bits that are left of the bytes from a place on; the place and the bits after it."""
    while bits == ZERO:
        at += WIDE
        if at >= end:
            return end, at, bits
        bits = _separators(text, at)
    return min(at + lowest(bits), end), at, bits & (bits - ONE)


@within
def _after_lead(text, words, name, first, end, leads):
    """Where the name begins after what stands before it, the longest that is known."""
    _, second = _next_segment(text, first, end)
    _, third = _next_segment(text, second, end)
    for segments in (2, 1, 0):
        until = third if segments == 2 else second if segments == 1 else first
        if until < end and text[until] == _SLASH:
            own = key_of(words, name, until)
            for lead in leads[segments]:
                if lead == own:
                    return until + 1
    return name


@within
def cut_request(text, words, start, end, known):
    """Cut a request, METHOD /LEAD/NAMESPACE/NAME/ONE/TWO and what follows, and hash the name and all the rest.

    `known`: hashes of what can stand before a name, by its segments less one; those of the first segments; and a bit for
    each letter that these begin with. Gives the places of CUT and the two hashes; all are 0 of what is no plain address.
    """
    nothing = (0, 0, 0, 0, ZERO, ZERO)
    leads, firsts, letters = known
    bits = alike(text, start, _BLANK)
    if bits == ZERO or lowest(bits) > MOST_METHOD:
        return nothing
    method = lowest(bits)
    name, at = start + method + 2, start
    if name > end or text[name - 1] != _SLASH:
        return nothing
    bits = (bits | alike(text, start, _SLASH)) >> U(method + 2) << U(method + 2)
    segment_end, at, bits = _next_end(text, at, bits, end)
    if segment_end >= end or text[segment_end] != _SLASH:
        return nothing
    if (letters >> (U(text[name]) & _LETTER)) & ONE:
        own, lead = key_of(words, name, segment_end), False
        for first in firsts:
            lead = lead or first == own
        if lead:
            name = _after_lead(text, words, name, segment_end, end, leads)
            segment_end, at, bits = _next_end(text, name, _separators(text, name), end)
            if segment_end >= end or text[segment_end] != _SLASH:
                return nothing
    if segment_end == name:
        return nothing
    name_end, at, bits = _next_end(text, at, bits, end)
    if name_end == segment_end + 1:
        return nothing
    one = one_end = name_end
    if name_end < end and text[name_end] == _SLASH:
        one_end, at, bits = _next_end(text, at, bits, end)
        one = name_end + 1
    two = two_end = one_end
    if one_end < end and text[one_end] == _SLASH:
        two_end, at, bits = _next_end(text, at, bits, end)
        two = one_end + 1
    rest, after = key_of(words, start, name), name_end
    one_commit, two_commit = 0, 0
    if one_end - one == COMMIT and _is_commit(words, one):
        rest, after, one_commit = mixed_of(rest, key_of(words, after, one)), one_end, one
    if two_end - two == COMMIT and _is_commit(words, two):
        rest, after, two_commit = mixed_of(rest, key_of(words, after, two)), two_end, two
    rest = mixed_of(rest, key_of(words, after, end))
    return name, name_end, one_commit, two_commit, key_of(words, name, name_end), rest


@compiled
def _key_of(words, end):
    return key_of(words, 0, end)


def keys_of(texts: Iterable[str]) -> np.ndarray:
    """Hashes of texts, as `cut_request` takes them."""
    held = [text.encode() for text in texts]
    return np.array([_key_of(searched(text, len(text))[1], len(text)) for text in held], np.uint64)


def letters_of(texts: Iterable[str]) -> np.uint64:
    """A bit for each letter that texts begin with, as `cut_request` takes them."""
    return U(sum({1 << (ord(text[0]) & 63) for text in texts}))


@compiled
def cut_requests(text, words, starts, ends, known, cut, keys):
    """Cut many requests: a row of `cut` (CUT) and of `keys` (name, rest) of each."""
    for place in range(len(starts)):
        start, end = np.int64(starts[place]), np.int64(ends[place])
        name, name_end, one, two, key, rest = cut_request(text, words, start, end, known)
        cut[place, 0], cut[place, 1], cut[place, 2], cut[place, 3] = name, name_end, one, two
        keys[place, 0], keys[place, 1] = key, rest


@compiled
def look_up(agents, rests, placed, meant, who, name, rest, asked, agent, target, new):
    """Write the agents and targets of requests by hashes of these, of names and of rests, where all of them were met: by the
    tables that have them with the values of their numbers (plain_targets.py). To `new` the places of all others; how many."""
    (agents, agent_numbers), (rests, rest_numbers), (placed, places) = agents, rests, placed
    shift, count = shift_of(agents), 0
    for row in range(len(who)):
        agent[row] = value_of(agents, shift, agent_numbers, who[row])
    shift = shift_of(rests)
    for row in range(len(who)):
        target[row] = max(value_of(rests, shift, rest_numbers, rest[row]), 0)
        asked[row] = mixed_of(name[row], U(meant[target[row], 0]))
    shift = shift_of(placed)
    for row in range(len(who)):
        place, number = value_of(placed, shift, places, asked[row]), target[row]
        target[row] = place << REST_BITS | meant[number, 1]
        if agent[row] < 0 or place <= 0 or number == 0:
            new[count] = row
            count += 1
    return count

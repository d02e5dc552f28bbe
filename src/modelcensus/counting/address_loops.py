"""Requests taken apart by compiled loops: the name of a repository, and the rest with any commit in it left out."""

from collections.abc import Iterable

import numpy as np

from modelcensus.counting.line_arrays import COMMIT, NOT_PLAIN, REST_BITS
from modelcensus.counting.loops import ZERO, U, compiled, find, find_either, key_of, mixed_of, searched, within
from modelcensus.counting.slices import WORD

CUT = ("name", "name_end", "one", "two")
"""Where the parts of a request are: `one` and `two` where these segments are commits, else 0."""
_BLANK, _SLASH = (np.uint8(c) for c in b" /")
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
def _after_lead(text, words, name, first, end, leads):
    """Where the name begins after what stands before it, the longest that is known."""
    _, second = _next_segment(text, first, end)
    _, third = _next_segment(text, second, end)
    for segments in (2, 1, 0):
        until = third if segments == 2 else second if segments == 1 else first
        if until < end and text[until] == _SLASH:
            own = key_of(words, name, until)
            for known in leads[segments]:
                if known == own:
                    return until + 1
    return name


@within
def cut_request(text, words, start, end, leads, firsts):
    """Cut a request, METHOD /LEAD/NAMESPACE/NAME/ONE/TWO and what follows, and hash the name and all the rest.

    `leads`: hashes of what can stand before a name, by its segments less one; `firsts`: of their first segments. Gives the
    places of CUT and the two hashes; all are 0 of what is no plain address.
    """
    nothing = (0, 0, 0, 0, ZERO, ZERO)
    method_end = find(text, _BLANK, start, end)
    if method_end + 1 >= end or text[method_end + 1] != _SLASH:
        return nothing
    name = method_end + 2
    segment_end = find_either(text, _SLASH, _BLANK, name, end)
    if segment_end >= end or text[segment_end] != _SLASH:
        return nothing
    own, lead = key_of(words, name, segment_end), False
    for known in firsts:
        lead = lead or known == own
    if lead:
        name = _after_lead(text, words, name, segment_end, end, leads)
        segment_end = find_either(text, _SLASH, _BLANK, name, end)
        if segment_end >= end or text[segment_end] != _SLASH:
            return nothing
    if segment_end == name:
        return nothing
    name_end = find_either(text, _SLASH, _BLANK, segment_end + 1, end)
    if name_end == segment_end + 1:
        return nothing
    one, one_end = _next_segment(text, name_end, end)
    two, two_end = _next_segment(text, one_end, end)
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


@compiled
def cut_requests(text, words, starts, ends, leads, firsts, cut, keys):
    """Cut many requests: a row of `cut` (CUT) and of `keys` (name, rest) of each."""
    for place in range(len(starts)):
        start, end = np.int64(starts[place]), np.int64(ends[place])
        name, name_end, one, two, key, rest = cut_request(text, words, start, end, leads, firsts)
        cut[place, 0], cut[place, 1], cut[place, 2], cut[place, 3] = name, name_end, one, two
        keys[place, 0], keys[place, 1] = key, rest


@compiled
def targets_of(names, rests, meant, places, targets, new):
    """The targets of requests (see `target_of`) by their names, their rests (0: not understood without the name), what these
    mean (kind, number) and the numbers of repositories by name and kind; NOT_PLAIN where one is missing.

    Writes to `new` where a repository is met that has no number (0), each once, and marks it by -1; returns how many these are.
    """
    count = 0
    for row in range(len(names)):
        name, rest = names[row], rests[row]
        if rest == 0 or name < 0:
            targets[row] = NOT_PLAIN
            continue
        kind = meant[rest, 0]
        place = places[name, kind]
        if place == 0:
            places[name, kind] = -1
            new[count] = row
            count += 1
        targets[row] = place << REST_BITS | meant[rest, 1]
    return count

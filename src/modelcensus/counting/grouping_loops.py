"""Requests in order and in groups, by compiled loops: one number each, put in order digit by digit, and read once."""

import numpy as np

from modelcensus.counting.line_arrays import NOTHING, REST_BITS
from modelcensus.counting.loops import ONE, ZERO, U, compiled, mixed_of
from modelcensus.counting.requests import WORD, Requests
from modelcensus.counting.rows import BY_ARRAYS, DAY, Grouped, Loops, Numbers, Rows, Visits
from modelcensus.counting.slices import MIX

_REST = (1 << REST_BITS) - 1
FEW = 8
"""Hashes that are compared with each other; more have a table."""
_HALF = U(32)
DIGIT = 12
"""Bits by which numbers are put in order at a time, at most: so many places are written to in turn."""


@compiled
def pack_requests(instant, target, agent, answer, places, rests, agents, answers, widths, least, keys):
    """Day, place, rest, agent and answer of requests in one number each; the days count from one."""
    of_place, of_rest, of_agent, of_answer = widths
    for row in range(len(instant)):
        key = instant[row] // DAY - least
        key = key << of_place | places[target[row] >> REST_BITS]
        key = key << of_rest | rests[target[row] & _REST]
        key = key << of_agent | agents[agent[row]]
        keys[row] = U(key << of_answer | answers[answer[row]])


@compiled
def _put_in_order(keys, width, of_place, starts, other):
    """Put numbers in order, those alike as they stood, each with its place in the bits below: by digits of so many bits, the lowest
    first, which are counted in `starts` (0 at first, a row each). Writes to both that it is given: to the one and the other in
    turn."""
    count, rounds = len(keys), len(starts)
    mask, step, below = U((1 << width) - 1), U(width), U(of_place)
    for row in range(count):
        key = keys[row]
        keys[row] = key << below | U(row)
        for turn in range(rounds):
            starts[turn, np.int64(key & mask) + 1] += 1
            key >>= step
    for turn in range(rounds):
        at, shift = starts[turn], below + U(width * turn)
        for digit in range(1 << width):
            at[digit + 1] += at[digit]
        for row in range(count):
            key = keys[row]
            digit = np.int64((key >> shift) & mask)
            place = at[digit]
            at[digit] = place + 1
            other[place] = key
        keys, other = other, keys


@compiled
def groups_of(keys, of_place):
    """How many different ones there are among numbers in order, but for the places below."""
    below = U(of_place)
    count = 1 if len(keys) else 0
    for row in range(1, len(keys)):
        count += keys[row] >> below != keys[row - 1] >> below
    return count


@compiled
def sessions_of(address, session, agent, prints, found):
    """In which session requests were made (rows.py)."""
    for row in range(len(found)):
        stated, own = session[row], mixed_of(address[row], prints[agent[row]])
        found[row] = stated if stated != ZERO else own


@compiled
def bring_in_order(keys, of_place, size, address, session, sizes, addresses, sessions):
    """Of requests in order the bytes, who asked, and in which session. Nothing else is done here: these stand anywhere, and are
    waited for together."""
    mask = U((1 << of_place) - 1)
    for row in range(len(keys)):
        place = np.int64(keys[row] & mask)
        sizes[row], addresses[row], sessions[row] = size[place], address[place], session[place]


@compiled
def sum_groups(keys, of_place, sizes, widths, least, told, counts, sums, stated):
    """Of each group of numbers that are alike the five numbers in it (a row of `told` each), how many there are, the sum
    of their bytes, and how many say these."""
    of_repository, of_rest, of_agent, of_answer = widths
    mask_repository, mask_rest = (1 << of_repository) - 1, (1 << of_rest) - 1
    mask_agent, mask_answer = (1 << of_agent) - 1, (1 << of_answer) - 1
    group, below, before = -1, U(of_place), ZERO
    for row in range(len(keys)):
        key = keys[row] >> below
        if row == 0 or key != before:
            group, before = group + 1, key
            left = np.int64(key)
            told[4, group] = left & mask_answer
            left >>= of_answer
            told[3, group] = left & mask_agent
            left >>= of_agent
            told[2, group] = left & mask_rest
            left >>= of_rest
            told[1, group] = left & mask_repository
            told[0, group] = (left >> of_repository) + least
            counts[group], sums[group], stated[group] = 0, 0, 0
        counts[group] += 1
        if sizes[row] != NOTHING:
            sums[group] += sizes[row]
            stated[group] += 1


@compiled
def begin_groups(keys, shift, begins, asked):
    """Where numbers in order begin that differ above some bits, and what these are; returns how many there are."""
    count, above, before = 0, U(shift), ZERO
    for row in range(len(keys)):
        key = keys[row] >> above
        if row == 0 or key != before:
            begins[count], asked[count], before = row, np.int64(key), key
            count += 1
    begins[count] = len(keys)
    return count


@compiled
def count_different(begins, who, table, counts):
    """Count the different hashes of groups (requests.counted_in), with a table twice as long as any group or longer."""
    for group in range(len(counts)):
        first, end = begins[group], begins[group + 1]
        found, size = 0, FEW
        if end - first <= FEW:
            for place in range(first, end):
                other = first
                while other < place and who[other] != who[place]:
                    other += 1
                if other == place and who[place] != ZERO:
                    found += 1
        else:
            while size < 2 * (end - first):
                size *= 2
            table[:size] = ZERO
            mask = U(size - 1)
            for place in range(first, end):
                key = who[place]
                slot = ((key * MIX) >> _HALF) & mask
                while table[slot] != ZERO and table[slot] != key:
                    slot = (slot + ONE) & mask
                if table[slot] != key:
                    table[slot] = key
                    found += 1
        counts[group] = found


def put_in_order(keys: np.ndarray, bits: int, of_place: int, other: np.ndarray) -> np.ndarray:
    """Numbers of so many bits in order, those alike as they stood, each with its place in the bits below; in one of both."""
    rounds = max((bits + DIGIT - 1) // DIGIT, 1)
    width = (bits + rounds - 1) // rounds
    _put_in_order(keys, width, of_place, np.zeros((rounds, (1 << width) + 1), np.int64), other)
    return other if rounds % 2 else keys


class _Loops:
    """The loops with the memory that they work in, which is used again for every batch: fresh memory costs as much as they do."""

    def __init__(self) -> None:
        self._held: dict[str, np.ndarray] = {}

    def _room(self, name: str, size: int, type: np.typing.DTypeLike) -> np.ndarray:
        held = self._held.get(name)
        if held is None or len(held) < size:
            self._held[name] = held = np.empty(size + size // 4, type)
        return held[:size]

    def pack(self, requests: Requests, numbers: Numbers, widths: tuple[int, int, int, int], least: int) -> np.ndarray:
        """The numbers of requests (rows.py)."""
        keys = self._room("keys", len(requests), np.uint64)
        given = numbers.places, numbers.rests, numbers.agents, numbers.answers
        pack_requests(requests.instant, requests.target, requests.agent, requests.answer, *given, widths, least, keys)
        return keys

    def _counted_in(self, begins: np.ndarray, who: np.ndarray) -> np.ndarray:
        """How many different hashes there are in each group."""
        counts, most = np.empty(len(begins) - 1, np.int64), int(np.diff(begins).max(initial=0))
        count_different(begins, who, self._room("table", max(FEW, 4 * most), np.uint64), counts)
        return counts

    def group(self, rows: Rows, requests: Requests, kept: list[np.ndarray], prints: np.ndarray) -> Grouped:
        """Requests that are alike in everything (rows.py); what was packed is put in order where it stands."""
        size, bits = len(requests), rows.bits
        of_place = size.bit_length()
        if len(rows.columns) != 1 or kept or not size or bits + of_place > WORD:
            return BY_ARRAYS.group(rows, requests, kept, prints)
        keys = put_in_order(rows.columns[0], bits, of_place, self._room("other", size, np.uint64))
        sizes = self._room("sizes", size, np.int64)
        names = ("session", "addresses", "sessions")
        session, addresses, sessions = (self._room(n, size, np.uint64) for n in names)
        sessions_of(requests.address, requests.session, requests.agent, prints, session)
        bring_in_order(keys, of_place, requests.bytes, requests.address, session, sizes, addresses, sessions)
        count = groups_of(keys, of_place)
        told, counts = np.empty((5, count), np.int64), np.empty((3, count), np.int64)
        sum_groups(keys, of_place, sizes, rows.widths, rows.least, told, *counts)
        begins, asked = (self._room(n, size + 1, np.int64) for n in ("begins", "asked"))
        count = begin_groups(keys, of_place + rows.asked_from, begins, asked)
        visits = Visits(asked[:count], *(self._counted_in(begins[: count + 1], w) for w in (addresses, sessions)))
        return Grouped(None, tuple(told), counts[0], counts[1], counts[2], visits)


def by_loops() -> Loops:
    """What is done with the requests of one batch after the other."""
    loops = _Loops()
    return Loops(loops.pack, loops.group)

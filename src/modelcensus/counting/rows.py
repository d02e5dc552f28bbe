"""Requests as rows of the ledger: day, place, rest, agent and answer of each, in one number where they fit into it, and those
alike in everything once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from modelcensus.counting.line_arrays import NOTHING, place_and_rest
from modelcensus.counting.requests import WORD, Requests, counted_in, in_order
from modelcensus.counting.slices import mixed

DAY = 86_400


@dataclass(frozen=True)
class Numbers:
    """The numbers in the ledger of what requests are by those of a reduction: `places` and `rests` of targets, `agents`, and
    `answers` by the answers themselves."""

    places: np.ndarray
    rests: np.ndarray
    agents: np.ndarray
    answers: np.ndarray

    @property
    def widths(self) -> tuple[int, int, int, int]:
        """Bits of each."""
        bits = [int(n.max(initial=0)).bit_length() for n in (self.places, self.rests, self.agents, self.answers)]
        return bits[0], bits[1], bits[2], bits[3]


Pack = Callable[[Requests, Numbers, tuple[int, int, int, int], int], np.ndarray]
"""Makes the numbers of requests: with these widths, and days that count from one."""


@dataclass(frozen=True)
class Rows:
    """`columns`: what was put in one, or all five; `widths` of places, rests, agents and answers; days count from `least`."""

    columns: tuple[np.ndarray, ...]
    widths: tuple[int, int, int, int]
    least: int

    @classmethod
    def of(cls, requests: Requests, numbers: Numbers, pack: Pack) -> "Rows":
        """Those of requests."""
        first, last = (int(f(requests.instant)) // DAY if len(requests) else 0 for f in (np.min, np.max))
        widths = numbers.widths
        if sum(widths) + (last - first).bit_length() <= WORD:
            return cls((pack(requests, numbers, widths, first),), widths, first)
        return cls(tuple(_columns(requests, numbers, first)), widths, first)

    @property
    def bits(self) -> int:
        """Of what was put in one, as far as there is any."""
        return int(self.columns[0].max(initial=0)).bit_length()

    @property
    def asked_from(self) -> int:
        """Bits after those that say the day and the place."""
        return sum(self.widths[1:])

    def at(self, places: np.ndarray) -> Sequence[np.ndarray]:
        """Day (since 1970), place, rest, agent and answer of some."""
        if len(self.columns) != 1:
            day, *others = (c[places] for c in self.columns)
            return [day + self.least, *others]
        left, found = self.columns[0][places], []
        for width in reversed(self.widths):
            found.append((left & np.uint64((1 << width) - 1)).astype(np.int64))
            left = left >> np.uint64(width)
        return [left.astype(np.int64) + self.least, *reversed(found)]

    @property
    def asked(self) -> np.ndarray:
        """Of each the day and the place, in one number."""
        if len(self.columns) != 1:
            return self.columns[0] << self.widths[0] | self.columns[1]
        return (self.columns[0] >> np.uint64(self.asked_from)).astype(np.int64)

    def day_and_place(self, asked: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Of such numbers the days (since 1970) and the places."""
        return (asked >> self.widths[0]) + self.least, asked & ((1 << self.widths[0]) - 1)


def pack(requests: Requests, numbers: Numbers, widths: tuple[int, int, int, int], least: int) -> np.ndarray:
    """The numbers of requests, by arrays."""
    day, *others = _columns(requests, numbers, least)
    key = day.astype(np.uint64)
    for column, width in zip(others, widths, strict=True):
        key <<= np.uint64(width)
        key |= column.astype(np.uint64)
    return key


def _columns(requests: Requests, numbers: Numbers, least: int) -> list[np.ndarray]:
    place, rest = place_and_rest(requests.target)
    others = (
        numbers.places[place],
        numbers.rests[rest],
        numbers.agents[requests.agent],
        numbers.answers[requests.answer],
    )
    return [requests.instant // DAY - least, *(o.astype(np.int64) for o in others)]


@dataclass(frozen=True)
class Visits:
    """How many addresses and sessions asked for a repository on a day; `asked`: these two in one number."""

    asked: np.ndarray
    addresses: np.ndarray
    sessions: np.ndarray


@dataclass(frozen=True)
class Grouped:
    """Requests that are alike in everything, once: the place of the `first` of them (none: nothing more is to be known of it),
    its numbers (`told`: day since 1970, place, rest, agent, answer), how many there are, the sum of their bytes, and how many
    say these; and who asked."""

    first: np.ndarray | None
    told: tuple[np.ndarray, ...]
    counts: np.ndarray
    sums: np.ndarray
    stated: np.ndarray
    visits: Visits


def group(rows: Rows, requests: Requests, kept: list[np.ndarray], prints: np.ndarray) -> Grouped:
    """Requests that are alike in everything, by arrays: with what is `kept` of visits; `prints`: hashes of agents."""
    order, new = in_order([*rows.columns, *kept])
    begins = np.flatnonzero(new)
    size = requests.bytes[order]
    said = size != NOTHING
    size[~said] = 0
    sums, stated = (np.add.reduceat(a, begins) if len(begins) else a for a in (size, said.astype(np.int64)))
    first = order[begins]
    counts, visits = np.diff(begins, append=len(order)), _visits(rows, order, requests, prints)
    return Grouped(first, tuple(rows.at(first)), counts, sums, stated, visits)


def _visits(rows: Rows, order: np.ndarray, requests: Requests, prints: np.ndarray) -> Visits:
    asked = rows.asked[order]
    first = np.flatnonzero(np.diff(asked, prepend=-1))
    begins = np.append(first, len(asked))
    who = requests.address, sessions_of(requests, prints)
    return Visits(asked[first], *(counted_in(begins, w[order]) for w in who))


def sessions_of(requests: Requests, prints: np.ndarray) -> np.ndarray:
    """Hashes of the session of each request: the one stated, else address and agent (`prints`: its hash)."""
    found, stated = mixed(requests.address, prints[requests.agent]), requests.session != 0
    found[stated] = requests.session[stated]
    return found


@dataclass(frozen=True)
class Loops:
    """What is done with every request of a batch: by arrays, or by compiled loops that do the same."""

    pack: Pack
    group: Callable[[Rows, Requests, list[np.ndarray], np.ndarray], Grouped]


BY_ARRAYS = Loops(pack, group)

"""What lines say, as arrays."""

from dataclasses import dataclass
from mmap import mmap

import numpy as np

from modelcensus.counting.slices import Slices, Texts

NOTHING = np.iinfo(np.int64).min
"""Stands for a number that a line does not have."""
YES, NO, NOT_SAID = 1, 0, 2
"""A flag that a line can have."""


NOT_PLAIN = NOTHING
"""In place of the target of a request that is not taken apart."""
COMMIT = 40
"""Digits of a commit."""
_COMMITS = (b"0" * COMMIT, b"f" * COMMIT)
REST_BITS = 32


def target_of(place: np.ndarray, rest: np.ndarray) -> np.ndarray:
    """Which repository and what of it, by their numbers, as one number; 0: no repository."""
    return np.where(place > 0, place << REST_BITS | rest, 0)


def place_and_rest(target: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The numbers of the repositories of targets, and of what of these."""
    return target >> REST_BITS, target & ((1 << REST_BITS) - 1)


Meaning = tuple[str, str, int]
"""Kind and id of the repository, and the number of what is asked of it; an id of nothing: no request of a repository."""


@dataclass(frozen=True)
class Cut:
    """Requests cut into their parts (address_loops.CUT, a row each), with the hashes of names and rests."""

    asked: Slices
    at: np.ndarray
    names: np.ndarray
    rests: np.ndarray

    def __len__(self) -> int:
        return len(self.names)

    def some(self, places: np.ndarray) -> "Cut":
        """Those at some places."""
        return Cut(self.asked.at(places), self.at[places], self.names[places], self.rests[places])

    @property
    def named(self) -> Slices:
        """NAMESPACE/NAME of each."""
        return Slices(self.asked.data, self.at[:, 0], self.at[:, 1])

    def name(self, place: int) -> str:
        """NAMESPACE/NAME."""
        return bytes(self.asked.data[int(self.at[place, 0]) : int(self.at[place, 1])]).decode()

    def tried(self, place: int) -> list[str]:
        """Requests that have the rest of one, with other commits in the place of its own."""
        start = int(self.asked.starts[place])
        text = bytes(self.asked.data[start : int(self.asked.ends[place])])
        tried = [text]
        for commit in (2, 3):
            if self.at[place, commit]:
                begin = int(self.at[place, commit]) - start
                tried = [t[:begin] + c + t[begin + COMMIT :] for t in tried for c in _COMMITS]
        return [t.decode() for t in tried]


@dataclass(frozen=True)
class Asking:
    """What requests ask for and by which agents, a place each: texts as stretches of buffers (none: a format without them), and
    hashes of these, 0 where nothing says it. What is asked for has a hash, or is cut into its parts."""

    asked: Slices
    asked_keys: Cut | np.ndarray
    agent: Texts | None
    agent_keys: np.ndarray

    def __len__(self) -> int:
        return len(self.agent_keys)

    def some(self, places: np.ndarray) -> "Asking":
        """Those at some places."""
        keys = self.asked_keys.some(places) if isinstance(self.asked_keys, Cut) else self.asked_keys[places]
        agent = None if self.agent is None else self.agent.at(places)
        return Asking(self.asked.at(places), keys, agent, self.agent_keys[places])


@dataclass(frozen=True)
class Lines:
    """Requests as arrays, a place each: when (seconds since 1970), how they were answered (requests.answers_of, not marked),
    addresses as stretches of a buffer (none: a format without them), and hashes, 0 where nothing says it. `line`: the numbers of
    lines, of which these are those at the places `read`. They may stand in a `room` that is used again."""

    line: np.ndarray
    read: np.ndarray
    instant: np.ndarray
    answer: np.ndarray
    bytes: np.ndarray
    asking: Asking
    address: Slices | None
    address_keys: np.ndarray
    session_keys: np.ndarray
    room: mmap | None = None

    def __len__(self) -> int:
        return len(self.instant)

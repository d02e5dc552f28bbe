"""Requests of plain addresses taken apart: who is asked, NAMESPACE/NAME, and the rest, of which there are few.

What a rest means is worked out once, by the forms of addresses (targets.py), for one request that has it: an ordinary
name changes nothing of it. A commit in it is left out where any other commit would mean the same.
"""

import re
from collections.abc import Callable, Iterable, Sequence

import numpy as np
import pyarrow as pa

from modelcensus.counting.hashed import Hashed
from modelcensus.counting.kernels import CUT, cut_requests
from modelcensus.counting.line_arrays import NOT_PLAIN, Cut, Meaning
from modelcensus.counting.numbering import Learned
from modelcensus.counting.slices import WORD, Slices
from modelcensus.counting.targets import ID, routes

UNKNOWN = -1
_NO_NAME = re.compile(r"\.git\Z")
_IS_ID = re.compile(ID, re.ASCII)


class Cutting:
    """Cuts requests; knows what stands before names in the forms of addresses."""

    def __init__(self) -> None:
        forms = [f.form.strip("/").split("/") for f in routes().forms]
        leads = {"/".join(f[: f.index("{namespace}")]) for f in forms if "{namespace}" in f} - {""}
        self._leads = tuple(_hashes(x for x in leads if x.count("/") == slashes) for slashes in range(3))
        self._firsts = _hashes({x.split("/")[0] for x in leads})

    def cut(self, asked: Slices) -> Cut:
        """Requests (METHOD ADDRESS ...) in their parts."""
        data = asked.data if len(asked.data) >= WORD else memoryview(bytes(asked.data) + bytes(WORD))
        words = np.ndarray((len(data) - WORD + 1,), "<u8", data, strides=(1,))
        at, keys = np.empty((CUT, len(asked.starts)), np.int64), np.empty((2, len(asked.starts)), np.uint64)
        cut_requests(
            np.frombuffer(data, np.uint8), words, asked.starts, asked.ends, self._leads, self._firsts, at, keys
        )
        return Cut(asked, at, keys[0], keys[1])


class PlainTargets:
    """Knows the names and rests that were met.

    `understand`: what requests mean, by the forms of addresses; `places`: the numbers of repositories, by their kinds and
    ids; `targets`: the numbers of targets, by repositories and rests.
    """

    def __init__(
        self,
        understand: Callable[[Sequence[str]], list[Meaning]],
        places: Callable[[list[str], list[str]], np.ndarray],
        targets: Callable[[np.ndarray, np.ndarray], np.ndarray],
    ) -> None:
        self._understand, self._number_places, self._number_targets = understand, places, targets
        forms = [f.form.strip("/").split("/") for f in routes().forms]
        prefixes = [p.strip("/").split("/") for p in routes().prefixes]
        words = {s for f in (*forms, *prefixes) for s in f if not s.startswith("{")}
        self._words = words | set(routes().reserved)
        self._kinds = sorted({f.kind for f in routes().forms})
        self._names, self._rests, self._places, self._targets = (Learned(Hashed) for _ in range(4))
        self._texts: list[str] = []
        """Names by number."""
        self._meant: list[tuple[int, int]] = [(UNKNOWN, UNKNOWN)]
        """Of rests the place in `_kinds`, and the number of what is asked for; the first: not understood without the name."""

    def of(self, cuts: Sequence[Cut]) -> np.ndarray:
        """The target of each request, one stretch after the other; NOT_PLAIN of those that are not taken apart."""
        ends = np.cumsum([len(c) for c in cuts])

        def held(places: np.ndarray) -> list[tuple[Cut, int]]:
            parts = np.searchsorted(ends, places, side="right").tolist()
            return [(cuts[k], p - int(ends[k]) + len(cuts[k])) for k, p in zip(parts, places.tolist(), strict=True)]

        rest = self._rests.of(np.concatenate([c.rests for c in cuts]), lambda new: self._learn_rests(held(new)))
        name = self._names.of(np.concatenate([c.names for c in cuts]), lambda new: self._learn_names(held(new)))
        targets = np.full(len(rest), NOT_PLAIN, np.int64)
        own = np.flatnonzero((rest != 0) & (name != UNKNOWN))
        pair = _pair(name[own], rest[own])
        targets[own] = self._targets.of(pair, lambda new: self._learn_targets(name[own[new]], rest[own[new]]))
        return targets

    def _learn_rests(self, new: list[tuple[Cut, int]]) -> list[int]:
        """Understand rests by a request of each: known is one that means the same in all that are tried, and asks of the
        repository that it names."""
        tried = [cut.tried(place) if cut.at[1, place] else [] for cut, place in new]
        tried = [
            [] if "\\" in "".join(texts) else texts for texts in tried
        ]  # what a log escaped is left to the forms
        meant = iter(self._understand([t for texts in tried for t in texts]))
        numbers: list[int] = []
        for (cut, place), texts in zip(new, tried, strict=True):
            found, name = [next(meant) for _ in texts], cut.name(place)
            agreed = (
                bool(found) and all(m == found[0] for m in found) and found[0][1] == name and self._ordinary(name)
            )
            numbers.append(len(self._meant) if agreed else 0)
            if agreed:
                self._meant.append((self._kinds.index(found[0][0]), found[0][2]))
        return numbers

    def _learn_names(self, new: list[tuple[Cut, int]]) -> np.ndarray:
        names = [cut.name(place) for cut, place in new]
        good = np.array([self._ordinary(n) for n in names], bool)
        numbers = np.where(good, len(self._texts) + np.arange(len(names)), UNKNOWN)
        self._texts += names
        return numbers

    def _learn_targets(self, name: np.ndarray, rest: np.ndarray) -> np.ndarray:
        meant = np.array(self._meant, np.int64)[rest]
        kind = meant[:, 0]

        def numbered(new: np.ndarray) -> np.ndarray:
            kinds = [self._kinds[k] for k in kind[new].tolist()]
            return self._number_places(kinds, [self._texts[n] for n in name[new].tolist()])

        return self._number_targets(self._places.of(_pair(name, kind), numbered), meant[:, 1])

    def _ordinary(self, name: str) -> bool:
        """Whether a name is none that any form looks at."""
        return not (set(name.split("/")) & self._words) and bool(_IS_ID.fullmatch(name)) and not _NO_NAME.search(name)


def _pair(one: np.ndarray, two: np.ndarray) -> np.ndarray:
    """A key of two numbers."""
    return one.astype(np.uint64) << np.uint64(32) | two.astype(np.uint64)


def _hashes(texts: Iterable[str]) -> np.ndarray:
    return Slices.of(pa.array(sorted(texts), pa.string())).hashes()

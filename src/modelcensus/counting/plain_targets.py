"""Requests of plain addresses taken apart: who is asked, NAMESPACE/NAME, and the rest, of which there are few.

What a rest means is worked out once, by the forms of addresses (targets.py), for one request that has it: an ordinary
name changes nothing of it. A commit in it is left out where any other commit would mean the same.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from modelcensus.counting.slices import Learned, Slices, different, mixed
from modelcensus.counting.targets import ID, routes

UNKNOWN = -1
COMMIT = 40
_COMMITS = (b"0" * COMMIT, b"f" * COMMIT)
_NO_NAME = re.compile(r"\.git\Z")
_IS_ID = re.compile(ID, re.ASCII)
_BLANK, _SLASH = b" /"
_HEXADECIMAL = np.isin(np.arange(256), np.frombuffer(b"0123456789abcdef", np.uint8))

Meaning = tuple[str, str, int]
"""Kind and id of the repository, and the number of what is asked of it; an id of nothing: no request of a repository."""


@dataclass(frozen=True)
class Plain:
    """Requests of plain addresses: places among all, repositories by number in `names`, kinds in `kinds`, rests."""

    places: np.ndarray
    name: np.ndarray
    names: list[str]
    kind: np.ndarray
    kinds: list[str]
    rest: np.ndarray


class PlainTargets:
    """Knows the rests that were met. `understand`: what requests mean, by the forms of addresses."""

    def __init__(self, understand: Callable[[Sequence[str]], list[Meaning]]) -> None:
        self._understand = understand
        forms = [f.form.strip("/").split("/") for f in routes().forms]
        prefixes = [p.strip("/").split("/") for p in routes().prefixes]
        words = {s for f in (*forms, *prefixes) for s in f if not s.startswith("{")}
        self._words = words | set(routes().reserved)
        leads = {"/".join(f[: f.index("{namespace}")]) for f in forms if "{namespace}" in f} - {""}
        self._leads = {n: _sorted_hashes(x for x in leads if x.count("/") == n - 1) for n in (3, 2, 1)}
        self._rests, self._names = Learned(), Learned()
        self._known: list[tuple[str, int]] = []
        """Kind and number of rests."""

    def read(self, said: pa.StringArray) -> Plain:
        """Those of requests (METHOD ADDRESS ...) that are plain."""
        parts = _Parts(said, self._leads)
        place, number = self._of_rests(parts)
        names = Slices(parts.data, parts.name[place], parts.name_end[place])
        keys, first, inverse = different(names.hashes())
        texts = names.at(first).texts.to_pylist()
        good, known = self._names.of(keys)
        for at in np.flatnonzero(~known).tolist():
            good[at] = self._ordinary(texts[at])
        self._names.add(keys[~known], good[~known])
        kept = good[inverse] == 1
        kinds = sorted({k for k, _ in self._known})
        kind_of = np.array([kinds.index(k) for k, _ in self._known], np.int64)
        rest_of = np.array([r for _, r in self._known], np.int64)
        number = number[kept]
        return Plain(parts.place[place[kept]], inverse[kept], texts, kind_of[number], kinds, rest_of[number])

    def _of_rests(self, parts: "_Parts") -> tuple[np.ndarray, np.ndarray]:
        """The plain ones, and their rests as numbers in `_known`."""
        keys, first, inverse = different(parts.rest_keys())
        numbers, known = self._rests.of(keys)
        new = np.flatnonzero(~known)
        if len(new):
            tried = [parts.tried(at) for at in first[new].tolist()]
            meant = iter(self._understand([t for texts, _ in tried for t in texts]))
            for at, (texts, name) in zip(new.tolist(), tried, strict=True):
                numbers[at] = self._agreed([next(meant) for _ in texts], name)
            self._rests.add(keys[new], numbers[new])
        number = numbers[inverse]
        place = np.flatnonzero(number != UNKNOWN)
        return place, number[place]

    def _agreed(self, meant: list[Meaning], name: str) -> int:
        """The number of a rest that means the same in all of its requests, and asks of the repository that it names."""
        kind, repository, rest = meant[0]
        if repository != name or any(m != meant[0] for m in meant) or not self._ordinary(name):
            return UNKNOWN
        self._known.append((kind, rest))
        return len(self._known) - 1

    def _ordinary(self, name: str) -> bool:
        """Whether a name is none that any form looks at."""
        return not (set(name.split("/")) & self._words) and bool(_IS_ID.fullmatch(name)) and not _NO_NAME.search(name)


def _sorted_hashes(texts) -> np.ndarray:
    return np.sort(Slices.of(pa.array(sorted(texts), pa.string())).hashes())


class _Parts:
    """Requests cut at blanks and slashes: METHOD /LEAD/NAMESPACE/NAME/ONE/TWO and what follows."""

    def __init__(self, said: pa.StringArray, leads: dict[int, np.ndarray]) -> None:
        held = Slices.of(said)
        self.data, self.bytes = held.data, np.frombuffer(held.data, np.uint8)
        self._slashes = np.append(np.flatnonzero(self.bytes == _SLASH), [len(self.bytes)] * 8)
        blanks = np.append(np.flatnonzero(self.bytes == _BLANK), [len(self.bytes)] * 2)
        first = np.searchsorted(blanks, held.starts)
        method_end = blanks[first]
        place = np.flatnonzero(method_end + 1 < held.ends)
        place = place[self.bytes[method_end[place] + 1] == _SLASH]
        self.start, self.end, self.method_end = held.starts[place], held.ends[place], method_end[place]
        self.address_end = np.minimum(blanks[first[place] + 1], self.end)
        self._slash = np.searchsorted(self._slashes, self.method_end + 1)
        self._cut(place, leads)

    def _cut(self, place: np.ndarray, leads: dict[int, np.ndarray]) -> None:
        skipped = np.zeros(len(place), np.int64)
        for count, known in leads.items():
            end = self._segment_end(count)
            own = (skipped == 0) & (end < self.address_end)
            at = np.flatnonzero(own)
            hashes = Slices(self.data, self.method_end[at] + 2, end[at]).hashes()
            skipped[at[known[np.minimum(np.searchsorted(known, hashes), len(known) - 1)] == hashes]] = count
        name = self._slashes[self._slash + skipped] + 1
        middle = self._segment_end(skipped + 1)
        name_end = self._segment_end(skipped + 2)
        good = (middle > name) & (middle < self.address_end) & (name_end > middle + 1)
        for held in ("start", "end", "method_end", "address_end", "_slash"):
            setattr(self, held, getattr(self, held)[good])
        self.place, self.name, self.name_end, skipped = place[good], name[good], name_end[good], skipped[good]
        self.one, self.one_end = self._further(self.name_end, skipped + 3)
        self.two, self.two_end = self._further(self.one_end, skipped + 4)

    def _segment_end(self, number: np.ndarray | int) -> np.ndarray:
        """Where the segment of an address ends that has so many before it and itself."""
        return np.minimum(self._slashes[self._slash + number], self.address_end)

    def _further(self, end: np.ndarray, number: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The segment after one that ends there; without any: nothing, at that place."""
        more = end < self.address_end
        return np.where(more, end + 1, end), np.where(more, self._segment_end(number), end)

    def rest_keys(self) -> np.ndarray:
        """Hashes of all but the name, commits left out."""
        keys = mixed(
            Slices(self.data, self.start, self.name).hashes(), Slices(self.data, self.two_end, self.end).hashes()
        )
        self.commits = []
        for number, (start, end, before) in enumerate(
            ((self.one, self.one_end, self.name_end), (self.two, self.two_end, self.one_end)), 1
        ):
            own = Slices(self.data, start, end).hashes()
            commit = np.flatnonzero(end - start == COMMIT)
            digits = self.bytes[start[commit][:, None] + np.arange(COMMIT)]
            commit = commit[_HEXADECIMAL[digits].all(axis=1)]
            own[commit] = number
            own[start == before] ^= np.uint64(3)  # no segment is not an empty one
            self.commits.append(np.zeros(len(start), bool))
            self.commits[-1][commit] = True
            keys = mixed(keys, own)
        return keys

    def tried(self, at: int) -> tuple[list[str], str]:
        """Requests that have the rest of one, with other commits in the place of its own; and the name in it."""
        start, end = int(self.start[at]), int(self.end[at])
        text = bytes(self.data[start:end])
        tried = [text]
        for found, where in ((self.commits[0], self.one), (self.commits[1], self.two)):
            if found[at]:
                begin = int(where[at]) - start
                tried = [t[:begin] + c + t[begin + COMMIT :] for t in tried for c in _COMMITS]
        name = bytes(self.data[int(self.name[at]) : int(self.name_end[at])])
        return [t.decode() for t in tried], name.decode()

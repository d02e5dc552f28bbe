"""Requests of plain addresses taken apart: who is asked, NAMESPACE/NAME, and the rest, of which there are few.

What a rest means is worked out once, by the forms of addresses (targets.py), for one request that has it: an ordinary
name changes nothing of it. A commit in it is left out where any other commit would mean the same.
"""

from collections.abc import Callable, Sequence
from typing import cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from modelcensus.counting.address_loops import CUT, cut_requests, keys_of, letters_of, look_up
from modelcensus.counting.hashed import Hashed
from modelcensus.counting.line_arrays import NOT_PLAIN, Cut, Meaning, target_of
from modelcensus.counting.loops import searched
from modelcensus.counting.numbering import Learned
from modelcensus.counting.places import Places
from modelcensus.counting.slices import Slices, mixed, text_at
from modelcensus.counting.targets import ID, routes

UNKNOWN = -1


class Cutting:
    """Cuts requests; knows what stands before names in the forms of addresses."""

    def __init__(self) -> None:
        forms = [f.form.strip("/").split("/") for f in routes().forms]
        leads = {"/".join(f[: f.index("{namespace}")]) for f in forms if "{namespace}" in f} - {""}
        firsts = sorted({x.split("/")[0] for x in leads})
        by_segments = tuple(keys_of(sorted(x for x in leads if x.count("/") == n)) for n in range(3))
        self.known = by_segments, keys_of(firsts), letters_of(firsts)

    def cut(self, asked: Slices) -> Cut:
        """Requests (METHOD ADDRESS ...) in their parts."""
        text, words = searched(asked.data, len(asked.data))
        count = len(asked.starts)
        at, keys = np.empty((count, len(CUT)), np.int32), np.empty((count, 2), np.uint64)
        cut_requests(text, words, asked.starts, asked.ends, self.known, at, keys)
        return Cut(asked, at, keys[:, 0], keys[:, 1])


def _table(of: Learned) -> np.ndarray:
    return cast(Hashed, of.numbering).table  # all are by tables, where there are loops


class PlainTargets:
    """Knows the names and rests that were met.

    `understand`: what requests mean, by the forms of addresses; `places`: the numbers of repositories.
    """

    def __init__(
        self,
        understand: Callable[[Sequence[str]], list[Meaning]],
        places: Places,
    ) -> None:
        self._understand, self._repositories = understand, places
        forms = [f.form.strip("/").split("/") for f in routes().forms]
        prefixes = [p.strip("/").split("/") for p in routes().prefixes]
        words = {s for f in (*forms, *prefixes) for s in f if not s.startswith("{")}
        self._words = pa.array(sorted(words | set(routes().reserved)))
        self._kinds = sorted({f.kind for f in routes().forms})
        self._rests, self._placed = Learned(Hashed), Learned(Hashed)
        """What rests mean, and repositories by their names and kinds."""
        self._meant = np.full((1, 2), UNKNOWN, np.int64)
        """Of rests the place in `_kinds`, and the number of what is asked for; the first: not understood without the name."""

    def __len__(self) -> int:
        return max(len(self._rests), len(self._placed))

    def met(
        self, known: Learned, agent_keys: np.ndarray, cut: Cut, agents: np.ndarray, targets: np.ndarray
    ) -> np.ndarray:
        """Write the agents (by what is `known` of their hashes) and targets of requests whose texts were all met before; the
        places of the others."""
        rests, placed, new = self._rests, self._placed, np.empty(len(cut), np.int64)
        met = (_table(known), known.values), (_table(rests), rests.values), (_table(placed), placed.values)
        keys = agent_keys, cut.names, cut.rests, np.empty(len(cut), np.uint64)
        return new[: look_up(*met, self._meant, *keys, agents, targets, new)]

    def of(self, cuts: Sequence[Cut]) -> np.ndarray:
        """The target of each request, one stretch after the other; NOT_PLAIN of those that are not taken apart."""
        ends = np.cumsum([len(c) for c in cuts])

        def held(places: np.ndarray) -> list[tuple[Cut, int]]:
            parts = np.searchsorted(ends, places, side="right").tolist()
            return [(cuts[k], p - int(ends[k]) + len(cuts[k])) for k, p in zip(parts, places.tolist(), strict=True)]

        rest = self._rests.of(np.concatenate([c.rests for c in cuts]), lambda new: self._learn_rests(held(new)))
        plain = np.flatnonzero(rest)
        kind, name = self._meant[rest[plain], 0], np.concatenate([c.names for c in cuts])[plain]
        texts = text_at([c.named for c in cuts], [len(c) for c in cuts])
        place = self._placed.of(mixed(name, kind), lambda new: self._learn_places(kind[new], texts(plain[new])))
        targets = np.full(len(rest), NOT_PLAIN)
        targets[plain] = np.where(place > 0, target_of(place, self._meant[rest[plain], 1]), NOT_PLAIN)
        return targets

    def _learn_places(self, kind: np.ndarray, names: pa.StringArray) -> np.ndarray:
        """The numbers of repositories."""
        found, ordinary = np.full(len(names), UNKNOWN), np.flatnonzero(self._ordinary(names))
        kinds = pa.array(self._kinds).take(pa.array(kind[ordinary]))
        found[ordinary] = self._repositories.of(kinds, names.take(pa.array(ordinary)))
        return found

    def _learn_rests(self, new: list[tuple[Cut, int]]) -> list[int]:
        """Understand rests by a request of each: known is one that means the same in all that are tried, and asks of the
        repository that it names."""
        tried = [cut.tried(place) if cut.at[place, 1] else [] for cut, place in new]
        tried = [
            [] if "\\" in "".join(texts) else texts for texts in tried
        ]  # what a log escaped is left to the forms
        meant = iter(self._understand([t for texts in tried for t in texts]))
        numbers: list[int] = []
        more: list[tuple[int, int]] = []
        names = [cut.name(place) for cut, place in new]
        ordinary = self._ordinary(pa.array(names, pa.string())).tolist()
        for name, plain, texts in zip(names, ordinary, tried, strict=True):
            found = [next(meant) for _ in texts]
            agreed = plain and bool(found) and all(m == found[0] for m in found) and found[0][1] == name
            numbers.append(len(self._meant) + len(more) if agreed else 0)
            if agreed:
                more.append((self._kinds.index(found[0][0]), found[0][2]))
        self._meant = np.concatenate([self._meant, np.array(more, np.int64).reshape(-1, 2)])
        return numbers

    def _ordinary(self, names: pa.StringArray) -> np.ndarray:
        """Which names are none that any form looks at."""
        segments = pc.call_function("split_pattern", [names], pc.SplitPatternOptions("/"))
        words = pc.call_function("is_in", [segments.flatten()], pc.SetLookupOptions(self._words))
        good = pc.call_function("match_substring_regex", [names], pc.MatchSubstringOptions(f"^(?:{ID})$"))
        git = pc.call_function("ends_with", [names], pc.MatchSubstringOptions(".git"))
        found = good.to_numpy(zero_copy_only=False) & ~git.to_numpy(zero_copy_only=False)
        found[segments.value_parent_indices().filter(words).to_numpy()] = False
        return found

"""Ids under which one repository went after another: two names of one history."""

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from modelcensus.flows import settings as s
from modelcensus.flows.calendar import usual_step
from modelcensus.flows.counters import Counters
from modelcensus.vocabulary.names import ALL_TIME

SAME_ID = """
    select list(distinct o.ordinal) as ordinals from facts f join ordinals o using (repository)
    where f.hub_id is not null group by f.hub_id having count(distinct o.ordinal) > 1
"""


@dataclass(frozen=True)
class Rename:
    """`former` went (last read on `since`), `repository` came (`day`): ordinals and days since 1970. `joined` is false
    where more than one id could be meant: then it is only reported."""

    former: int
    repository: int
    since: int
    day: int
    why: str
    joined: bool = True


def find_renames(counters: Counters) -> list[Rename]:
    """Same `_id`, or the same all-time count within 1 % and the same day of creation."""
    first, last = _presence(counters)
    found: dict[tuple[int, int], str] = {}
    for row in counters.engine.rows(SAME_ID):
        names = sorted((o for o in row["ordinals"] if first[o] >= 0), key=lambda o: (first[o], o))
        for a, b in pairwise(names):
            if last[a] < first[b]:
                found[a, b] = "the same _id"
    for a, b, ratio in _alike(counters, first, last):
        found.setdefault((a, b), f"the same day of creation, and {ratio:.2%} of the all-time count")
    sure = {k for k, why in found.items() if why == "the same _id"}
    for_a, for_b = Counter(a for a, _ in found), Counter(b for _, b in found)
    return [
        Rename(
            a, b, int(last[a]), int(first[b]), why, (a, b) in sure or (for_a[a] == 1 and for_b[b] == 1)
        )
        for (a, b), why in sorted(found.items())
    ]  # fmt: skip


def _presence(counters: Counters) -> tuple[np.ndarray, np.ndarray]:
    """First and last day on which each repository was read by any source."""
    first = np.full(counters.ordinals.count, np.iinfo(np.int64).max, np.int64)
    last = np.full(counters.ordinals.count, -1, np.int64)
    for done in counters.folded.values():
        read = np.flatnonzero(done.state.value >= 0)
        first[read] = np.minimum(first[read], done.state.first_day[read])
        last[read] = np.maximum(last[read], done.state.read_on[read])
    return np.where(last < 0, -1, first), last


def _alike(counters: Counters, first: np.ndarray, last: np.ndarray) -> list[tuple[int, int, float]]:
    """Pairs of an id that went and one that came: created on the same day, with the same count."""
    born = counters.created
    pairs = []
    for source in counters.sources(ALL_TIME):
        state = counters.folded[source].state
        reach = max(s.RENAME_REACH, 3 * usual_step(counters.snapshots(source)))
        size = min(len(state.value), len(born))
        value, opened = state.value[:size], state.first_value[:size]
        start = min((x.day for x in counters.snapshots(source)), default=0)
        known = (value >= s.RENAME_LEAST) & (born[:size] >= 0)
        gone = np.flatnonzero(known & (last[:size] < state.good_day))
        came = np.flatnonzero(known & (state.first_day[:size] > start) & (born[:size] < first[:size]))
        by_day: dict[int, list[int]] = {}
        for b in came.tolist():
            by_day.setdefault(int(born[b]), []).append(b)
        for a in gone.tolist():
            for b in by_day.get(int(born[a]), ()):
                ratio = opened[b] / value[a]
                if 0 < first[b] - last[a] <= reach and abs(ratio - 1) <= s.RENAME_TOLERANCE:
                    pairs.append((a, b, float(ratio)))
    return pairs

"""Windows that begin with a first request: the next request after a window's end begins the next one."""

import numpy as np
import pyarrow as pa

from modelcensus.engine import Tables

VISITS = """
    select key, min(repository) as repository, day, visitor, sum(requests) as requests, min(instant) as first,
           max(instant) as last
    from counted group by key, day, visitor
"""
LONG = """
    select cast(dense_rank() over (order by c.key, c.day, c.visitor) as bigint) as place, c.instant, c.key, c.day, c.visitor
    from counted c join visits_of_days v using (key, day, visitor) where v.last - v.first >= {window}
    order by 1, 2
"""


def downloads_from_first_hits(engine: Tables, window: int) -> None:
    """Register `counted_by_visitor`: `counted` by visitor, with the number of windows.

    Requests that lie within one window need no more than their first and last; the others are walked through, all
    visitors at a time.
    """
    engine.make("visits_of_days", VISITS)
    rows = engine.arrow(LONG.format(window=window))
    place, instant = (rows[c].to_numpy() for c in ("place", "instant"))
    counts = windows_from_first(place, instant, window)
    first = np.flatnonzero(np.diff(place, prepend=0))
    found = rows.select(["key", "day", "visitor"]).take(pa.array(first))
    engine.hold("long_windows", found.append_column("windows", pa.array(counts, pa.int64())))
    engine.make(
        "counted_by_visitor",
        """select v.*, coalesce(w.windows, 1) as windows
           from visits_of_days v left join long_windows w using (key, day, visitor)""",
    )


def windows_from_first(place: np.ndarray, instant: np.ndarray, window: int) -> np.ndarray:
    """Windows of each place; `place` counts from 1, both are sorted by place and instant.

    >>> windows_from_first(np.array([1, 1, 1, 2]), np.array([0, 299, 300, 5]), 300)
    array([2, 1])
    """
    if not len(place):
        return np.zeros(0, np.int64)
    counts = np.zeros(int(place[-1]), np.int64)
    ends = np.searchsorted(place, np.arange(1, len(counts) + 1), side="right")
    # one number that sorts as place and instant do, so that one search finds where each next window begins
    least, span = int(instant.min()), int(instant.max() - instant.min()) + window + 1
    order = (place - 1) * span + (instant - least)
    at = np.concatenate([[0], ends[:-1]])
    active = np.arange(len(counts))
    while len(active):
        counts[active] += 1
        at = np.searchsorted(order, order[at] + window, side="left")
        inside = at < ends[active]
        active, at = active[inside], at[inside]
    return counts

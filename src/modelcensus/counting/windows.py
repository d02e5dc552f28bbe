"""Windows that begin with a first request: the next request after a window's end begins the next one."""

import numpy as np
import pyarrow as pa

from modelcensus.counting.requests import in_order
from modelcensus.engine import Tables

VISITS = """
    select cast(row_number() over () as integer) as visit, * from (
        select id, day, visitor, sum(requests) as requests, min(instant) as first, max(instant) as last
        from counted group by id, day, visitor)
"""
LONG = """
    select v.visit, c.instant from counted c join visits_of_days v using (id, day, visitor)
    where v.last - v.first >= {window}
"""


def downloads_from_first_hits(engine: Tables, window: int) -> None:
    """Register `counted_by_visitor`: `counted` by visitor, with the number of windows.

    Requests that lie within one window need no more than their first and last; the others are walked through, all
    visitors at a time.
    """
    engine.make("visits_of_days", VISITS)
    rows = engine.arrow(LONG.format(window=window))
    visit, instant = (rows[c].to_numpy() for c in ("visit", "instant"))
    order, _ = in_order([visit, instant])
    visit, instant = visit[order], instant[order]
    first = np.diff(visit, prepend=0) != 0
    counts = windows_from_first(np.cumsum(first), instant, window)
    engine.hold("long_windows", pa.table({"visit": visit[first], "windows": pa.array(counts, pa.int64())}))
    engine.make(
        "counted_by_visitor",
        """select v.*, coalesce(w.windows, 1) as windows
           from visits_of_days v left join long_windows w using (visit)""",
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

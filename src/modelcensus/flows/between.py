"""Flows of a large ledger between days that its counters were folded at, by ordinal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date

import numpy as np
import pyarrow as pa

from modelcensus.flows.calendar import days
from modelcensus.flows.counters import Counters
from modelcensus.flows.flows import build_flows
from modelcensus.vocabulary.names import ALL_TIME

FLOW = pa.schema(
    [
        ("ordinal", pa.int32()),
        ("low", pa.int64()),
        ("estimate", pa.int64()),
        ("high", pa.int64()),
        ("open", pa.bool_()),
        ("broken", pa.bool_()),
        ("instrument", pa.string()),
    ]
)
"""A repository's flow of one span: downloads, and as `build_flows` has it."""

ALONE = """
    select cast(f.span as integer) as span, o.ordinal, f.low, f.estimate, f.high, f.open, f.broken, f.instrument
    from flows f join ordinals o using (repository) join alone using (repository)
"""


MOST_WINDOWED = 2_000_000
"""Rows of flows of counters of windows that stay; those asked for first give way."""


class Between:
    """Flows between certain days of counters that are `certain`, repaired conservatively."""

    def __init__(self, counters: Counters, at: Sequence[date]) -> None:
        """`at`: the days that are asked about; the counters are folded at them unless they were before."""
        self._counters = counters
        self._all_time, finished = counters.all_time(at, raw=False)
        self._edges = {e.day: e for e in finished.edges}

    def of(self, spans: Sequence[tuple[date, date]]) -> Iterator[pa.Table]:
        """The flows (`FLOW`) of every repository ever read, span by span."""
        windowed = windowed_flows(self._counters, spans)
        left = Counter(d for span in spans for d in span)
        for span, others in zip(spans, windowed, strict=True):
            start, end = (self._edges[days(d)] for d in span)
            flow = self._all_time.flow(start, end)
            left.subtract(span)
            for day in span:
                if not left[day]:
                    self._all_time.forget(self._edges[days(day)])
            parts = [flow.append_column("instrument", pa.repeat(ALL_TIME, len(flow)))]
            if others is not None:
                parts.append(others)
            yield pa.concat_tables([p.select(FLOW.names).cast(FLOW) for p in parts])


def windowed_flows(counters: Counters, spans: Sequence[tuple[date, date]]) -> list[pa.Table | None]:
    """The flows (`FLOW`), span by span, of whoever only counters of windows were read of, repaired conservatively; nothing
    where there is nobody."""
    names = counters.windows_alone
    if not len(names):
        return [None] * len(spans)
    kept, asked = counters.windowed, tuple(spans)  # together: which of two counters is taken depends on all of them
    if asked not in kept:
        engine = counters.engine
        engine.register("alone", names)
        build_flows(counters, list(spans), "conservative", "and repository in (select repository from alone)")
        found = engine.fetch(engine.query("flows_alone", ALONE))
        of = np.asarray(found["span"])
        kept[asked] = [found.filter(pa.array(of == n)).select(FLOW.names).cast(FLOW) for n in range(len(spans))]
        while len(kept) > 1 and sum(len(t) for tables in kept.values() for t in tables) > MOST_WINDOWED:
            del kept[next(iter(kept))]
    return [*kept[asked]]

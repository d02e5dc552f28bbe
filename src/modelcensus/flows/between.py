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


class Between:
    """Flows between certain days of counters that are `certain`, repaired conservatively."""

    def __init__(self, counters: Counters, at: Sequence[date]) -> None:
        """`at`: the days that are asked about; the counters are folded at them unless they were before."""
        self._counters = counters
        self._all_time, finished = counters.all_time(at, raw=False)
        self._edges = {e.day: e for e in finished.edges}
        self._names = counters.windows_alone()

    def of(self, spans: Sequence[tuple[date, date]]) -> Iterator[pa.Table]:
        """The flows (`FLOW`) of every repository ever read, span by span."""
        alone = self._alone(spans)
        left = Counter(d for span in spans for d in span)
        for number, span in enumerate(spans):
            start, end = (self._edges[days(d)] for d in span)
            flow = self._all_time.flow(start, end)
            left.subtract(span)
            for day in span:
                if not left[day]:
                    self._all_time.forget(self._edges[days(day)])
            parts = [flow.append_column("instrument", pa.repeat(ALL_TIME, len(flow)))]
            if alone is not None:
                parts.append(alone.filter(pa.array(np.asarray(alone["span"]) == number)))
            yield pa.concat_tables([p.select(FLOW.names).cast(FLOW) for p in parts])

    def _alone(self, spans: Sequence[tuple[date, date]]) -> pa.Table | None:
        """Flows of whoever only counters of windows were read of, by the place of the span."""
        if not len(self._names):
            return None
        engine = self._counters.engine
        engine.register("alone", self._names)
        build_flows(self._counters, list(spans), "conservative", "and repository in (select repository from alone)")
        return engine.fetch(engine.query("flows_alone", ALONE))

"""What a reading makes of spikes: keep them, cap them at the repository's usual rate, or drop who had one."""

from datetime import date

import pyarrow as pa

from modelcensus.engine import Engine
from modelcensus.flows.calendar import day_of
from modelcensus.flows.counters import Counters

TOUCHED = """
    select s.span, k.repository, k.counter,
           sum(k.extra * (least(s.end_day, k."to") - greatest(s.start_day, k."from")) / (k."to" - k."from")) as part,
           sum(k.extra) as most,
           sum(case when k."from" >= s.start_day and k."to" <= s.end_day then k.extra else 0 end) as whole
    from (values {spans}) s(span, start_day, end_day)
    join {table} k on k."from" < s.end_day and k."to" > s.start_day
    group by all
"""
"""Spikes by span: the part of their extra downloads that even spreading books there, the most and the least it can be."""

CAPPED = """
    select f.span, f.repository, greatest(0, f.low - coalesce(t.most, 0)) as low,
           greatest(f.high - coalesce(t.whole, 0), greatest(0, f.low - coalesce(t.most, 0))) as high,
           cast(least(greatest(round(f.estimate - coalesce(t.part, 0)), greatest(0, f.low - coalesce(t.most, 0))),
                      coalesce(greatest(f.high - coalesce(t.whole, 0), 0), 9e18)) as bigint) as estimate,
           f.open, f.broken, f.instrument
    from {flows} f left join touched t on t.span = f.span and t.repository = f.repository
      and t.counter = case when f.instrument = 'spliced' then 'all_time' else f.instrument end
"""
DROPPED = """
    select f.* from {flows} f anti join touched t on t.span = f.span and t.repository = f.repository
"""


def register_spikes(counters: Counters) -> None:
    """Register `spikes`: series, counter, repository, from, to (the last normal reading before and the last high one),
    usual (downloads a day), extra (downloads beyond the usual rate)."""
    names = counters.ordinals.names()
    rows = [
        (series, counter, names[p.repository].as_py(), day_of(p.since), day_of(p.day), p.usual, p.extra)
        for (series, counter), done in counters.folded.items()
        for p in done.state.spikes.found
    ]
    columns = ("series", "counter", "repository", "from", "to", "usual", "extra")
    types = (pa.string(), pa.string(), pa.string(), pa.date32(), pa.date32(), pa.float64(), pa.int64())
    values = list(zip(*rows, strict=True)) or [()] * len(columns)
    counters.engine.register(
        "spikes", pa.table([pa.array(v, t) for v, t in zip(values, types, strict=True)], names=list(columns))
    )


def apply_spikes(
    engine: Engine, flows: str, name: str, spans: list[tuple[date, date]], spikes: str, table: str = "spikes"
) -> None:
    """Register `name`: the flows `flows` under the reading `spikes` (keep, cap or drop)."""
    if spikes == "keep":
        engine.query(name, f"select * from {flows}", keep=False)
        return
    listed = ", ".join(f"({i}, date '{a}', date '{b}')" for i, (a, b) in enumerate(spans))
    engine.query("touched", TOUCHED.format(spans=listed, table=table))
    engine.query(name, (CAPPED if spikes == "cap" else DROPPED).format(flows=flows))


def spiked_counters(spikes: str) -> tuple[str, str]:
    """SQL of a counter's value as read, and of a condition on readings, where `r` are the readings."""
    if spikes == "keep":
        return "r.value", "true"
    spike = """from spikes k where k.series = r.series and k.counter = r.counter and k.repository = r.repository
               and r.observed_on > k."from" and r.observed_on <= k."to\""""
    if spikes == "drop":
        return "r.value", f"not exists (select 1 {spike})"
    return (
        f"coalesce((select min(cast(round(30 * k.usual) as bigint)) {spike} and k.counter = 'rolling_30d'), r.value)",
        "true",
    )

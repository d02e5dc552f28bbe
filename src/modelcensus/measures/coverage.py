"""Which part of the scope was observed in each period: by count, and by downloads where they are known."""

from dataclasses import replace
from datetime import date, timedelta

import ibis.expr.types as ir
import pyarrow as pa
from ibis import _

from modelcensus.flows import reading_table
from modelcensus.measures.ages import age_sql
from modelcensus.measures.frame import Frame
from modelcensus.measures.presence import FIRST_DAYS
from modelcensus.measures.registry import measure
from modelcensus.vocabulary import RequestError

STATES = ("absent", "partial", "complete")

SPOKE = """
    with told as (
        select s.span, n.series, n.counter, n.snapshot from coverage_periods s join snapshots n
          on n.observed_on > s.start
         and case n.counter when 'rolling_30d' then n.observed_from - 30 < s.until else n.observed_from <= s.until end
        where n.counter <> 'period')
    select distinct t.span, r.repository from told t join {readings} r using (series, counter, snapshot) where not r.aside
    union
    select s.span, r.repository from coverage_periods s join {readings} r
      on r.observed_on > s.start and r.period_start < s.until where r.counter = 'period' and not r.aside
"""
"""Repositories with a reading that says something of the period itself: read in it, or with a window that reaches in."""

LISTED = """
    select distinct l.span, r.repository from labels l join {readings} r using (series, counter, snapshot)
"""
"""Of a counter as read: repositories that a snapshot lists, whether the value is an observation or was set aside."""

WEIGHTS = """
    select repository, cast(case when counter = 'period' then sum(value) else arg_max(value, (t_to, series)) end as bigint)
           as weight
    from {readings} where not aside and counter = (
        select counter from snapshots group by counter order by counter <> 'all_time', counter desc limit 1)
    group by repository, counter
"""
"""Downloads at the last reading, of one counter: all time where it is read, else the window, else counts of periods."""

THERE = """
    select s.span, c.repository as unit, coalesce(w.weight, 0) as low, low as estimate, low as high, false as open,
           false as broken, c.*, {age} as age,
           case when p.repository is null then 'absent' when q.repository is null or q.open then 'partial' else 'complete' end
           as state
    from coverage_periods s
    join coverage_firsts f on f.day < s.until
    join catalog c on c.repository = f.repository
    left join coverage_spoke p on p.span = s.span and p.repository = c.repository
    left join (select span, repository, open from {quantities}) q on q.span = s.span and q.repository = c.repository
    left join coverage_weights w on w.repository = c.repository
    where {where}
"""


@measure(
    "coverage",
    text="repositories of the subject that were there by the end of the period and are known completely (read in it,"
    " their downloads bounded), in part (read in it, or listed at the reading, but not so) or not at all / all of them",
    unit="share",
    phrase="{subject} {whole}: {value} of the repositories were {state} in {period}",
    question="How much of the downloads do these data see?",
    citation="docs/method.md, section 3",
    parameters=("channel", "counter", "repair"),
    ordered=True,
)
def coverage(frame: Frame) -> ir.Table:
    """Columns: dimensions, state (complete, partial, absent), by_downloads (the same by downloads at the last reading;
    null where none is known), repositories, there (by the end of the period), span, value, low, high (share, exact).

    A repository is there from its creation on, or from when it was first read or listed.
    """
    if frame.reported:
        raise RequestError(
            "a reported series has no repositories to be observed",
            where=f"channel {frame.request.reading.channel}",
            remedy="see the column coverage of its downloads: how much of the publisher's total is listed",
        )
    members = _there(frame).subject()
    keys = [*frame.dimensions, "span"]
    each = members.group_by([*keys, "state"]).aggregate(
        repositories=_.unit.nunique(), downloads=_.estimate.sum().cast("int64")
    )
    whole = members.group_by(keys).aggregate(there=_.unit.nunique(), all_downloads=_.estimate.sum().cast("int64"))
    states = frame.engine.register(
        "coverage_states", pa.table({"state": list(STATES), "place": list(range(len(STATES)))})
    )
    filled = whole.cross_join(states)
    same = [filled.state == each.state, *(filled[k].identical_to(each[k]) for k in keys)]
    value = _.repositories / _.there
    return (
        filled.left_join(each, same)
        .mutate(repositories=_.repositories.fill_null(0), downloads=_.downloads.fill_null(0))
        .mutate(value=value, low=value, high=value, by_downloads=_.downloads / _.all_downloads.nullif(0))
        .order_by([*keys, "place"])
        .select(*frame.dimensions, "state", "by_downloads", "repositories", "there", "span", "value", "low", "high")
    )


def _there(frame: Frame) -> Frame:
    """The frame with a row per span and repository that was there by its end: its weight, and its `state`."""
    engine, reading = frame.engine, frame.request.reading
    inclusive = timedelta(days=1 if reading.counter else 0)  # a reading ends with its day
    engine.register(
        "coverage_periods",
        pa.table(
            {
                "span": pa.array(range(len(frame.spans)), pa.int64()),
                "start": [date.fromisoformat(s.start) for s in frame.spans],
                "until": [date.fromisoformat(s.end) + inclusive for s in frame.spans],
            }
        ),
    )
    readings = reading_table(reading.repair)
    read = "union all select repository, observed_on from observations"
    engine.query("coverage_spoke", (LISTED if reading.counter else SPOKE).format(readings=readings))
    engine.query("coverage_weights", WEIGHTS.format(readings=readings))
    engine.query("coverage_firsts", FIRST_DAYS.format(seen=read))
    each = frame.quantities
    if "repository" not in each.columns or "units" in each.columns:  # of a large ledger rows can stand for many
        apart = replace(frame.request, by=("repository", *frame.request.by))
        each = replace(frame.more, request=apart, name=f"{frame.more.name}_each").frame().quantities
    there = THERE.format(age=age_sql("s.start"), quantities=each.get_name(), where=frame.scope.where)
    return replace(frame, quantities=engine.query("coverage_there", there, keep=False))

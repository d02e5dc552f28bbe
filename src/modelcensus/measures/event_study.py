"""What a release does to the other repositories of its family or organization."""

from dataclasses import replace
from datetime import date, timedelta

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from modelcensus.catalog.patterns import text
from modelcensus.measures.frame import Frame, Span
from modelcensus.measures.matched import DRAWS, LEAST, WEEKS, Event, Found, Grid, study
from modelcensus.measures.registry import measure
from modelcensus.vocabulary import Period, RequestError
from modelcensus.vocabulary.names import ROOT_DIMENSIONS

BEFORE = timedelta(weeks=4)
NEAR_DAYS, NEAR_PART = 28, 0.25
"""Controls are as old as whom they stand beside, to within four weeks or a quarter of the age, whichever is more."""

MOST = 500
"""Controls of a size class that are looked at, drawn by the digest of their id."""

RELEASES = """
    select distinct {group} as group_name, released from {chosen}
    where released is not null and {released_by} order by 1, 2
"""

UNITS = """
    with seen as (select repository, min(observed_on) as first_seen from readings_raw group by repository),
    every as (
        select c.repository, c.size_class, c.released, s.first_seen, c.{group} as group_name,
               c.{group} in ({groups}) and {siblings} as studied,
               c.organization in (select organization from catalog where {group} in ({groups}) and {siblings})
                 or c.{group} in ({groups}) as related
        from catalog c join seen s using (repository)
        where c.released is not null and c.size_class <> 'unknown' and ({where}))
    select * from every where studied
    union all
    select * from every where not related
    qualify row_number() over (partition by size_class order by md5(repository)) <= {most}
    order by repository
"""


@measure(
    "event_study",
    text="downloads per week of the other repositories of a release's family or organization, over what controls of the"
    " same size class and age let expect, less 1; low and high are the error of the design (90 % of placebos around"
    " the value), no bounds of a counter",
    unit="change",
    phrase="around releases of {subject} its other repositories had {value} beside their controls {whole} in {period}",
    citation="docs/method.md, section 3; MacKinlay 1997, Journal of Economic Literature 35(1)",
    parameters=("channel", "repair", "spikes"),
    basis="catalog",
    ordered=True,
)
def event_study(frame: Frame) -> ir.Table:
    """Columns: week (from the day of release on: 0 is the first), span, value, low, high (excess, relative), releases,
    others, controls (repositories).

    Weeks are relative to the mean of those before the release; a week whose edge lies inside an event of whole snapshots
    is left out. Raises RequestError with fewer than five controls.
    """
    _refuse(frame)
    group, releases = _releases(frame)
    extent = frame.engine.rows("select min(observed_from) as first, max(observed_on) as last from readings_raw")[0]
    week = timedelta(weeks=1)
    inside = [r for r in releases if extent["first"] + week <= r[1] <= extent["last"] - week]
    if not inside:
        raise RequestError(
            f"no release with a week before and after it in the readings from {extent['first']} to {extent['last']}",
            where="event_study",
            remedy="choose other releases with --of, or a ledger that covers theirs",
        )
    units = _units(frame, group, sorted({str(name) for name, _day in inside}))
    phases = sorted({day.weekday() for _name, day in inside})
    spans = [_weeks(extent["first"], extent["last"], phase) for phase in phases]
    grids = _grids(frame, units, spans)
    events = [_event(units, name, day, phases.index(day.weekday()), spans) for name, day in inside]
    found = study(grids, events)
    if found.controls < LEAST:
        raise RequestError(
            f"{found.controls} controls of the same size class and age, {LEAST} are needed",
            where="event_study",
            remedy="widen --within, or choose releases whose family has repositories that were read for longer",
        )
    frame.notes.append(
        f"low and high are the error of the design: 90 % of {DRAWS} placebos around the value, no bounds of a counter"
    )
    return ibis.memtable(_table(frame, found, inside[0][1]))


def _refuse(frame: Frame) -> None:
    if frame.request.by:
        raise RequestError("an event study has a row per week", where="--by", remedy="leave it out")
    if not frame.request.of:
        raise RequestError(
            "whose releases?", where="event_study", remedy="give --of family=NAME or organization=NAME"
        )
    if any(d in ROOT_DIMENSIONS for d, _values in frame.request.of):
        raise RequestError("releases have no roots", where="--of", remedy="use family, organization or repository")
    if frame.request.reading.counter:
        raise RequestError("flows are studied", where="reading counter", remedy="leave it out")


def _releases(frame: Frame) -> tuple[str, list[tuple[str, date]]]:
    """Whether families or organizations are studied, and the releases: whose, and the day."""
    dimensions = [d for d, _values in frame.request.of]
    group = "organization" if "organization" in dimensions else "family"
    name = f"{frame.more.name}_released"
    rows = frame.engine.fetch(
        frame.subject().select("unit", "family", "organization", "released", "first_party", "relation")
    )
    frame.engine.register(name, rows)
    if "repository" in dimensions:
        if set(rows["family"].to_pylist()) & {"other", "unattributed"}:
            group = "organization"
        released_by = "true"
    else:
        released_by = "relation not in ('quantized', 'adapter')" + (" and first_party" if group == "family" else "")
    found = frame.engine.rows(RELEASES.format(group=group, chosen=name, released_by=released_by))
    periods = frame.request.periods
    days = [(r["group_name"], r["released"]) for r in found]
    return group, [d for d in days if not periods or any(p.start <= d[1] < p.end for p in periods)]


def _units(frame: Frame, group: str, groups: list[str]) -> pa.Table:
    """The repositories studied and their possible controls: repository, size_class, released, first_seen, group_name,
    studied."""
    sql = UNITS.format(
        group=group,
        groups=", ".join(text(g) for g in groups),
        siblings="first_party" if group == "family" else "true",
        where=frame.scope.where,
        most=MOST,
    )
    units = frame.engine.query(f"{frame.more.name}_units", sql)
    frame.evidence.append(units)
    return frame.engine.fetch(units)


def _weeks(first: date, last: date, phase: int) -> list[Period]:
    """The weeks between two days that begin on a day of the week."""
    start = first + timedelta(days=(phase - first.weekday()) % 7)
    count = (last - start).days // 7
    return [Period(start + timedelta(weeks=i), start + timedelta(weeks=i + 1)) for i in range(count)]


def _grids(frame: Frame, units: pa.Table, spans: list[list[Period]]) -> list[Grid]:
    """Downloads per repository and week, for each day of the week."""
    chosen = f"repository in (select repository from {frame.more.name}_units)"
    narrow = replace(frame.more, scope=replace(frame.scope, where=chosen), name=f"{frame.more.name}_study")
    flows = narrow.frame([p for weeks in spans for p in weeks])
    told = flows.quantities.select("unit", "span", "low", "estimate", "high", "open")
    frame.evidence.append(told)
    rows = frame.engine.fetch(told)
    order = {u: i for i, u in enumerate(units["repository"].to_pylist())}
    at = np.array([order[u] for u in rows["unit"].to_pylist()], np.int64)
    values = np.full((len(order), len(flows.spans)), np.nan)
    is_open = rows["open"].to_numpy()
    values[at[~is_open], rows["span"].to_numpy()[~is_open]] = rows["estimate"].to_numpy()[~is_open]
    seen = units["first_seen"].to_numpy().astype("datetime64[D]")
    starts = np.array([p.start for weeks in spans for p in weeks], "datetime64[D]")
    values[starts[None, :] < seen[:, None]] = np.nan
    _say_width(frame, rows, is_open)
    usable = np.array([not any(f.split()[0] in STOPS for f in s.flags) for s in flows.spans])
    ends = np.cumsum([len(weeks) for weeks in spans])
    return [Grid(values[:, e - len(w) : e], usable[e - len(w) : e]) for w, e in zip(spans, ends, strict=True)]


STOPS = ("stall", "half_stall", "rollback", "backlog", "partial", "source_gap")
"""Events of whole snapshots that leave the flow of a week undecided."""


def _say_width(frame: Frame, rows: pa.Table, is_open: np.ndarray) -> None:
    low, likely, high = (rows[c].to_numpy()[~is_open].astype(float).sum() for c in ("low", "estimate", "high"))
    if likely and (high - low) / likely > 0.5:
        frame.notes.append(
            f"the counters were read too seldom for weeks: the bounds of the flows are {(high - low) / likely:.1f} times as"
            " wide as the flows, so their course inside a gap is even, not observed"
        )


def _event(units: pa.Table, name: str, day: date, phase: int, spans: list[list[Period]]) -> Event:
    """A release with the repositories that are studied beside it, and the controls of each."""
    released = units["released"].to_numpy().astype("datetime64[D]")
    studied, size = units["studied"].to_numpy(), np.array(units["size_class"].to_pylist())
    own = np.array(units["group_name"].to_pylist()) == name
    age = (np.datetime64(day) - released).astype(np.int64)
    old = age >= BEFORE.days
    others = np.flatnonzero(studied & own & old)
    controls = []
    for unit in others:
        near = np.abs(age - age[unit]) <= max(NEAR_DAYS, NEAR_PART * age[unit])
        controls.append(np.flatnonzero(~studied & old & near & (size == size[unit])))
    place = (day - spans[phase][0].start).days // 7
    return Event(phase, place, others, tuple(controls))


def _table(frame: Frame, found: Found, day: date) -> pa.Table:
    kept = np.flatnonzero(found.events)
    for i in kept:
        start = day + timedelta(weeks=int(WEEKS[i]))
        out = (f"left out: {found.left_out[i]} releases at a stall",) if found.left_out[i] else ()
        frame.labels.append(
            Span(f"week {WEEKS[i]:+d}", start.isoformat(), (start + timedelta(weeks=1)).isoformat(), out)
        )
    missing = [f"{WEEKS[i]:+d}" for i in range(len(WEEKS)) if not found.events[i]]
    if missing:
        frame.notes.append(f"weeks that were not read, or lie at a stall: {', '.join(missing)}")
    return pa.table(
        {
            "week": WEEKS[kept],
            "releases": found.events[kept],
            "others": np.full(len(kept), found.studied),
            "controls": np.full(len(kept), found.controls),
            "span": np.arange(len(kept)),
            "value": found.excess[kept],
            "low": found.low[kept],
            "high": found.high[kept],
        }
    )

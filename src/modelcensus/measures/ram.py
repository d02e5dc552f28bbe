"""Relative adoption metric: downloads so many days after release, against a top ten model of the same size."""

import math
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby, pairwise

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
from ibis import _

from modelcensus.measures.baselines import TEN, Counts, Level, median10, non_decreasing, outliers, tenth
from modelcensus.measures.frame import Frame
from modelcensus.measures.registry import measure
from modelcensus.measures.since_release import (
    Ages,
    add_up_known,
    downloads_at,
    last_reading,
    never_read,
    released_in,
    subject_sql,
    totals_until,
)
from modelcensus.vocabulary import RequestError
from modelcensus.vocabulary.names import SIZE_CLASSES

AGES = Ages((7, 14, 30, 60, 90, 180, 365))
LISTED = 6
"""Outliers that a note names."""


@measure(
    "ram",
    text="downloads in the first days after release / the baseline of the size class at the same age: the median of its"
    " ten most downloaded, or the tenth",
    unit="times",
    phrase="{subject} had {value} times the top-ten baseline of its size {whole} by {period} after release",
    question="How is {whom} adopted beside models of its size at the same age?",
    citation="published-figures.md A5; docs/method.md, section 3",
    parameters=("channel", "repair", "spikes", "baseline", "cohort", "frozen"),
    basis="catalog",
)
def ram(frame: Frame) -> ir.Table:
    """Columns: dimensions (`repository` unless others are asked for), size_class, span (an age), value, low, high
    (times), downloads and baseline, baseline_low, baseline_high (downloads), observed, open, opened, broken.

    An age that a repository has not reached has no row. Bounds: own.low / baseline.high to own.high / baseline.low;
    valid, and wider than the truth where the repository is in its own baseline. `high` is null where the baseline can be 0.
    """
    AGES.label(frame)
    cohort, frozen = _cohort(frame)
    subject = f"({frame.scope.where}) and {subject_sql(frame)} and {released_in(frame)} and size_class <> 'unknown'"
    chosen = f"(({cohort}) and released <= date '{frozen}' and size_class <> 'unknown')"
    aged = downloads_at(frame, AGES, f"({subject}) or {chosen}", "ram_aged")
    frame.evidence.append(aged)
    totals = ""
    if frame.request.reading.baseline != "tenth":
        totals = totals_until(frame, frozen, chosen, "ram_totals", aged)
    baselines = _baselines(frame, frozen, chosen, totals)
    _say_left_out(frame)
    own = frame.engine.query("ram_own", f"select * from ram_aged c where {subject}", keep=False)
    keys = frame.dimensions or ("repository",)
    one = replace(frame, quantities=own, request=replace(frame.request, by=keys))
    wanted = tuple(dict.fromkeys((*keys, "size_class", "span")))
    return _divided(add_up_known(one.subject(), wanted), baselines, wanted)


def _cohort(frame: Frame) -> tuple[str, date]:
    """SQL of the baseline's repositories, and the day up to which their releases and ages count."""
    reading, last = frame.request.reading, last_reading(frame)
    scope = frame.more.census.scope(reading.cohort) if reading.cohort else frame.scope
    if not reading.frozen:
        return scope.where, last
    try:
        day = date.fromisoformat(reading.frozen)
    except ValueError as error:
        raise RequestError(
            f"{reading.frozen!r} is no day", where="reading frozen", remedy="write for example 2026-05-23"
        ) from error
    if day > last:
        raise RequestError(
            f"the counters were last read on {last}", where=f"reading frozen={day}", remedy="name an earlier day"
        )
    return scope.where, day


MEMBERS = """
    select size_class, span, unit, {most} as most_read, cast(low as double) as low, cast(estimate as double) as value,
           coalesce(cast(high as double), cast('infinity' as double)) as high, {totals}
    from (select * from ram_aged c where {cohort} and zero_on + cast(days as integer) <= date '{frozen}') a {joined}
"""
TOTALS = """cast(coalesce({of}.total_low, 0) as double) as total_low, cast({of}.total as double) as total,
           coalesce(cast({of}.total_high as double), cast('infinity' as double)) as total_high"""
FLOORS = """
    select size_class, span, count(*) as members, {floors} from ram_members group by all
"""
"""Of each size class and age the tenth largest of what its baseline looks at: nobody below can be among the ten."""
FLOOR = {
    "low": "low", "least": "coalesce(value, low)", "most": "coalesce(value, high)", "high": "high",
    "total_low": "total_low",
}  # fmt: skip
ABOVE = "select * from ram_members where span = {span} and (most_read is null or most_read >= {least})"
"""Members of an age who could reach the lowest floor of it; a condition on a column as it is stored spares the engine
whatever lies below."""
TOP = """
    select m.* exclude (most_read) from ({members}) m join ram_floors f using (size_class, span)
    where f.members >= {ten} and ({above}) order by size_class, span, unit
"""


@dataclass(frozen=True)
class _Cell:
    """The members of a size class at an age that may be among its ten; units are their ids."""

    size_class: str
    span: int
    units: pa.Array
    at_age: Counts
    total: Counts


def _baselines(frame: Frame, frozen: date, cohort: str, totals: str) -> ir.Table:
    """of_class, of_span, baseline_low, baseline, baseline_high of the classes and ages that have one. `totals` names the
    table of the downloads in total by which the ten are chosen; empty where they are not chosen by them."""
    unread = never_read(frame, cohort)
    if unread:
        frame.notes.append(f"{unread:,} releases of the cohort were never read: they cannot be among its ten")
    counted, cells = _cells(frame, frozen, cohort, totals)
    short = {key: n for key, n in counted.items() if n < TEN}
    levels: dict[tuple[str, int], Level] = {}
    marked: list[str] = []
    for size_class, group in groupby(cells, key=lambda c: c.size_class):
        own = list(group)
        if not totals:
            found = non_decreasing([tenth(c.at_age) for c in own])
        else:
            found = [median10(c.at_age, c.total) for c in own]
        levels |= {(size_class, c.span): level for c, level in zip(own, found, strict=True)}
        for c, level in zip(own, found, strict=True):
            marked += [f"{c.units[i]} on day {AGES.days[c.span]}" for i in outliers(c.at_age, level.chosen)]
    _say(frame, short, marked, levels)
    return ibis.memtable(
        pa.table(
            {
                "of_class": pa.array([c for c, _span in levels], pa.string()),
                "of_span": pa.array([s for _class, s in levels], pa.int64()),
                "baseline_low": pa.array([level.low for level in levels.values()], pa.float64()),
                "baseline": pa.array([level.value for level in levels.values()], pa.float64()),
                "baseline_high": pa.array(
                    [None if math.isinf(level.high) else level.high for level in levels.values()], pa.float64()
                ),
            }
        )
    )


def _cells(frame: Frame, frozen: date, cohort: str, totals: str) -> tuple[dict[tuple[str, int], int], list[_Cell]]:
    """How many members each size class has at each age, and those that may be among the ten where there are ten."""
    apart = totals not in ("", "ram_aged")
    of, columns = totals if apart else "a", "0.0 as total_low, 0.0 as total, 0.0 as total_high"
    sql = MEMBERS.format(
        most=f"{of}.total_high" if totals else "high",
        totals=TOTALS.format(of=of) if totals else columns,
        cohort=cohort,
        frozen=frozen,
        joined=f"join {totals} using (unit)" if apart else "",
    )
    frame.engine.query("ram_members", sql, keep=False)
    told = ("total_low",) if totals else ("low", "least", "most", "high")
    floors = ", ".join(f"list_min(max({FLOOR[n]}, {TEN})) as {n}_ten" for n in told)
    frame.engine.query("ram_floors", FLOORS.format(floors=floors))
    counted = frame.engine.rows(f"select size_class, span, members, {told[0]}_ten as least from ram_floors")
    least = {span: min(r["least"] for r in counted if r["span"] == span) for span in {r["span"] for r in counted}}
    members = [ABOVE.format(span=span, least=int(low)) for span, low in sorted(least.items())]
    above = "m.total_high >= f.total_low_ten" if totals else " or ".join(f"{FLOOR[n]} >= {n}_ten" for n in told)
    listed = " union all ".join(members) or "select * from ram_members"
    top = frame.engine.query("ram_top", TOP.format(members=listed, ten=TEN, above=above))
    frame.evidence.append(top)
    rows = frame.engine.fetch(top).combine_chunks()
    classes = rows["size_class"].combine_chunks().dictionary_encode()
    numbers = {c: rows[c].to_numpy() for c in ("low", "value", "high", "total_low", "total", "total_high")}
    key = classes.indices.to_numpy().astype(np.int64) * len(AGES.days) + rows["span"].to_numpy()
    cells = []
    for a, b in pairwise([0, *(np.flatnonzero(np.diff(key)) + 1).tolist(), len(rows)]):
        if a == b:
            continue
        low, value, high, total_low, total, total_high = (v[a:b] for v in numbers.values())
        name, span = classes.dictionary[int(key[a]) // len(AGES.days)].as_py(), int(key[a]) % len(AGES.days)
        units = rows["unit"].slice(a, b - a).combine_chunks()
        cells.append(_Cell(name, span, units, Counts(low, value, high), Counts(total_low, total, total_high)))
    return {(r["size_class"], r["span"]): r["members"] for r in counted}, cells


def _days(spans: list[int]) -> str:
    first, last = AGES.days[spans[0]], AGES.days[spans[-1]]
    return f"day {first}" if first == last else f"days {first} to {last}"


def _say(
    frame: Frame, short: dict[tuple[str, int], int], marked: list[str], levels: dict[tuple[str, int], Level]
) -> None:
    """What the baselines lack, and what stands out in them."""
    said = []
    for size_class in SIZE_CLASSES:
        missing = [s for s in range(len(AGES.days)) if (size_class, s) not in levels]
        runs = [(n, list(g)) for n, g in groupby(missing, key=lambda s, c=size_class: short.get((c, s), 0))]
        said += [f"{size_class}: {n} on {_days(spans)}" for n, spans in runs]
    if not levels:
        raise RequestError(
            f"a baseline takes {TEN} releases of a size class that have reached the age; there are {'; '.join(said)}",
            where="measure ram", remedy="choose a wider cohort (--reading cohort=SCOPE) or a later frozen day",
        )  # fmt: skip
    if said:
        frame.notes.append(f"no baseline, {TEN} releases that have reached the age are needed: {'; '.join(said)}")
    if marked:
        rest = f" and {len(marked) - LISTED} more" if len(marked) > LISTED else ""
        frame.notes.append(
            f"outliers of the baselines, kept (more than 10 times the median of their ten): "
            f"{', '.join(marked[:LISTED])}{rest}"
        )
    loose = sum(level.value is None for level in levels.values())
    if loose:
        frame.notes.append(
            f"{loose} of {len(levels)} baselines are known by their bounds alone: members were first read late, or not after"
        )


def _say_left_out(frame: Frame) -> None:
    """How many repositories of the subject have no size or no release date."""
    lacking = frame.engine.rows(
        f"""select count(*) as n from catalog where ({frame.scope.where}) and {subject_sql(frame)}
            and (released is null or (size_class = 'unknown' and {released_in(frame)}))"""
    )[0]["n"]
    if lacking:
        frame.notes.append(f"{lacking:,} repositories without a known size or release date have no rows")


def _divided(sums: ir.Table, baselines: ir.Table, keys: tuple[str, ...]) -> ir.Table:
    joined = sums.join(baselines, [sums.size_class == baselines.of_class, sums.span == baselines.of_span])
    return joined.select(
        *keys,
        value=ibis.ifelse(_.baseline > 0, _.estimate / _.baseline, ibis.null("float64")),
        low=ibis.ifelse(
            _.baseline_high.isnull(),
            ibis.literal(0.0),
            ibis.ifelse(_.baseline_high > 0, _.low / _.baseline_high, ibis.null("float64")),
        ),
        high=ibis.ifelse(_.baseline_low > 0, _.high / _.baseline_low, ibis.null("float64")),
        downloads=_.estimate,
        baseline=_.baseline,
        baseline_low=_.baseline_low,
        baseline_high=_.baseline_high,
        observed=_.observed,
        open=_.open,
        opened=_.opened,
        broken=_.broken,
    )

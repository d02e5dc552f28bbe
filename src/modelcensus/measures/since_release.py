"""Downloads on each repository's own clock, and which repositories count as releases."""

from dataclasses import dataclass
from datetime import date, timedelta

import ibis
import ibis.expr.types as ir
from ibis import _

from modelcensus.flows import build_aged_flows, reading_table
from modelcensus.measures.by_age import FEW, few_readings, kept_at_ages, kept_by_age, kept_totals
from modelcensus.measures.frame import Frame, Span, add_up, terms_sql
from modelcensus.vocabulary import RequestError
from modelcensus.vocabulary.names import ROOT_DIMENSIONS

ORIGIN = date(2000, 1, 1)
"""A day before every repository."""
TWICE = 2
"""An age is estimated where the repository was first read by that many times the age: before, only its bounds are known."""

ORIGINAL = "(relation = 'none' or (first_party and relation in ('finetune', 'merge')))"
"""SQL of what counts as a release of its own: made from no other repository, or by the family's own organization and
neither a quantization nor an adapter."""

AT_AGES = """
    with ages(span, age) as (values {ages}),
    read as (select repository, min(t_from) as first_read from {readings} where not aside group by repository),
    last as (select max(observed_from) as day from snapshots)
    select f.span, a.age as days, f.repository as unit, f.low, f.high, f.open, f.broken, f.instrument, c.*,
           {zero} as zero_on, r.first_read,
           case when not f.open and r.first_read <= {zero} + {twice} * a.age then f.estimate end as estimate
    from flows f join ages a using (span) join catalog c using (repository) join read r using (repository), last
    where {zero} + cast(a.age as integer) <= last.day
"""

COUNTED = """
    with edges as (
        select repository, arg_max(value, (t_to, snapshot)) as upto from {readings}
        where counter = 'all_time' and not aside and t_to <= date '{cut}' group by repository)
    select c.repository as unit, upto as total_low, upto as total, upto as total_high
    from edges join catalog c using (repository) where {where}
"""
WINDOWED = """
    union all by name
    select repository as unit, low as total_low, high as total_high, case when not open then estimate end as total
    from flows where repository not in (select unit from {name}_counted)
"""


@dataclass(frozen=True)
class Ages:
    """Days after release, and how an answer labels them."""

    days: tuple[int, ...]

    def label(self, frame: Frame) -> None:
        """Make them the spans of the answer."""
        start = ORIGIN.isoformat()
        frame.labels.extend(Span(f"day {d}", start, (ORIGIN + timedelta(days=d)).isoformat()) for d in self.days)


def downloads_at(frame: Frame, ages: Ages, where: str, name: str, zero: str = "") -> ir.Table:
    """Register `name`: quantities of the repositories `where` at each age that they have reached by the last reading.

    Columns: those of a quantity (`span` the place in `ages`), `days` (the age), zero_on (the day that it is counted
    from), first_read. The estimate is null where the flow is open, or where the repository was first read later than
    `TWICE` the age: the bounds alone are known then. `zero` is SQL of repository and zero_on in the stead of the release.
    """
    _possible(frame)
    reading, engine = frame.request.reading, frame.engine
    if not zero and as_kept(frame):
        return kept_at_ages(frame, ages.days, where, name, TWICE, last_reading(frame))
    chosen = f"({where}) and released is not null"
    starts = zero or f"select repository, released as zero_on from catalog where {chosen}"
    suffix = "" if frame.more.census.counters.small else few_readings(frame, starts)
    only = f"and repository in (select repository from ({starts}))"
    build_aged_flows(
        frame.more.census.counters, starts, list(ages.days), reading.repair, only, reading.spikes, suffix
    )
    readings = f"{reading_table(reading.repair)}{suffix}"
    listed = ", ".join(f"({i}, {d})" for i, d in enumerate(ages.days))
    zero_on = f"date '{ORIGIN}' + (select any_value(shift) from zero z where z.repository = c.repository)"
    return engine.query(
        name,
        AT_AGES.format(ages=listed, readings=readings, twice=TWICE, zero=zero_on if zero else "c.released"),
    )


def as_kept(frame: Frame) -> bool:
    """Whether the flows that a large ledger keeps by age are those of this reading; then they are registered."""
    reading = frame.request.reading
    return (reading.repair, reading.spikes) == ("conservative", "keep") and kept_by_age(frame.more.census)


def totals_until(frame: Frame, cut: date, where: str, name: str, aged: ir.Table) -> str:
    """Register `name`: unit, total_low, total, total_high: downloads of the repositories `where` up to the day: the
    all-time counter as it was last read by then where there is one, else flows with their bounds. Gives the name of the
    table that has them: that of `aged` (by `downloads_at`) where it does."""
    reading, engine = frame.request.reading, frame.engine
    if as_kept(frame):
        if cut == last_reading(frame):
            return aged.get_name()
        kept_totals(frame, cut, where, name)
        return name
    suffix = (
        ""
        if frame.more.census.counters.small
        else few_readings(frame, f"select repository from catalog where {where}")
    )
    readings = f"{reading_table(reading.repair)}{suffix}"
    engine.query(f"{name}_counted", COUNTED.format(cut=cut, readings=readings, where=where))
    sql = f"select * from {name}_counted"
    starts = f"""select repository, date '{ORIGIN}' as zero_on from catalog
                 where {where} and repository not in (select unit from {name}_counted)"""
    if engine.rows(f"select repository from ({starts}) semi join {readings} using (repository) limit 1"):
        only = f"and repository in (select repository from ({starts}))"
        days = [(cut - ORIGIN).days]
        build_aged_flows(frame.more.census.counters, starts, days, reading.repair, only, reading.spikes, suffix)
        sql += WINDOWED.format(name=name)
    engine.query(name, sql)
    return name


def never_read(frame: Frame, where: str) -> int:
    """How many of the repositories `where`, whose day of release is known, were never read."""
    if as_kept(frame):
        read = f"select count(*) from aged_told where {where}"
    else:
        counters, readings = frame.more.census.counters, reading_table(frame.request.reading.repair)
        table = f"{readings}{'' if counters.small else FEW}"
        read = f"select count(*) from catalog semi join (select * from {table} where not aside) using (repository) where {where}"
    return frame.engine.rows(f"select count(*) - ({read}) as n from catalog where {where}")[0]["n"]


def add_up_known(table: ir.Table, keys: tuple[str, ...]) -> ir.Table:
    """As `add_up`; the estimate is null where that of one of the units is."""
    if "repository" in keys and not {"variant", *ROOT_DIMENSIONS} & set(keys):  # every row is one already
        return table.select(
            *keys,
            "low",
            "broken",
            "open",
            estimate=ibis.ifelse(_.open, ibis.null("int64"), _.estimate),
            high=ibis.ifelse(_.open, ibis.null("int64"), _.high),
            opened=_.open.cast("int64"),
            observed=(~_.open).cast("int64"),
        )
    sums = add_up(table, keys, unknown=_.estimate.isnull().any())
    return sums.mutate(estimate=ibis.ifelse(_.unknown, ibis.null("int64"), _.estimate)).drop("unknown")


def last_reading(frame: Frame) -> date:
    """The day of the channel's last reading."""
    day = frame.engine.rows("select max(observed_from) as day from snapshots")[0]["day"]
    if day is None:
        raise RequestError(
            "no observations in this channel", where=frame.request.measure, remedy="import counters first"
        )
    return day


def released_in(frame: Frame) -> str:
    """SQL of the releases in the request's periods."""
    periods = [f"(released >= date '{p.start}' and released < date '{p.end}')" for p in frame.request.periods]
    return f"({' or '.join(periods)})" if periods else "true"


def subject_sql(frame: Frame) -> str:
    """SQL of the request's subject, over the catalog."""
    for dimension, values in frame.request.of:
        frame.must_exist(dimension, values)
    return terms_sql(frame.request.of)


def _possible(frame: Frame) -> None:
    where = frame.request.measure
    if frame.request.grain:
        raise RequestError(
            "ages count from each release, they have no months", where=f"{where} --by {frame.request.grain}",
            remedy="leave the grain out; --period chooses the releases",
        )  # fmt: skip
    if frame.request.reading.counter:
        raise RequestError(
            "downloads since release are flows", where=f"{where}, reading counter", remedy="leave out the counter"
        )

"""Growth of downloads: against the period before, the same period a year before, or compound since the first."""

from calendar import monthrange
from datetime import date, timedelta

import ibis
import ibis.expr.types as ir
import pyarrow as pa
from ibis import _

from modelcensus.measures.frame import Frame, Span
from modelcensus.measures.observed import extent
from modelcensus.measures.registry import measure
from modelcensus.vocabulary import Period, RequestError
from modelcensus.vocabulary.names import WINDOW_DAYS

BEGINS = """
    select min(case counter when 'rolling_30d' then t_from - 30 when 'period' then period_start else t_from end) as first
    from {table}
"""
"""The first day that a reading says something of."""

PLACES = pa.schema(
    [
        *((name, pa.int64()) for name in ("span", "now", "then", "steps")),
        ("against", pa.string()),
        ("covered", pa.bool_()),
    ]
)
"""Place of a row's label, of its period and of the one it is compared with, how many periods lie between, the latter's
name, and whether the data cover it."""


@measure(
    "growth",
    text="downloads of a period / those of the period before it (against=previous), of the same period a year before"
    " (year), or per period, compound, since the first of the request (first); less 1",
    unit="change",
    phrase="{subject}: downloads {whole} changed by {value} from {against} to {period}",
    question="How fast does {whom} grow?",
    citation="docs/method.md, section 3",
    parameters=("channel", "repair", "spikes", "panel", "against"),
    summed=True,
)
def growth(frame: Frame) -> ir.Table:
    """Columns: dimensions, span, against (the period compared with), value, low, high (ratio less 1; 0.1 is +10 %),
    observed (units bounded in both), open.

    low = A.low / B.high - 1, high = A.high / B.low - 1: valid, and maybe loose, since A and B are of the same
    repositories. No value where nothing was downloaded before. Both periods are quantities of one frame, so that a
    repository is counted by one instrument, and a fixed panel is the same in both.
    """
    if frame.request.reading.counter:
        raise RequestError(
            "growth compares downloads of periods, and a counter as read is none",
            where="reading counter",
            remedy="leave it out",
        )
    against = frame.request.reading.against or "previous"
    now = [_period(s) for s in frame.spans]
    compared = [(i, p, *then) for i, p in enumerate(now) if (then := _base(p, min(now), against)) is not None]
    if not compared:
        raise RequestError(
            "one period alone has no growth since the first", where="reading against", remedy="add --by month"
        )
    known, covered = _in_data(frame, {then for _i, _p, then, _steps in compared})
    both = frame.over(sorted({*now, *known}))
    place = {_period(s): i for i, s in enumerate(both.spans)}
    rows = []
    for i, period, then, steps in compared:
        own, other = frame.spans[i], place.get(then)
        flags = () if other is None else tuple(f"{then}: {f}" for f in both.spans[other].flags if f not in own.flags)
        frame.labels.append(Span(own.label, own.start, own.end, (*own.flags, *flags)))
        rows.append((len(rows), place[period], other, steps, str(then), then in covered))
    lacking = sorted({then for _i, _p, then, _steps in compared} - covered)
    if lacking:
        frame.notes.append(f"no value against what the data do not cover: {', '.join(str(p) for p in lacking)}")
    if frame.reported:
        _note_changes(both)
    columns = [pa.array(c, f.type) for c, f in zip(zip(*rows, strict=True), PLACES, strict=True)]
    places = frame.engine.register(f"{frame.more.name}_compared", pa.table(columns, schema=PLACES))
    if both.whole is not None and not (frame.request.of or frame.dimensions):
        sums = both.whole.mutate(broken=ibis.literal(False))  # all that the publisher counts, not only who is listed
    else:
        sums = both.sums()
    return _compared(sums, places, frame.dimensions)


def _compared(sums: ir.Table, places: ir.Table, dimensions: tuple[str, ...]) -> ir.Table:
    """The sums of each span over those of the span it is compared with."""
    part = sums.rename(now="span").join(places, "now")
    before = sums.select(
        then_span="span",
        **{f"then_{c}": c for c in (*dimensions, "low", "estimate", "high", "open", "opened", "broken", "observed")},
    )
    # a row that is missing is unknown, what surely was zero has no growth, and after an open flow anything is possible
    keys = [part.then == before.then_span, *(part[d].identical_to(before[f"then_{d}"]) for d in dimensions)]
    pairs = part.left_join(before, keys)
    power = 1 / _.steps
    value = ibis.ifelse(_.covered, (_.estimate / _.then_estimate.nullif(0)) ** power - 1, ibis.null("float64"))
    least = ibis.ifelse(_.then_high == 0, ibis.null("float64"), (_.low / _.then_high) ** power - 1)
    low = ibis.ifelse(_.then_low.isnull(), ibis.null("float64"), ibis.ifelse(_.then_open, -1.0, least))
    high = (_.high / _.then_low.nullif(0)) ** power - 1
    chosen = pairs.mutate(
        value=value,
        low=ibis.ifelse(value.isnull(), low, ibis.least(low, value)),
        high=ibis.ifelse(high.isnull() | value.isnull(), high, ibis.greatest(high, value)),
        open=_.open | _.then_open.fill_null(False),
        opened=ibis.greatest(_.opened, _.then_opened.fill_null(0)),
        broken=_.broken | _.then_broken.fill_null(False),
        observed=ibis.least(_.observed, _.then_observed),
    )
    columns = ("span", "against", "value", "low", "high", "open", "opened", "broken", "observed")
    return chosen.select(*dimensions, *columns)


def _period(span: Span) -> Period:
    return Period(date.fromisoformat(span.start), date.fromisoformat(span.end))


def _base(period: Period, first: Period, against: str) -> tuple[Period, int] | None:
    """What a period is compared with, and how many periods lie between; none for the first one itself."""
    if against != "first":
        return (before(period) if against == "previous" else year_before(period)), 1
    return None if period == first else (first, _steps(first, period))


def before(period: Period) -> Period:
    """The period of the same length and grain that ends where it starts.

    >>> str(before(Period.parse("2026-03"))), str(before(Period.parse("2026-01..2026-03")))
    ('2026-02', '2025-10..2025-12')
    >>> str(before(Period.parse("2026-03-02..2026-03-08")))
    '2026-02-23..2026-03-01'
    """
    months = _months(period)
    start = _shifted(period.start, -months) if months else period.start - timedelta(days=period.days)
    return Period(start, period.start)


def year_before(period: Period) -> Period:
    """The same period a year before; of a week or weeks, the same weekdays 52 weeks before.

    >>> str(year_before(Period.parse("2026-02"))), str(year_before(Period.parse("2026-03-02..2026-03-08")))
    ('2025-02', '2025-03-03..2025-03-09')
    >>> str(year_before(Period.parse("2024-02-29")))
    '2023-02-28'
    """
    if _months(period):
        return Period(_shifted(period.start, -12), _shifted(period.end, -12))
    if period.days % 7 == 0:
        return Period(period.start - timedelta(days=364), period.end - timedelta(days=364))
    start = _shifted(period.start, -12)
    return Period(start, start + timedelta(days=period.days))


def _months(period: Period) -> int:
    """How many calendar months the period is; 0 where it is none."""
    whole = period.start.day == 1 and period.end.day == 1
    return len(list(period.months())) if whole else 0


def _steps(first: Period, later: Period) -> int:
    """How many periods after the first a later one of the same length is."""
    months = _months(first)
    if _months(later) != months or (not months and later.days != first.days):
        raise RequestError(
            f"{first} and {later} are not of the same length",
            where="reading against",
            remedy="ask for periods that are",
        )
    if months:
        return -(-((later.start.year - first.start.year) * 12 + later.start.month - first.start.month) // months)
    return -(-(later.start - first.start).days // first.days)


def _shifted(day: date, months: int) -> date:
    """The same day of another month, or its last where it has none."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def _in_data(frame: Frame, periods: set[Period]) -> tuple[set[Period], set[Period]]:
    """Those of the periods that the data say something of, and those that they cover; an error where there is none."""
    if frame.reported:
        known = {p for p in periods if _published(frame, p)}
        covered = known
    else:
        first, last = extent(frame.more.census)
        small = frame.more.census.counters.small
        table = (
            "readings_raw"
            if small
            else "(select *, observed_from as t_from, null::date as period_start from snapshots)"
        )
        begins = frame.engine.rows(BEGINS.format(table=table))[0]["first"]
        known = {p for p in periods if p.end > first - timedelta(days=WINDOW_DAYS) and p.start <= last}
        covered = {p for p in known if p.start >= begins}
    if not known:
        listed = ", ".join(str(p) for p in sorted(periods)[:3])
        raise RequestError(
            f"the data say nothing of {listed}", where="reading against", remedy="ask for later periods"
        )
    return known, covered


def _note_changes(frame: Frame) -> None:
    """Say where the sum of a reported series is not of the same organizations in all of its periods."""
    rows = frame.engine.fetch(frame.subject().select("span", "organization").distinct()).to_pylist()
    listed = [{r["organization"] for r in rows if r["span"] == i} for i in range(len(frame.spans))]
    partly = sorted(set.union(*listed) - set.intersection(*listed))
    if partly and frame.request.of and "organization" not in frame.dimensions:
        frame.notes.append(f"not listed in all of the periods: {', '.join(partly)}")


def _published(frame: Frame, period: Period) -> bool:
    days = frame.engine.rows("select distinct period_start from reported_rows")
    return {m.start for m in period.months()} <= {r["period_start"] for r in days}

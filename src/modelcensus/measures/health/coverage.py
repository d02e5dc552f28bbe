"""What each source gave in each month, as rows."""

from collections.abc import Iterable, Mapping
from datetime import date
from itertools import pairwise

import numpy as np

from modelcensus.engine import Engine
from modelcensus.flows.calendar import Snapshot, days, usual_step
from modelcensus.measures.health.watch import Watch
from modelcensus.measures.presence import FIRST_DAYS
from modelcensus.vocabulary import Period

FIRSTS = f"""
    select cast(date_trunc('month', day) as date) as month, count(*) as repositories from ({FIRST_DAYS})
    group by all order by all
"""
"""By month: repositories that are known to have been there from then on: created, listed or read for the first time."""

PERIODS = """
    with rows as (
        select series, repository, value, observed_from, observed_on, batch,
               cast(date_trunc('month', observed_on - 1) as date) as month
        from superseded where counter = 'period' and value is not null),
    weights as (select series, repository, sum(value) as weight from rows group by all),
    totals as (select series, sum(weight) as total from weights group by all),
    read as (select distinct series, month, repository from rows),
    carried as (
        select series, month, count(*) as repositories, sum(weight) as weight
        from read join weights using (series, repository) group by all)
    select r.series, r.month, count(distinct (r.observed_from, r.observed_on, r.batch)) as snapshots, count(*) as rows,
           any_value(c.repositories) as repositories,
           any_value(c.weight) / nullif(any_value(t.total), 0) as by_downloads
    from rows r join carried c using (series, month) join totals t using (series) group by all order by all
"""
"""Of counts over periods: by the month of their last day."""

PERIOD_DAYS = """
    select series, observed_on, count(*) as rows from superseded where counter = 'period' group by all order by all
"""

REPORTED = """
    with rows as (select scope, organization, cast(date_trunc('month', period_start) as date) as month, downloads, exact
                  from reported_rows),
    listed as (
        select r.scope, r.month, count(*) as organizations, sum(r.downloads) as downloads,
               sum(case when coalesce(r.exact, e.exact) = false then 1 else 0 end) as estimates
        from rows r join (select month, bool_and(exact) as exact from rows group by month) e using (month)
        where r.organization is not null group by all),
    totals as (select scope, month, max(downloads) as total from rows where organization is null group by all)
    select scope, month, coalesce(organizations, 0) as organizations, downloads, total, estimates
    from listed full join totals using (scope, month) order by all
"""


def expected(month: Period, first: int, last: int, step: float) -> int:
    """Snapshots that a source read every `step` days gives in a month, between its first and its last one.

    >>> expected(Period.parse("2026-06"), days(Period.parse("2026-06-11").start), 99999, 7)
    3
    """
    inside = min(days(month.end) - 1, last) - max(days(month.start), first) + 1
    return max(1, round(inside / step))


def share(part: float, whole: float) -> float | None:
    """A share for the report: four places, null of nothing."""
    return round(part / whole, 4) if whole else None


def firsts(engine: Engine, tables: list[str]) -> list[tuple[date, int]]:
    """By month: repositories that are known to have been there from then on; `tables` hold who was listed and when."""
    seen = " ".join(f'union all select repository, day from "{t}"' for t in tables)
    return [(r["month"], r["repositories"]) for r in engine.rows(FIRSTS.format(seen=seen))]


def known_then(found: list[tuple[date, int]], months: list[Period]) -> dict[Period, int]:
    """How many repositories were known to be there by the end of each month."""
    return {m: sum(n for month, n in found if month < m.end) for m in months}


def watched_rows(watch: Watch, calendar: list[Snapshot]) -> list[dict]:
    """The months of one watched source; `known` and what depends on it are added by `with_known`."""
    first, last, step = calendar[0].day, calendar[-1].day, usual_step(calendar)
    weights = watch.weights
    total = int(weights.sum())
    rows = []
    for seen in watch.months:
        read = np.unpackbits(seen.read, count=len(weights)).astype(bool)
        rows.append(
            {
                "source": calendar[0].series, "counter": calendar[0].counter, "month": seen.month,
                "snapshots": seen.snapshots, "expected": expected(seen.month, first, last, step), "sound": seen.sound,
                "listed": seen.listed, "repositories": seen.repositories,
                "by_downloads": share(int(weights[read].sum()), total), "came": seen.came, "went": seen.went,
                "rows": seen.rows, "rows_set_aside": sum(seen.aside.values()),
                "set_aside": {k: n for k, n in sorted(seen.aside.items()) if n},
            }
        )  # fmt: skip
    return rows


def period_rows(engine: Engine) -> list[dict]:
    """The months of the sources of counts over periods, of the channel that is prepared."""
    days_read: dict[str, list] = {}
    for r in engine.rows(PERIOD_DAYS):
        days_read.setdefault(r["series"], []).append(r["observed_on"])
    rows = []
    for r in engine.rows(PERIODS):
        ends = [days(d) for d in days_read[r["series"]]]
        month = Period.month(r["month"])
        rows.append(
            {
                "source": r["series"], "counter": "period", "month": month, "snapshots": r["snapshots"],
                "expected": expected(month, ends[0] - 1, ends[-1] - 1, median_step(ends)), "sound": r["snapshots"],
                "listed": r["repositories"], "repositories": r["repositories"],
                "by_downloads": share(r["by_downloads"] or 0, 1), "came": None, "went": None,
                "rows": r["rows"], "rows_set_aside": 0, "set_aside": {},
            }
        )  # fmt: skip
    return rows


def with_known(rows: list[dict], known: int, then: Mapping[Period, int]) -> list[dict]:
    """Rows with their shares of all repositories that the ledger knows, and of those known by the month's end."""
    return [
        {
            **r, "month": str(r["month"]), "of_known": share(r["repositories"], known),
            "known_then": then[r["month"]], "of_known_then": share(r["repositories"], then[r["month"]]),
        }
        for r in rows
    ]  # fmt: skip


def reported_rows(engine: Engine, name: str) -> list[dict]:
    """The months of a reported series, by scope: organizations listed, and their share of the published total."""
    return [
        {
            "source": name, "counter": "reported", "scope": r["scope"], "month": str(Period.month(r["month"])),
            "snapshots": 1, "expected": 1, "sound": 1, "repositories": None, "organizations": r["organizations"],
            "estimates": int(r["estimates"] or 0),
            "by_downloads": share(r["downloads"] or 0, r["total"]) if r["total"] and r["organizations"] else None,
        }
        for r in engine.rows(REPORTED)
    ]  # fmt: skip


def missing_months(months: Iterable[Period]) -> list[Period]:
    """Runs of months that are missing between the first and the last of these.

    >>> [str(p) for p in missing_months(map(Period.parse, ["2026-01", "2026-02", "2026-05"]))]
    ['2026-03..2026-04']
    """
    return [Period(a.end, b.start) for a, b in pairwise(sorted(set(months))) if a.end < b.start]


def median_step(ends: list[int]) -> float:
    """Usual days between these days, sorted and without repetition; 1 where there is one."""
    steps = [b - a for a, b in pairwise(ends)]
    return float(np.median(steps)) if steps else 1.0

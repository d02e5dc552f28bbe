"""On which clock flows are asked for: the calendar's, or each repository's own, from its release on."""

from dataclasses import dataclass
from datetime import date, timedelta

from modelcensus.engine import Engine

RELEASE = date(2000, 1, 1)
"""The day that every release falls on when days are counted from it."""

SHIFTED = """
    select r.* replace ({days}) from {table} r join zero z using (repository)
"""

NEAR = """
    with shifted as ({shifted}),
    beside as (
        select *, lag(t_to) over one as t_last, lead(t_from) over one as t_next, lag(value) over one as before
        from shifted where counter = 'all_time' and not aside
        window one as (partition by repository order by t_to, value)),
    plain as (
        select repository from beside group by repository
        having bool_and(t_from = t_to) and not coalesce(bool_or(before > value or t_last = t_to), false))
    select b.* exclude (t_last, t_next, before) from beside b left join plain p using (repository)
    where p.repository is null or t_last is null or t_next is null or {near}
    union all by name
    select * from shifted where counter <> 'all_time' and not aside
"""
"""Of repositories whose counter never fell and was read on days that are known, the readings beside the days asked for:
no other says more of them."""


@dataclass(frozen=True)
class Clock:
    """The tables that flows are computed from: readings, facts (of which the days of creation count) and spikes."""

    readings: str
    facts: str = "facts"
    spikes: str = "spikes"

    @property
    def raw(self) -> bool:
        """Whether every row counts as read."""
        return "raw" in self.readings


def calendar_clock(repair: str, suffix: str = "") -> Clock:
    """The calendar's days; `suffix` names the readings of some repositories alone."""
    return Clock(f"readings_raw{suffix}" if repair == "none" else f"readings{suffix}")


def release_clock(engine: Engine, repair: str, zero: str, ages: list[int], suffix: str = "") -> Clock:
    """Days counted from each repository's own (`zero`: SQL of repository, zero_on), which becomes `RELEASE`; other
    repositories have none. Flows are asked for from there to each of the `ages`, in days."""
    engine.query("zero", f"select repository, cast(zero_on - date '{RELEASE}' as integer) as shift from ({zero})")
    clock = calendar_clock(repair, suffix)
    shifted = _shifted(clock.readings, "t_from", "t_to", "t_best", "observed_on", "period_start")
    days = [f"date '{at_age(a)}'" for a in (0, *ages)]
    near = " or ".join(f"(t_last <= {d} and {d} <= t_next)" for d in days)
    engine.query(f"{clock.readings}_aged", NEAR.format(shifted=shifted, near=f"({near})"))
    engine.query("facts_aged", _shifted("facts", "created_at"))
    engine.query("spikes_aged", _shifted("spikes", '"from"', '"to"'))
    return Clock(f"{clock.readings}_aged", "facts_aged", "spikes_aged")


def at_age(days: int) -> date:
    """The day on the clock of releases that is so many days after them."""
    return RELEASE + timedelta(days=days)


def _shifted(table: str, *columns: str) -> str:
    return SHIFTED.format(table=table, days=", ".join(f"r.{c} - z.shift as {c}" for c in columns))

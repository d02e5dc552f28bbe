"""On which clock flows are asked for: the calendar's, or each repository's own, from its release on."""

from dataclasses import dataclass
from datetime import date, timedelta

from modelcensus.engine import Engine

RELEASE = date(2000, 1, 1)
"""The day that every release falls on when days are counted from it."""

SHIFTED = """
    select r.* replace ({days}) from {table} r join zero z using (repository)
"""


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


def calendar_clock(repair: str) -> Clock:
    """The calendar's days."""
    return Clock("readings_raw" if repair == "none" else "readings")


def release_clock(engine: Engine, repair: str, zero: str) -> Clock:
    """Days counted from each repository's own (`zero`: SQL of repository, zero_on), which becomes `RELEASE`; other
    repositories have none."""
    engine.query("zero", f"select repository, cast(zero_on - date '{RELEASE}' as integer) as shift from ({zero})")
    clock = calendar_clock(repair)
    engine.query(
        f"{clock.readings}_aged", _shifted(clock.readings, "t_from", "t_to", "t_best", "observed_on", "period_start")
    )
    engine.query("facts_aged", _shifted("facts", "created_at"))
    engine.query("spikes_aged", _shifted("spikes", '"from"', '"to"'))
    return Clock(f"{clock.readings}_aged", "facts_aged", "spikes_aged")


def at_age(days: int) -> date:
    """The day on the clock of releases that is so many days after them."""
    return RELEASE + timedelta(days=days)


def _shifted(table: str, *columns: str) -> str:
    return SHIFTED.format(table=table, days=", ".join(f"r.{c} - z.shift as {c}" for c in columns))

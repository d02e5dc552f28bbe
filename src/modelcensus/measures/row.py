"""One row of an answer."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Row:
    """One value: `low` and `high` are null for reported series, `high` also where nothing was read after the end.

    Nothing changes it; it is not frozen because that takes five times as long to make, and answers are made of these.
    """

    dimensions: dict[str, object]
    period: str
    start: str
    end: str
    span: int
    value: float | None
    low: float | None
    high: float | None
    coverage: float | None
    observed: int | None
    scope_size: int | None
    flags: tuple[str, ...]

    @property
    def end_day(self) -> str:
        """Where the row stands on a time axis: the start of its month, or the day it was read."""
        return self.start if self.period.count("-") == 1 and ".." not in self.period else self.end

    def as_dict(self) -> dict[str, object]:
        """The row as plain values, in the order of the command line's JSON."""
        return {
            **self.dimensions,
            "period": self.period,
            "value": self.value,
            "low": self.low,
            "high": self.high,
            "coverage": self.coverage,
            "observed": self.observed,
            "scope_size": self.scope_size,
            "flags": list(self.flags),
        }

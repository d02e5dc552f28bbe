"""What time the numbers of a channel cover."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from modelcensus.measures.observed import extent
from modelcensus.measures.reported import reported_months
from modelcensus.vocabulary.names import REPORTED

if TYPE_CHECKING:
    from modelcensus.measures.census import Census


@dataclass(frozen=True)
class Extent:
    """From `first` up to, not including, `end`; of a reported series exact from `first_exact` on."""

    first: date
    first_exact: date
    end: date


def extent_of(census: Census, channel: str) -> Extent:
    """The days that a channel of the ledger covers."""
    if channel.startswith(REPORTED):
        months = reported_months(census, channel)
        exact = next((m.start for m in months if m.exact is not False), months[0].start)
        return Extent(months[0].start, exact, months[-1].end)
    census.prepare(channel)
    first, last = extent(census)
    return Extent(first, first, last)

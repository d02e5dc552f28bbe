"""What an app refuses to work out, known before it begins: whoever asks next waits for it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from modelcensus.catalog import Scope
from modelcensus.vocabulary import Request, RequestError
from modelcensus.vocabulary.names import ALL_TIME

if TYPE_CHECKING:
    from modelcensus.measures.census import Census

MOST_READ = 40_000_000
"""Values of a counter as it was read that one answer of a large ledger rests on: a table of more takes most of the memory
of a small machine."""

MOST_TOLD = 4_000_000
"""Flows of a small ledger that one answer rests on: each is worked out from the readings, which takes some microseconds."""

MOST_PAIRS = 250_000_000
"""Pairs of days, of every repository, between which the counters of windows are solved for one answer: about 8 seconds on
one core, and half a gigabyte."""

FEW = 500
"""Repositories below which a pair of days takes no less time."""

COUNTED_IN_WINDOWS = f"select count(*) as n from snapshots where counter <> '{ALL_TIME}'"


def must_be_affordable(census: Census, request: Request, spans: Sequence[tuple[date, date]], scope: Scope) -> None:
    """RequestError, to whoever asks an app, where flows take minutes to work out: of many days, and on a large ledger where
    all its readings would be read once more."""
    if not census.bounded:
        return
    if census.counters.small:
        _must_be_few(census, spans, scope)
    elif census.counters.certain:
        _must_be_folded(census, request, spans, scope)


def _must_be_few(census: Census, spans: Sequence[tuple[date, date]], scope: Scope) -> None:
    """Of a small ledger: a flow of every repository, and where counters of windows were read, all pairs of days."""
    days = len({day for span in spans for day in span})
    told, size = len(spans) * scope.size, max(scope.size, FEW)
    if told <= MOST_TOLD and days**2 * size <= MOST_PAIRS // 4:  # of so few days readings do not matter
        return
    readings = census.engine.rows(COUNTED_IN_WINDOWS)[0]["n"]
    if told > MOST_TOLD or (readings and days * (days + 2 * readings) * size > MOST_PAIRS):
        raise RequestError(
            f"{len(spans):,} periods of {scope.size:,} repositories are too many to be worked out for one answer of an app",
            where="--period",
            remedy="ask for a shorter period, for weeks or months, or for a smaller scope; or on a command line",
        )


def _must_be_folded(census: Census, request: Request, spans: Sequence[tuple[date, date]], scope: Scope) -> None:
    """Of a large ledger: days at which its readings are folded, as they are repaired there, and a table that fits memory."""
    counters = census.counters
    remedy = "ask for whole months as they are kept (no reading of repair, spikes or panel), or on a command line"
    if request.reading.repair == "none" or not counters.reaches({day for span in spans for day in span}):
        raise RequestError(
            f"{sum(s.rows for s in counters.calendar):,} readings would be read once more: too much for one answer of an app",
            where="--period" if request.reading.repair != "none" else "reading repair",
            remedy=remedy,
        )
    if len(spans) * scope.size > MOST_READ:
        raise RequestError(
            f"{len(spans):,} periods of {scope.size:,} repositories are too many to be told one by one",
            where="--period",
            remedy=remedy,
        )

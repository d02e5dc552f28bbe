"""What a source reads, as arrays: the series that artefacts are injected into, and the truth of what was injected."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from modelcensus.vocabulary import FACTS, OBSERVATIONS

BIG = 2_000
"""Downloads a day from which a repository is *big*: the level of the study quoted in method.md, section 2."""
BEFORE = 14
"""Snapshots over whose median flow it is judged; the same study."""


@dataclass(frozen=True)
class Truth:
    """One event that was injected. `since` and `day` are the events' `from` and `to`.

    An optional truth may be reported or not: it is neither missed nor false (a jump after a half stall of a third of
    the repositories, say). Where `since` is None any will do, where `day` of an optional one is None any day will do.
    `former` is the id that a rename must name; `lost` marks a stall whose downloads were never booked.
    """

    kind: str
    since: np.datetime64 | None
    day: np.datetime64 | None
    repository: str | None = None
    former: str | None = None
    optional: bool = False
    lost: bool = False


@dataclass(frozen=True)
class Series:
    """The readings of one counter in one source, days x repositories.

    `listed` says where there is a row. `truth` is the true number of downloads since ever on each day of `grid`, which
    holds every day of the series and the thirty before it; a real series has none.
    """

    name: str
    counter: str
    days: NDArray[np.datetime64]
    repositories: NDArray[Any]
    created: NDArray[np.datetime64]
    values: NDArray[np.int64]
    listed: NDArray[np.bool_]
    grid: NDArray[np.datetime64] | None = None
    truth: NDArray[np.int64] | None = None
    hub_ids: NDArray[Any] | None = None

    def __post_init__(self) -> None:
        shape = (len(self.days), len(self.repositories))
        assert self.values.shape == self.listed.shape == shape, "readings are days x repositories"
        assert self.truth is None or self.truth.shape == (len(self.grid), shape[1])

    def change(self, **parts: Any) -> "Series":
        """The same series with some of its arrays replaced."""
        return replace(self, **parts)

    def gaps(self) -> NDArray[np.int64]:
        """Days between each snapshot and the one before it; the first has 1."""
        return np.concatenate([[1], np.diff(self.days).astype(int)])

    def rates(self, first: int = 0, stop: int | None = None) -> NDArray[np.float64]:
        """Downloads a day between each of these snapshots and the one before; not a number where one is not listed.

        For rolling_30d the mean of the thirty days, since single days cannot be read from it.
        """
        values, listed = self.values[first:stop], self.listed[first:stop]
        if self.counter == "rolling_30d":
            return np.where(listed, values / 30, np.nan)
        flows = np.diff(values, axis=0) / self.gaps()[first:stop][1:, None]
        rates = np.full(values.shape, np.nan)
        rates[1:] = np.where(listed[1:] & listed[:-1], flows, np.nan)
        return rates

    def level(self, at: int) -> NDArray[np.float64]:
        """Median downloads a day over the snapshots before that one; 0 where too few were read."""
        window = self.rates(max(0, at - BEFORE - 1), at)[1:]
        enough = np.isfinite(window).sum(axis=0) * 2 >= len(window)
        return np.where(enough, np.nanmedian(np.where(enough, window, 0.0), axis=0), 0.0)

    def big(self, at: int) -> NDArray[np.bool_]:
        """The big repositories before that snapshot that are read in it and in the one before."""
        return (self.level(at) >= BIG) & self.listed[at] & self.listed[at - 1]

    def place(self, at: int) -> int:
        """The row of `grid` of a snapshot."""
        assert self.grid is not None
        return int((self.days[at] - self.grid[0]).astype(int))


Injected = tuple[Series, list[Truth]]


def observations(series: Series) -> pa.Table:
    """The rows that a source would hand over, in the declared schema."""
    day, repository = np.nonzero(series.listed)
    n = len(day)
    days = pa.array(series.days.astype("datetime64[D]")).take(pa.array(day))
    ids = pa.array(series.hub_ids, pa.string()).take(pa.array(repository)) if series.hub_ids is not None else None
    return pa.table(
        {
            "repository": pa.array(series.repositories, pa.string()).take(pa.array(repository)),
            "hub_id": pa.nulls(n, pa.string()) if ids is None else ids,
            "counter": pa.repeat(series.counter, n),
            "value": pa.array(series.values[day, repository]),
            "observed_from": days,
            "observed_on": days,
            "batch": pa.repeat("", n),
            "period_start": pa.nulls(n, pa.date32()),
        },
        schema=OBSERVATIONS.arrow,
    )


def facts(series: Series) -> pa.Table:
    """What the source says of each repository: its creation day and, where it has one, its stable id."""
    n = len(series.repositories)
    stated = {
        "repository": pa.array(series.repositories, pa.string()),
        "hub_id": pa.nulls(n, pa.string()) if series.hub_ids is None else pa.array(series.hub_ids, pa.string()),
        "observed_on": pa.array(np.full(n, series.days[-1])),
        "created_at": pa.array(series.created.astype("datetime64[D]")),
    }
    return pa.table({c.name: stated.get(c.name, pa.nulls(n, c.type)) for c in FACTS.columns}, schema=FACTS.arrow)

"""Clean series as the Hub's counters would be without artefacts: what a detector must stay silent on.

Shapes follow the real copies described in method.md and shared/data/README.md: rates spread over many orders of
magnitude (of all repositories 50-85 % unchanged on any day, of a top list 3-4 %), days that scatter far more than
counts at a constant rate (a coefficient of variation around 0.3 for big repositories, above 1 for small ones), a
weekly cycle of 12 %, growth, slow deaths, launches that start at up to ten times their later level.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from flows.artefacts.series import Series

LAST = np.datetime64("2026-10-31")
FIRST_CREATED = np.datetime64("2022-01-01")
WINDOW = 30
SMALL = 20
"""Downloads a day below which a repository is pulled in clumps."""
CAP, SMALL_CAP = 5.0, 8.0
"""No clean day is above so many times its level: tenfold is a spike by definition."""
STRAY = 2e-4
"""Share of readings that are missing for no reason."""
DELETED = 0.01
"""Share of repositories that are deleted in a year."""


@dataclass(frozen=True)
class World:
    """Size, rhythm and make-up of a clean series; `centre` and `spread` are those of the logarithm of the daily rate."""

    repositories: int
    snapshots: int
    every: Literal["day", "week", "month"] = "day"
    counter: Literal["all_time", "rolling_30d"] = "all_time"
    centre: float = -1.2
    spread: float = 5.0

    def days(self) -> NDArray[np.datetime64]:
        """The days of the snapshots, up to the last of October 2026; monthly ones are the first of each month."""
        back = np.arange(self.snapshots)[::-1]
        if self.every == "month":
            return (LAST.astype("datetime64[M]") - back).astype("datetime64[D]")
        return LAST - back * (1 if self.every == "day" else 7)

    def series(self, seed: int, name: str = "series") -> Series:
        """A clean series, the same for the same seed."""
        rng = np.random.default_rng([seed, self.repositories, self.snapshots])
        days = self.days()
        grid = np.arange(days[0] - WINDOW, days[-1] + 1)
        n = self.repositories
        span = (days[-1] - FIRST_CREATED).astype(int)
        created = FIRST_CREATED + (span * rng.random(n) ** 0.6).astype(int)
        years = (grid[-1] - grid[0]).astype(int) / 365
        gone = np.where(rng.random(n) < DELETED * years, rng.integers(0, len(grid), n), len(grid))

        age = (grid[:, None] - created[None, :]).astype(int)
        alive = (age >= 0) & (np.arange(len(grid))[:, None] < gone)
        base = np.minimum(np.exp(rng.normal(self.centre, self.spread, n)), 1e6)
        rate = base * _trend(rng, len(grid), n) * _week(rng, grid, n) * _launch(rng, age) * alive
        counts = rng.poisson(rate * _scatter(rng, base, rate.shape))
        before = np.where(age[0] > 0, base * np.maximum(age[0], 0) * rng.uniform(0.3, 1.5, n), 0)
        truth = before.astype(np.int64) + np.cumsum(counts, axis=0)

        rows = (days - grid[0]).astype(int)
        values = truth[rows] - (truth[rows - WINDOW] if self.counter == "rolling_30d" else 0)
        listed = alive[rows] & (rng.random(values.shape) >= STRAY)
        return Series(name, self.counter, days, _names(rng, n), created, values, listed, grid, truth)


def _names(rng: np.random.Generator, n: int) -> NDArray[np.object_]:
    """Ids whose organizations have a heavy tail: a few with very many repositories, many with one."""
    organizations = max(12, n // 8)
    weights = 1 / np.arange(1, organizations + 1) ** 0.9
    owner = rng.choice(organizations, n, p=weights / weights.sum())
    return np.array([f"org-{o:04d}/model-{i:05d}" for i, o in enumerate(owner)], object)


def _trend(rng: np.random.Generator, length: int, n: int) -> NDArray[np.float64]:
    """Growth and decline over the whole span, and for one in twelve a slow death from some day on."""
    place = np.linspace(-0.5, 0.5, length)[:, None]
    trend = np.exp(np.clip(rng.normal(0, 0.5, n), -1.2, 1.2) * place)
    start = np.where(rng.random(n) < 1 / 12, rng.integers(0, length, n), length)
    dead = np.maximum(np.arange(length)[:, None] - start, 0) / rng.uniform(60, 200, n)
    return trend * np.exp(-dead)


def _week(rng: np.random.Generator, grid: NDArray[np.datetime64], n: int) -> NDArray[np.float64]:
    """Weekends about 12 % lower, more for some than for others."""
    weekend = (grid.astype(int) + 3) % 7 >= 5  # 1970-01-01 was a Thursday
    return 1 - 0.12 * weekend[:, None] * rng.uniform(0.5, 1.5, n)


def _launch(rng: np.random.Generator, age: NDArray[np.int64]) -> NDArray[np.float64]:
    """A start above the later level that decays within weeks; three in ten start at ten times and more."""
    n = age.shape[1]
    height = np.where(rng.random(n) < 0.3, rng.uniform(9, 14, n), rng.uniform(0, 4, n))
    return 1 + height * np.exp(-np.maximum(age, 0) / rng.uniform(4, 12, n))


def _scatter(rng: np.random.Generator, base: NDArray[np.float64], shape: tuple[int, int]) -> NDArray[np.float64]:
    """Days above and below the level: gamma noise (so counts are negative binomial), bursts of one to three days, and
    a share that all repositories have in common."""
    small = base < SMALL
    shapes = np.where(small, 0.7, 1 / rng.uniform(0.12, 0.45, len(base)) ** 2)
    noise = rng.standard_gamma(np.broadcast_to(shapes, shape)) / shapes
    burst = np.ones(shape)
    start = rng.random(shape) < 0.006
    for later in range(3):
        day, who = np.nonzero(start)
        lasts = (day + later < shape[0]) & (rng.random(len(day)) < 1 / (1 + later))
        burst[day[lasts] + later, who[lasts]] = rng.uniform(1.5, 4, lasts.sum())
    common = np.clip(rng.normal(1, 0.03, shape[0]), 0.9, 1.1)
    return np.minimum(noise * burst, np.where(small, SMALL_CAP, CAP)) * common[:, None]

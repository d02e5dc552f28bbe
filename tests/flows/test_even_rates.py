"""Estimates from counters of windows against another solver of the same quadratic program."""

import numpy as np
import pytest
from scipy.optimize import lsq_linear

from modelcensus.flows.least_squares import even_rates, whole_levels

FIRMLY = 1e4
"""Weight of a window against an evenness of 1: what it leaves undone is the inverse of its square."""
Floats = np.ndarray


def exact_rates(start: Floats, end: Floats, low: Floats, high: Floats, days: int) -> Floats:
    """min |x|^2, x >= 0, low <= sums <= high of one repository, as bounded least squares in x and the sums (an active set
    method: another formulation and another algorithm)."""
    read = np.isfinite(low) | np.isfinite(high)
    start, end, low, high = start[read], end[read], low[read], high[read]
    calendar = np.arange(days)
    counted = ((start[:, None] <= calendar) & (calendar < end[:, None])).astype(float)
    scale = max((np.where(np.isfinite(high), high, low) / (end - start)).max(), 1e-9)
    matrix = np.block([[np.eye(days), np.zeros((days, len(low)))], [FIRMLY * counted, -FIRMLY * np.eye(len(low))]])
    least = np.concatenate([np.zeros(days), low / scale])
    most = np.concatenate([np.full(days, np.inf), np.maximum(high / scale, low / scale + 1e-9)])
    solved = lsq_linear(matrix, np.zeros(len(matrix)), (least, most), method="bvls", tol=1e-14, max_iter=3000)
    return solved.x[:days] * scale


def windows_read(rng: np.random.Generator, count: int) -> tuple[int, Floats, Floats, Floats, Floats]:
    """Days, and start, end, least and greatest sum (windows x repositories) that true rates of each repository allow."""
    days, number = int(rng.integers(10, 60)), int(rng.integers(1, 9))
    start = rng.integers(0, days - 1, number)
    length = rng.integers(1, days, number) if rng.random() < 0.5 else np.full(number, 30)
    end = np.minimum(start + length, days)
    level, active = rng.choice([0.3, 5, 100, 5_000], count), rng.choice([0.1, 0.6, 1.0], count)
    daily = rng.poisson(level, (days, count)) * (rng.random((days, count)) < active)
    daily[rng.integers(0, days, count), np.arange(count)] += (rng.random(count) < 0.3) * rng.integers(1, 10**5, count)
    sums = np.stack([daily[a:b].sum(axis=0) for a, b in zip(start, end, strict=True)]).astype(float)
    off = rng.choice([0, 0, 0.05, 0.3])
    low, high = np.ceil(sums * (1 - off)), np.floor(sums * (1 + off))
    unread = rng.random(sums.shape) < 0.2
    low[unread], high[unread | (rng.random(sums.shape) < 0.1)] = -np.inf, np.inf
    return days, start, end, low, high


def check_rates(seed: int, systems: int) -> None:
    """Cumulative estimates differ by 1 % of all downloads or by two downloads at most, and hardly any by more."""
    rng = np.random.default_rng(seed)
    off = []
    for _ in range(systems):
        days, start, end, low, high = windows_read(rng, 4)
        found = even_rates(start, end, low, high, days)
        assert (found >= 0).all()
        for i in np.flatnonzero(np.isfinite(low).any(axis=0)):
            exact = exact_rates(start, end, low[:, i], high[:, i], days)
            most = np.abs(np.cumsum(found[:, i]) - np.cumsum(exact)).max()
            off.append(most / max(0.01 * exact.sum(), 2))
    assert np.mean(np.array(off) > 1) <= 0.003
    assert max(off) <= 2


@pytest.mark.parametrize("seed", range(4))
def test_rates_have_the_least_sum_of_squares(seed):
    check_rates(seed, 25)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4, 24))
def test_rates_of_ten_thousand_repositories_have_the_least_sum_of_squares(seed):
    check_rates(seed, 125)


def spliced(rng: np.random.Generator, count: int, days: int) -> tuple[Floats, Floats, Floats, Floats]:
    """Start, end, least and greatest sum of repositories that two counters read each day: one since they were created, each
    on a day of its own, exactly; and windows of 30 days, as wide as the two disagree, of the small ones exactly too."""
    created, level = rng.integers(0, days // 2, count), 10 ** rng.uniform(-1, 4, count)
    calendar = np.arange(days)
    daily = rng.poisson(level, (days, count)) * (calendar[:, None] >= created)
    read = np.arange(days // 2, days)
    chains = [(a, a + 1) for a in read[:-1]] + [(c, read[0]) for c in np.unique(created)]
    windows = [(int(b) - 30, int(b)) for b in read]
    start, end = np.array([*chains, *windows]).T
    sums = np.stack([daily[a:b].sum(axis=0) for a, b in zip(start, end, strict=True)]).astype(float)
    off = np.where(np.arange(len(start)) < len(chains), 0, 0.3)[:, None] * sums
    low, high = np.ceil(sums - off), np.floor(sums + off)
    others = np.isin(np.arange(len(start)), np.arange(len(read) - 1, len(chains)))[:, None] & (
        start[:, None] != created
    )
    low[others], high[others] = -np.inf, np.inf
    return start, end, low, high


def test_windows_that_leave_room_are_as_even_among_others_that_leave_none():
    start, end, low, high = spliced(np.random.default_rng(1), 90, 200)
    found = even_rates(start, end, low, high, 200)
    for i in range(0, 90, 18):
        exact = exact_rates(start, end, low[:, i], high[:, i], 200)
        most = np.abs(np.cumsum(found[:, i]) - np.cumsum(exact)).max()
        assert most <= max(0.01 * exact.sum(), 2), i


def test_a_repository_is_estimated_alike_alone_and_among_others():
    days, start, end, low, high = windows_read(np.random.default_rng(7), 30)
    together = even_rates(start, end, low, high, days)
    for i in range(30):
        alone = even_rates(start, end, low[:, i : i + 1], high[:, i : i + 1], days)
        assert np.cumsum(alone) == pytest.approx(np.cumsum(together[:, i]), abs=max(0.01 * alone.sum(), 1))


def test_whole_levels_stay_inside_whatever_the_aims():
    """Random closures of shortest paths, random aims: every difference is whole and inside its bounds."""
    rng = np.random.default_rng(3)
    for _ in range(200):
        days, count = int(rng.integers(2, 7)), 5
        truth = np.cumsum(rng.integers(0, 50, (count, days)), axis=1)
        reach = truth[:, None, :] - truth[:, :, None] + rng.integers(0, 30, (count, days, days))
        reach = np.where(rng.random(reach.shape) < 0.3, np.inf, reach.astype(float))
        reach[:, np.arange(days), np.arange(days)] = 0
        later = np.tril(np.ones((days, days), bool))
        reach = np.where(later & (reach > 0), 0, reach)
        for k in range(days):
            reach = np.minimum(reach, reach[:, :, k, None] + reach[:, None, k, :])
        likely = whole_levels(rng.normal(100, 100, (count, days)), reach.transpose(1, 0, 2))
        assert (likely == np.round(likely)).all()
        assert (likely[:, None, :] - likely[:, :, None] <= reach).all()

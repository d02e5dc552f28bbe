"""The feasible daily rates with the least sum of squares: the estimate where windows overlap (docs/method.md).

min |x|^2 with x >= 0 and low <= sum of x over each window <= high, for many repositories that share their windows'
days, by the alternating direction method of multipliers in the form of OSQP (Stellato et al. 2020): one factorization
for all, a few matrix products a step.
"""

from functools import partial

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
STEPS = 300
TOLERANCE = 1e-4
"""Of the largest rate: when every sum and every rate is that close to what is allowed, and no longer moves."""

SMALL = 200_000
"""Multiplications of a matrix product that one thread does sooner than several."""

OVER = 1.6
REGULAR = 1e-6


def even_rates(start: Ints, end: Ints, low: Floats, high: Floats, days: int, steps: int = STEPS) -> Floats:
    """Rates by day and repository: (days, repositories); `low`, `high` are (windows, repositories), -inf and inf where
    a repository was not read. Days count from 0; a window runs from `start` to before `end`."""
    rows, count = low.shape
    if not rows or not count:
        return np.zeros((days, count))
    edges = np.unique(np.clip(np.concatenate([[0, days], start, end]), 0, days))
    first, share = edges[:-1], np.sqrt(np.diff(edges))  # between the edges of windows the least squares are even
    counted = ((start[:, None] <= first) & (first < end[:, None])) * share
    length = np.sqrt(np.maximum((counted**2).sum(axis=1), 1))
    counted /= length[:, None]
    finite = np.where(np.isfinite(high), high, np.where(np.isfinite(low), low, 0))
    scale = np.maximum(np.abs(finite / (length[:, None] ** 2)).max(axis=0), 1e-9)
    under, over = low / length[:, None] / scale, high / length[:, None] / scale
    strict = (under == over).any(axis=1)
    weight = np.where(strict, 30.0, 1.0)[:, None]
    parts = len(first)
    matrix = np.eye(parts) * (1 + REGULAR + 1.0) + counted.T @ (weight * counted)
    solve = partial(_solve, counted, weight, np.linalg.inv(matrix), steps)
    block = max(16, SMALL // max(parts, rows) ** 2)
    result = [solve(under[:, i : i + block], over[:, i : i + block]) for i in range(0, count, block)]
    return np.repeat(np.concatenate(result, axis=1) * scale / share[:, None], np.diff(edges), axis=0)


def _solve(counted: Floats, weight: Floats, inverse: Floats, steps: int, under: Floats, over: Floats) -> Floats:
    """The rates between edges (scaled) of repositories: those that have settled leave the iteration."""
    (rows, count), parts = under.shape, len(inverse)
    x = np.zeros((parts, count))
    sums, rates = np.clip(np.zeros((rows, count)), under, over), np.zeros((parts, count))
    pull, push = np.zeros((rows, count)), np.zeros((parts, count))
    live, result = np.arange(count), np.zeros((parts, count))
    for step in range(1, steps + 1):
        aim = inverse @ (REGULAR * x + counted.T @ (weight * sums - pull) + (rates - push))
        x = OVER * aim + (1 - OVER) * x
        reached = OVER * (counted @ aim) + (1 - OVER) * sums
        mixed = OVER * aim + (1 - OVER) * rates
        sums_new = np.clip(reached + pull / weight, under, over)
        rates_new = np.maximum(mixed + push, 0)
        pull += weight * (reached - sums_new)
        push += mixed - rates_new
        moved = np.maximum(np.abs(sums_new - sums).max(axis=0), np.abs(rates_new - rates).max(axis=0))
        sums, rates = sums_new, rates_new
        if step % 20 == 0 or step == steps:
            off = np.maximum(np.abs(counted @ aim - sums).max(axis=0), np.abs(aim - rates).max(axis=0))
            done = (off < TOLERANCE) & (moved < TOLERANCE)
            if done.any() or step == steps:
                done |= step == steps
                result[:, live[done]] = rates[:, done]
                keep = ~done
                if not keep.any():
                    break
                live, x, sums, rates = live[keep], x[:, keep], sums[:, keep], rates[:, keep]
                pull, push, under, over = pull[:, keep], push[:, keep], under[:, keep], over[:, keep]
    return result


def whole_levels(aims: Floats, reach: Floats) -> Floats:
    """Cumulative downloads at the days asked for: whole numbers, as near to the aims (repositories, days) as the bounds
    `reach[a, repository, b]` on every difference allow. Each day in turn takes the nearest value that the days before
    it leave; a closure of shortest paths always leaves one."""
    count, days = aims.shape
    likely = np.zeros((count, days))
    for i in range(1, days):
        floor, ceiling = likely[:, i - 1].copy(), np.full(count, np.inf)
        for j in range(i):
            floor = np.maximum(floor, likely[:, j] - reach[i, :, j])
            ceiling = np.minimum(ceiling, likely[:, j] + reach[j, :, i])
        aim = np.round(aims[:, i] - aims[:, 0])
        floor, ceiling = np.ceil(floor - 1e-6), np.floor(ceiling + 1e-6)
        likely[:, i] = np.where(
            np.isfinite(ceiling),
            np.clip(aim, floor, np.maximum(ceiling, floor)),
            np.maximum(floor, np.minimum(aim, np.maximum(floor, aim))),
        )
    return likely

"""Artefacts of whole snapshots: stall, half stall, backlog, rollback, partial snapshot, source gap.

Severities are those of the tables of artefacts in method.md, section 2, and of the study's notes below them. Every
function takes a series, a seed and a place, and returns the changed series with the truth of what it did.
"""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from flows.artefacts.series import Injected, Series, Truth

CatchUp = Literal["next", "later", "before", "lost"]
"""Where the withheld downloads are booked: with the next snapshot, some later, some before, or never."""

AGE_BIAS = {"2022-03-01": 0.98, "2023-11-15": 0.60, "2024-11-15": 0.25, "2025-04-01": 0.006, "2026-01-01": 0.003}
"""Creation day -> share that goes on counting on a half stall, as the study gives it."""
DOUBLE_BOOKED = 0.70
"""Share of the big repositories from which on the jump after a half stall must be reported as a backlog."""


def stall(series: Series, seed: int, at: int, run: int = 1, catch_up: CatchUp = "next") -> Injected:
    """From snapshot `at` on, `run` snapshots repeat the one before to the last row."""
    listed = series.listed.copy()
    listed[at : at + run] = listed[at - 1]
    done = _withhold(series.change(listed=listed), at, run, listed[at - 1], catch_up, 0)
    truths = [Truth("stall", series.days[at - 1], series.days[at + k], lost=catch_up == "lost") for k in range(run)]
    if catch_up == "next" and at + run < len(series.days):
        truths.append(_backlog(series, at + run, optional=series.counter != "all_time"))
    return done, truths


def half_stall(
    series: Series, seed: int, at: int, share: float, catch_up: CatchUp = "next", apart: int = 0
) -> Injected:
    """In snapshot `at` that share of the big repositories is unchanged, the younger the likelier.

    `apart` is how many snapshots the catch-up is away from it, for `later` and `before`. Booked before, the snapshots
    between stand too high, so the last good one may be said to be that before the double booking: `since` is open.
    """
    held = _held_by_age(series, seed, at, share)
    good = None if catch_up == "before" else series.days[at - 1]
    truths = [Truth("half_stall", good, series.days[at], lost=catch_up == "lost")]
    if catch_up != "lost":
        away = {"next": 1, "later": apart, "before": -apart}[catch_up]
        unsure = series.counter != "all_time" or share < DOUBLE_BOOKED
        truths.append(_backlog(series, at + away, optional=unsure))
    return _withhold(series, at, 1, held, catch_up, apart), truths


def rollback(
    series: Series, seed: int, at: int, run: int = 1, lag: int = 5, share: float = 0.9, moving: bool = True
) -> Injected:
    """From snapshot `at` on, `run` snapshots show for that share of the repositories the state of `lag` snapshots
    earlier; a moving one goes on from there day by day, else the old state is served unchanged."""
    assert lag > run, "an old state, not the one before"
    who = np.random.default_rng(seed).random(len(series.repositories)) < share
    values, listed = series.values.copy(), series.listed.copy()
    truths = []
    for k in range(run):
        old = at - lag + (k if moving else 0)
        values[at + k, who] = series.values[old, who]
        listed[at + k, who] = series.listed[old, who]
        truths.append(Truth("rollback", series.days[at - 1], series.days[at + k]))
        if k and not moving:
            truths.append(Truth("stall", None, series.days[at + k], optional=True))
    return series.change(values=values, listed=listed), truths


def partial(series: Series, seed: int, at: int, missing: float, cut: bool = False) -> Injected:
    """In snapshot `at` that share of the repositories is missing: any, or (`cut`) a stretch of the alphabet."""
    there = np.flatnonzero(series.listed[at])
    n = int(np.ceil(missing * len(there)))
    rng = np.random.default_rng(seed)
    if cut:
        ordered = there[np.argsort(series.repositories[there].astype(str))]
        start = rng.integers(0, len(there) - n + 1)
        gone = ordered[start : start + n]
    else:
        gone = rng.choice(there, n, replace=False)
    listed = series.listed.copy()
    listed[at, gone] = False
    return series.change(listed=listed), [Truth("partial", series.days[at - 1], series.days[at])]


def source_gap(series: Series, seed: int, at: int, run: int) -> Injected:
    """`run` snapshots from `at` on were never taken."""
    keep = np.ones(len(series.days), bool)
    keep[at : at + run] = False
    cut = series.change(days=series.days[keep], values=series.values[keep], listed=series.listed[keep])
    return cut, [Truth("source_gap", series.days[at - 1], series.days[at + run])]


def _backlog(series: Series, at: int, optional: bool) -> Truth:
    return Truth("backlog", series.days[at - 1], series.days[at], optional=optional)


def _withhold(series: Series, at: int, run: int, held: NDArray[np.bool_], catch_up: CatchUp, apart: int) -> Series:
    """Hold these repositories at the snapshot before `at`; book what is missing where `catch_up` says."""
    assert catch_up == "next" or series.counter == "all_time", "a rolling counter forgets by itself"
    held = held & series.listed[at - 1]
    values = series.values.copy()
    missing = np.where(held, values[at + run - 1] - values[at - 1], 0)
    if catch_up == "before":
        values[at - apart : at] += missing
    values[at : at + run, held] = values[at - 1, held]
    if catch_up == "later":
        values[at + run : at + run - 1 + apart] -= missing
    truth = series.truth
    if catch_up == "lost":
        values[at + run :] -= missing
        if truth is not None:
            first, last = series.place(at - 1), series.place(at + run - 1)
            truth = truth.copy()
            truth[first:last, held] = truth[first, held]
            truth[last:] -= missing
    return series.change(values=values, truth=truth)


def _held_by_age(series: Series, seed: int, at: int, share: float) -> NDArray[np.bool_]:
    """Who is withheld: the study's curve over the creation day, bent until that share of the big ones is."""
    curve = np.array(list(AGE_BIAS), "datetime64[D]").astype(int)
    counting = np.interp(series.created.astype("datetime64[D]").astype(int), curve, list(AGE_BIAS.values()))
    luck = np.random.default_rng(seed).random(len(counting))
    big = series.big(at) & (series.values[at] != series.values[at - 1])
    assert big.sum() >= 20, "a half stall shows in big repositories: too few here"
    wanted = np.ceil(share * big.sum())
    turning = np.log(luck) / np.log(counting)  # withheld where luck > counting ** bend, so from this bend on
    bend = np.sort(turning[big])[int(wanted) - 1]
    return turning <= bend

"""Artefacts of single repositories: recount, freeze, spike, rename; severities as in method.md, section 2.

Every function takes a series, a seed, the column of a repository and a place, and returns the changed series with the
truth of what it did. Which repositories qualify is told by `movers`, `countable`, `even` and `steady`.
"""

import numpy as np
from numpy.typing import NDArray

from flows.artefacts.series import BEFORE, Injected, Series, Truth
from flows.artefacts.worlds import CAP, WINDOW

SEEN = 50
"""Downloads a day from which a spike of ten times is more than a small repository's own unrest."""
SAME_COUNT = 0.008
"""Growth from the last reading under one name to the first under the other: below it the counts agree "within 1 %"."""


def movers(series: Series, first: int, last: int, least: float) -> NDArray[np.intp]:
    """Repositories that move in every snapshot from `BEFORE` ones before `first` to `last`, at that rate or more.

    Snapshots in which the busiest stand still (a real copy has such) do not count.
    """
    start = max(1, first - BEFORE)
    moved = np.diff(series.values[start - 1 : last + 1], axis=0) != 0
    there = series.listed[start - 1 : last + 1].all(axis=0)
    level = np.where(there, series.level(first), 0)
    ordinary = moved[:, np.argsort(level)[-50:]].mean(axis=1) >= 0.9
    return np.flatnonzero(moved[ordinary].all(axis=0) & there & (level >= least))


def countable(series: Series, at: int, cut: float) -> NDArray[np.intp]:
    """Repositories whose all_time is high enough for a fall by that share to be seen between two snapshots."""
    flow = series.values[at] - series.values[at - 1]
    there = series.listed[max(0, at - 3) : at + 3].all(axis=0)
    fall = cut * series.values[at - 1]
    return np.flatnonzero(there & (series.values[at - 1] >= 10_000) & (fall >= 2 * flow))


def steady(series: Series, at: int, absent: int) -> NDArray[np.intp]:
    """Repositories that a change of name at `at`, after `absent` snapshots without either, leaves within 1 %."""
    before = series.values[at - 1 - absent]
    there = series.listed[max(0, at - 3) : at + 3].all(axis=0)
    return np.flatnonzero(there & (before >= 1_000) & (series.values[at] - before <= SAME_COUNT * before))


def even(series: Series, at: int, length: int) -> NDArray[np.intp]:
    """Repositories that a spike there would leave recognizable: seen before and after, and not themselves so uneven
    that one snapshot in ten is above what a clean series has."""
    sides = np.vstack([series.rates(max(0, at - BEFORE - 1), at)[1:], series.rates(at + length - 1)[1 : BEFORE + 1]])
    moving = np.where(sides > 0, sides, np.nan)
    enough = np.flatnonzero(np.isfinite(moving).sum(axis=0) >= len(moving) // 2)
    middle, high = np.nanquantile(moving[:, enough], [0.5, 0.9], axis=0)
    return enough[(middle >= SEEN) & (high <= CAP * middle)]


def recount(series: Series, seed: int, who: int, at: int, share: float) -> Injected:
    """The all_time of one repository falls by that share before snapshot `at` and goes on from there."""
    assert series.counter == "all_time", "a rolling counter has no total to recount"
    values = series.values.copy()
    values[at:, who] -= int(share * values[at - 1, who])
    assert values[at, who] < values[at - 1, who], "the fall is hidden by a day's growth"
    return series.change(values=values), [
        Truth("recount", series.days[at - 1], series.days[at], series.repositories[who])
    ]


def freeze(series: Series, seed: int, who: int, at: int, end: int | None = None) -> Injected:
    """One repository stands still from snapshot `at` on, to the end or to before snapshot `end`."""
    values = series.values.copy()
    stop = len(series.days) if end is None else end
    values[at:stop, who] = values[at - 1, who]
    last_move = int(np.flatnonzero(np.diff(values[:at, who]))[-1]) + 1
    last_listed = at + int(np.flatnonzero(series.listed[at:stop, who])[-1])
    truth = Truth("freeze", series.days[last_move], series.days[last_listed], series.repositories[who])
    return series.change(values=values), [truth]


def spike(series: Series, seed: int, who: int, at: int, length: int, factor: float) -> Injected:
    """The flow of one repository stands at `factor` times its neighbourhood for `length` snapshots from `at` on.

    The neighbourhood is the higher of the medians of the snapshots before and after: a spike leaves both. For rolling_30d the counter itself rises to `factor` times its neighbourhood, as that of Qwen3-VL-2B-Instruct did, and
    comes back thirty days after the last of the spike's days.
    """
    rolling = series.counter == "rolling_30d"
    before, after = _moving(series, who, at - BEFORE, at), _moving(series, who, at + length, at + length + BEFORE)
    level = max(np.median(before), np.median(after))
    daily = factor * level * (WINDOW / min(length, WINDOW) if rolling else 1)
    days = series.gaps()[at : at + length].sum()
    rng = np.random.default_rng(seed)
    shape = rng.uniform(1.0, 1.5, int(days))
    first = (series.days[at - 1] - series.days[0]).astype(int) + 1
    span = (series.days[-1] - series.days[0]).astype(int) + 1
    extra = np.zeros(span + WINDOW, np.int64)  # the thirty days before the series, then its own
    extra[WINDOW + first : WINDOW + first + len(shape)] = daily * shape
    total = np.cumsum(extra)
    rows = WINDOW + (series.days - series.days[0]).astype(int)
    values = series.values.copy()
    values[:, who] += total[rows] - (total[rows - WINDOW] if rolling else 0)
    truth = series.truth
    if truth is not None:
        truth = truth.copy()
        truth[:, who] += total[: len(truth)]
    last = series.days[at + length - 1]
    to = min(last + WINDOW, series.days[-1]) if rolling else last
    return series.change(values=values, truth=truth), [Truth("spike", series.days[at], to, series.repositories[who])]


def _moving(series: Series, who: int, first: int, stop: int) -> NDArray[np.float64]:
    """Downloads a day of one repository in these snapshots where it moves."""
    rates = series.rates(max(0, first - 1), stop)[1:, who]
    return rates[rates > 0]


def rename(series: Series, seed: int, who: int, at: int, name: str, absent: int = 0) -> Injected:
    """From snapshot `at` on the repository goes by another id; in `absent` snapshots before neither is listed.

    The new column holds no downloads of its own in `truth`: the history stays one history, that of the old column.
    """
    listed = series.listed.copy()
    listed[at - absent :, who] = False
    fresh = np.zeros(len(series.days), bool)
    fresh[at:] = series.listed[at:, who]
    first = at + int(np.flatnonzero(fresh[at:])[0])
    values = np.where(fresh, series.values[:, who], 0)
    hub_ids = series.hub_ids
    renamed = series.change(
        repositories=np.append(series.repositories, name),
        created=np.append(series.created, series.created[who]),
        values=np.column_stack([series.values, values]),
        listed=np.column_stack([listed, fresh]),
        truth=None
        if series.truth is None
        else np.column_stack([series.truth, np.zeros(len(series.truth), np.int64)]),
        hub_ids=None if hub_ids is None else np.append(hub_ids, hub_ids[who]),
    )
    former = series.repositories[who]
    return renamed, [Truth("rename", series.days[at - absent - 1], series.days[first], name, former=former)]


def with_hub_ids(series: Series) -> Series:
    """The same series from a source that gives the Hub's stable `_id`."""
    return series.change(hub_ids=np.array([f"{i:024x}" for i in range(len(series.repositories))], object))

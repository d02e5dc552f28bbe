"""Two sources of one counter, and repositories about which both cannot be right."""

import numpy as np

from flows.artefacts.series import Series, Truth

DAYS_OFF = 10
"""A conflict is off by more than so many days of the repository's flow: no time of day explains it."""


def second_source(series: Series, seed: int, share: float = 0.5) -> Series:
    """Another source that lists that share of the repositories and copies each day some hours earlier: its values
    lie between those of the day before and those of the day, as they do for two honest copies of one day."""
    rng = np.random.default_rng([seed, 2])
    who = np.sort(rng.choice(len(series.repositories), int(share * len(series.repositories)), replace=False))
    values = series.values[:, who]
    before = np.vstack([values[:1], values[:-1]])
    known = np.vstack([series.listed[:1, who], series.listed[:-1, who]])
    hour = rng.uniform(0.55, 0.7, len(series.days))[:, None]  # one time of day, a few hours sooner or later
    copied = np.where(known, before + ((values - before) * hour).astype(np.int64), values)
    return series.change(
        name="second",
        repositories=series.repositories[who],
        created=series.created[who],
        values=copied,
        listed=series.listed[:, who],
        truth=None,
        grid=None,
    )


def disputable(series: Series) -> np.ndarray:
    """Repositories whose count is large against their flow, so that a fifth of it is more than `DAYS_OFF` days."""
    flow = (series.values[-1] - series.values[0]) / len(series.days)
    first = series.values[0]
    return np.flatnonzero(series.listed.all(axis=0) & (first >= 10_000) & (first * 0.2 >= DAYS_OFF * flow))


def conflict(series: Series, seed: int, who: int, at: int | None = None) -> tuple[Series, list[Truth]]:
    """All readings of one repository, or that of one snapshot, are off by a factor of 0.3-0.8 or 1.25-3.

    A single wrong reading is a fall within its own source as well, and if high a jump and a return: a recount or a
    spike there is neither missed nor false.
    """
    rng = np.random.default_rng([seed, who])
    factor = rng.uniform(0.3, 0.8) if rng.random() < 0.5 else rng.uniform(1.25, 3)
    values = series.values.copy()
    place = slice(None) if at is None else slice(at, at + 1)
    values[place, who] = (factor * values[place, who]).astype(np.int64)
    name = series.repositories[who]
    first, last = (series.days[0], series.days[-1]) if at is None else (series.days[at], series.days[at])
    truths = [Truth("conflict", first, last, name)]
    if at is not None:
        truths += [Truth(kind, None, None, name, optional=True) for kind in ("recount", "spike")]
    return series.change(values=values), truths

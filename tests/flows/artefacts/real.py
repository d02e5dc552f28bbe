"""The two real copies of many days as series, and artefacts injected where they are calm.

Real artefacts stay in them: the judge is given what was reported of the series as it is, and holds only the rest
against the injected truth. Calm days are those around which shared/data/README.md names no artefact and the share of
unchanged repositories is ordinary.
"""

from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from flows.artefacts import snapshots as whole
from flows.artefacts.judge import Event
from flows.artefacts.scenarios import Deck
from flows.artefacts.series import BEFORE, Injected, Series
from flows.artefacts.worlds import CAP

CALM = {
    "all_time": ("2026-07-05", "2026-07-19", "2026-07-26"),
    "rolling_30d": ("2026-06-04", "2026-06-28", "2026-07-04", "2026-07-12", "2026-07-25", "2026-08-09", "2026-08-18"),
}
"""Days with ordinary snapshots around them, by the counter of the copy."""
GAPS = (("2026-06-22", "2026-07-05"), ("2026-07-12", "2026-08-03"))
"""First and last day that a gap in the daily copy removes; the days around them are calm."""


def hub_alltime(path: Path, dump: Path) -> Series:
    """all_time of some 3,800 models on 52 days; creation days from the real dump, where it has them."""
    table = pq.read_table(path, columns=["observed_on", "model_id", "downloads_all_time"])
    stated = pq.read_table(dump, columns=["id", "createdAt"])
    created = dict(zip(stated["id"].to_pylist(), stated["createdAt"].to_pylist(), strict=True))
    days = table["observed_on"].to_numpy().astype("datetime64[D]")
    return _pivot("all_time", days, table["model_id"], table["downloads_all_time"], created)


def gguf_daily(path: Path) -> Series:
    """rolling_30d of some 2,900 quantized models on 88 days."""
    table = pq.read_table(path, columns=["date", "model_id", "downloads_30d", "createdAt"])
    created = dict(zip(table["model_id"].to_pylist(), table["createdAt"].to_pylist(), strict=True))
    days = np.array(table["date"].to_pylist(), "datetime64[D]")
    return _pivot("rolling_30d", days, table["model_id"], table["downloads_30d"], created)


def _pivot(counter: str, days: np.ndarray, ids, counts, created: dict) -> Series:
    unique_days, row = np.unique(days, return_inverse=True)
    names, column = np.unique(ids.to_numpy().astype(str), return_inverse=True)
    values = np.zeros((len(unique_days), len(names)), np.int64)
    listed = np.zeros(values.shape, bool)
    values[row, column], listed[row, column] = counts.to_numpy(), True
    first = unique_days[listed.argmax(axis=0)]
    born = [np.datetime64(str(created[n])[:10]) if created.get(n) else f for n, f in zip(names, first, strict=True)]
    for day in range(1, len(values)):  # an absent repository keeps its value: it is not listed, so nobody reads it
        values[day] = np.where(listed[day], values[day], values[day - 1])
    return Series(
        "series", counter, unique_days, names.astype(object), np.array(born, "datetime64[D]"), values, listed
    )


def into_snapshots(series: Series, seed: int) -> Injected:
    """Two artefacts of whole snapshots on calm days; in every fourth copy of the daily counter a gap instead."""
    rng = np.random.default_rng([seed, 50])
    if series.counter == "rolling_30d" and seed % 4 == 0:
        first, last = (int(np.searchsorted(series.days, np.datetime64(d))) for d in GAPS[seed // 4 % len(GAPS)])
        return whole.source_gap(series, seed, first, last - first + 1)
    kinds = ["stall", "half_stall", "partial"] + ["rollback"] * (series.counter == "all_time")
    truths = []
    for k, day in enumerate(rng.choice(CALM[series.counter], 2, replace=False)):
        at, turn = int(np.searchsorted(series.days, np.datetime64(day))), int(rng.integers(1 << 31))
        kind = kinds[(2 * seed + k) % len(kinds)]
        if kind == "stall":
            series, made = whole.stall(series, turn, at, int(rng.integers(1, 3)))
        elif kind == "half_stall":
            series, made = whole.half_stall(series, turn, at, rng.uniform(0.25, 0.9))
        elif kind == "partial":
            series, made = whole.partial(series, turn, at, np.exp(rng.uniform(np.log(0.034), np.log(0.75))))
        else:
            run = int(rng.integers(1, 3))
            series, made = whole.rollback(series, turn, at, run, run + 2, rng.uniform(0.72, 0.98))
        truths += made
    return series, truths


def into_repositories(series: Series, seed: int) -> Injected:
    """Freezes and spikes, in all_time recounts and renames too, in repositories that were read on all the calm days.

    Days are those of the last good stretch (July in all_time), so that no real stall of a week hides them.
    """
    deck = Deck(series, np.random.default_rng([seed, 60]))
    if series.counter == "rolling_30d":
        for _ in range(5):
            deck.freeze()
            deck.spike()
        return deck.series, deck.truths
    at = [int(np.searchsorted(series.days, np.datetime64(d))) for d in CALM["all_time"]]
    deck.recount_batch(49, at[seed % 3])
    for _ in range(5):
        deck.recount(at[int(deck.rng.integers(3))])
        deck.rename(at=at[int(deck.rng.integers(3))])
        deck.spike(at[int(deck.rng.choice([0, 2]))], int(deck.rng.integers(1, 4)))
        deck.freeze(int(np.searchsorted(series.days, np.datetime64("2026-06-16"))), len(series.days) - 1)
    return deck.series, deck.truths


def really_there(series: Series, event: Event) -> bool:
    """Whether the readings without injected artefacts show this event's sign: it may be reported, whatever else is.

    A recount where the counter falls, a freeze where it stands for 35 days, a spike where the rate is above what a
    clean series has, against both sides.
    """
    column = np.flatnonzero(series.repositories == event["repository"])
    if event["kind"] not in ("recount", "freeze", "spike") or not len(column):
        return False
    since, to = (np.datetime64(event[edge] or event["to"], "D") for edge in ("from", "to"))
    a, b = int(np.searchsorted(series.days, since)), int(np.searchsorted(series.days, to))
    values = series.values[:, column[0]]
    if event["kind"] == "recount":
        return bool(b and values[b] < values[b - 1])
    if event["kind"] == "freeze":
        return bool((to - since).astype(int) >= 35 and (values[a : b + 1] == values[a]).all())
    rates = series.rates()[:, column[0]]
    inside, sides = rates[a : b + 1], (rates[max(1, a - BEFORE) : a], rates[b + 1 : b + 1 + BEFORE])
    known = [np.nanmedian(side) for side in sides if np.isfinite(side).any()]
    return bool(known and np.isfinite(inside).any() and np.nanmax(inside) >= CAP * max(known))

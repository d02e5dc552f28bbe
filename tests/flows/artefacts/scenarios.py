"""Many artefacts in one series: of whole snapshots, of single repositories, renames, conflicts of two sources.

Kinds and severities are dealt at random by the seed, as often as each other; places are far enough apart that each
artefact has ordinary snapshots around it.
"""

from collections.abc import Iterator
from itertools import chain, repeat

import numpy as np

from flows.artefacts import repositories as one
from flows.artefacts import snapshots as whole
from flows.artefacts.series import BEFORE, Injected, Series, Truth
from flows.artefacts.sources import conflict, disputable, second_source

WARM = BEFORE + 2
"""Snapshots before the first artefact, where the series has that many."""
WEDNESDAYS = 0.85
"""Share of the half stalls that fall on Wednesdays."""


def of_snapshots(series: Series, seed: int) -> Injected:
    """Stalls, half stalls, catch-ups, rollbacks, partial snapshots; in a daily source a gap as well."""
    rng = np.random.default_rng([seed, 10])
    every, truths = _every(series), []
    gap = 0
    if every == 1 and len(series.days) >= 100:
        run = int(rng.integers(14, min(35, len(series.days) // 5) + 1))
        gap = int(rng.integers(WARM + 10, len(series.days) - run - 20))
        series, truths = whole.source_gap(series, seed, gap, run)
    n, at = len(series.days), min(WARM, len(series.days) // 5)
    touched: set[int] = set()
    for kind in _deck(rng, series.counter, every):
        lead = int(rng.integers(2, 6)) if kind == "catch_up_before" else 0
        place = at + lead
        if kind == "half_stall" and rng.random() < WEDNESDAYS:
            place += int((2 - (series.days[place % n].astype("datetime64[D]").astype(int) + 3)) % 7)
        if gap and at - 4 <= gap <= place + 16:
            at, gap = gap + 4, 0
            continue
        if place + 16 // min(every, 4) >= n:
            break
        series, made, reach = _place(kind, series, rng, place, lead, every, touched)
        truths += made
        touched |= set(range(place - lead, place + max(reach, 1)))
        at = place + reach + int(rng.integers(4, 9) if every < 28 else rng.integers(3, 5))
    return series, truths


def _deck(rng: np.random.Generator, counter: str, every: int) -> Iterator[str]:
    """The kinds that this counter and rhythm can show, shuffled, again and again.

    Half stalls and double bookings are of one day: a weekly copy does not show them. A rolling counter has no total
    to fall back to and none to catch up with.
    """
    kinds = ["stall", "partial"]
    if counter == "all_time":
        kinds.append("rollback")
    if every == 1:
        kinds.append("half_stall")
    if every == 1 and counter == "all_time":
        kinds += ["catch_up_before", "catch_up_later"]
    return chain.from_iterable(rng.permutation(kinds).tolist() for _ in repeat(None))


def _place(
    kind: str, series: Series, rng: np.random.Generator, at: int, lead: int, every: int, touched: set[int]
) -> tuple[Series, list[Truth], int]:
    """One artefact there; also how many snapshots from `at` on it reaches."""
    seed = int(rng.integers(1 << 31))
    loses = every == 1 and series.counter == "all_time" and rng.random() < 0.3
    mode: whole.CatchUp = "lost" if loses else "next"
    if kind == "stall":
        run = int(rng.choice({1: [1, 1, 1, 2, 3, 4], 7: [1, 1, 2]}.get(every, [1])))
        return *whole.stall(series, seed, at, run, mode), run
    if kind == "partial":
        missing = float(np.exp(rng.uniform(np.log(0.034), np.log(0.75))))
        return *whole.partial(series, seed, at, missing, cut=bool(rng.random() < 0.5)), 0
    if kind == "half_stall":
        return *whole.half_stall(series, seed, at, rng.uniform(0.25, 0.9), mode), 1
    if kind == "catch_up_before":
        return *whole.half_stall(series, seed, at, rng.uniform(0.7, 0.9), "before", lead), 1
    if kind == "catch_up_later":
        apart = int(rng.integers(2, 7))
        return *whole.half_stall(series, seed, at, rng.uniform(0.7, 0.9), "later", apart), apart
    run, lag = _old_state(rng, at, every, touched)
    share, moving = rng.uniform(0.72, 0.98), bool(rng.random() < 0.5)
    return *whole.rollback(series, seed, at, run, lag, share, moving), run


def _old_state(rng: np.random.Generator, at: int, every: int, touched: set[int]) -> tuple[int, int]:
    """How many snapshots roll back, and how far: to a state that is no artefact itself."""
    most, furthest = {1: (6, 30), 7: (2, 8)}.get(every, (1, 3))
    while True:
        run = int(rng.integers(1, most + 1))
        lag = run + int(rng.integers(2, furthest + 1))
        old = set(range(at - lag, at - lag + run))
        if min(old) >= 0 and not old & touched:
            return run, lag


def of_repositories(series: Series, seed: int) -> Injected:
    """Recounts, one of them of many repositories on a day, freezes, spikes, renames; each in repositories of its own."""
    rng = np.random.default_rng([seed, 20])
    each = 5 if len(series.repositories) < 1_000 else 20
    deck = Deck(series, rng)
    kinds = [deck.freeze, deck.spike]
    if series.counter == "all_time":
        kinds += [deck.recount, deck.rename]
        deck.recount_batch(min(50, len(series.repositories) // 12))
        deck.rename_batch(each // 2)
    for kind in kinds:
        for _ in range(each):
            kind()
    return deck.series, deck.truths


def of_hub_ids(series: Series, seed: int) -> Injected:
    """Renames in a source that gives the Hub's stable `_id`, whatever the counter and the growth between snapshots."""
    deck = Deck(one.with_hub_ids(series), np.random.default_rng([seed, 30]))
    for _ in range(20):
        deck.rename(any_growth=True)
    return deck.series, deck.truths


def of_two_sources(series: Series, seed: int, each: int = 6) -> tuple[list[Series], list[Truth]]:
    """A second source, and in it repositories that disagree all the time and on one day."""
    rng = np.random.default_rng([seed, 40])
    second, truths = second_source(series, seed), []
    for i, who in enumerate(rng.choice(disputable(second), 2 * each, replace=False)):
        at = None if i < each else int(rng.integers(5, len(series.days) - 5))
        second, made = conflict(second, seed, int(who), at)
        truths += made
    return [series, second], truths


class Deck:
    """Places artefacts of repositories in a series, none twice in one repository."""

    def __init__(self, series: Series, rng: np.random.Generator) -> None:
        self.series, self.rng, self.truths = series, rng, list[Truth]()
        self.every, self.n = _every(series), len(series.days)
        self.used: set[int] = set()

    def _take(self, candidates: np.ndarray, n: int = 1) -> list[int]:
        free = [c for c in candidates.tolist() if c not in self.used]
        taken = self.rng.choice(free, min(n, len(free)), replace=False).tolist() if free else []
        self.used |= set(taken)
        return taken

    def _keep(self, made: Injected) -> None:
        self.series, truths = made
        self.truths += truths

    def _seed(self) -> int:
        return int(self.rng.integers(1 << 31))

    def recount(self, at: int = 0) -> None:
        at = at or int(self.rng.integers(5, self.n - 4))
        share = float(np.exp(self.rng.uniform(np.log(0.03), np.log(0.6))))
        for who in self._take(one.countable(self.series, at, share)):
            self._keep(one.recount(self.series, self._seed(), who, at, share))

    def recount_batch(self, n: int, at: int = 0) -> None:
        at = at or int(self.rng.integers(5, self.n - 4))
        for who in self._take(one.countable(self.series, at, 0.03), n):
            self._keep(one.recount(self.series, self._seed(), who, at, self.rng.uniform(0.03, 0.6)))

    def freeze(self, at: int = 0, end: int | None = None) -> None:
        least = -(-35 // self.every) + 1
        if not at:
            at = int(self.rng.integers(min(WARM, self.n // 4), self.n - least))
            longest = min(self.n, at + least + 60 // self.every)
            end = None if self.rng.random() < 0.5 else int(self.rng.integers(at + least, longest + 1))
        for who in self._take(one.movers(self.series, at, (end or self.n) - 1, 20)):
            self._keep(one.freeze(self.series, self._seed(), who, at, end))

    def spike(self, at: int = 0, length: int = 0) -> None:
        around = {1: min(30, self.n // 6), 7: 8}.get(self.every, 6)
        back = around + (30 // self.every if self.series.counter == "rolling_30d" else 0)
        longest = max(1, min(30 // self.every, self.n - around - back - 1))
        length = length or int(self.rng.integers(1, longest + 1))
        at = at or int(self.rng.integers(around, self.n - back - length + 1))
        factor = float(np.exp(self.rng.uniform(np.log(10), np.log(100))))
        old = self.series.created <= self.series.days[at] - np.timedelta64(60 + 30 * self.every)
        there = self.series.listed[max(0, at - around) : at + length + back].all(axis=0) & old
        for who in self._take(np.intersect1d(np.flatnonzero(there), one.even(self.series, at, length))):
            self._keep(one.spike(self.series, self._seed(), who, at, length, factor))

    def rename(self, any_growth: bool = False, owner: str = "", at: int = 0) -> None:
        at = at or int(self.rng.integers(6, self.n - 5))
        absent = int(self.rng.random() < 0.3)
        there = self.series.listed[at - 3 : at + 3].all(axis=0) & (self.series.values[at] >= 1_000)
        for who in self._take(np.flatnonzero(there) if any_growth else one.steady(self.series, at, absent)):
            name = f"{owner or f'moved-{who}'}/{str(self.series.repositories[who]).partition('/')[2]}"
            self._keep(one.rename(self.series, self._seed(), who, at, name, absent))
            self.used.add(len(self.series.repositories) - 1)

    def rename_batch(self, n: int) -> None:
        at = int(self.rng.integers(6, self.n - 5))
        for _ in range(n):
            self.rename(owner="new-owner", at=at)


def _every(series: Series) -> int:
    """Days between snapshots, as a rule."""
    return int(np.median(series.gaps()[1:]))

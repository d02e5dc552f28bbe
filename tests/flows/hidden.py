"""Repositories with a hidden truth, and what sources read of them at irregular and uncertain times."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np
import pyarrow as pa

from flows.oracle import Reading
from ledgers import day, engine_of_tables, fact, observation, table
from modelcensus.engine import DuckDBEngine
from modelcensus.vocabulary import FACTS, OBSERVATIONS

LAST = 160
"""Days that a hidden truth runs for; before the first P is 0, after the last it rests."""

SERIES = ("series", "second")


@dataclass(frozen=True)
class SetUp:
    """What is read of the repositories, and how: `sources` read each counter, in parts `vague` of the snapshots on an
    uncertain day; parts `falls` of the repositories are recounted, `lies` of the values of windows are no truth.
    `paired`: windows of 30 days begin and end where `all_time` was read, and differ from it by a factor of `ratio`."""

    counters: tuple[str, ...]
    sources: int = 1
    vague: float = 0.0
    falls: float = 0.0
    lies: float = 0.0
    paired: bool = False
    ratio: tuple[float, float] = (1.0, 1.0)


@dataclass
class Repository:
    """`upto[t]` is the true P at the start of day t; `honest`: nothing was read that is no truth."""

    name: str
    upto: tuple[int, ...]
    born: int
    created: int | None
    readings: list[Reading] = field(default_factory=list)
    honest: bool = True

    def flow(self, start: int, end: int) -> int:
        """The true downloads of a span."""
        return self.upto[min(max(end, 0), LAST)] - self.upto[min(max(start, 0), LAST)]


@dataclass(frozen=True)
class Look:
    """One time at which a source reads many repositories."""

    counter: str
    since: int
    on: int
    start: int | None
    series: str


def repositories(rng: np.random.Generator, count: int) -> list[Repository]:
    """Repositories that start, sleep, grow and burst; of some of them the day of creation is known."""
    born = rng.integers(0, 120, count)
    level = rng.choice([0, 0.2, 3, 60, 3_000], count)[:, None]
    active = rng.choice([0.15, 0.7, 1.0], count)[:, None]
    daily = rng.poisson(level, (count, LAST)) * (rng.random((count, LAST)) < active)
    bursts = np.flatnonzero(rng.random(count) < 0.25)
    daily[bursts, rng.integers(0, LAST, len(bursts))] += rng.integers(1, 200_000, len(bursts))
    daily *= np.arange(LAST) >= born[:, None]
    upto = np.concatenate([np.zeros((count, 1), int), np.cumsum(daily, axis=1)], axis=1)
    alone = set(np.unique(born, return_index=True)[1].tolist())  # of one day two could be taken for one, renamed
    wrong = rng.random(count) < 0.1
    return [
        Repository(
            f"org/model-{i:04}",
            tuple(upto[i].tolist()),
            int(born[i]),
            int(born[i]) + int(wrong[i]) * (i % 40 + LAST) if i in alone else None,
            honest=not wrong[i],
        )
        for i in range(count)
    ]


def looks(rng: np.random.Generator, setup: SetUp) -> list[Look]:
    """When each source reads: irregular days with a gap."""
    paired = {int(d) for d in rng.choice(np.arange(32, LAST - 30), 6 // setup.sources, replace=False)}
    found = []
    for counter in setup.counters:
        for series in SERIES[: setup.sources]:
            days = set(
                rng.choice(
                    np.arange(31, LAST + 1), int(rng.integers(4, 13)) // setup.sources + 1, replace=False
                ).tolist()
            )
            gap = int(rng.integers(31, LAST))
            days = {d for d in days if not gap <= d < gap + 25} or days
            if counter == "period":
                starts = {int(rng.integers(0, d)) for d in days}
                periods = [(a, b) for b in sorted(days) for a in sorted(starts) if a < b]
                some = rng.permutation(len(periods))[: int(rng.integers(3, 12))]
                found += [Look(counter, b, b, a, series) for a, b in (periods[i] for i in sorted(some))]
                continue
            sharp = {d + 30 for d in paired} | (paired if counter == "all_time" else set()) if setup.paired else set()
            for d in sorted(days | sharp):
                back = int(rng.choice([1, 3, 20, 45])) if d not in sharp and rng.random() < setup.vague else 0
                found.append(Look(counter, max(1, d - back), d, None, series))
    return found


def read(rng: np.random.Generator, setup: SetUp, repository: Repository, seen: Sequence[Look]) -> None:
    """Add what the sources say of a repository; none reads it before it is born."""
    often = dict(
        zip(setup.counters, rng.choice([0.6 if setup.paired else 0.15, 0.6, 1.0], len(setup.counters)), strict=True)
    )
    made = []
    for look in seen:
        if look.on < repository.born or rng.random() > often[look.counter]:
            continue
        when = int(rng.integers(max(look.since, repository.born), look.on + 1))
        start = {"all_time": -1, "rolling_30d": when - 30}.get(look.counter, look.start)
        value = repository.flow(start, when)
        if look.counter == "rolling_30d":
            value = round(value * rng.uniform(*setup.ratio))
        if look.series != SERIES[0] and rng.random() < 0.3 and value < (later := repository.flow(start, when + 1)):
            repository.honest, value = False, int(rng.integers(value, later + 1))
        if look.counter != "all_time" and rng.random() < setup.lies:
            repository.honest, value = False, int(rng.integers(0, 2 * value + 5))
        made.append((when, Reading(look.counter, value, look.since, look.on, look.start, look.series)))
    if rng.random() < setup.falls:
        certain = rng.random() < 0.7
        made = recounted(rng, made, certain)
        repository.honest &= certain or not setup.vague
    repository.readings = [r for _, r in made]


def recounted(rng: np.random.Generator, made: list[tuple[int, Reading]], certain: bool) -> list[tuple[int, Reading]]:
    """The same with a fall of the all-time counter between two readings, of `certain` days or any: the counter after it
    stands lower than before, and no lower than the downloads across it. Where there is no such place, unchanged."""
    order = {(w, r.value) for w, r in made if r.counter == "all_time" and (r.since == r.on or not certain)}
    gaps = [(a, b, on) for (since, a), (on, b) in pairwise(sorted(order)) if since < on and b - a < a]
    if not gaps:
        return made
    before, after, fell = gaps[int(rng.integers(len(gaps)))]
    lost = after - int(rng.integers(after - before, before))
    return [
        (when, replace(r, value=r.value - lost) if r.counter == "all_time" and when >= fell else r)
        for when, r in made
    ]


def engine_of_hidden(made: Sequence[Repository]) -> DuckDBEngine:
    """An engine with all that was read of these repositories."""
    rows = [
        (r.series, observation(x.name, r.counter, r.value, r.on, r.since, r.start)) for x in made for r in x.readings
    ]
    series = {s: s for s in SERIES if s == SERIES[0] or any(s == name for name, _ in rows)}
    observations = table((row for _, row in rows), OBSERVATIONS)
    observations = observations.append_column("batch_id", pa.array([s for s, _ in rows], pa.string()))
    facts = table((fact(x.name, created=day(x.created)) for x in made if x.created is not None), FACTS)
    return engine_of_tables(observations, facts, series)


def spans_of(rng: np.random.Generator) -> list[tuple[int, int]]:
    """Spans of every length: two neighbours and both together, one day, beyond the data on either side or on both."""
    a, b, c = sorted(rng.choice(np.arange(0, LAST + 5), 3, replace=False).tolist())
    one, start, end = (int(v) for v in rng.integers(0, LAST, 3))
    spans = [(a, b), (b, c), (a, c), (one, one + 1), (min(start, end), max(start, end) + 1)]
    return [*spans, (-15, start + 1), (end, LAST + 20), (-15, LAST + 20)]

"""Runs of the detection on injected series, by world: what test_detection judges, with sizes and seeds."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

import pyarrow as pa

from flows.artefacts.judge import Tallies, judge, pooled
from flows.artefacts.real import gguf_daily, hub_alltime, into_repositories, into_snapshots, really_there
from flows.artefacts.scenarios import of_hub_ids, of_repositories, of_snapshots, of_two_sources
from flows.artefacts.series import Injected, Series, facts, observations
from flows.artefacts.worlds import World
from ledgers import engine_of_tables
from modelcensus.engine import DuckDBEngine

TOP: dict[str, Any] = {"centre": 6.3, "spread": 3.0}
"""A top list: 1-5 % of the repositories unchanged on a day. Without it, as in a copy of the Hub, 50-85 %."""
WHOLE_HUB: dict[str, Any] = {"centre": -3.5, "spread": 4.5}

Scenario = Callable[[Series, int], Injected]


@dataclass(frozen=True)
class Trial:
    """A world, and how many seeds of each scenario are run in it."""

    world: World
    seeds: tuple[tuple[Scenario, int], ...]

    def tallies(self) -> Iterator[Tallies]:
        for scenario, n in self.seeds:
            for seed in range(n):
                series, truths = scenario(self.world.series(seed), seed)
                label = f"{self.world.repositories} repositories, {scenario.__name__} seed {seed}: "
                yield judge(detected(series), truths, series.days, label=label)


ROTATIONS = (of_snapshots, of_repositories, of_hub_ids)


def _trial(world: World, *seeds: int) -> Trial:
    return Trial(world, tuple(zip(ROTATIONS, seeds, strict=True)))


WORLDS: dict[str, tuple[Trial, ...]] = {
    "daily": (_trial(World(300, 240, **TOP), 6, 4, 1), _trial(World(3_000, 120), 3, 2, 1)),
    "rolling": (
        _trial(World(300, 240, counter="rolling_30d", **TOP), 5, 4, 1),
        _trial(World(3_000, 120, counter="rolling_30d"), 3, 1, 1),
    ),
    "weekly": (_trial(World(300, 104, "week", **TOP), 6, 3, 1), _trial(World(3_000, 70, "week"), 2, 1, 1)),
    "monthly": (_trial(World(300, 40, "month", **TOP), 10, 4, 1), _trial(World(3_000, 40, "month"), 2, 1, 1)),
    "large": (_trial(World(30_000, 60, **WHOLE_HUB), 3, 1, 0),),
}
"""Synthetic worlds, each at several sizes."""

OF_ONE = ("freeze", "spike", "rename")
OF_TOTALS = ("recount", "backlog", "rollback")
INJECTED = {
    "daily": ("stall", "half_stall", "partial", "source_gap", *OF_ONE, *OF_TOTALS),
    "rolling": ("stall", "half_stall", "partial", "source_gap", *OF_ONE),
    "weekly": ("stall", "partial", *OF_ONE, *OF_TOTALS),
    "monthly": ("stall", "partial", *OF_ONE, *OF_TOTALS),
    "two sources": ("conflict",),
    "hub-alltime": ("stall", "half_stall", "partial", *OF_ONE, *OF_TOTALS),
    "gguf-daily": ("stall", "half_stall", "partial", "source_gap", "freeze", "spike"),
}
"""The kinds of which each world holds at least `FEWEST`, so that recall and precision mean something."""
FEWEST = 8
SOURCE_GAPS = 2
"""A gap cuts weeks out of a series: there is one in each daily one."""


def engine_of_series(*series: Series) -> DuckDBEngine:
    """An engine with what these sources read, each source a batch; facts as the first states them."""
    tables = [observations(s) for s in series]
    named = [t.append_column("batch_id", pa.repeat(f"b{i}", len(t))) for i, t in enumerate(tables)]
    names = {f"b{i}": s.name for i, s in enumerate(series)}
    return engine_of_tables(pa.concat_tables(named), facts(series[0]), names)


def detected(*series: Series) -> list[dict]:
    """The events that the project finds in these sources."""
    return engine_of_series(*series).rows("select * from events")


@cache
def tallies_of(world: str) -> Tallies:
    """Pooled over sizes, scenarios and seeds."""
    if world == "two sources":
        return pooled(_two_sources(5))
    return pooled(t for trial in WORLDS[world] for t in trial.tallies())


def _two_sources(seeds: int) -> Iterator[Tallies]:
    for seed in range(seeds):
        both, truths = of_two_sources(World(600, 90).series(seed), seed)
        yield judge(detected(*both), truths, both[0].days, label=f"seed {seed}: ")


@cache
def tallies_of_real(world: str, *paths: Path) -> Tallies:
    """Artefacts injected into a real copy; what the copy shows by itself is not judged."""
    series, seeds = (hub_alltime(*paths), (16, 4)) if world == "hub-alltime" else (gguf_daily(*paths), (16, 4))
    before = detected(series)
    parts = []
    for scenario, n in zip((into_snapshots, into_repositories), seeds, strict=True):
        for seed in range(n):
            changed, truths = scenario(series, seed)
            label = f"{scenario.__name__} seed {seed}: "
            parts.append(judge(detected(changed), truths, changed.days, label, before, partial(really_there, series)))
    return pooled(parts)

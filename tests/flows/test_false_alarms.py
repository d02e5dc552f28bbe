"""Clean series raise next to no alarm.

The level: of whole snapshots one false event in a thousand snapshots (one in three years of daily ones), of single
repositories one in ten thousand repositories and years (on the whole Hub some hundred a year); one in each world is
allowed in any case, since a single one can be chance.
"""

from collections.abc import Iterator

import pytest

from flows.artefacts.judge import KINDS
from flows.artefacts.series import Series
from flows.artefacts.sources import second_source
from flows.artefacts.trials import TOP, WHOLE_HUB, detected
from flows.artefacts.worlds import World

PER_SNAPSHOT = 1 / 1_000
PER_REPOSITORY_YEAR = 1 / 10_000
CLEAN = {
    "daily": ((World(300, 240, **TOP), 5), (World(3_000, 120), 3)),
    "rolling": ((World(300, 240, counter="rolling_30d", **TOP), 4), (World(3_000, 120, counter="rolling_30d"), 2)),
    "weekly": ((World(300, 104, "week", **TOP), 5), (World(3_000, 70, "week"), 2)),
    "monthly": ((World(300, 40, "month", **TOP), 5), (World(3_000, 40, "month"), 2)),
    "large": ((World(30_000, 60, **WHOLE_HUB), 1),),
}
FIRST_SEED = 100
"""Other series than those into which artefacts are injected."""


def series_of(world: str) -> Iterator[tuple[Series, ...]]:
    for size, seeds in CLEAN[world]:
        for seed in range(FIRST_SEED, FIRST_SEED + seeds):
            yield (size.series(seed),)


def two_sources() -> Iterator[tuple[Series, ...]]:
    for seed in range(FIRST_SEED, FIRST_SEED + 4):
        first = World(600, 90).series(seed)
        yield first, second_source(first, seed)


def alarms(runs: Iterator[tuple[Series, ...]]) -> tuple[list[str], float, list[str], float]:
    """False events of whole snapshots and how many are allowed; the same of single repositories."""
    wide, single, snapshots, years = [], [], 0, 0.0
    for series in runs:
        snapshots += sum(len(s.days) for s in series)
        years += sum(float((s.listed * s.gaps()[:, None]).sum()) / 365 for s in series)
        for row in detected(*series):
            if row["kind"] in KINDS:
                told = f"{row['kind']} {row['from']}..{row['to']} {row['repository'] or ''}: {row['evidence']}"
                (wide if row["repository"] is None else single).append(told)
    return wide, max(1, snapshots * PER_SNAPSHOT), single, max(1, years * PER_REPOSITORY_YEAR)


def quiet(runs: Iterator[tuple[Series, ...]]) -> None:
    wide, most_wide, single, most_single = alarms(runs)
    report = "\n".join([f"{len(wide)} of snapshots, {len(single)} of repositories", *wide[:10], *single[:10]])
    assert len(wide) <= most_wide and len(single) <= most_single, report


@pytest.mark.parametrize("world", [w for w in CLEAN if w != "large"])
def test_clean_series_raise_next_to_no_alarm(world):
    quiet(series_of(world))


def test_two_honest_sources_raise_next_to_no_alarm():
    quiet(two_sources())


@pytest.mark.slow
def test_thirty_thousand_clean_repositories_raise_next_to_no_alarm():
    quiet(series_of("large"))


def test_the_clean_series_are_long_enough_to_tell():
    """What is allowed in any case is not a multiple of what the level allows."""
    days = [sum(len(s[0].days) for s in series_of(w)) for w in ("daily", "rolling")]
    years = sum(
        float((s[0].listed * s[0].gaps()[:, None]).sum()) / 365 for w in ("weekly", "monthly") for s in series_of(w)
    )
    assert min(days) >= 0.5 / PER_SNAPSHOT and years >= 1 / PER_REPOSITORY_YEAR, (days, years)

"""Detection judged by artefacts injected into clean and into real series, by an injector that knows no detector.

Levels and severities come from method.md, section 2, and were set before the detectors were written: at least
`RECALL` of what was injected is found, at least `PRECISION` of what is reported was injected, per kind and world.
"""

import pytest

from flows.artefacts.judge import KINDS
from flows.artefacts.trials import FEWEST, INJECTED, SOURCE_GAPS, tallies_of, tallies_of_real

RECALL = 0.95
PRECISION = 0.95
SYNTHETIC = ("daily", "rolling", "weekly", "monthly", "two sources")
LARGE = ("stall", "half_stall", "rollback", "partial", "recount", "freeze", "spike", "rename")
"""The world of 30,000 repositories is short: fewer of the kinds of whole snapshots."""


def cases(worlds) -> list[tuple[str, str]]:
    return [(world, kind) for world in worlds for kind in INJECTED[world]]


def held(tallies, kind: str, fewest: int = FEWEST) -> None:
    """This kind was injected often enough, found, and not reported elsewhere."""
    tally = tallies[kind]
    assert tally.found + len(tally.missed) >= (SOURCE_GAPS if kind == "source_gap" else fewest), "too few injected"
    assert tally.recall >= RECALL, f"{kind}: {tally}"
    assert tally.precision >= PRECISION, f"{kind}: {tally}"


def silent(tallies, kinds) -> None:
    """Kinds that were not injected are reported at most once in twenty events of those that were."""
    injected = sum(tallies[k].found + len(tallies[k].missed) for k in kinds)
    others = {k: tallies[k] for k in KINDS if k not in kinds}
    false = sum(len(t.false) for t in others.values())
    report = "\n".join(f"{k}: {t}" for k, t in others.items() if t.false)
    assert false <= (1 - PRECISION) * injected, report


@pytest.mark.parametrize(("world", "kind"), cases(SYNTHETIC))
def test_injected_events_are_found_and_no_others(world, kind):
    held(tallies_of(world), kind)


@pytest.mark.parametrize("world", SYNTHETIC)
def test_kinds_that_were_not_injected_are_not_reported(world):
    silent(tallies_of(world), INJECTED[world])


@pytest.mark.slow
@pytest.mark.parametrize("kind", LARGE)
def test_injected_events_are_found_among_thirty_thousand_repositories(kind):
    held(tallies_of("large"), kind, fewest=1)


@pytest.fixture
def hub_alltime(real_data):
    return tallies_of_real(
        "hub-alltime",
        real_data("hub-alltime/hub_alltime_2026-05_2026-08.parquet"),
        real_data("hub-dump/models.parquet"),
    )


@pytest.fixture
def gguf_daily(real_data):
    return tallies_of_real("gguf-daily", real_data("gguf-daily/gguf_mlx_rolling30_2026-05_2026-08.parquet"))


@pytest.mark.slow
@pytest.mark.parametrize("kind", INJECTED["hub-alltime"])
def test_injected_events_are_found_in_the_real_all_time_counters(hub_alltime, kind):
    held(hub_alltime, kind)


@pytest.mark.slow
@pytest.mark.parametrize("kind", INJECTED["gguf-daily"])
def test_injected_events_are_found_in_the_real_rolling_counters(gguf_daily, kind):
    held(gguf_daily, kind)


@pytest.mark.slow
def test_injecting_into_real_counters_raises_no_other_kind(hub_alltime, gguf_daily):
    silent(hub_alltime, INJECTED["hub-alltime"])
    silent(gguf_daily, INJECTED["gguf-daily"])

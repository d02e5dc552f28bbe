"""Claims about worlds whose truth is known: what is decided is right, and no interval leaves the truth out."""

from pathlib import Path

import pytest

from claims.worlds import VERDICT, Known, world
from modelcensus.claims import Pack, account, bundled_packs
from modelcensus.claims.outcomes import Outcome

FEW = range(100, 102)
RIGHT = 0.99
"""Of the verdicts as worded that are decided (issue: at least so many are right)."""
DECIDED = 0.5
"""Of the verdicts about months that were read around their edges; a truth close to the threshold leaves the rest open."""


def as_worded(known: Known) -> dict[str, Outcome]:
    found = {c.id: account(known.census, known.pack, c).as_worded for c in known.pack.claims}
    return {name: outcome for name, outcome in found.items() if outcome}


def judged(seeds, folder: Path) -> tuple[list[str], list[str], int, int]:
    """Wrong verdicts, intervals without the truth; of months read around their edges how many are decided, how many there
    are."""
    wrong, outside, decided, count = [], [], 0, 0
    for seed in seeds:
        known = world(seed, folder / str(seed))
        for name, outcome in as_worded(known).items():
            value, so = known.truth[name]
            count += name in known.near
            decided += outcome.is_decided and name in known.near
            told = f"world {seed}, {name}: {outcome.verdict}, {outcome.low}..{outcome.high}, truth {value}"
            if outcome.is_decided and outcome.verdict != VERDICT[so]:
                wrong.append(told)
            high = float("inf") if outcome.high is None else outcome.high
            if outcome.low is None or not outcome.low - 1e-9 <= value <= high + 1e-9:
                outside.append(told)
    return wrong, outside, decided, count


def test_verdicts_are_right_and_intervals_hold_the_truth(tmp_path):
    wrong, outside, decided, count = judged(FEW, tmp_path)
    assert not outside, "\n".join(outside)
    assert not wrong, "\n".join(wrong)
    assert count > 10 and decided >= DECIDED * count


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, 100, 10))
def test_verdicts_are_right_in_a_hundred_worlds(first, tmp_path):
    wrong, outside, decided, count = judged(range(first, first + 10), tmp_path)
    assert not outside, "\n".join(outside)
    assert len(wrong) <= (1 - RIGHT) * count, "\n".join(wrong)
    assert decided >= DECIDED * count


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100))
def test_bundled_packs_run_unchanged(seed, tmp_path):
    """On each world one pack, in turn."""
    packs = list(bundled_packs().values())
    run(packs[seed % len(packs)], world(seed, tmp_path))


def run(pack: Pack, known: Known) -> None:
    """Every claim of a pack gets an account."""
    for claim in pack.claims:
        found = account(known.census, pack, claim)
        assert found.verdict, claim.id
        assert claim.untestable or found.outcomes, claim.id

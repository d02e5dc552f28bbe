"""A run that is killed at any moment, and taken up again, ends with the ledger of one that was not."""

import random
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hub import Hub, Limits, Random, runs, scaled
from modelcensus.ledger import Ledger
from modelcensus.sources.hub_api import FOLDER

TESTS = Path(__file__).parents[2]
PAGE = 40
LIMIT = 600.0
"""Seconds after which a run is taken for one that hangs."""


@pytest.fixture(scope="module")
def small():
    return scaled(500)


@pytest.fixture(scope="module")
def undisturbed(small, tmp_path_factory):
    root = tmp_path_factory.mktemp("undisturbed")
    with Hub(small, page=PAGE, clock=datetime(2026, 11, 20, tzinfo=UTC)) as hub:
        runs.collect(hub.url, root)
        return runs.content(root), len(hub.questions)


def started(hub: Hub, root: Path, environment) -> subprocess.Popen:
    command = [sys.executable, "-m", "hub.runs", hub.url, str(root)]
    return subprocess.Popen(
        command, cwd=TESTS, env=environment(hub.url), stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )  # fmt: skip


def kill_somewhere(run: subprocess.Popen, hub: Hub, requests: int, delay: float) -> bool:
    """Kill it after so many more requests and a moment; false where it had ended by itself."""
    begun, until = len(hub.questions), time.monotonic() + LIMIT
    while len(hub.questions) - begun < requests and run.poll() is None and time.monotonic() < until:
        time.sleep(0.001)
    time.sleep(delay)
    ended = run.poll() is not None
    run.send_signal(signal.SIGKILL)
    run.communicate(timeout=LIMIT)
    return not ended


def trial(seed: int, small, undisturbed, environment, root: Path) -> int:
    """One run with one to three kills; gives how many hit it."""
    draw, hits = random.Random(seed), 0
    whole, questions = undisturbed
    faults = Random(seed, share=0.15) if seed % 3 == 0 else None
    limits = Limits(anonymous=30, window=3) if seed % 10 == 0 else Limits()
    with Hub(small, page=PAGE, clock=datetime(2026, 11, 20, tzinfo=UTC), faults=faults, limits=limits) as hub:
        for _ in range(draw.choice([1, 1, 2, 3])):
            run = started(hub, root, environment)
            hits += kill_somewhere(
                run, hub, draw.randrange(questions + 1), draw.choice([0, 0.003, 0.05, 0.3, 0.8]) * draw.random()
            )
            assert all(m.rows["facts"] == 500 for m in Ledger(root).manifests()), (
                "a batch is visible only when it is whole"
            )
            if Ledger(root).manifests() and not (root / FOLDER / "hub" / "crawl.json").exists():
                break  # it came to its end before the kill: the next run would be another listing, and another batch
        if not Ledger(root).manifests():
            with started(hub, root, environment) as last:
                try:
                    _, told = last.communicate(timeout=LIMIT)
                finally:
                    last.kill()
            assert last.returncode == 0, told.decode()[-2000:]
        assert hub.refused == 0 and hub.most_in_window <= limits.anonymous
    assert len(Ledger(root).manifests()) == 1 and not Ledger(root).broken_files()
    assert runs.content(root) == whole
    return hits


@pytest.mark.parametrize("seed", (2, 3))
def test_a_killed_run_goes_on_where_it_was(small, undisturbed, environment, tmp_path, seed):
    trial(seed, small, undisturbed, environment, tmp_path)


@pytest.mark.slow
def test_two_hundred_killed_runs(small, undisturbed, environment, tmp_path):
    hits = sum(trial(seed, small, undisturbed, environment, tmp_path / str(seed)) for seed in range(200))
    assert hits >= 100, f"only {hits} runs were hit by a kill"


@pytest.mark.slow
def test_two_hundred_runs_with_random_faults(small, undisturbed, tmp_path):
    whole, _ = undisturbed
    for seed in range(200):
        with Hub(small, page=PAGE, clock=datetime(2026, 11, 20, tzinfo=UTC), faults=Random(seed, share=0.4)) as hub:
            root = tmp_path / str(seed)
            runs.collect(hub.url, root)
            assert hub.refused == 0
        assert runs.content(root) == whole, seed


def test_a_kill_between_the_commit_and_the_tidying_up_makes_no_second_batch(
    small, undisturbed, tmp_path, monkeypatch
):
    from modelcensus.sources.hub_api import Collecting

    with Hub(small, page=PAGE, clock=datetime(2026, 11, 20, tzinfo=UTC)) as hub:
        with monkeypatch.context() as patch:
            patch.setattr(Collecting, "done", lambda self: None)
            first = runs.collect(hub.url, tmp_path)
        asked = len(hub.questions)
        again = runs.collect(hub.url, tmp_path)
        assert (first.new, again.new) == (True, False) and first.manifest == again.manifest
        assert len(hub.questions) == asked
    assert runs.content(tmp_path) == undisturbed[0]


def test_a_disk_that_is_full_ends_the_run_and_keeps_what_was_read(small, undisturbed, tmp_path, monkeypatch):
    import modelcensus.sources.hub_api.convert as convert

    def full(*arguments, **options):
        raise OSError(28, "No space left on device")

    with Hub(small, page=PAGE, clock=datetime(2026, 11, 20, tzinfo=UTC)) as hub:
        with monkeypatch.context() as patch:
            patch.setattr(convert, "write_atomically", full)
            with pytest.raises(OSError, match="No space"):
                runs.collect(hub.url, tmp_path)
        asked = len(hub.questions)
        runs.collect(hub.url, tmp_path)
        assert len(hub.questions) == asked
    assert runs.content(tmp_path) == undisturbed[0]

"""Every entry of `make bench`, at the smallest size: its input is made, its sides run, and they agree on what they must."""

import importlib
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("logs", "flows", "catalog", "measures", "ram", "claims", "collecting", "serving")

pytestmark = pytest.mark.slow


@pytest.fixture
def bench(monkeypatch):
    """The package of the benchmarks, which stands beside `src`; its sides run where it lies."""
    monkeypatch.syspath_prepend(str(ROOT))
    monkeypatch.chdir(ROOT)
    monkeypatch.delitem(sys.modules, "bench", raising=False)
    return importlib.import_module("bench.entries"), importlib.import_module("bench.frame")


def test_every_entry_is_run_here(bench):
    entries, _ = bench
    assert {e.name for e in entries.ENTRIES} - {"command"} == set(NAMES), "`command` needs a ledger of millions"


@pytest.mark.parametrize("name", NAMES)
def test_the_sides_of_an_entry_run_and_agree(bench, name):
    entries, frame = bench
    entry = next(e for e in entries.ENTRIES if e.name == name)
    here = [s for s in entry.instead if s.installed]
    if len(here) < 2 and name == "flows":
        pytest.skip("nothing to compare with: the group `bench` is not installed")
    found = frame.measure(entry, entry.quick[:1], 1, lambda text: None)
    sides = found.runs[entry.quick[0]]
    assert set(sides) == {entry.ours.label, *(s.label for s in here)}
    assert all(r.cpu[0] > 0 and r.peak > 0.001 for r in sides.values())

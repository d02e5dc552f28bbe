"""Ledgers of more readings than are kept as a table: nobody's downloads go missing in them."""

import pytest

from ledgers import engine_of_tables, flows_of, observation, table
from modelcensus.flows import counters
from modelcensus.vocabulary import OBSERVATIONS

SPANS = [(0, 30), (30, 60), (10, 55)]


def made():
    """One repository with all_time, one with windows alone, one with both."""
    rows = []
    for on in range(0, 91, 5):
        rows += [observation("o/total", "all_time", 100 + 7 * on, on)]
        rows += [observation("o/window", "rolling_30d", 900 + on, on)]
        rows += [observation("o/both", "all_time", 50 + 3 * on, on), observation("o/both", "rolling_30d", 91, on)]
    return engine_of_tables(table(rows, OBSERVATIONS))


def test_what_only_counters_of_windows_read_has_flows_in_a_large_ledger(monkeypatch):
    small = flows_of(made(), SPANS)
    monkeypatch.setattr(counters, "MOST_KEPT", 10)
    large = flows_of(made(), SPANS)
    assert {name for name, _ in large} == {"o/total", "o/window", "o/both"}
    for key, row in large.items():
        if key[0] != "o/both":
            assert row == small[key]
        else:
            assert row["instrument"] == "all_time"


@pytest.mark.parametrize("repair", ["none"])
def test_raw_readings_of_a_large_ledger(monkeypatch, repair):
    small = flows_of(made(), SPANS, repair=repair)
    monkeypatch.setattr(counters, "MOST_KEPT", 10)
    large = flows_of(made(), SPANS, repair=repair)
    assert {k: v for k, v in large.items() if k[0] == "o/window"} == {
        k: v for k, v in small.items() if k[0] == "o/window"
    }

"""Events and figures on the real counters of the Hub's daily dump, May to August 2026."""

from datetime import date

import pytest

import modelcensus
from ledgers import ledger_of
from modelcensus.sources import ImportOptions, read_batch

TRACKED = "tracked@2026-08-17"
WEEKS = ["2026-06-05..2026-07-01", "2026-07-02..2026-08-01"]


@pytest.fixture(scope="module")
def tracked_list(real_data):
    path = real_data("tracked-models/models_2026-08-17.csv")
    return read_batch([path], ImportOptions(source="tracked_list", date="2026-08-17"))


@pytest.fixture(scope="module")
def dump(real_data, tracked_list, tmp_path_factory):
    path = real_data("hub-alltime/hub_alltime_2026-05_2026-08.parquet")
    columns = {"repo": "model_id", "all_time": "downloads_all_time"}
    counters = read_batch([path], ImportOptions(source="tables", name="dump", map=columns))
    root = tmp_path_factory.mktemp("dump")
    ledger_of(root, counters, tracked_list)
    census = modelcensus.open(root)
    census.prepare()
    return census


def of_kind(census, kind: str) -> set[date]:
    rows = census.engine.rows(f"""select "to" from events where kind = '{kind}' and repository is null""")
    return {r["to"] for r in rows}


def july(*days: int) -> set[date]:
    return {date(2026, 7, d) for d in days}


def test_the_stalls_named_in_the_data_s_description_are_found(dump):
    snapshots = {r["observed_on"] for r in dump.engine.rows("select distinct observed_on from snapshots")}
    spans = [(date(2026, 5, 28), date(2026, 6, 5)), (date(2026, 6, 17), date(2026, 7, 1))]
    inside = {s for s in snapshots if any(a <= s <= b for a, b in spans)}
    assert of_kind(dump, "stall") == {date(2026, 5, 4), *july(21), *inside}
    assert of_kind(dump, "half_stall") == july(9, 23, 30)


def test_the_values_of_june_5_get_the_time_of_the_last_good_copy(dump):
    row = dump.engine.rows(
        """select max("from") as good from events where kind = 'stall' and "to" = date '2026-06-05'"""
    )
    assert row[0]["good"] == date(2026, 5, 24)


def test_the_rollback_and_the_recounts_are_found(dump):
    assert of_kind(dump, "rollback") == {date(2026, 8, 3)}
    recounts = dump.engine.rows(
        """select "from", "to", count(*) as n from events where kind = 'recount' group by all"""
    )
    assert sum(r["n"] for r in recounts) == 49
    assert {r["to"] for r in recounts} == {date(2026, 6, 15)}


def test_cumulative_qwen_of_the_331_tracked_repositories_read_on_all_three_days(dump):
    days = ["2026-06-05", "2026-07-02", "2026-08-02"]
    reading = ["counter=all_time", "repair=none", "panel=fixed"]
    all_rows = dump.measure("cumulative", within=TRACKED, period=days, reading=reading).rows
    assert [r.observed for r in all_rows] == [331] * 3
    rows = dump.measure("cumulative", of={"organization": "Qwen"}, within=TRACKED, period=days, reading=reading).rows
    assert [round(r.value / 1e6) for r in rows] == [1085, 1289, 1462]


def test_qwen_s_share_of_the_new_downloads_as_read(dump):
    reading = ["repair=none", "panel=fixed"]
    rows = dump.measure("share", of={"organization": "Qwen"}, within=TRACKED, period=WEEKS, reading=reading).rows
    assert [round(100 * r.value, 1) for r in rows] == [54.6, 57.0]
    assert all(r.low == r.value == r.high and r.observed == 331 for r in rows)


def test_repaired_the_first_share_is_an_interval_that_names_the_stall(dump):
    first, second = dump.measure(
        "share", of={"organization": "Qwen"}, within=TRACKED, period=WEEKS, reading=["panel=fixed"]
    ).rows
    assert first.low < 0.546 < first.high
    assert first.low < first.value < first.high
    assert any("stall" in f and "2026-06-05" in f for f in first.flags)
    assert "recount" in first.flags
    assert second.low == second.high == pytest.approx(0.570, abs=0.0005)


def test_share_of_qwen_in_the_rolling_counters_of_the_releases(real_data, tracked_list, tmp_path_factory):
    path = real_data("hub-rolling/hub_rolling30_2026-04_2026-10.parquet")
    columns = {
        "repo": "model_id",
        "rolling_30d": "downloads_30d",
        "batch": "version",
        "observed_on": "release_date_pkg",
    }
    root = tmp_path_factory.mktemp("releases")
    ledger_of(root, read_batch([path], ImportOptions(source="tables", name="llmfit", map=columns)), tracked_list)
    rows = (
        modelcensus.open(root)
        .measure(
            "share",
            of={"organization": "Qwen"},
            within=TRACKED,
            by="day",
            reading=["counter=rolling_30d", "repair=none"],
        )
        .rows
    )
    assert (round(100 * rows[0].value, 1), rows[0].observed) == (57.1, 362)
    assert (round(100 * rows[-1].value, 1), rows[-1].observed) == (55.9, 936)

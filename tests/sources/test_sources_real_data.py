"""The real files beside the project: every row is accounted for."""

import duckdb
import pytest

from modelcensus.sources import ImportOptions, read_batch

pytestmark = pytest.mark.filterwarnings("default")


def test_hub_dump(real_data):
    path = real_data("hub-dump/models.parquet")
    batch = read_batch([path], ImportOptions(source="hub_dump", date="2026-05-24"))
    counts = duckdb.sql(f"select count(*), count(downloads), count(\"downloadsAllTime\") from '{path}'").fetchall()[0]
    assert counts[0] == batch.tables["facts"].num_rows == 4167
    assert batch.tables["observations"].num_rows == counts[1] + counts[2]
    assert batch.set_aside == 0
    facts = duckdb.sql("select * from facts", connection=_with(facts=batch.tables["facts"]))
    assert facts.filter("params_from = 'safetensors.total'").count("*").fetchall()[0][0] > 1000
    assert facts.filter("base_model is not null").count("*").fetchall()[0][0] > 500


def test_hub_rolling_with_its_repeated_release(real_data):
    path = real_data("hub-rolling/hub_rolling30_2026-04_2026-10.parquet")
    days = {"1.1.13": "2026-09-XX", "1.1.15": "2026-09-XX", "1.1.17": "2026-10-XX"}
    per_batch = dict(duckdb.sql(f"select version, count(*) from '{path}' group by all").fetchall())
    options = ImportOptions(
        source="tables",
        map={"repo": "model_id", "batch": "version", "rolling_30d": "downloads_30d"},
        dates={v: days.get(v, "2026-05-01") for v in per_batch},
    )
    batch = read_batch([path], options)
    assert "batch '1.1.15' repeats '1.1.13' in every value: taken once" in batch.took
    taken = dict(_with(o=batch.tables["observations"]).sql("select batch, count(*) from o group by all").fetchall())
    del per_batch["1.1.15"]
    assert taken == per_batch and batch.set_aside == 0


def test_hub_all_time(real_data):
    path = real_data("hub-alltime/hub_alltime_2026-05_2026-08.parquet")
    batch = read_batch(
        [path], ImportOptions(source="tables", map={"repo": "model_id", "all_time": "downloads_all_time"})
    )
    assert batch.tables["observations"].num_rows == 134_073 and batch.set_aside == 0


@pytest.mark.parametrize(("day", "ids"), [("2026-02-08", 1481), ("2026-03-27", 1617), ("2026-08-17", 1772)])
def test_tracked_lists(real_data, day, ids):
    batch = read_batch(
        [real_data(f"tracked-models/models_{day}.csv")], ImportOptions(source="tracked_list", date=day)
    )
    assert batch.tables["lists"].num_rows + batch.set_aside == ids
    assert {r["reason"] for r in batch.tables["set_aside"].to_pylist()} <= {"the same id again"}


def _with(**tables):
    connection = duckdb.connect()
    for name, rows in tables.items():
        connection.register(name, rows)
    return connection

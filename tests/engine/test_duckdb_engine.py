"""The default engine: tables by name, missing columns as null, damage named."""

import pyarrow as pa
import pytest

from modelcensus.engine import DuckDBEngine, write_parquet
from modelcensus.vocabulary import LedgerError

SCHEMA = pa.schema([("name", pa.string()), ("value", pa.int64()), ("day", pa.date32()), ("exact", pa.bool_())])


@pytest.fixture
def engine():
    return DuckDBEngine(memory_limit="1GB")


def test_columns_that_a_file_lacks_are_null(engine, tmp_path):
    write_parquet(tmp_path / "it's old.parquet", pa.table({"name": ["a"], "value": [1]}))
    write_parquet(tmp_path / "new.parquet", pa.table({"value": [2], "name": ["b"], "exact": [True], "more": [0]}))
    table = engine.read_parquet("t", [tmp_path / "it's old.parquet", tmp_path / "new.parquet"], SCHEMA)
    rows = engine.fetch(table.order_by("name"))
    assert rows.schema.equals(SCHEMA)
    assert rows.to_pylist() == [
        {"name": "a", "value": 1, "day": None, "exact": None},
        {"name": "b", "value": 2, "day": None, "exact": True},
    ]


def test_no_file_is_an_empty_table(engine):
    assert engine.fetch(engine.read_parquet("t", [], SCHEMA)).num_rows == 0


def test_a_name_can_be_given_again_whatever_it_was(engine):
    engine.register("t", pa.table({"a": [1]}))
    engine.query("t", "select 2 as a")
    engine.query("t", "select 3 as a", keep=False)
    engine.register("t", pa.table({"a": [4]}))
    assert engine.rows("select a from t") == [{"a": 4}]
    assert engine.has("t") and not engine.has("u")


def test_kept_query_is_computed_once(engine):
    engine.register("source", pa.table({"a": [1]}))
    engine.query("kept", "select * from source")
    engine.query("view", "select * from source", keep=False)
    engine.register("source", pa.table({"a": [2]}))
    assert engine.rows("select a from kept") == [{"a": 1}]
    assert engine.rows("select a from view") == [{"a": 2}]


def test_sql_of_a_table_computes_it(engine):
    table = engine.register("t", pa.table({"a": [1, 2, 3]}))
    assert engine.rows(engine.sql(table.filter(table.a > 1).count().as_table()))[0] in (
        {"CountStar(t)": 2},
        {"CountStar()": 2},
    )


@pytest.mark.parametrize("where", ["page", "footer", "length"])
def test_damaged_file_is_one_ledger_error(engine, tmp_path, where):
    path = tmp_path / "t.parquet"
    write_parquet(path, pa.table({"name": [f"n{i}" for i in range(5000)], "value": list(range(5000))}))
    content = bytearray(path.read_bytes())
    if where == "page":
        content[10:60] = bytes(50)
    elif where == "footer":
        content[-30:] = bytes(30)
    path.write_bytes(content[: len(content) // 2] if where == "length" else content)
    with pytest.raises(LedgerError) as error:
        engine.fetch(engine.read_parquet("t", [path], SCHEMA))
    assert "stored file" in str(error.value) and "doctor" in str(error.value) and "\n" not in str(error.value)

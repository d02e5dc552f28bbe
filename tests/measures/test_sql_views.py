"""`connect()`: documented views that are right, cannot be written, and lead to no file."""

import shutil
from collections import Counter
from datetime import date
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from ledgers import batch_of, day, fact, ledger_of, observation, published
from modelcensus.ledger import Ledger, views
from modelcensus.measures import VIEWS, Census, ask
from modelcensus.measures.sql import check
from modelcensus.vocabulary import TABLES, RequestError

ROWS = [observation("Qwen/Qwen3-8B", "all_time", 100 * t, t) for t in (0, 31, 59)] + [
    observation("meta-llama/Llama-3-8B", "all_time", 10 * t, t) for t in (0, 40)
]


@pytest.fixture(scope="module")
def root(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("ledger")
    lists = [{"list": "tracked", "listed_on": day(3), "repository": "Qwen/Qwen3-8B"}]
    ledger_of(
        folder,
        batch_of("dump", "hub", observations=ROWS, facts=[fact("Qwen/Qwen3-8B"), fact("meta-llama/Llama-3-8B")]),
        batch_of("pulse", "reported:pulse", reported=[published("Qwen", date(2026, 1, 1), 7, True)]),
        batch_of("tracked", "", lists=lists),
    )
    return folder


@pytest.fixture(scope="module")
def census(root) -> Census:
    return Census(Ledger(root))


@pytest.fixture(scope="module")
def connection(census) -> duckdb.DuckDBPyConnection:
    return census.connect()


def test_every_view_has_the_columns_that_it_declares(connection):
    found = {r[0] for r in connection.execute("select table_name from information_schema.tables").fetchall()}
    assert found == set(VIEWS) and set(TABLES) < set(VIEWS)
    for name, schema in VIEWS.items():
        given = connection.sql(f"from {name} limit 0").to_arrow_table().schema
        assert given.names == schema.names, name
        assert [f.type for f in given] == [c.type for c in schema.columns], name


def test_stored_tables_are_what_lies_in_the_files(connection, root):
    for name in TABLES:
        paths = sorted((root / name).rglob("*.parquet"))
        stored = Counter(tuple(r.values()) for p in paths for r in pq.ParquetFile(p).read().to_pylist())
        assert Counter(connection.execute(f"from {name}").fetchall()) == stored, name
    assert connection.execute("select count(*) from observations").fetchall() == [(5,)]


def test_batches_are_those_of_the_manifests(connection, root):
    rows = connection.execute("select batch_id, name, channel, rows from batches").fetchall()
    assert rows == [(m.id, m.name, m.channel, sum(m.rows.values())) for m in Ledger(root).manifests()]


def test_flows_are_those_of_the_measure_and_an_open_one_has_no_estimate(connection, census):
    rows = connection.execute(
        "select month, repository, low, estimate, high, open from flows order by 1, 2"
    ).fetchall()
    january, february = date(2026, 1, 1), date(2026, 2, 1)
    assert rows == [
        (january, "Qwen/Qwen3-8B", 3100, 3100, 3100, False),
        (january, "meta-llama/Llama-3-8B", 0, 310, 400, False),
        (february, "Qwen/Qwen3-8B", 2800, 2800, 2800, False),
        (february, "meta-llama/Llama-3-8B", 0, None, None, True),
    ]
    for row in census.measure("downloads", by=["repository", "month"]).rows:
        same = connection.execute(
            "select low, estimate, high from flows where strftime(month, '%Y-%m') = ? and repository = ?",
            [row.period, row.dimensions["repository"]],
        ).fetchall()
        assert same == [(row.low, row.value, row.high)]


def test_flows_by_month_add_the_catalog(connection):
    rows = connection.execute("select repository, family, country from flows_by_month order by all").fetchall()
    assert rows == [("Qwen/Qwen3-8B", "Qwen", "CN")] * 2 + [("meta-llama/Llama-3-8B", "Llama", "US")] * 2


@pytest.mark.parametrize(
    "statement",
    [
        "insert into observations select * from observations",
        "update observations set value = 1",
        "delete from flows",
        "drop table observations",
        "drop view flows_by_month",
        "alter table catalog add column x int",
        "create table mine as select 1",
        "create or replace view catalog as select 1",
        "create schema mine",
        "copy flows to '{folder}/x.csv'",
        "export database '{folder}/x'",
        "attach '{folder}/x.db' as mine",
        "attach ':memory:' as mine",
        "select * from read_csv('/etc/passwd')",
        "select * from read_text('/etc/passwd')",
        "select * from glob('{folder}/*')",
        "select * from '{manifest}'",
        "select * from read_parquet('{parquet}')",
        "copy (select 1 as a) to '{parquet}'",
        "install httpfs",
        "set enable_external_access = true",
        "set lock_configuration = false",
        "reset lock_configuration",
        "set temp_directory = '{folder}'",
        "select * from ROWS",
    ],
)
def test_nothing_is_written_and_no_file_read(connection, root, statement):
    before = {p: p.read_bytes() for p in root.rglob("*") if p.is_file()}
    places = {"folder": root, "manifest": next(root.glob("manifests/*")), "parquet": next(root.rglob("*.parquet"))}
    with pytest.raises(duckdb.Error):
        connection.execute(statement.format(**places)).fetchall()
    assert {p: p.read_bytes() for p in root.rglob("*") if p.is_file()} == before
    assert connection.execute("select count(*) from observations").fetchall() == [(5,)]


def test_only_what_is_needed_is_computed(root, monkeypatch):
    from modelcensus.measures import census as census_room

    for name in ("build_catalog", "build_readings"):
        monkeypatch.setattr(census_room, name, lambda *_, **__: pytest.fail("prepared"))
    assert Census(Ledger(root)).connect(views=["observations"]).execute("from observations").fetchall()
    assert [b.num_rows for b in ask(Census(Ledger(root)), "select * from batches")] == [0, 3]


def test_the_ledger_alone_gives_what_is_stored(root):
    opened = Ledger(root).connect()
    names = {r[0] for r in opened.execute("select table_name from information_schema.tables").fetchall()}
    assert names == {*TABLES, "batches"}
    assert opened.execute("select count(*) from reported").fetchall() == [(1,)]
    with pytest.raises(duckdb.Error):
        opened.execute("create table x (a int)")
    with pytest.raises(RequestError, match="observations"):
        Ledger(root).connect(views=["observation"])


def test_a_large_table_is_scanned_where_it_lies(root, monkeypatch):
    monkeypatch.setattr(views, "MOST_COPIED", 2)
    opened = Ledger(root).connect()
    assert opened.execute("select sum(value) from observations").fetchall() == [(9_400,)]
    assert opened.execute("select count(*) from observations where repository = 'Qwen/Qwen3-8B'").fetchall() == [(3,)]
    with pytest.raises(duckdb.Error):
        opened.execute("insert into observations select * from observations")


def test_the_connection_outlives_its_census_and_leaves_nothing(root, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    opened = Ledger(root).connect()
    cursor = opened.cursor()
    assert cursor.execute("select count(*) from lists").fetchall() == [(1,)]
    del cursor, opened
    assert not list(tmp_path.iterdir())


def test_a_ledger_that_is_read_only_on_disk_can_be_asked(tmp_path, root):
    copy = shutil.copytree(root, tmp_path / "copy")
    folders = [copy, *(p for p in copy.rglob("*") if p.is_dir())]
    before = sorted(copy.rglob("*"))
    for folder in folders:
        folder.chmod(0o555)
    try:
        assert Census(Ledger(copy)).connect(views=["flows"]).execute("select count(*) from flows").fetchall() == [
            (4,)
        ]
        assert sorted(copy.rglob("*")) == before
    finally:
        for folder in folders:
            folder.chmod(0o755)


def test_a_ledger_of_a_published_series_alone_has_empty_flows(tmp_path):
    ledger = ledger_of(
        tmp_path, batch_of("pulse", "reported:pulse", reported=[published("Qwen", date(2026, 1, 1), 7, True)])
    )
    opened = Census(ledger).connect()
    assert [
        len(opened.execute(f"from {v}").fetchall()) for v in ("reported", "readings", "events", "flows_by_month")
    ] == [1, 0, 0, 0]
    with pytest.raises(RequestError, match="reported"):
        Census(ledger).connect("reported:pulse", ["flows"])


def test_several_channels_without_the_hub_have_to_be_named(tmp_path):
    ledger = ledger_of(
        tmp_path,
        batch_of("a", "ollama", observations=[observation("x/a", "all_time", t, t) for t in (0, 31)]),
        batch_of("b", "log:mine", observations=[observation("x/b", "all_time", t, t) for t in (0, 31)]),
    )
    with pytest.raises(RequestError, match="log:mine, ollama"):
        Census(ledger).connect(views=["flows"])
    found = Census(ledger).connect("ollama", ["flows"]).execute("select distinct repository from flows").fetchall()
    assert found == [("x/a",)]
    assert Census(ledger).connect(views=["observations"]).execute("select count(*) from observations").fetchall() == [
        (4,)
    ]
    with pytest.raises(RequestError, match="ollama"):
        Census(ledger).connect("olama", ["flows"])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("select * from flwos", "did you mean 'flows'"),
        ("select famly from catalog", "did you mean 'family'"),
        ("select c.famly from catalog c", "did you mean 'family'"),
        ("select * exclude (famly) from catalog", "did you mean 'family'"),
        ("select * from flows join catalog using (repositry)", "did you mean 'repository'"),
        ("select month from flows order by mnth", "did you mean 'month'"),
        ("drop table flows", "DROP is refused"),
        ("create temp table x as select 1", "CREATE is refused"),
        ("copy flows to 'x.csv'", "COPY is refused"),
        ("set threads = 1", "SET is refused"),
        ("pragma version", "PRAGMA is refused"),
        ("select 1; drop table flows", "2 statements"),
        (";", "0 statements"),
        ("selec 1", "syntax error"),
        ("select nofunc(1)", "nofunc"),
        ("select * from '/etc/passwd'", "no file"),
        ("select * from read_csv('/etc/passwd')", "no file"),
        ("explain select * from read_csv('/etc/passwd')", "no file"),
        ("select * from flows where repository = $1", "parameter"),
    ],
)
def test_a_question_that_makes_no_sense_is_one_line_that_helps(text, said):
    with pytest.raises(RequestError) as caught:
        check(text)
    assert said in str(caught.value) and caught.value.remedy and "\n" not in str(caught.value)


@pytest.mark.parametrize("text", ["select 1", "with a as (from flows) select count(*) from a;", "describe catalog",
                                  "explain select * from batches", "-- a comment\nselect 1", "from flows"])  # fmt: skip
def test_questions_that_read_are_let_through(text):
    check(text)

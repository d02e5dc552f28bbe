"""`modelcensus sql` as people run it."""

import csv
import io
import json

import pyarrow.parquet as pq
import pytest

from modelcensus.cli.sql import sql

ROWS = ["=evil/a,2026-01-01,1000", "=evil/a,2026-02-01,3000", "b/c,2026-01-01,5", "b/c,2026-02-01,5"]
QUERY = "select repository, sum(value) as total, max(observed_on) as day from observations group by 1 order by 1"


@pytest.fixture(scope="module")
def ledger(run, tmp_path_factory):
    folder = tmp_path_factory.mktemp("asked")
    (folder / "counters.csv").write_text("\n".join(["id,day,all", *ROWS]) + "\n")
    maps = ["--map", "repo=id", "--map", "observed_on=day", "--map", "all_time=all"]
    run("import", folder / "counters.csv", "--source", "tables", *maps, "--ledger", folder / "ledger")
    return folder / "ledger"


@pytest.fixture
def printed(ledger, capsysbinary):
    """What the command prints, run in this process: starting another one costs seconds."""

    def printed(query: str, **options) -> bytes:
        sql(query, ledger=ledger, **options)
        return capsysbinary.readouterr().out

    return printed


def test_every_format_has_the_rows(printed):
    def out(format: str) -> bytes:
        return printed(QUERY, format=format)

    assert json.loads(out("json")) == [
        {"repository": "=evil/a", "total": 4000, "day": "2026-02-01"},
        {"repository": "b/c", "total": 10, "day": "2026-02-01"},
    ]
    lines = list(csv.reader(io.StringIO(out("csv").decode())))
    assert lines == [["repository", "total", "day"], ["'=evil/a", "4000", "2026-02-01"], ["b/c", "10", "2026-02-01"]]
    assert pq.read_table(io.BytesIO(out("parquet")))["repository"].to_pylist() == ["=evil/a", "b/c"]
    shown = out("table").decode()
    assert "=evil/a" in shown and "4000" in shown and "2 rows" in shown


def test_rows_are_limited_on_the_screen_and_nowhere_else(printed):
    many = "select * from range(120) t(i)"
    shown = printed(many).decode()
    assert "the first 50 rows; --limit 0 prints all" in shown and "│ 49 " in shown and "│ 50 " not in shown
    assert "│ 119 " in printed(many, limit=0).decode()
    assert len(json.loads(printed(many, format="json"))) == 120
    assert len(json.loads(printed(many, format="json", limit=7))) == 7
    assert "the first 3 rows" in printed("select * from range(1000000000000)", limit=3).decode()


def test_columns_of_one_name_stay_apart_and_empty_answers_are_no_error(printed):
    assert json.loads(printed("select 1 as a, 2 as a", format="json")) == [{"a": 1, "a_2": 2}]
    none = "select repository, now() from observations where false"
    assert json.loads(printed(none, format="json")) == []
    assert printed(none, format="csv").startswith(b"repository,")


def test_without_a_question_the_views_are_listed(printed):
    listed = printed("")
    assert b"flows_by_month" in listed and b"observations" in listed


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["select famly from catalog"], "did you mean 'family'"),
        (["select cast(repository as int) from observations"], "INT32"),
        (["select 1", "--limit", "-1"], "use 0 for all"),
        (["select * from flows", "--channel", "hbu"], "did you mean 'hub'"),
    ],
)
def test_what_makes_no_sense_is_one_line(run, ledger, arguments, said):
    done = run("sql", *arguments, "--ledger", ledger, status=1)
    assert said in done.stderr.decode()


def test_citations_and_no_cache_of_measure(run, ledger):
    asked = ["measure", "downloads", "--of", "repository=b/c", "--period", "2026-01", "--ledger", ledger]
    assert "modelcensus explain" not in run(*asked, "--format", "citation", "--no-cache").stdout.decode()
    assert not (ledger / "cache").exists()
    entry = run(*asked, "--format", "bibtex").stdout.decode()
    assert entry.startswith("@misc{modelcensus-p") and entry.endswith("}\n")
    assert len(list((ledger / "cache").iterdir())) == 1
    said = run(*asked, "--format", "citation").stdout.decode()
    assert said.count("\n") == 1 and entry.partition("{modelcensus-")[2][:13] in said
    assert run("explain", entry.partition("{modelcensus-")[2][:13], "--ledger", ledger).stdout

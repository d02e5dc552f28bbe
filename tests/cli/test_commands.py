"""The commands as people run them: exit status, standard output for machines alone, notes apart, never a traceback."""

import io
import json
import shutil
import subprocess
from xml.etree import ElementTree

import pyarrow.parquet as pq
import pytest

ROWS = [
    f"{repository},{day},{base * factor},{likes}"
    for likes, (repository, base) in enumerate([("Qwen/A", 1000), ("meta-llama/B", 500), ("google/C", 100)])
    for factor, day in enumerate(["2026-01-01", "2026-02-01", "2026-03-01", "2026-04-01"], start=1)
]
MAP = ["--map", "repo=id", "--map", "observed_on=day", "--map", "all_time=all"]
SHARE = ["measure", "share", "--of", "organization=Qwen", "--by", "month", "--period", "2026-02..2026-03"]


@pytest.fixture(scope="module")
def ledger(run, tmp_path_factory):
    """A small made-up ledger, made by the command itself."""
    folder = tmp_path_factory.mktemp("made-up")
    table = folder / "counters.csv"
    table.write_text("\n".join(["id,day,all,likes", *ROWS, "noslash,2026-01-01,5,1", "x/y,2026-01-01,-5,1"]) + "\n")
    done = run("import", table, "--source", "tables", *MAP, "--ledger", folder / "ledger")
    said = done.stderr.decode()
    assert done.stdout == b"", "standard output is for results alone"
    assert "set aside counters.csv:14: the id noslash has no slash" in said
    assert "2 rows set aside; they are kept with the batch, the other rows were taken" in said
    assert "12 observations" in said and "2026-01-01 to 2026-04-01" in said
    return folder / "ledger"


@pytest.fixture(scope="module")
def share(run, ledger):
    """The share of one organization, as JSON."""
    return json.loads(run(*SHARE, "--format", "json", "--ledger", ledger).stdout)


def test_json_has_value_bounds_and_provenance(share):
    assert {"measure", "request", "rows", "provenance"} <= set(share)
    assert [r["period"] for r in share["rows"]] == ["2026-02", "2026-03"]
    for row in share["rows"]:
        assert row["low"] == pytest.approx(0.625) and row["high"] == pytest.approx(0.625)
        assert row["low"] <= row["value"] <= row["high"] and row["coverage"] == 1
    assert {"id", "batches", "scope", "software"} <= set(share["provenance"])
    assert share["request"]["of"] == {"organization": ["Qwen"]}


def test_same_import_again_changes_nothing(run, ledger):
    before = {p: p.read_bytes() for p in ledger.rglob("*") if p.is_file()}
    done = run("import", ledger.parent / "counters.csv", "--source", "tables", *MAP, "--ledger", ledger)
    assert "is in the ledger already: nothing to do" in done.stderr.decode()
    assert {p: p.read_bytes() for p in ledger.rglob("*") if p.is_file()} == before


def test_explain_resolves_what_measure_printed_and_its_batches(run, ledger, share):
    record = json.loads(run("explain", share["provenance"]["id"], "--format", "json", "--ledger", ledger).stdout)
    assert record["provenance"]["id"] == share["provenance"]["id"] and "select" in record["sql"].lower()
    text = run("explain", share["provenance"]["id"], "--ledger", ledger).stdout.decode()
    assert "counters.csv sha256" in text and "SQL" in text
    (batch,) = share["provenance"]["batches"]
    manifest = json.loads(run("explain", batch, "--format", "json", "--ledger", ledger).stdout)
    assert manifest["id"] == batch and manifest["rows"]["set_aside"] == 2


def test_every_format_says_the_same(run, ledger, share):
    def out(format: str) -> bytes:
        return run(*SHARE, "--format", format, "--ledger", ledger).stdout

    lines = out("csv").decode().splitlines()
    assert len(lines) == 3 and lines[0].startswith("period,value,low,high")
    rows = pq.read_table(io.BytesIO(out("parquet")))
    assert rows["value"].to_pylist() == [r["value"] for r in share["rows"]]
    assert rows.schema.metadata[b"provenance"].decode() == share["provenance"]["id"]
    sentence = out("sentence").decode()
    assert "62.5" in sentence and sentence.count("\n") == 1
    assert ElementTree.fromstring(out("svg")).tag.endswith("svg")
    assert out("png").startswith(b"\x89PNG\r\n\x1a\n")


def test_ledger_from_the_environment_and_from_the_folder(run, ledger):
    command = ("doctor", "--format", "json", "--today", "2026-04-02")
    named = run(*command, MODELCENSUS_LEDGER=str(ledger))
    found = run(*command, cwd=ledger.parent)
    report = json.loads(named.stdout)
    assert json.loads(found.stdout) == report
    assert {"coverage", "events", "sources"} <= set(report) and report["broken"] == []
    assert (report["sources"][0]["source"], report["sources"][0]["set_aside"]) == ("counters", 2)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["measure", "shares"], "did you mean 'share'"),
        (["measure", "downloads", "--period", "2026-13"], "month must be in 1..12"),
        (["explain", "p000000000000"], "no record 'p000000000000'"),
    ],
    ids=lambda v: "-".join(v)[:30] if isinstance(v, list) else None,
)
def test_what_the_data_do_not_allow_is_status_1_with_one_line(run, ledger, arguments, words):
    assert words in run(*arguments, "--ledger", ledger, status=1).stderr.decode()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["missing.csv", "--source", "tables"], "missing.csv: no such file"),
        (["counters.csv", "--source", "table"], "did you mean 'tables'"),
        (["counters.csv", "--source", "tables", "--map", "repo"], "not NAME=VALUE"),
        (["noise.csv", "--source", "tables", *MAP], "noise.csv:1:"),
    ],
    ids=["no file", "no source", "no pair", "noise"],
)
def test_failed_import_leaves_the_ledger_as_it_was(run, ledger, arguments, words):
    (ledger.parent / "noise.csv").write_bytes(bytes(range(256)) * 99)
    before = {p: p.read_bytes() for p in ledger.rglob("*") if p.is_file()}
    done = run("import", *arguments, "--ledger", ledger, status=1, cwd=ledger.parent)
    assert words in done.stderr.decode()
    assert not any(c < 32 and c != 10 for c in done.stderr), "nothing that steers a terminal"
    assert {p: p.read_bytes() for p in ledger.rglob("*") if p.is_file()} == before


@pytest.mark.parametrize(
    "arguments",
    [["measure"], ["frobnicate"], ["measure", "share", "--format", "docx"], ["import", "--bogus", "1"]],
    ids=" ".join,
)
def test_wrong_usage_is_status_2_on_standard_error(run, arguments):
    done = run(*arguments, status=2)
    assert done.stdout == b"" and done.stderr


def test_doctor_names_a_broken_file_and_measure_refuses_it(run, ledger, tmp_path):
    shutil.copytree(ledger, tmp_path / "ledger")
    path = next((tmp_path / "ledger" / "observations").rglob("*.parquet"))
    content = bytearray(path.read_bytes())
    content[10:60] = bytes(50)
    path.write_bytes(content)
    done = run("doctor", "--format", "json", "--ledger", tmp_path / "ledger", status=1)
    report = json.loads(done.stdout)
    assert [b["problem"] for b in report["broken"]] == ["digest differs"]
    assert path.name in done.stderr.decode() and "counters.csv" in done.stderr.decode()
    said = run("measure", "downloads", "--ledger", tmp_path / "ledger", status=1).stderr.decode()
    assert "run `modelcensus doctor`" in said
    path.unlink()
    assert path.name in run("measure", "downloads", "--ledger", tmp_path / "ledger", status=1).stderr.decode()


def test_output_that_cannot_be_written_is_one_line(run, ledger, tmp_path):
    (tmp_path / "file").write_text("in the way")
    said = run("report", "--no-claims", "-o", tmp_path / "file", "--ledger", ledger, status=1).stderr.decode()
    assert str(tmp_path / "file") in said


def test_a_reader_that_stops_early_is_no_error(command, ledger):
    done = subprocess.run(
        f"{command} explain b0 --ledger {ledger} 2>&1; {command} doctor --format json --ledger {ledger} | head -c 1",
        shell=True,
        capture_output=True,
    )
    assert b"Traceback" not in done.stdout + done.stderr and b"BrokenPipe" not in done.stderr


def test_catalog_show_explains_and_says_what_the_ledger_has_not_seen(run, ledger):
    done = run("catalog", "show", "unsloth/Qwen3-8B-GGUF", "--format", "json", "--ledger", ledger)
    found = {e["field"]: e for e in json.loads(done.stdout)["attributions"]}
    assert found["family"]["value"] == "Qwen" and found["family"]["file"] == "families/qwen.yml"
    assert "not in this ledger" in done.stderr.decode()
    assert b"Qwen" in run("catalog", "show", "Qwen/Qwen3-8B", "--ledger", ledger).stdout


def test_catalog_accuracy_scores_labels_and_lists_what_to_add(run, ledger, tmp_path):
    labels = tmp_path / "labels.csv"
    labels.write_text("repository,family\nQwen/Qwen3-8B,Qwen\nx/never-seen-llama,Mistral\n")
    report = json.loads(run("catalog", "accuracy", labels, "--format", "json", "--ledger", ledger).stdout)
    assert {"scores", "attributed", "lineage_problems", "next"} == set(report)
    assert (report["scores"][0]["right"], report["scores"][0]["labelled"]) == (1, 2)
    assert b"precision" in run("catalog", "accuracy", labels, "--ledger", ledger).stdout
    labels.write_text("repository,famly\na/b,c\n")
    done = run("catalog", "accuracy", labels, "--ledger", ledger, status=1)
    assert b"famly" in done.stderr and b"Traceback" not in done.stderr


def test_catalog_scopes_lists_sizes_and_digests(run, ledger):
    rows = json.loads(run("catalog", "scopes", "--format", "json", "--ledger", ledger).stdout)
    assert {"hub", "mainline"} <= {r["scope"] for r in rows}
    assert all(len(r["digest"]) == 16 and r["repositories"] >= 0 for r in rows)


def test_a_scope_can_be_an_expression(run, ledger):
    command = ("measure", "downloads", "--reading", "counter=all_time", "--format", "json", "--ledger", ledger)
    run(*command, "--within", "where: organization = 'Qwen' or kind = 'unreviewed'")
    done = run(*command, "--within", "where: read_csv('x')", status=1)
    assert b"Traceback" not in done.stderr

"""`diff` as people run it: import, report, import more, change the knowledge, report again, and ask what changed."""

import csv
import io
import json
import shutil
from pathlib import Path

import pytest

FIRST = """repo,day,all,created
Qwen/A,2026-01-01,1000,2025-01-01
Qwen/A,2026-02-01,2000,2025-01-01
Qwen/A,2026-03-01,3000,2025-01-01
meta-llama/B,2026-01-01,500,2025-01-01
meta-llama/B,2026-02-01,1000,2025-01-01
meta-llama/B,2026-03-01,1500,2025-01-01
acme/C,2026-01-01,100,2025-01-01
acme/C,2026-02-01,150,2025-01-01
acme/C,2026-03-01,200,2025-01-01
"""
LATER = """repo,day,all
Qwen/A,2026-02-15,2600
meta-llama/B,2026-02-15,900
meta-llama/B,2026-04-01,2500
Qwen/A,2026-04-01,4200
acme/C,2026-04-01,260
"""
OWN = """version: 2026-04-02
organizations:
  - {namespace: Qwen, name: Qwen, country: CN, kind: company, former: [acme], citation: a test}
"""
MAP = ["--map", "observed_on=day", "--map", "all_time=all", "--source", "tables", "--name", "dump"]


@pytest.fixture(scope="module")
def made(run, tmp_path_factory) -> Path:
    """A folder with a ledger, and the reports `one` and `two` of it."""
    folder = tmp_path_factory.mktemp("editions")
    (folder / "first.csv").write_text(FIRST)
    (folder / "later.csv").write_text(LATER)
    (folder / "list.csv").write_text("repo\nQwen/A\nmeta-llama/B\n")
    run("import", "first.csv", *MAP, "--map", "created_at=created", "--ledger", "mine", cwd=folder)
    run("report", "--no-claims", "--ledger", "mine", "-o", "one", "--edition", "one", cwd=folder)
    run("import", "later.csv", *MAP, "--ledger", "mine", cwd=folder)
    run("import", "list.csv", "--source", "tracked_list", "--date", "2026-03-01", "--ledger", "mine", cwd=folder)
    (folder / "mine" / "knowledge").mkdir()
    (folder / "mine" / "knowledge" / "own.yml").write_text(OWN)
    run("report", "--no-claims", "--ledger", "mine", "-o", "two", "--edition", "two", "--previous", "one", cwd=folder)
    return folder


@pytest.fixture(scope="module")
def difference(run, made) -> dict:
    return json.loads(run("diff", "one", "two/edition.json", "--ledger", "mine", "--format", "json", cwd=made).stdout)


def test_every_cause_is_named_and_the_parts_add_up(difference):
    causes = difference["causes"]
    assert "dump (b" in causes["new observations"]["what"] and "tracked@2026-03-01" in causes["scope list"]["what"]
    assert causes["recounts"]["what"] == "meta-llama/B in dump (all_time) on 2026-02-15"
    assert causes["catalog"]["what"].endswith(": own.yml") and causes["software"]["numbers"] == 0
    assert all(causes[c]["numbers"] for c in ("new observations", "recounts", "catalog", "scope list"))
    revised = [c for c in difference["changes"] if c["kind"] == "revised"]
    assert revised and difference["compared"] == difference["unchanged"] + len(difference["changes"])
    for change in revised:
        parts = [p for p in change["value"]["parts"].values() if p is not None]
        assert sum(parts) == pytest.approx(change["value"]["change"], abs=1e-12)


def test_csv_holds_the_same_changes(run, made, difference):
    done = run("diff", "one", "two", "--ledger", "mine", "--format", "csv", cwd=made)
    rows = list(csv.DictReader(io.StringIO(done.stdout.decode())))
    assert len(rows) == len(difference["changes"])
    assert [r["change"] for r in rows if r["kind"] == "revised"]
    assert {"new_observations", "recounts", "catalog", "scope_list", "software", "low_then", "high_now"} <= set(
        rows[0]
    )


def test_the_report_has_the_same_account(made):
    section = (made / "two" / "report.md").read_text().partition("## What was revised?")[2].partition("\n## ")[0]
    assert "Against edition one, " in section and "points by recounts" in section
    first = (made / "one" / "report.md").read_text().partition("## What was revised?")[2]
    assert "No earlier vintage to compare with" in first.partition("\n## ")[0]


def test_an_edition_against_a_day_and_days_against_each_other(run, made):
    day = json.loads((made / "two" / "edition.json").read_text())["inputs"][-1]["committed_at"][:10]
    same = run("diff", "two", day, "--ledger", "mine", "--format", "json", cwd=made)
    report = json.loads(same.stdout)
    assert report["changes"] == [] and report["compared"] > 10
    assert b"8 unchanged" in run("diff", day, day, "--ledger", "mine", cwd=made).stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere", "two"], "nowhere: no edition; name the folder of a report, its edition.json, or a day"),
        (["first.csv", "two"], "first.csv: no edition"),
        (["1999-01-01", "two"], "no batch committed by 1999-01-01"),
    ],
    ids=["no folder", "no edition", "too early"],
)
def test_what_is_no_edition_is_one_line(run, made, arguments, words):
    assert words in run("diff", *arguments, "--ledger", "mine", status=1, cwd=made).stderr.decode()


def test_inputs_that_are_gone_are_an_error_and_never_a_zero(run, made, tmp_path):
    shutil.copytree(made / "mine", tmp_path / "mine")
    edition = json.loads((made / "one" / "edition.json").read_text())
    (tmp_path / "mine" / "knowledge-vintages" / f"{edition['knowledge']['digest']}.json.gz").unlink()
    said = run("diff", "one", "two", "--ledger", tmp_path / "mine", status=1, cwd=made).stderr.decode()
    assert "was not kept by the ledger" in said and edition["knowledge"]["digest"][:12] in said
    batch = edition["inputs"][0]["batch"]
    (tmp_path / "mine" / "manifests" / f"{batch}.json").unlink()
    said = run("diff", "one", "two", "--ledger", tmp_path / "mine", status=1, cwd=made).stderr.decode()
    assert batch in said and "put their manifests back" in said


def test_one_edition_alone_is_usage(run):
    assert run("diff", "one", status=2).stdout == b""

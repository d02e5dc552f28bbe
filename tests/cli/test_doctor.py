"""`modelcensus doctor`: what it shows, when it fails, and what a repair takes away and leaves alone."""

import json
import os
import shlex
import shutil
import sys
import time
from datetime import date, timedelta

import pytest

from modelcensus.cli import main
from modelcensus.engine import seal

DAYS = [date(2026, 1, 1) + timedelta(days=n) for n in range(60) if n not in range(25, 40)]
ROWS = [f"o/r{i},{d},{1000 + (50 + i) * (d - DAYS[0]).days}" for d in DAYS for i in range(30)]
MAP = ["--map", "repo=id", "--map", "observed_on=day", "--map", "all_time=all"]
LAST = ["--today", "2026-03-01"]
pytestmark = pytest.mark.filterwarnings("ignore:Cyclopts application invoked without tokens")


@pytest.fixture
def run(monkeypatch, capsys):
    """A command in this process: exit status, standard output, standard error."""

    def run(*arguments, columns: int = 100) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["modelcensus", *map(str, arguments)])
        monkeypatch.setenv("COLUMNS", str(columns))
        capsys.readouterr()
        try:
            main()
            status = 0
        except SystemExit as ended:
            status = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
        out, err = capsys.readouterr()
        return status, out, err

    return run


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A small made-up ledger, made once by the command itself."""
    folder = tmp_path_factory.mktemp("made")
    (folder / "counters.csv").write_text("\n".join(["id,day,all", *ROWS]) + "\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["modelcensus", "import", str(folder / "counters.csv"), "--source", "tables", *MAP,
                                    "--ledger", str(folder / "ledger")])  # fmt: skip
        with pytest.raises(SystemExit) as ended:
            main()
        assert not ended.value.code
    return folder


@pytest.fixture
def ledger(made, tmp_path):
    shutil.copytree(made / "ledger", tmp_path / "ledger")
    return tmp_path / "ledger"


def report(run, ledger, *arguments, status: int = 0) -> dict:
    ended, out, err = run("doctor", "--format", "json", "--ledger", ledger, *arguments)
    assert ended == status, err
    assert "Traceback" not in err
    return json.loads(out)


def test_json_is_all_of_it_and_the_status_is_that_of_its_problems(run, ledger):
    found = report(run, ledger, *LAST)
    assert set(found) == {"today", "healthy", "problems", "coverage", "gaps", "events", "sources", "next", "leftovers",
                          "broken", "aside"}  # fmt: skip
    assert found["healthy"] and not found["problems"] and not found["broken"] and found["today"] == "2026-03-01"
    assert {"kind", "source", "from", "to", "repositories", "evidence"} <= set(found["events"][0])
    assert [c["snapshots"] for c in found["coverage"]] == [25, 19, 1]
    late = report(run, ledger, "--today", "2026-03-10", status=1)
    assert not late["healthy"] and [s["status"] for s in late["sources"]] == ["stale"]
    assert "counters (all_time) is stale: last sound reading 2026-03-01, 9 days ago" in late["problems"][0]


def test_a_cron_job_can_choose_its_own_patience(run, ledger):
    assert run("doctor", "--ledger", ledger, "--today", "2027-01-01", "--stale-after", "400")[0] == 0
    status, out, err = run(
        "doctor", "--ledger", ledger, "--format", "json", "--today", "2026-03-04", "--stale-after", "2"
    )
    assert status == 1 and "counters (all_time) is stale" in err and json.loads(out)["problems"] == [err.strip()]


def test_tables_fit_a_hundred_columns_and_say_what_needs_action(run, ledger):
    status, out, _ = run("doctor", "--ledger", ledger, "--today", "2026-03-10")
    assert status == 1 and max(map(len, out.splitlines())) <= 100
    for words in ("Coverage: counters (all_time)", "25/31", "Gaps", "source gap", "Events", "Sources, stalest first",
                  "Collect next", "needs action:"):  # fmt: skip
        assert words in out
    status, out, err = run("doctor", "--ledger", ledger, *LAST)
    assert (status, err) == (0, "") and "healthy: nothing needs action" in out


def test_the_command_it_names_closes_the_gap(run, ledger, tmp_path):
    (edge,) = [n for n in report(run, ledger, *LAST)["next"] if n["kind"] == "month_edge"]
    assert (edge["day"], edge["from"], edge["to"]) == ("2026-02-01", str(DAYS[24]), str(DAYS[25]))
    assert edge["downloads"] == sum(50 + i for i in range(30)) * 16
    rows = [f"o/r{i},2026-02-01,{1000 + (50 + i) * 31}" for i in range(30)]
    (tmp_path / "one day.csv").write_text("\n".join(["id,day,all", *rows]) + "\n")
    words = shlex.split(edge["command"])
    assert words[0] == "modelcensus" and str(ledger) in words
    assert run(*(str(tmp_path / "one day.csv") if w == "FILE" else w for w in words[1:]))[0] == 0
    assert not [n for n in report(run, ledger, *LAST)["next"] if n["kind"] == "month_edge"]


def test_repair_removes_leftovers_and_says_so_and_touches_nothing_else(run, ledger):
    old, new = ledger / "observations" / ".writing-old", ledger / "manifests" / ".writing-new"
    record = ledger / "provenance" / "p0.json"
    record.parent.mkdir(exist_ok=True)
    (record.parent / "p1.json").write_text('{"id": "p1"}')
    stray = ledger / "observations" / "b0.parquet"
    for path in (old, new, record, stray):
        path.write_bytes(b"{ half")
    os.utime(old, (time.time() - 7200,) * 2)
    seen = report(run, ledger, *LAST, status=1)
    assert (
        "provenance/p0.json: damaged provenance record" in seen["problems"][0] and "--repair" in seen["problems"][0]
    )
    before = {p: p.read_bytes() for p in ledger.rglob("*") if p.is_file()}
    mended = report(run, ledger, "--repair", *LAST)
    states = {x["path"]: x["state"] for x in mended["leftovers"]}
    assert states.pop("observations/.writing-old") == states.pop("provenance/p0.json") == "removed"
    assert set(states) == {"manifests/.writing-new", "**/b0.parquet"} and all(
        s.startswith("kept") for s in states.values()
    )
    assert {p: p.read_bytes() for p in ledger.rglob("*") if p.is_file()} == {
        p: c for p, c in before.items() if p not in (old, record)
    }
    assert all(x["state"].startswith("kept") for x in report(run, ledger, "--repair", *LAST)["leftovers"])


def test_a_broken_batch_is_named_set_aside_and_what_it_says_to_do_mends_it(run, ledger, made, monkeypatch):
    whole = {p: p.read_bytes() for p in ledger.rglob("*") if p.is_file()}
    path = next((ledger / "observations").rglob("*.parquet"))
    path.write_bytes(path.read_bytes()[:-4])
    seen = report(run, ledger, *LAST, status=1)
    (broken,) = seen["broken"]
    assert path.name == broken["file"].split("/")[-1] and broken["problem"] == "digest differs"
    assert "--repair" in broken["remedy"] and "counters.csv" in broken["remedy"]
    assert seen["coverage"] == [], "nothing is computed from a broken batch"
    mended = report(run, ledger, "--repair", *LAST, status=1)
    (aside,) = mended["aside"]
    assert (aside["source"], aside["name"], aside["from"], aside["to"], aside["inputs"]) == (
        "tables", "counters", str(DAYS[0]), str(DAYS[-1]), ["counters.csv"],
    )  # fmt: skip
    assert mended["broken"] == [] and aside["folder"] in mended["problems"][0]
    assert report(run, ledger, "--repair", *LAST, status=1)["aside"] == mended["aside"], "a rerun changes nothing"
    monkeypatch.chdir(made)
    words = shlex.split(aside["again"].partition(" (")[0])
    assert words[0] == "modelcensus" and run(*words[1:], "--ledger", ledger)[0] == 0
    back = report(run, ledger, *LAST)
    assert back["healthy"] and back["aside"][0]["back"]
    told = {p for p in whole if p.parent.name == "manifests"}
    assert all(p.read_bytes() == c for p, c in whole.items() if p not in told), "what it was, byte for byte"
    assert all(json.loads(p.read_bytes())["committed_at"] == json.loads(whole[p])["committed_at"] for p in told)
    status, out, _ = run("doctor", "--ledger", ledger, *LAST)
    assert status == 0 and "in the ledger again" in out


def test_a_damaged_manifest_is_set_aside_and_what_it_still_says_is_told(run, ledger):
    path = next((ledger / "manifests").glob("*.json"))
    half = path.read_bytes()[: path.stat().st_size // 2]
    path.write_bytes(half)
    assert [b["batch"] for b in report(run, ledger, *LAST, status=1)["broken"]] == [path.stem]
    found = report(run, ledger, "--repair", *LAST, status=1)
    (aside,) = found["aside"]
    assert (ledger / aside["folder"] / "manifests" / path.name).read_bytes() == half and not path.exists()
    assert "import counters of 2026-01-01 to 2026-03-01 again with --source tables" in found["problems"][0]


def test_a_ledger_without_a_batch_and_a_day_that_is_none(run, tmp_path, ledger):
    (tmp_path / "empty" / "manifests").mkdir(parents=True)
    status, out, err = run("doctor", "--ledger", tmp_path / "empty")
    assert (status, out) == (1, "") and "no batch" in err
    assert run("doctor", "--ledger", ledger, "--today", "2026-13-01")[0] == 2


def test_damaged_derived_files_are_told_and_removed(run, ledger):
    folds = ledger / "derived" / "0123" / "000007"
    folds.mkdir(parents=True)
    (folds / "low.npy").write_bytes(bytes(500))
    (folds / "gone.npy").write_bytes(bytes(5))
    seal(folds)
    assert not report(run, ledger, *LAST)["leftovers"]
    (folds / "low.npy").write_bytes(bytes(250) + b"\1" + bytes(249))
    (folds / "gone.npy").unlink()
    seen = report(run, ledger, *LAST, status=1)
    (problem,) = seen["problems"]
    for words in ("derived/0123/000007", "low.npy: not what was written", "gone.npy: missing", "doctor --repair"):
        assert words in problem
    mended = report(run, ledger, "--repair", *LAST)
    assert [(x["kind"], x["state"]) for x in mended["leftovers"]] == [("derived", "removed")]
    assert not folds.exists() and not report(run, ledger, *LAST)["leftovers"]

"""`collect dump` against a Hub of data sets on loopback, with the real client."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import namedtuple
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from commands import run_here
from dumps.made import write_dump
from dumps.server import DatasetHub
from modelcensus.engine import DuckDBEngine
from modelcensus.ledger import Ledger
from modelcensus.ledger.manifest import seal_of
from modelcensus.sources import ImportOptions, read_batch
from modelcensus.vocabulary import FACTS, LISTINGS, OBSERVATIONS

TODAY = datetime.now(UTC).date()
STATS, WEEKLY, PULSE = "cfahlgren1/hub-stats", "hfmlsoc/hub_weekly_snapshots", "modelpulse/model-pulse-data"
ROWS = 400
WEEK = timedelta(7)


@pytest.fixture(scope="module")
def dumps(tmp_path_factory) -> dict[date, Path]:
    """Six weekly dumps up to yesterday."""
    folder = tmp_path_factory.mktemp("dumps")
    days = [TODAY - timedelta(1) - i * WEEK for i in range(5, -1, -1)]
    for day in days:
        write_dump(folder / f"{day}.parquet", ROWS, day)
    return {day: folder / f"{day}.parquet" for day in days}


@pytest.fixture
def hub(dumps):
    with DatasetHub() as served:
        for day, path in dumps.items():
            served.commit(STATS, day, {"models.parquet": path, "datasets.parquet": path})
            served.commit(WEEKLY, day, {f"models/{day - timedelta(6)}/models.parquet": path}, keep=True)
        yield served


@pytest.fixture
def run(hub, tmp_path):
    """Run `collect dump` with these words: (exit status, what it said)."""
    to = ["--endpoint", hub.endpoint, "--ledger", tmp_path / "ledger"]
    return lambda *given: run_here("collect", "dump", *given, *to)


@pytest.fixture
def ledger(tmp_path) -> Ledger:
    return Ledger(tmp_path / "ledger")


def days(ledger: Ledger) -> list[str]:
    return sorted(m.options["date"] for m in ledger.manifests())


def contents(ledger: Ledger) -> dict[str, list[dict]]:
    engine = DuckDBEngine()
    manifests = sorted(ledger.manifests(), key=lambda m: m.id)
    return {
        s.name: sorted(engine.fetch(ledger.read(engine, s, manifests, f"read_{s.name}")).to_pylist(), key=str)
        for s in (OBSERVATIONS, LISTINGS, FACTS)
    }


def test_the_newest_goes_through_the_same_reader_as_an_import(run, ledger, dumps, tmp_path):
    status, said = run()
    newest = max(dumps)
    assert status == 0 and days(ledger) == [str(newest)], said
    options = ImportOptions(source="hub_dump", name="hub-stats", date=str(newest))
    imported = read_batch([dumps[newest]], options)
    manifest = ledger.manifests()[0]
    assert manifest.rows["observations"] == imported.tables["observations"].num_rows > 0
    assert (manifest.name, manifest.channel, manifest.terms["license"]) == ("hub-stats", "hub", "Apache-2.0")
    assert manifest.inputs[0].digest == imported.inputs[0].digest
    assert not list((tmp_path / "ledger" / "collecting").rglob("*.parquet"))


def test_the_history_is_fetched_once_each_and_stored_as_what_moved(run, hub, ledger, dumps):
    status, said = run("--since", "2020-01-01")
    assert status == 0 and days(ledger) == [str(d) for d in dumps], said
    assert hub.asked["cdn"] == len(dumps) and f"{len(dumps)} files to fetch" in said
    stored = [m.rows["observations"] for m in sorted(ledger.manifests(), key=lambda m: m.first_day or "")]
    assert all(n < 0.6 * stored[0] for n in stored[1:]), stored
    before = contents(ledger)
    status, said = run("--since", "2020-01-01")
    assert status == 0 and f"{len(dumps)} are in the ledger already" in said and hub.asked["cdn"] == len(dumps)
    assert contents(ledger) == before


def test_a_plan_says_bytes_and_time_and_fetches_nothing(run, hub, ledger):
    status, said = run("--since", "2020-01-01", "--dry-run")
    assert status == 0 and "on disk at a time" in said and "minute" in said and "free in" in said
    assert hub.asked["cdn"] == hub.asked["resolve"] == 0 and not ledger.manifests()


def test_states_nearest_to_days_and_at_most_one_a_month(run, ledger, dumps):
    known = list(dumps)
    assert run("--around", str(known[1] + timedelta(2)), "--around", str(known[4] - timedelta(1)))[0] == 0
    assert days(ledger) == [str(known[1]), str(known[4])]
    assert run("--every", "month")[0] == 0
    assert str(known[0]) in days(ledger) and len(days(ledger)) == 4


def test_a_folder_of_a_week_was_read_on_some_day_of_it(run, ledger, dumps):
    status, said = run("--dataset", "hub-weekly", "--until", str(TODAY))
    assert status == 0, said
    assert days(ledger) == [f"{d - timedelta(6)}..{d}" for d in dumps]
    first = ledger.manifests()[0]
    assert (first.first_day, first.last_day) == (str(min(dumps) - timedelta(6)), str(min(dumps)))


def test_a_repeated_commit_is_stale_and_not_taken_twice(run, hub, ledger, dumps):
    hub.commit(STATS, TODAY, {"models.parquet": dumps[max(dumps)]})
    status, said = run()
    assert status == 1 and "byte for byte" in said and "is stale" in said
    assert days(ledger) == [str(max(dumps))], "read as of the day on which it was new"
    status, said = run()
    assert status == 1 and "nothing to fetch" in said and len(days(ledger)) == 1


def test_an_old_newest_state_is_stale(run, hub, dumps):
    hub.repositories[STATS] = hub.repositories[STATS][:3]
    status, said = run()
    assert status == 1 and f"its newest state is of {list(dumps)[2]}" in said


def test_another_data_set_is_taken_where_one_has_vanished(run, hub, ledger):
    del hub.repositories[STATS]
    status, said = run()
    assert status == 1 and "hub-stats" in said and "took hub-weekly instead" in said
    assert {m.name for m in ledger.manifests()} == {"hub-weekly"}
    status, said = run("--only")
    assert status == 1 and "not there, private or gated" in said


def test_a_file_that_is_not_what_the_hub_states_is_refused(run, hub, ledger, dumps, tmp_path):
    newest = max(dumps)
    stored = hub.repositories[STATS][-1].files["models.parquet"]
    damaged = tmp_path / "damaged.parquet"
    damaged.write_bytes(dumps[newest].read_bytes()[:-1] + b"\0")
    stored.path = damaged
    status, said = run()
    assert status == 1 and "SHA-256 differs" in said and not ledger.manifests()


@pytest.mark.parametrize(
    ("replaced", "told", "counters"),
    [
        ({"downloads": "cast(downloads as varchar)"}, "downloads was number, is text", 2),
        ({"downloads": "null::bigint"}, "", 1),
        ({"safetensors": "cast(to_json(safetensors) as varchar)"}, "safetensors was struct, is text", 2),
        ({'"baseModels"': 'cast(to_json("baseModels") as varchar)'}, "baseModels was struct, is text", 2),
        ({"tags": "cast(to_json(tags) as varchar)"}, "tags was list, is text", 2),
    ],
)
def test_what_changed_its_shape_is_taken_and_named(run, hub, ledger, tmp_path, replaced, told, counters):
    assert run()[0] == 0
    changed = tmp_path / "changed.parquet"
    listed = write_dump(changed, ROWS, TODAY, replaced=replaced)
    hub.commit(STATS, TODAY, {"models.parquet": changed})
    status, said = run()
    assert status == (1 if told else 0) and told in said and ("the rows were taken" in said) == bool(told), said
    engine = DuckDBEngine()
    newest = [m for m in ledger.manifests() if m.options["date"] == str(TODAY)]
    rows = engine.fetch(ledger.read(engine, LISTINGS, newest)).to_pylist()
    assert [r["listed"] for r in rows] == [listed] * counters
    assert newest[0].rows["facts"] < 0.2 * listed, "the same facts from another form"


def test_a_renamed_counter_is_named_and_the_other_one_taken(run, hub, ledger, tmp_path):
    import duckdb

    assert run()[0] == 0
    write_dump(tmp_path / "as.parquet", ROWS, TODAY)
    duckdb.execute(
        f"copy (select * exclude (downloads), downloads as \"downloads30d\" from '{tmp_path}/as.parquet')"
        f" to '{tmp_path}/renamed.parquet'"
    )
    hub.commit(STATS, TODAY, {"models.parquet": tmp_path / "renamed.parquet"})
    status, said = run()
    assert status == 1 and "downloads is missing (new: downloads30d)" in said
    assert len(ledger.manifests()) == 2


def test_a_file_that_would_not_fit_is_not_begun(run, hub, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(100, 90, 10))
    status, said = run()
    assert status == 1 and "has to fit" in said and hub.asked["cdn"] == 0


def test_days_of_a_month_file(run, hub, ledger, tmp_path):
    import duckdb

    first = TODAY.replace(day=1)
    path = tmp_path / "month.parquet"
    duckdb.execute(
        f"""copy (select 'o/m' || m as id, date '{first}' + d::integer as day, 100 + m as dl30,
                         1000 + (case when m < 10 then d else 0 end) as dl_all, 3 as likes
                  from range(50) a(m), range(3) b(d) order by id, day) to '{path}'"""
    )
    hub.commit(PULSE, TODAY, {f"series/{first:%Y-%m}.parquet": path})
    status, said = run("--dataset", "model-pulse", "--since", str(first), "--until", str(first + timedelta(2)))
    assert status == 0 and hub.asked["cdn"] == 1, said
    assert [m.rows["observations"] for m in ledger.manifests()] == [100, 10, 10]


ENVIRONMENT = {"HF_HUB_DISABLE_XET": "1", "HF_HUB_DISABLE_TELEMETRY": "1", "HF_HUB_DISABLE_PROGRESS_BARS": "1"}


def command(hub: DatasetHub, ledger: Path, *given: str, **environment: str) -> subprocess.Popen:
    env = {**os.environ, **ENVIRONMENT, "HF_HOME": str(ledger.parent / "home"), **environment}
    arguments = [
        sys.executable,
        "-c",
        "from modelcensus.cli import main; main()",
        "collect",
        "dump",
        *given,
        "--ledger",
        str(ledger),
    ]
    return subprocess.Popen(arguments, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def test_the_login_goes_to_the_hub_and_nowhere_else(hub, tmp_path):
    own = command(hub, tmp_path / "own", HF_ENDPOINT=hub.endpoint, HF_TOKEN="hf_secret")
    said, _ = own.communicate(timeout=120)
    assert own.returncode == 0 and "hf_secret" not in said
    assert hub.tokens and not [p for p, _ in hub.tokens if p.startswith("/cdn/")]
    assert not [p for p in (tmp_path / "own").rglob("*") if p.is_file() and b"hf_secret" in p.read_bytes()]
    hub.tokens.clear()
    other = command(hub, tmp_path / "other", "--endpoint", hub.endpoint, HF_TOKEN="hf_secret")
    other.communicate(timeout=120)
    assert other.returncode == 0 and not hub.tokens


def lying(folder: Path) -> int:
    """Files of dumps on disk, whole or not."""
    return sum(n.endswith((".parquet", ".incomplete")) for _, _, names in os.walk(folder) for n in names)


def backfilled(hub: DatasetHub, ledger: Path, kills: int) -> tuple[int, int]:
    """Backfill, killed so many times, each a little later after a commit; gives how often, and the most files on disk."""
    killed = most = 0
    while True:
        process = command(hub, ledger, "--since", "2020-01-01", "--endpoint", hub.endpoint)
        done = len(list((ledger / "manifests").glob("*.json")))
        kill_at = None
        while process.poll() is None and (kill_at is None or time.monotonic() < kill_at):
            most = max(most, lying(ledger / "collecting"))
            if kill_at is None and killed < kills and len(list((ledger / "manifests").glob("*.json"))) > done:
                kill_at = time.monotonic() + 0.13 * killed
            time.sleep(0.02)
        if process.poll() is not None:
            said, _ = process.communicate()
            assert process.returncode == 0, said
            return killed, most
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
        killed += 1


def weekly(hub: DatasetHub, folder: Path, weeks: int, rows: int) -> None:
    hub.repositories.clear()
    for number in range(weeks):
        day = TODAY - timedelta(1) - (weeks - 1 - number) * WEEK
        write_dump(folder / f"{day}.parquet", rows, day)
        hub.commit(STATS, day, {"models.parquet": folder / f"{day}.parquet"})


def without_times(ledger: Path) -> dict[str, dict]:
    told = {}
    for path in sorted((ledger / "manifests").glob("*.json")):
        content = json.loads(path.read_text())
        assert content.pop("seal") == seal_of(content)
        content.pop("committed_at")
        told[path.name] = content
    return told


def check_kills(hub: DatasetHub, folder: Path, weeks: int, rows: int, kills: int) -> int:
    weekly(hub, folder, weeks, rows)
    assert backfilled(hub, folder / "undisturbed", 0)[0] == 0
    once = hub.asked["cdn"]
    killed, most = backfilled(hub, folder / "killed", kills)
    assert without_times(folder / "killed") == without_times(folder / "undisturbed")
    assert len(without_times(folder / "killed")) == weeks and most <= 2
    assert hub.asked["cdn"] - once <= weeks + killed
    assert not Ledger(folder / "killed").broken_files()
    return killed


def test_a_backfill_that_is_killed_goes_on_where_it_was(hub, tmp_path):
    assert check_kills(hub, tmp_path, weeks=4, rows=300, kills=2) == 2


@pytest.mark.slow
def test_sixty_weeks_are_backfilled_whatever_kills_it(hub, tmp_path):
    hub.slow = 0.02
    assert check_kills(hub, tmp_path, weeks=60, rows=30_000, kills=15) == 15

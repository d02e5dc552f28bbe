"""A tenth of the Hub through the real client and the real command: complete, exact, in flat memory."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from hub import scaled
from modelcensus.ledger import Ledger

pytestmark = pytest.mark.slow
TESTS = Path(__file__).parents[2]
REPOSITORIES = 300_000
MOST_MEMORY = 600
"""MB, of the command's process."""

MEASURED = """
import os, subprocess, sys
child = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)
_, status, used = os.wait4(child.pid, 0)
print(used.ru_maxrss)
sys.exit(os.waitstatus_to_exitcode(status))
"""
"""Runs a command, and prints the kB that it took at most: a peak starts at that of the process that begins it, so this one is small."""


@pytest.fixture
def address():
    """A Hub of that many repositories in a process of its own."""
    command = [sys.executable, "-m", "hub", str(REPOSITORIES)]
    with subprocess.Popen(command, cwd=TESTS, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdin and server.stdout
        yield server.stdout.readline().strip()
        server.stdin.close()


def test_three_hundred_thousand_repositories_are_complete_exact_and_in_flat_memory(address, environment, tmp_path):
    command = shutil.which("modelcensus", path=str(Path(sys.executable).parent)) or "modelcensus"
    told = (tmp_path / "told").open("w+")
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            MEASURED,
            command,
            "collect",
            "hub",
            "--anonymous",
            "--ledger",
            str(tmp_path / "ledger"),
        ],
        env={**environment(address), "HF_HOME": str(tmp_path / "hf")},
        stdout=subprocess.PIPE,
        stderr=told,
        text=True,
    )
    told.seek(0)
    said = told.read()
    assert done.returncode == 0, said[-2000:]
    assert float(done.stdout) / 1000 < MOST_MEMORY, f"{done.stdout} kB"
    assert re.search(r"of about 3,000,000 repositories, [\d,]+ requests, .+ left", said) or "UTC:" not in said
    ledger = Ledger(tmp_path / "ledger")
    (manifest,) = ledger.manifests()
    assert manifest.rows["facts"] == REPOSITORIES and manifest.rows["set_aside"] == 0
    world = scaled(REPOSITORIES)
    wanted = {
        "rolling_30d": (REPOSITORIES, sum(r.get("downloads") for r in world.repositories)),
        "all_time": (REPOSITORIES, sum(r.get("downloadsAllTime") for r in world.repositories)),
    }
    files = [str(ledger.root / f.path) for f in manifest.files if f.table == "observations"]
    found = duckdb.execute(
        "select counter, count(distinct hub_id), sum(value) from read_parquet($1, hive_partitioning = false) group by 1",
        [files],
    ).fetchall()
    assert {c: (n, s) for c, n, s in found} == wanted

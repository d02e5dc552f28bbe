"""Writers at the same time, and writers that die: the store is readable, and each batch is there whole or not."""

import os
import subprocess
import sys

import pytest

from modelcensus.engine import DuckDBEngine
from modelcensus.ledger import Ledger
from modelcensus.vocabulary import OBSERVATIONS

DAYS, REPOSITORIES = 4, 25
WRITER = (
    f"DAYS, REPOSITORIES = {DAYS}, {REPOSITORIES}"
    + """
import sys, time
from pathlib import Path
from killing import die_at
from ledgers import batch_of, observation
from modelcensus.ledger import Ledger
from modelcensus.vocabulary import Batch, InputFile

root, names, fatal, start = Path(sys.argv[1]), sys.argv[2].split(","), int(sys.argv[3]), float(sys.argv[4])
calls = die_at(fatal)
while time.time() < start:
    time.sleep(0.001)
for name in names:
    rows = [observation(f"{name}/m{i}", "all_time", i, d) for i in range(REPOSITORIES) for d in range(DAYS)]
    made = batch_of(name, "hub", observations=rows)
    batch = Batch(**{**vars(made), "inputs": (InputFile(name, 1, name),)})
    print(name, Ledger(root).commit(batch)[1], flush=True)
print("calls", calls())
"""
)


def writer(root, names: str, fatal: int = 0, start: float = 0) -> subprocess.Popen:
    path = os.pathsep.join([str(p) for p in sys.path if p.endswith("tests")])
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(root), names, str(fatal), str(start)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": path},
    )  # fmt: skip


def whole(root) -> dict[str, int]:
    """Rows per batch name, as a reader sees them; every file must be sound."""
    ledger, engine = Ledger(root), DuckDBEngine()
    manifests = ledger.manifests()
    assert not ledger.broken_files()
    found = engine.fetch(ledger.read(engine, OBSERVATIONS, manifests)).to_pylist()
    names = {m.id: m.name for m in manifests}
    counts = dict.fromkeys(names.values(), 0)
    for row in found:
        counts[names[row["batch_id"]]] += 1
    return counts


@pytest.mark.parametrize(
    "names",
    [("same,same2", "same,same2", "same2,same"), ("a,b,c", "d,e,f", "g,h,i")],
    ids=["same batches", "different batches"],
)
def test_writers_at_the_same_time(tmp_path, names):
    import time

    start = time.time() + 2.5
    writers = [writer(tmp_path, n, start=start) for n in names]
    outputs = [w.communicate(timeout=60) for w in writers]
    assert [w.returncode for w in writers] == [0] * len(writers), outputs
    wanted = {n for group in names for n in group.split(",")}
    assert whole(tmp_path) == dict.fromkeys(wanted, DAYS * REPOSITORIES)
    for name in wanted:
        assert sum(f"{name} True" in out for out, _ in outputs) == 1, "a batch is new to exactly one writer"
    assert not list(tmp_path.rglob(".writing-*"))


def test_killed_writer_leaves_the_store_as_before_or_whole(tmp_path):
    probe = tmp_path / "probe"
    out, err = writer(probe, "first").communicate(timeout=60)
    assert "calls" in out, err
    calls = int(out.split("calls ")[1])
    assert calls >= 3 * DAYS
    moments = sorted({1, 3, calls // 2, calls - 3, calls - 2, calls - 1, calls})
    running = []
    for moment in moments:
        root = tmp_path / f"killed{moment}"
        running.append((moment, root, writer(root, "first", fatal=moment)))
        if len(running) == 4 or moment == moments[-1]:
            for fatal, folder, process in running:
                process.communicate(timeout=60)
                assert process.returncode == -9, f"moment {fatal} was not reached"
                seen = whole(folder)
                assert seen in ({}, {"first": DAYS * REPOSITORIES}), f"moment {fatal}"
            running = []
    for moment in (3, calls // 2):
        root = tmp_path / f"killed{moment}"
        if root.exists():
            out, err = writer(root, "first,second").communicate(timeout=60)
            assert whole(root) == {"first": DAYS * REPOSITORIES, "second": DAYS * REPOSITORIES}, err

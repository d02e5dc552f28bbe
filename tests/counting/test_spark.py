"""The same tables from a Spark cluster as from this process, also when a worker is killed while it reads."""

import gzip
import importlib.util
import os
import random
import shutil
import signal
import sys
import threading
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from logs import WRITERS, Request, combined, write

ROOT = Path(__file__).parents[2]
RECORDED = ROOT.parent / "shared" / "data" / "recordings" / "logs"
pytestmark = [
    pytest.mark.skipif(importlib.util.find_spec("pyspark") is None, reason="pyspark is not installed"),
    pytest.mark.skipif(not shutil.which("java"), reason="no Java on the PATH"),
]


def script():
    spec = importlib.util.spec_from_file_location("spark_cluster", ROOT / "scripts" / "spark_cluster.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """The folder and the address of a cluster of two workers."""
    folder, cluster = tmp_path_factory.mktemp("cluster"), script()
    try:
        yield folder, cluster.start(folder, workers=2)
    finally:
        cluster.stop(folder)
    assert not list(folder.glob("*.pid"))


@pytest.fixture
def on(monkeypatch, cluster):
    """The options that count on the cluster."""
    monkeypatch.setenv("PYSPARK_PYTHON", sys.executable)
    monkeypatch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
    monkeypatch.setenv("SPARK_CONF_DIR", str(cluster[0] / "conf"))
    return "--engine", cluster[1]


def requests(seed: int, count: int) -> list[Request]:
    rng = random.Random(seed)
    names = ["acme/a", "acme/b", "acme/c-GGUF", "other/d", "datasets/acme/set"]
    files = [
        "config.json",
        "model.safetensors",
        "a%20b.gguf",
        "sub/config.json",
        "caf%C3%A9.gguf",
        "model-00001-of-00002.bin",
    ]
    agents = [
        "curl/8",
        "unknown/None; hf_hub/0.36.2; python/3.11.7",
        "transformers/5.23.0; hf_hub/2.4.0; is_ci/true",
        "",
        "Googlebot/2.1",
    ]
    return [
        Request(
            target=f"/{rng.choice(names)}/resolve/{rng.choice(['main', 'a' * 40])}/{rng.choice(files)}",
            method=rng.choice(["GET", "HEAD"]), status=rng.choice([200, 206, 302, 404]), agent=rng.choice(agents),
            address=rng.choice(["192.0.2.7", "2001:db8::1", "198.51.100.9"]), seconds=rng.randrange(300_000),
        )
        for _ in range(count)
    ]  # fmt: skip


HOSTILE = [
    combined(Request(target="/acme/a/resolve/main/../../../etc/passwd")),
    combined(Request(target="/acme/a/resolve/main/%zz.gguf")),
    combined(Request(target="/acme/a/resolve/main/%00.gguf")),
    combined(Request(target="/acme/a/resolve/main/%ff%fe.gguf")),
    combined(Request(agent='x" 200 1 "-" "y\n192.0.2.1 - - [')),
    combined(Request()).replace("23/Nov/2026", "31/Feb/2026"),
    combined(Request(target="/acme/" + "x" * 1_000_000)),
    "\x00\x01\x02 binary \x7f noise",
    "ünïcödé \ud83d\ude00".encode("utf-16", "surrogatepass").decode("latin-1"),
    "",
    '{"not": "this format"}',
    '"' * 99,
]


def hostile(path: Path) -> Path:
    lines = [*map(combined, requests(5, 200)), *HOSTILE, *map(combined, requests(6, 200))]
    packed = gzip.compress(b"\xff\xfe\x80\n" + "".join(f"{line}\n" for line in lines).encode())
    path.write_bytes(packed[:-20])  # cut off
    return path


def same_tables(ours: Path, theirs: Path) -> dict[str, int]:
    """Every stored file of both ledgers, row by row; rows by table."""
    names = {p.relative_to(ours) for p in ours.rglob("*.parquet")}
    assert names == {p.relative_to(theirs) for p in theirs.rglob("*.parquet")}
    rows: dict[str, int] = {}
    for name in names:
        found = pq.read_table(theirs / name)
        assert pq.read_table(ours / name).equals(found), name
        rows[name.parts[0]] = rows.get(name.parts[0], 0) + found.num_rows
    return rows


def test_equal_tables(count, on, tmp_path):
    """Recorded logs (or generated ones of the same formats), hostile lines, files that share lines, visitors."""
    paths = sorted(RECORDED.glob("*")) if RECORDED.is_dir() else []
    paths += [
        write(tmp_path / f"{n}.log", [writer(r) for r in requests(i, 500)])
        for i, (n, writer) in enumerate(WRITERS.items())
        if n in ("nginx-combined", "artifactory") or not paths
    ]
    begun = [combined(r) for r in requests(9, 400)]
    paths += [write(tmp_path / "begun.log", begun[:250]), write(tmp_path / "grown.log.gz", begun)]
    shared = [combined(r) for r in requests(10, 2_000)]
    paths += [write(tmp_path / "shared.1.log", shared[:1_400]), write(tmp_path / "shared.2.log", shared[600:])]
    paths.append(hostile(tmp_path / "hostile.log.gz"))
    choices = ["--policy", "dedup=first-hit", "--policy", "last_line=take"]
    for ledger in ("here", "there"):  # keys of days are drawn by chance: both get the same
        folder = tmp_path / ledger / "salts"
        folder.mkdir(parents=True)
        for day in range(20_779, 20_787):
            (folder / f"{day}.key").write_text("ab" * 32)
    here = count(*paths, options=choices, ledger="here")
    there = count(*paths, options=[*choices, *on], ledger="there")
    assert there.said == here.said and "1,050 lines were counted before" in there.said
    assert "shared.2.log: 800 of its lines stand in files that were counted" in there.said
    rows = same_tables(here.root, there.root)
    assert rows["requests"] > 1000 and rows["set_aside"] >= 5 and rows["log_files"] == len(paths)
    again = count(*paths, options=[*choices, *on], ledger="there")
    assert "nothing new" in again.said
    assert same_tables(here.root, there.root) == rows


def test_keys_that_are_drawn_for_the_cluster_are_kept(tmp_path):
    from modelcensus.counting.salts import Salts

    salts = Salts(tmp_path / "salts")
    (tmp_path / "salts").mkdir()
    first = salts.of(20_000)
    lent = salts.lend()
    assert lent.of(20_000) == first and lent.of(20_001) == lent.of(20_001) != lent.of(20_002)
    salts.take_back(lent, [20_000, 20_001])
    assert salts.of(20_000) == first and Salts(salts.folder).of(20_001) == lent.of(20_001)
    assert Salts(salts.folder).of(20_002) != lent.of(20_002), "of a day that was not seen nothing is kept"


def test_what_is_wrong_with_a_cluster_is_said(count, tmp_path):
    path = write(tmp_path / "a.log", [combined(Request())])
    for engine, says in (
        ("spark", "'spark' is no engine"),
        ("spark://127.0.0.1:99999", "is no engine"),
        ("spark://127.0.0.1:9", "no master answers"),
    ):
        assert says in count(path, options=["--engine", engine], status=1).said
    count(path)
    assert "leave out --engine" in count(options=["--recount", "--engine", "spark://x:1"], status=1).said


@pytest.mark.slow
def test_a_worker_that_is_killed_takes_nothing_with_it(count, on, cluster, tmp_path):
    """The last test of this cluster: one of its workers is gone afterwards."""
    paths = [write(tmp_path / f"{i}.log.gz", [combined(r) for r in requests(100 + i, 2_000)]) for i in range(8)]
    here = count(*paths, ledger="here")
    worker = int((cluster[0] / "worker2.pid").read_text())
    killed: list[int] = []

    def kill() -> None:
        from pyspark import SparkContext

        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            context = SparkContext._active_spark_context
            tracker = context.statusTracker() if hasattr(context, "_jsc") else None
            stages = [tracker.getStageInfo(s) for s in tracker.getActiveStageIds()] if tracker else []
            if any(s and s.numCompletedTasks for s in stages):
                os.kill(worker, signal.SIGKILL)
                killed.extend(s.numTasks - s.numCompletedTasks for s in stages if s)
                return
            time.sleep(0.02)

    killer = threading.Thread(target=kill, daemon=True)
    killer.start()
    there = count(*paths, options=on, ledger="there")
    killer.join(10)
    assert sum(killed) > 0, "some files were still to be read"
    assert there.said == here.said
    assert same_tables(here.root, there.root)["requests"] > 1000

"""Files again, grown, late, overlapping in part, and runs that are killed: every line is counted once."""

import gzip
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from logs import Request, combined, plainly_counted, write


def lines(first: int, last: int, step: int = 600) -> list[str]:
    rng = random.Random(first)
    names = ["acme/a", "acme/b", "acme/c", "other/d"]
    return [
        combined(
            Request(target=f"/{rng.choice(names)}/resolve/main/config.json", seconds=i * step, agent=f"curl/{i}")
        )
        for i in range(first, last)
    ]


def check(done, text: str) -> None:
    """The counters say what a plain counter finds, and 0 on every other day that the log covers."""
    expected, _ = plainly_counted(text)
    assert done.downloads() == dict(expected)
    days = {d for _, d in expected}
    held: dict[tuple, int] = {}
    for (repository, since, until), value in done.standing().items():
        for day in (since + (until - since) * i / (until - since).days for i in range((until - since).days)):
            assert (repository, day) not in held, "a day is held once"
            held[repository, day] = value
    assert held == {(r, d): expected.get((r, d), 0) for r in {r for r, _ in expected} for d in days}


def test_the_same_file_again_changes_nothing(count, tmp_path):
    path = write(tmp_path / "access.log", lines(0, 500))
    done = count(path)
    before = {p: p.read_bytes() for p in done.root.rglob("*.parquet")} | {
        p: p.read_bytes() for p in done.root.glob("manifests/*")
    }
    again = count(path)
    assert "nothing new" in again.said and "500 lines were counted before" in again.said
    after = {p: p.read_bytes() for p in done.root.rglob("*.parquet")} | {
        p: p.read_bytes() for p in done.root.glob("manifests/*")
    }
    assert before == after
    check(again, path.read_text())


def test_the_same_text_under_another_name_and_compressed(count, tmp_path):
    first = write(tmp_path / "access.log.1", lines(0, 300))
    count(first)
    packed = tmp_path / "access.log.2.gz"
    packed.write_bytes(gzip.compress(first.read_bytes()))
    copy = write(tmp_path / "copy.log", lines(0, 300))
    done = count(packed, copy, first)
    assert "900 lines were counted before" in done.said
    check(done, first.read_text())


def test_the_same_file_twice_in_one_run(count, tmp_path):
    path = write(tmp_path / "access.log", lines(0, 300))
    packed = tmp_path / "access.log.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    check(count(path, packed), path.read_text())


def test_a_growing_file(count, tmp_path):
    path = tmp_path / "access.log"
    every = lines(0, 900)
    for end in (1, 2, 300, 301, 900):
        write(path, every[:end])
        done = count(path)
        check(done, "\n".join(every[:end]) + "\n")
    packed = tmp_path / "access.log.1.gz"
    packed.write_bytes(
        gzip.compress(path.read_bytes()) + gzip.compress(("\n".join(lines(900, 1000)) + "\n").encode())
    )
    check(count(packed), "\n".join([*every, *lines(900, 1000)]) + "\n")


def test_a_last_line_without_an_end_waits(count, tmp_path):
    path = tmp_path / "access.log"
    whole = "\n".join(lines(0, 10)) + "\n"
    path.write_text(whole[:-30])
    done = count(path)
    assert "a last line without a newline is left for the next time" in done.said and done.total == 9
    path.write_text(whole)
    check(count(path), whole)


def test_a_last_line_without_an_end_is_taken_where_the_file_is_closed(count, tmp_path):
    text = "\n".join(lines(0, 10))
    path = tmp_path / "access.log.gz"
    path.write_bytes(gzip.compress(text.encode()))
    assert count(path).total == 10
    plain = tmp_path / "plain.log"
    plain.write_text(text)
    assert count(plain, options=["--policy", "last_line=take"], ledger="plain").total == 10


def test_late_files_in_any_order_add_up(count, tmp_path):
    parts = [lines(i * 100, i * 100 + 100) for i in range(6)]
    files = [write(tmp_path / f"access.log.{i}", p) for i, p in enumerate(parts)]
    for i in (3, 0, 5):
        done = count(files[i])
    done = count(files[1], files[4], files[2])
    check(done, "\n".join(line for p in parts for line in p) + "\n")
    assert done.measure("downloads", reading={"channel": "log:logs"})[0].value == 600


@settings(max_examples=5)
@given(st.lists(st.integers(0, 5), min_size=1, max_size=6), st.booleans())
def test_any_order_gives_the_same_counters(count, tmp_path_factory, order, packed):
    folder = tmp_path_factory.mktemp("orders")
    parts = {i: lines(i * 40, i * 40 + 40, step=1700) for i in set(order)}
    for i in order:
        path = write(folder / f"{i}.log{'.gz' if packed and i % 2 else ''}", parts[i])
        done = count(path, options=["--format", "nginx-combined"], ledger=str(folder / "ledger"))
    check(done, "\n".join(line for p in parts.values() for line in p) + "\n")


def test_other_choices_under_the_same_name_are_refused(count, tmp_path):
    count(write(tmp_path / "a.log", lines(0, 50)))
    second = write(tmp_path / "b.log", lines(50, 90))
    refused = count(second, options=["--policy", "head=off"], status=1).said
    assert "was counted with head=on" in refused and "--recount" in refused
    assert count(second, options=["--policy", "head=off", "--name", "other"]).downloads("other")


def test_a_day_of_two_batches_of_which_the_second_asks_for_other_models(count, tmp_path):
    """Of the batch that is stored only the shared day is read again, of which few of its models are."""
    first = [combined(Request(target=f"/acme/{n}/resolve/main/config.json", seconds=s)) for n, s in
             (("z", 0), ("y", 10), ("a", 90_000))]  # fmt: skip
    second = [combined(Request(target=f"/acme/{n}/resolve/main/config.json", seconds=90_100)) for n in "bay"]
    count(write(tmp_path / "1.log", first))
    check(count(write(tmp_path / "2.log", second)), "\n".join(first + second) + "\n")


@pytest.mark.parametrize("commits", [0, 1, 2, 3])
def test_a_run_that_ends_before_a_commit_loses_nothing(count, tmp_path, monkeypatch, ended_after, commits):
    """A batch has two commits, its loads and its downloads: an end before any of them is made good by the next run."""
    from modelcensus.counting import reading

    monkeypatch.setattr(reading, "LINES", 100)
    every = [lines(i * 150, i * 150 + 150, step=900) for i in range(3)]
    files = [write(tmp_path / f"{i}.log", p) for i, p in enumerate(every)]
    ended_after(commits, lambda: count(*files))
    text = "\n".join(line for p in every for line in p) + "\n"
    done = count(*files)
    check(done, text)
    assert done.downloads("logs.loads") == done.downloads(), "these clients ask for a file on every load"


@pytest.mark.slow
def test_a_run_that_is_killed_is_repeated(counted, tmp_path):
    """Batches of few lines, a kill at a random moment, and the same command again until it ends by itself."""
    every = [lines(i * 300, i * 300 + 300, step=200) for i in range(5)]
    files = [str(write(tmp_path / f"{i}.log", p)) for i, p in enumerate(every)]
    program = (
        "import sys; from modelcensus.counting import reading; reading.LINES = 200; from modelcensus.cli import main;"
        f"sys.argv = ['modelcensus', 'count', *{files!r}, '--ledger', {str(tmp_path / 'ledger')!r}]; main()"
    )
    rng = random.Random(3)
    kills = 0
    for _ in range(30):
        started = subprocess.Popen([sys.executable, "-c", program], stderr=subprocess.DEVNULL, env={**os.environ})
        if kills < 4:
            deadline = time.monotonic() + 60
            batches = len(list((tmp_path / "ledger").glob("manifests/*")))
            # after the first sign of life of this run, or a while: somewhere in the middle of a batch
            while started.poll() is None and time.monotonic() < deadline:
                if len(list((tmp_path / "ledger").glob("manifests/*"))) > batches:
                    time.sleep(rng.random() * 0.3)
                    break
                time.sleep(0.01)
            if started.poll() is None:
                os.kill(started.pid, signal.SIGKILL)
                kills += 1
        if started.wait(120) == 0:
            break
    assert kills >= 2
    check(counted(tmp_path / "ledger"), "\n".join(line for p in every for line in p) + "\n")


def test_two_runs_at_a_time_are_refused(count, tmp_path):
    import fcntl

    path = write(tmp_path / "a.log", lines(0, 50))
    done = count(path)
    with (done.root / "salts" / "logs.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert "is being counted by another run" in count(path, status=1).said
    assert Path(done.root / "manifests").is_dir()


def test_empty_files_are_passed_over(count, tmp_path):
    empty = write(tmp_path / "access.log.2", [])
    done = count(empty, write(tmp_path / "access.log", lines(0, 20)))
    assert done.total == 20 and "access.log.2: no lines" in done.said
    assert "nothing" in count(empty).said


def test_wrong_input_leaves_no_folder(count, tmp_path):
    for paths, options in (((tmp_path / "no.log",), ()), ((), ("--recount",)), ((tmp_path,), ())):
        refused = count(*paths, options=options, ledger="none", status=1)
        assert "modelcensus: " in refused.said and not refused.root.exists()

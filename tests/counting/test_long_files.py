"""A file longer than a batch is of several, at whose edges nothing is lost, counted twice, or counted otherwise."""

import gzip
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from logs import Request, combined, plainly_counted, write

from modelcensus.counting import lines as log_lines
from modelcensus.counting import reading

BATCH, PIECE = 40, 1_500
"""Lines of a batch and bytes of a piece, in these tests."""


def some_lines(count: int, seed: int, step: int = 3_000) -> list[str]:
    """Lines of some days, mostly in their order; some are no lines of the format."""
    rng = random.Random(seed)
    names = ["acme/a", "acme/b", "other/c"]
    made = [
        combined(
            Request(
                target=f"/{rng.choice(names)}/resolve/main/config.json",
                seconds=max(n + rng.choice([0, 0, 0, -20]), 0) * step,
                address=f"192.0.2.{rng.randrange(4)}",
                agent=f"curl/{n % 3}",
            )
        )
        for n in range(count)
    ]
    for place in rng.sample(range(count), count // 50):
        made[place] = "no line"
    return made


def shorten(patch: pytest.MonkeyPatch, batch: int = BATCH, piece: int = PIECE) -> None:
    patch.setattr(reading, "LINES", batch)
    patch.setattr(log_lines, "PIECE", piece)


@pytest.fixture
def short_batches(monkeypatch):
    shorten(monkeypatch)


def whole(lines: list[str]) -> str:
    return "\n".join(line for line in lines if line != "no line") + "\n"


def test_a_long_file_is_counted_once(count, tmp_path, short_batches):
    lines = some_lines(500, 1)
    path = write(tmp_path / "access.log", lines)
    done = count(path, options=["--format", "nginx-combined"])
    assert done.downloads() == dict(plainly_counted(whole(lines))[0])
    assert "500 new lines of 1 files (0 lines were counted before): 490 requests" in done.said
    assert "log:logs in the days of these lines: 490 downloads; 490 loads" in done.said
    files, aside = done.rows("log_files"), done.rows("set_aside")
    assert len(files) > 5 and sum(f["lines"] - f["known"] for f in files) == 500
    assert sum(f["taken"] for f in files) == 490 and sum(f["set_aside"] for f in files) == len(aside) == 10
    assert [a["line"] for a in aside] == [n for n, line in enumerate(lines, 1) if line == "no line"]
    again = count(path)
    assert "nothing new" in again.said and "(500 lines were counted before)" in again.said
    assert again.rows("log_files") == files


@settings(max_examples=8, deadline=None)
@given(st.integers(60, 400), st.integers(0, 2**32), st.sampled_from(["none", "tumbling", "first-hit", "session"]))
def test_batches_change_no_counter(count, tmp_path_factory, size, seed, dedup):
    folder = tmp_path_factory.mktemp("long")
    path = write(folder / "access.log", some_lines(size, seed))
    options = ["--format", "nginx-combined", "--policy", f"dedup={dedup}"]
    one = count(path, options=options, ledger=str(folder / "one"))
    with pytest.MonkeyPatch.context() as patch:
        shorten(patch)
        several = count(path, options=options, ledger=str(folder / "several"))
    assert len(several.rows("log_files")) > len(one.rows("log_files")) == 1
    assert several.downloads() == one.downloads() and several.downloads("logs.loads") == one.downloads("logs.loads")


@pytest.mark.parametrize("commits", [1, 2, 5])
def test_a_run_that_ends_within_a_file_loses_nothing(count, tmp_path, ended_after, short_batches, commits):
    lines = some_lines(300, 2)
    path = write(tmp_path / "access.log", lines)
    ended_after(commits, lambda: count(path, options=["--format", "nginx-combined"]))
    done = count(path, options=["--format", "nginx-combined"])
    assert done.downloads() == dict(plainly_counted(whole(lines))[0])
    assert done.downloads("logs.loads") == done.downloads()
    assert sum(f["lines"] - f["known"] for f in done.rows("log_files")) == 300


@pytest.mark.parametrize("size", range(45, 125, 4))
def test_a_long_file_that_is_cut_off(count, tmp_path, short_batches, size):
    """Wherever batches end: the cut line is set aside, and stands in the ledger."""
    lines = some_lines(size, 5)
    path = tmp_path / "access.log.gz"
    text = gzip.compress(("\n".join(lines) + "\n" + "cut off here").encode())
    path.write_bytes(text[:-8])
    done = count(path, options=["--format", "nginx-combined"])
    assert done.downloads() == dict(plainly_counted(whole(lines))[0])
    files, aside = done.rows("log_files"), done.rows("set_aside")
    assert (
        aside[-1]["line"] == size + 1
        and sum(f["set_aside"] for f in files) == len(aside) == lines.count("no line") + 1
    )
    assert f"{len(aside)} set aside" in done.said


def test_a_long_file_that_grows(count, tmp_path, short_batches):
    lines = some_lines(400, 3)
    path = tmp_path / "access.log"
    for end in (150, 151, 400):
        write(path, lines[:end])
        done = count(path, options=["--format", "nginx-combined"])
        assert done.downloads() == dict(plainly_counted(whole(lines[:end]))[0])
    assert sum(f["lines"] - f["known"] for f in done.rows("log_files")) == 400


def different_lines(count: int) -> list[str]:
    rng = random.Random(4)
    return [
        combined(Request(target=f"/acme/m{rng.randrange(50)}/resolve/main/config.json", seconds=n, agent=f"curl/{rng.random()}"))
        for n in range(count)
    ]  # fmt: skip


@pytest.mark.parametrize("first, last", [(0, 6000), (500, 5200), (2900, 4100)])
def test_lines_of_a_long_file_are_recognized_in_another(count, tmp_path, monkeypatch, first, last):
    """Also where the stretch reaches over the edges of batches: as if the file had been one."""
    lines = different_lines(6_000)
    log, other = write(tmp_path / "access.log", lines), write(tmp_path / "other.log", lines[first:last])
    said = {}
    for ledger in ("one", "several"):
        count(log, ledger=ledger)
        said[ledger] = count(other, ledger=ledger).said
        shorten(monkeypatch, 1_000, 20_000)
    assert said["one"] == said["several"] and f"({last - first:,} lines were counted before)" in said["one"]


def test_parts_are_kept_once(count, tmp_path, monkeypatch):
    """But for some at the edges of batches: a file of many batches does not keep its parts again with each."""
    path = write(tmp_path / "access.log", different_lines(8_000))
    once = count(path, ledger="once").rows("log_parts")
    shorten(monkeypatch, 200, 5_000)
    kept = count(path).rows("log_parts")
    batches = len({p["digest"] for p in kept})
    assert batches > 20 and len(once) < len(kept) <= len(once) + 6 * batches < batches * len(once) / 4

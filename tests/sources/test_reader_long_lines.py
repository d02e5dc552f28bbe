"""Lines too long to be rows: set aside at their line, their neighbours kept, in bounded memory."""

import subprocess
import sys

import pytest

from modelcensus.sources.reader import LONGEST_LINE

HUGE = "x" * (LONGEST_LINE + 1)


@pytest.mark.parametrize("name", ["t.csv", "t.csv.gz", "t.csv.zst"])
@pytest.mark.parametrize("place", [0, 2, 4])
@pytest.mark.parametrize("end", ["", "\n"])
def test_long_line_at_the_start_middle_and_end(take, pack, name, place, end):
    rows = [f"a/m{i},{i}" for i in range(5)]
    rows[place] = f"a/{HUGE},7"
    outcome = take(pack(("id,n\n" + "\n".join([*rows[:3], "a/bad,-1", *rows[3:]]) + end).encode(), name), name)
    assert outcome.counts == {f"a/m{i}": i for i in range(5) if i != place}
    assert outcome.lines == sorted([place + (2 if place < 3 else 3), 5])
    assert f"longer than {LONGEST_LINE:,}" in outcome.aside[0 if place < 3 else 1][1]


@pytest.mark.parametrize("end", ["", "\n"])
def test_long_line_of_objects(take, end):
    rows = [
        '{"id":"a/x","n":1}',
        f'{{"id":"a/{HUGE}","n":2}}',
        '{"id":"a/y","n":-3}',
        '{"id":"a/z","n":4}',
        f'{{"{HUGE}":1}}',
    ]
    outcome = take("\n".join(rows) + end, "t.ndjson")
    assert outcome.counts == {"a/x": 1, "a/z": 4}
    assert outcome.lines == [2, 3, 5]


@pytest.mark.parametrize("spare", [-9, -8, -2, -1, 0, 1, 2, 9])
def test_every_length_around_the_limit_is_taken_or_set_aside(take, spare):
    """DuckDB's own reader loses rows just above its limit; here none is."""
    row = "a/" + "x" * (LONGEST_LINE - 4 + spare - 1) + ",5"
    assert len(row) + 1 == LONGEST_LINE + spare
    outcome = take(f"id,n\na/a,1\n{row}\na/c,3\n")
    assert outcome.counts["a/a"] == 1 and outcome.counts["a/c"] == 3
    assert len(outcome.counts) + len(outcome.aside) == 3
    assert (spare > 0) == bool(outcome.aside)


def test_long_header(take):
    error = take(f"id,{HUGE}\na/a,1\n").error
    assert "table.csv:1: the header cannot be read" in error and len(error) < 400


def test_long_lines_inside_quotes_do_not_swallow_what_follows(take):
    outcome = take(f'id,n\na/a,1\n"a/z\n{HUGE}\n",5\na/c,3\n"a/y",7\na/d,-1\n')
    assert outcome.counts == {"a/a": 1, "a/c": 3, "a/y": 7}
    assert outcome.lines == [3, 8] and "runs to line 5" in outcome.aside[0][1]
    many = "\n".join(["y" * 1000] * 3000)
    outcome = take(f'id,n\na/a,1\n"a/{many}",5\n"a/c",3\n"a/{HUGE}\nb",4\na/d,4\n')
    assert outcome.counts == {"a/a": 1, "a/c": 3, "a/d": 4}
    assert outcome.lines == [3, 3004] and "runs to line 3,002" in outcome.aside[0][1]


MEASURED = """
import sys
from pathlib import Path
from modelcensus.sources import ImportOptions, read_batch
options = ImportOptions(source="tables", map={"repo": "id", "rolling_30d": "n"}, date="2026-05-01")
batch = read_batch([Path(sys.argv[1])], options)
rows = batch.tables["observations"].num_rows
status = Path("/proc/self/status").read_text()  # not getrusage: its peak starts at that of the parent process
peak = int(status.split("VmHWM:")[1].split()[0])
print(rows, batch.set_aside, peak // 1024)
"""


@pytest.mark.parametrize("name", ["t.csv", "t.ndjson"])
def test_three_hundred_megabytes_in_one_line_stay_out_of_memory(tmp_path, name):
    path = tmp_path / name
    good = [b'{"id":"a/%d","n":1}\n' if name == "t.ndjson" else b"a/%d,1\n"] * 2
    try:
        with path.open("wb") as out:
            out.write(b"" if name == "t.ndjson" else b"id,n\n")
            out.write(good[0] % 1 + b"a/")
            for _ in range(300):
                out.write(b"x" * 1_000_000)
            out.write(b",1\n" + good[1] % 2)
        run = subprocess.run([sys.executable, "-c", MEASURED, path], capture_output=True, text=True, check=True)
    finally:
        path.unlink(missing_ok=True)
    rows, aside, megabytes = map(int, run.stdout.split())
    assert (rows, aside) == (2, 1)
    assert megabytes < 500

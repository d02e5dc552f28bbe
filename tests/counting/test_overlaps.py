"""Files that share lines without one beginning with the other: each line is counted once."""

import gzip
import random
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from logs import Request, combined, plainly_counted, write

from modelcensus.counting.lines import LogFile
from modelcensus.counting.parts import Cutter, KnownParts
from modelcensus.counting.recognizing import new_pieces

ENOUGH = 700
"""Lines that are recognized with certainty: three whole parts of some 80 lines between two that are cut."""


def stream(seed: int, count: int) -> list[str]:
    rng = random.Random(seed)
    return [
        combined(
            Request(
                target=f"/acme/{rng.choice('abc')}/resolve/main/{rng.choice(['config.json', 'b.gguf', 'c.txt'])}",
                seconds=i * 7, address=f"192.0.2.{rng.randrange(250)}", agent=f"curl/{rng.randrange(9)}",
            )
        )
        for i in range(count)
    ]  # fmt: skip


LINES = stream(1, 6000)


def read(path: Path, known: KnownParts, together: int = 8 * 1024 * 1024) -> tuple[list[str], LogFile]:
    file = LogFile(path)
    texts = [t.rstrip("\n") for p in new_pieces(file, known) for t in p.rows["text"].to_pylist()]
    return texts, file


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_slices_of_a_stream_are_read_once(tmp_path_factory, data):
    """Whatever stretches of one log files are, in any order: what is read of them all is what they hold."""
    folder = tmp_path_factory.mktemp("slices")
    known, got, held = KnownParts(), [], set()
    for n in range(data.draw(st.integers(2, 4))):
        first = data.draw(st.integers(0, len(LINES) - 1))
        last = data.draw(st.integers(first + 1, len(LINES)))
        # a stretch that shares fewer lines than are recognized is no case of this law
        shared = sum(i in held for i in range(first, last))
        runs = np.flatnonzero(np.diff([0, *(int(i in held) for i in range(first, last)), 0]))
        if shared and min(runs[1::2] - runs[::2]) < ENOUGH:
            continue
        texts, file = read(write(folder / f"{n}.log", LINES[first:last]), known)
        assert file.recognized_lines == shared and len(texts) == last - first - shared
        got += texts
        held |= set(range(first, last))
        known.add([file.cutter.parts])
    assert sorted(got) == sorted(LINES[i] for i in held)


@pytest.mark.parametrize("piece", [2_000, 40_000])
def test_pieces_of_any_size_are_cut_alike(tmp_path, monkeypatch, piece):
    from modelcensus.counting import lines

    path = write(tmp_path / "a.log.gz", LINES[:3000])
    _, whole = read(path, KnownParts())
    monkeypatch.setattr(lines, "PIECE", piece)
    _, pieces = read(path, KnownParts())
    assert pieces.cutter.parts == whole.cutter.parts and len(whole.cutter.parts) > 20
    assert sum(p.lines for p in whole.cutter.parts) == 3000
    known = KnownParts()
    known.add([whole.cutter.parts])
    texts, file = read(write(tmp_path / "b.log", LINES[1000:4000]), known)
    assert texts == LINES[3000:4000] and file.recognized_lines == 2000


def test_other_lines_before_and_after_are_new(tmp_path):
    """A whole log in the middle of another file is known exactly: its first and last part are compared byte by byte."""
    other = stream(2, 900)
    known = KnownParts()
    _, file = read(write(tmp_path / "a.log", LINES[:2000]), known)
    known.add([file.cutter.parts])
    texts, file = read(write(tmp_path / "b.log", [*other[:400], *LINES[:2000], *other[400:]]), known)
    assert texts == other and file.recognized_lines == 2000


def test_an_edge_within_a_known_part_in_which_another_text_began_or_ended(tmp_path):
    """The shorter text does not hide that the longer one holds all of the edge."""
    stretches = [(598, 1812), (40, 2546), (521, 4654), (1000, 1790)]
    known, held = KnownParts(), set()
    for n, (first, last) in enumerate(stretches):
        texts, file = read(write(tmp_path / f"{n}.log", LINES[first:last]), known)
        assert texts == [LINES[i] for i in range(first, last) if i not in held]
        held |= set(range(first, last))
        known.add([file.cutter.parts])


def test_parts_are_the_lines_cut_where_they_say():
    """However many come at a time: every part by its own lines, sizes and checksums, from nothing but the text."""
    lines = [f"{line}\n".encode() for line in LINES]
    ends = np.cumsum([0, *map(len, lines)])
    for together in (1, 7, 500, 6000):
        cutter = Cutter()
        for at in range(0, len(lines), together):
            text = b"".join(lines[at : at + together])
            cutter.add(text, (ends[at : at + together + 1] - ends[at]).astype(np.int32))
        cutter.end()
        said = list(cutter.parts)
        assert len(said) == len(cutter.parts) > 64
        line = 1
        for place, part in enumerate(said):
            text = b"".join(lines[line - 1 : line - 1 + part.lines])
            assert part == (line, part.lines, len(text), zlib.crc32(text)) == cutter.parts[place]
            assert int(cutter.parts.keys[place]) == part.key
            line += part.lines
            assert int(cutter.parts.ends[place]) == line - 1
        assert line == len(lines) + 1


def test_the_same_line_again_and_again_is_not_taken_for_known(tmp_path):
    """Many requests in one second look alike; where they stand is not known."""
    for line in (combined(Request()), *LINES[:200]):
        cutter = Cutter()
        text = f"{line}\n".encode() * 2000
        cutter.add(text, np.arange(2001, dtype=np.int32) * (len(line) + 1))
        cutter.end()
        known = KnownParts()
        known.add([cutter.parts])
        assert not known


def test_rotated_logs_that_overlap(count, tmp_path):
    """As a snapshot of a log leaves them: the beginning of one was counted as the end of another."""
    first = write(tmp_path / "access.log.1", LINES[:3000])
    second = tmp_path / "access.log.gz"
    second.write_bytes(gzip.compress("".join(f"{line}\n" for line in LINES[1800:5000]).encode()))
    third = write(tmp_path / "middle.log", LINES[2500:4500])
    expected = dict(plainly_counted("\n".join(LINES[:5000]))[0])
    done = count(first, second, third)
    assert done.downloads() == expected
    assert "access.log.gz: 1,200 of its lines stand in files that were counted" in done.said
    assert (
        "8,200 new" not in done.said and "5,000 new lines of 3 files (3,200 lines were counted before)" in done.said
    )
    apart = count(third, ledger="apart")
    for path in (first, second, third, second):
        apart = count(path, ledger="apart")
    assert apart.downloads() == expected and "nothing new" in apart.said


def test_set_aside_lines_of_what_is_known_are_not_told_again(count, tmp_path):
    lines = [*LINES[:1500], "no line", *LINES[1500:1600], "x" * 3_000_000, *LINES[1600:3000]]
    done = count(write(tmp_path / "a.log", lines))
    assert len(done.rows("set_aside")) == 2
    done = count(write(tmp_path / "b.log", [*lines[700:], "another"]))
    assert "1 new lines" in done.said and [r["line"] for r in done.rows("set_aside") if r["file"] == "b.log"] == [
        2303
    ]

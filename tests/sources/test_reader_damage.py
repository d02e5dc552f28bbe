"""Damaged and unsuitable files: one clear error, or the bad rows set aside at their line and the good ones kept."""

import gzip
import os
import random
import tempfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

BODY = "id,n\n" + "".join(f"a/m{i},{i * 7919 % 100_003}\n" for i in range(3000))


@pytest.mark.parametrize("kind", ["gz", "zst"])
@pytest.mark.parametrize("name", ["t.csv", "t.tsv", "t.ndjson", "t.json"])
@pytest.mark.parametrize("kept", [0.3, -9, -1])
def test_cut_off_archive_is_refused_whole(take, pack, as_file, kind, name, kept):
    rows = [{"id": f"a/m{i}", "n": str(i * 7919 % 100_003)} for i in range(3000)]
    whole = pack(as_file(rows, name), f"{name}.{kind}")
    end = max(5, int(len(whole) * kept)) if kept >= 0 else len(whole) + int(kept)
    outcome = take(whole[:end], f"{name}.{kind}")
    assert "cut off or damaged" in outcome.error and "fetch it again; nothing was imported" in outcome.error


def test_cut_off_archive_says_after_which_line(take):
    noise = random.Random(1)
    body = "id,n\n" + "".join(f"a/{noise.randbytes(20).hex()},1\n" for _ in range(5000))
    error = take(gzip.compress(body.encode())[:-200], "t.csv.gz").error
    line = int(error.partition("after line ")[2].partition(" ")[0].replace(",", ""))
    assert 1000 < line <= 5001


@pytest.mark.parametrize("name", ["t.csv.gz", "t.csv.zst", "t.json.gz", "t.ndjson.zst"])
def test_archive_that_is_none_or_is_damaged_inside(take, pack, name):
    assert "cut off or damaged" in take(BODY, name).error
    whole = bytearray(pack(BODY.encode(), name))
    middle = len(whole) // 2
    whole[middle : middle + 40] = bytes(40)
    assert "damaged" in take(bytes(whole), name).error or "check that" in take(bytes(whole), name).error


@pytest.mark.parametrize("kind", ["gz", "zst"])
def test_archives_of_several_parts_are_read_to_the_end(take, pack, kind):
    name = f"t.csv.{kind}"
    outcome = take(pack(b"id,n\na/x,1\n", name) + pack(b"a/y,2\n", name), name)
    assert outcome.counts == {"a/x": 1, "a/y": 2}


def test_damaged_parquet_is_refused_wherever_the_damage_is(take):
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table({"id": [f"a/m{i}" for i in range(3000)], "n": list(range(3000))}), sink)
    whole = sink.getvalue().to_pybytes()
    noise = random.Random(2)
    for end in (0, 3, len(whole) // 2, len(whole) - 9, len(whole) - 1):
        assert take(whole[:end], "t.parquet").error
    for _ in range(6):
        bad = bytearray(whole)
        for _ in range(30):
            bad[noise.randrange(4, len(bad) - 8)] ^= noise.randrange(1, 255)
        assert take(bytes(bad), "t.parquet").error


@pytest.mark.parametrize(
    ("content", "line", "words"),
    [
        ("id;n\na/x;1\n", 1, "give --delimiter"),
        ("id,m\na/x,1\n", 1, "no column 'n'"),
        ("id,id,n\na/x,b,1\n", 1, "repeated or empty names: id"),
        ("\n\nid,,n\na/x,b,1\n", 3, "repeated or empty names"),
        ("id,n,\na/x,1,\n", 1, "repeated or empty names"),
        (b"id,n\xff\na/x,1\n", 1, "header cannot be read: byte 5 of the line is not UTF-8"),
        ('id,n\na/x,1\n"a/y,2\na/z,3\n', 3, "a quote that opens in this record is never closed"),
        ("id,n\ra/x,1\ra/y,2\r", 1, "header cannot be read"),
    ],
)  # fmt: skip
def test_csv_that_cannot_be_read_at_all_names_its_line(take, content, line, words):
    error = take(content).error
    assert f"table.csv:{line}:" in error and words in error


@pytest.mark.parametrize("name", ["t.csv", "t.csv.gz", "t.csv.zst", "t.ndjson", "t.json.gz", "t.parquet"])
def test_empty_file(take, pack, name):
    for content in (b"", pack(b"", name)):
        assert take(content, name).error


@pytest.mark.parametrize("content", ["id,n\n", "id,n", "\ufeffid,n\r\n", "id,n\n\n\n"])
def test_header_only(take, content):
    assert "no usable row" in take(content).error


@pytest.mark.parametrize("content", ["\n", "\n\r\n\n", " \n".strip(" ")])
def test_nothing_but_blank_lines(take, content):
    assert "empty" in take(content).error
    assert take(content, "t.ndjson").error


@pytest.mark.parametrize("name", ["t.csv", "t.tsv", "t.ndjson", "t.json", "t.parquet", "t.csv.gz", "t.json.zst"])
def test_binary_noise(take, name):
    noise = random.Random(3)
    for content in (
        noise.randbytes(20_000),
        bytes(range(256)) * 40,
        bytes(5000),
        b"PK\x03\x04" + noise.randbytes(999),
    ):
        assert take(content, name).error


def test_folder_missing_file_and_unknown_kinds(take, take_paths, tmp_path):
    (tmp_path / "folder.csv").mkdir()
    options = {"map": {"repo": "id", "rolling_30d": "n"}, "date": "2026-05-01"}
    assert "a folder, not a file" in take_paths([tmp_path / "folder.csv"], **options).error
    assert "no such file" in take_paths([tmp_path / "none.csv"], **options).error
    for name in ("t.xlsx", "t", "t.csv.bz2", "t.gz", ".csv.zip"):
        assert "unknown kind of file" in take("id,n\na/x,1\n", name).error
    assert take("id,n\na/x,1\n", "T.CSV").counts == {"a/x": 1}


@pytest.fixture
def unprivileged():
    """Somebody who may not read everything, even where the tests run as root."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(65534)
    yield
    os.seteuid(before)


def test_file_that_may_not_be_read(take_paths, unprivileged):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t.csv"
        path.write_text("id,n\na/x,1\n")
        path.chmod(0)
        taken = take_paths([path], map={"repo": "id", "rolling_30d": "n"}, date="2026-05-01")
    assert "Permission denied" in taken.error


def test_ragged_rows_odd_quotes_and_foreign_bytes_are_set_aside_alone(take):
    content = b"""id,n,note
a/a,1,fine
a/b,2
a/c,3,too,many
"a/d"x,4,stray

a/e,5,"two
lines"
a/f,6,\xff\xfe
"a/g,7
",8,"lines
of ""text\xe9"
   
a/h,9,5" disk
a/i,-1,"a ""quoted"" word"
a/j,10,end"""
    outcome = take(content)
    assert outcome.counts == {"a/a": 1, "a/e": 5, "a/h": 9, "a/j": 10}
    assert outcome.lines == [3, 4, 5, 9, 10, 13, 15]
    reasons = dict(outcome.aside)
    assert "2 fields, where the header has 3" in reasons[3] and "4 fields" in reasons[4]
    assert "no CSV record" in reasons[5]
    assert "byte 7 of the line is not UTF-8" in reasons[9]
    assert "not UTF-8 (the record runs to line 12)" in reasons[10]
    assert "negative" in reasons[15]


def test_line_numbers_after_quoted_line_breaks_blank_lines_and_mixed_line_ends(take):
    content = 'id,n,t\r\n\r\na/a,1,"x\ny\r\nz"\r\na/b,-1,q\n\n\na/c,3,"p\n\nq"\na/d,x,\r\n'
    outcome = take("\ufeff" + content)
    assert outcome.counts == {"a/a": 1, "a/c": 3}
    assert outcome.lines == [6, 12]


def test_lines_of_objects_that_are_none(take):
    lines = [
        b"", b'{"id":"a/a","n":1}', b"   ", b"\t", b"nope", b"[1]", b"null", b'{"id":"a/b","n":}', b'{"id":"a/\xff","n":2}',
        b'{"id":"a/\x01","n":2}', b'{"id":"a/c","n":3} trailing', b'{"id":"a/d","n":true}', b'{"id":"a/e","n":[4]}',
        b'{"id":7,"n":5}', b'{"n":5}', b'{"id":"a/f"}', b'{"id":"a/g","n":"6"}\r', b'{"id":"a/h","n":7.0}',
    ]  # fmt: skip
    outcome = take(b"\n".join(lines), "t.ndjson")
    assert outcome.counts == {"a/a": 1, "a/g": 6, "a/h": 7}
    assert outcome.lines == [5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]


def test_array_with_other_things_in_it_and_what_is_no_array(take):
    outcome = take('[{"id":"a/a","n":1}, 5, null, "x", [1], {"id":"a/b","n":-1}]', "t.json")
    assert outcome.counts == {"a/a": 1} and outcome.lines == [2, 3, 4, 5, 6]
    whole = '[{"id":"a/a","n":1},{"id":"a/b","n":2}]'
    for content in (
        whole[:-1],
        whole[:-8],
        whole + "x",
        whole * 2,
        "5",
        "[]",
        '{"id":"a/a","n":1}\n{"id":"a/b","n":1}',
    ):
        error = take(content, "t.json").error
        assert error and ("one object per line is .ndjson" in error or "no column" in error)


def test_delimiters(take):
    for delimiter in (";", "|", "\t", "\\t"):
        character = "\t" if delimiter == "\\t" else delimiter
        assert take(f"id{character}n\na/x{character}1\n", delimiter=delimiter).counts == {"a/x": 1}
    for bad in (";;", '"', "\n"):
        assert "--delimiter" in take("id,n\na/x,1\n", delimiter=bad).error

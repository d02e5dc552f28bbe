"""Every format and compression: the same rows give the same observations, and no row goes missing."""

import csv
import io
import json
from collections import Counter
from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

FORMATS = [f + c for f in (".csv", ".tsv", ".json", ".ndjson") for c in ("", ".gz", ".zst")] + [".jsonl", ".parquet"]
WORDS = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp"], exclude_characters="/"), min_size=1, max_size=8
)
COUNTS = st.integers(0, 9_100_000_000_000_000_000)
ROWS = st.lists(
    st.tuples(st.tuples(WORDS, WORDS).map("/".join), st.none() | COUNTS, st.none() | COUNTS),
    min_size=1,
    max_size=12,
    unique_by=lambda r: r[0],
)


@given(rows=ROWS, name=st.sampled_from(FORMATS))
@settings(max_examples=40)
def test_same_rows_give_the_same_observations_in_every_format(take, as_file, rows, name):
    texts = [{"id": i, "n": n and str(n) if n != 0 else "0", "a": a if a is None else str(a)} for i, n, a in rows]
    outcome = take(
        as_file(texts, f"t{name}"),
        f"t{name}",
        map={"repo": "id", "rolling_30d": "n", "all_time": "a"},
        date="2026-05-01",
    )
    expected = {(i, "rolling_30d", n) for i, n, _ in rows if n is not None}
    expected |= {(i, "all_time", a) for i, _, a in rows if a is not None}
    if not expected:
        assert "no usable row" in outcome.error
        return
    assert {(r["repository"], r["counter"], r["value"]) for r in outcome.rows()} == expected
    assert len(outcome.rows()) == len(expected) and not outcome.aside


@pytest.mark.parametrize("name", FORMATS)
def test_numbers_of_the_format_itself_and_a_batch_that_says_what_it_took(take, pack, name):
    """Numbers as numbers where the format has them (JSON, Parquet), with one missing and one bad row."""
    rows = [{"id": "a/x", "n": 7}, {"id": "a/y", "n": None}, {"id": "a/z", "n": -3}, {"id": "b/\u00fc", "n": 0}]
    if name == ".parquet":
        sink = pa.BufferOutputStream()
        pq.write_table(pa.Table.from_pylist(rows), sink)
        content, lines = sink.getvalue().to_pybytes(), [3]
    elif name.startswith(".json") and name != ".jsonl":
        content, lines = pack(json.dumps(rows).encode(), name), [3]
    elif name.startswith((".ndjson", ".jsonl")):
        content, lines = pack("\n".join(json.dumps(r) for r in rows).encode(), name), [3]
    else:
        sink = io.StringIO()
        writer = csv.writer(sink, delimiter="\t" if ".tsv" in name else ",")
        writer.writerows([["id", "n"], *(["" if v is None else v for v in r.values()] for r in rows)])
        content, lines = pack(sink.getvalue().encode(), name), [4]
    outcome = take(content, f"t{name}")
    assert outcome.counts == {"a/x": 7, "b/\u00fc": 0}
    assert outcome.lines == lines and "negative" in outcome.aside[0][1]
    assert outcome.batch is not None
    assert {"repo from column 'id'", "rolling_30d: 1 rows without a value gave no observation"} <= set(
        outcome.batch.took
    )
    assert outcome.batch.inputs[0].bytes == len(content)
    assert {(r["observed_from"], r["observed_on"]) for r in outcome.rows()} == {(date(2026, 5, 1), date(2026, 5, 1))}


ROUGH = st.sampled_from(
    ["7", "0", "-1", "1.5", "x", "", "nan", "1e3", "9" * 30, " 5 ", '"', "a\nb", "1,2", "\ufeff", "\x01", "N/A"]
)
IDS = st.sampled_from(["a/x", "a/y", "b/z", "noslash", "", 'q/"t"', "n/l\nm", " a/x ", "u/\u00e9"])


def oracle(rows: list[tuple[str, str]]) -> tuple[dict[str, int], set[int], int]:
    """In plain Python: observations, the rows that must be set aside, rows without a counter."""
    good: dict[str, list[tuple[int, int]]] = {}
    aside, empty = set(), 0
    for i, (name, text) in enumerate(rows):
        name, text = name.strip(" "), text.strip(" ")
        try:
            value = float(text) if text else 0
        except ValueError:
            value = -1
        if "/" not in name or value != value or value < 0 or value != int(value) or value >= 9.2e18:
            aside.add(i)
        elif not text:
            empty += 1
        else:
            good.setdefault(name, []).append((i, int(value)))
    counts = {}
    for name, entries in good.items():
        if len({v for _, v in entries}) > 1:
            aside |= {i for i, _ in entries}
        else:
            counts[name] = entries[0][1]
            aside |= {i for i, _ in entries[1:]}
    return counts, aside, empty


@given(
    rows=st.lists(st.tuples(IDS, ROUGH), min_size=1, max_size=15),
    crlf=st.booleans(),
    blank=st.integers(0, 2),
    data=st.data(),
)
@settings(max_examples=40)
def test_rows_in_are_observations_and_rows_set_aside_each_at_its_line(take, rows, crlf, blank, data):
    end = "\r\n" if crlf else "\n"
    text, lines = f"id,n{end}", []
    for row in rows:
        text += end * (blank if data.draw(st.booleans()) else 0)
        lines.append(text.count("\n") + 1)
        text += ",".join('"' + v.replace('"', '""') + '"' for v in row) + end
    outcome = take(text.encode() if data.draw(st.booleans()) else b"\xef\xbb\xbf" + text.encode())
    counts, aside, empty = oracle(rows)
    if not counts:
        assert "no usable row" in outcome.error
        return
    assert outcome.counts == counts
    assert outcome.lines == sorted(lines[i] for i in aside)
    assert len(rows) == len(counts) + len(aside) + empty


PIECES = st.sampled_from(
    [
        b"a/x,1",
        b"a/y,2",
        b"\n",
        b"\r\n",
        b"\n\n",
        b'"',
        b'""',
        b",",
        b"\xff\xfe",
        b"\x00",
        b"\r",
        b"\x01",
        b" ",
        b'"a/q\nr",3\n',
        b"\xe2\x80\xa8",
    ]
)


@given(st.lists(PIECES, max_size=40).map(b"".join), st.sampled_from(["t.csv", "t.ndjson", "t.csv.gz", "t.json"]))
@settings(max_examples=70)
def test_any_bytes_give_a_batch_or_one_clear_error_and_every_line_is_accounted_for(take, pack, content, name):
    if name == "t.csv":
        content = b"id,n\n" + content
    outcome = take(pack(content, name), name)
    if name != "t.csv" or outcome.error:
        return
    taken = Counter()
    for line, reason in outcome.aside:
        until = reason.partition("runs to line ")[2].partition(")")[0]
        taken.update(range(line, int(until or line) + 1))
    assert max(taken.values(), default=0) <= 1
    quoted_ends = content.count(b'"a/q\nr",3\n')
    lines = [line for line in content[5:].split(b"\n") if line.strip(b"\r")]
    assert len(outcome.rows()) + sum(taken.values()) >= len(lines) - 2 * quoted_ends - content.count(b'"')


def test_order_across_reading_blocks_is_kept(take):
    """More rows than go to the engine at once; every hundredth is bad, and its line is the right one."""
    rows = [f"o/m{i},{-i if i % 100 == 50 else i}" for i in range(120_001)]
    outcome = take("id,n\n" + "\n".join(rows))
    assert outcome.lines == [i + 2 for i in range(120_001) if i % 100 == 50]
    assert outcome.counts == {f"o/m{i}": i for i in range(120_001) if i % 100 != 50}


def test_rows_of_a_long_array_keep_their_number(take):
    rows = [{"id": f"o/m{i}", "n": -1 if i % 1000 == 7 else i, "pad": "x" * 300} for i in range(30_000)]
    outcome = take(json.dumps(rows), "t.json")
    assert outcome.lines == [i + 1 for i in range(30_000) if i % 1000 == 7]
    assert len(outcome.counts) == 30_000 - 30


@pytest.mark.parametrize(
    "column", ["téléchargements", 'q"uote', "back\\slash", "a.b[0]", "with space", "$.n", "'", "_row", "_c0", "N"]
)
@pytest.mark.parametrize("name", ["t.csv", "t.ndjson", "t.parquet"])
def test_columns_of_any_name(take, as_file, name, column):
    content = as_file([{"id": "a/x", column: "7", "n": "1"}], name)
    outcome = take(content, name, map={"repo": "id", "observed_on": "2026-05-01", "rolling_30d": column})
    assert outcome.counts == {"a/x": 7}

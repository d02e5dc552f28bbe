"""Plain lines are read by compiled loops, plain addresses taken apart: both say what the patterns say, of any line."""

import random
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from logs import Request, combined, write

from modelcensus.counting import Policies, Salts, find_format
from modelcensus.counting.known import Known
from modelcensus.counting.numbering import Sorted
from modelcensus.counting.parts import KnownParts
from modelcensus.counting.reading import FileRead, read_file, worth_compiling
from modelcensus.counting.reduction import Reduction
from modelcensus.counting.slices import Slices
from modelcensus.engine import Tables

pytest.importorskip("numba", reason="the extra `logs` is not installed")
from modelcensus.counting.hashed import Hashed
from modelcensus.counting.loops import hash_of, searched
from modelcensus.counting.plain_lines import PlainLines

RECORDED = Path(__file__).parents[2].parent / "shared" / "data" / "recordings" / "logs"
HEX = "0123456789abcdef0123456789abcdef01234567"
SESSION = (
    "unknown/None; hf_hub/2.4.0; python/3.11.7; transformers/5.23.0; session_id/0123456789abcdef0123456789abcdef; x"
)
AGENTS = [
    "curl/7.88.1",
    "-",
    "node",
    SESSION,
    "session_id/12",
    'a "quoted" one',
    "vllm/0.22.1; hf_hub/2.4.0; is_ci/true",
    "é/1",
]
TARGETS = [
    *("/acme/tiny-7b/resolve/main/config.json", f"/acme/tiny-7b/resolve/{HEX}/config.json?download=true", "/"),
    *(f"/api/resolve-cache/models/acme/tiny-7b/{HEX}/model.safetensors?x=1", "/api/models/acme/tiny-7b", "/a/b/?q"),
    *("/datasets/acme/d/resolve/main/a.csv", "/acme/tiny-7b/resolve/main/%C3%28", "/acme/tiny-7b/resolve/main/../x"),
]
ODD = [
    '"',
    " ",
    "\\",
    "é",
    "\t",
    "\r",
    "\x00",
    "?",
    "/",
    "%2F",
    "session_id/",
    "-",
    "[",
    "]",
    ":",
    "9",
    "61",
    "\\x22",
    "",
]


def read(
    path: Path, policies: Policies, quick: bool, form: str = "nginx-combined"
) -> tuple[dict[str, pa.Table], FileRead]:
    reduction = Reduction(Tables(), policies, Salts(path.parent / "salts"), quick)
    told = read_file(reduction, path, find_format(form), Known([], KnownParts()), policies)
    return reduction.tables(), told


def check_both_ways(path: Path, *policies: str, form: str = "nginx-combined") -> None:
    """A file says the same whether what is plain in it is read quickly or not."""
    chosen = Policies.parse(policies)
    (quick, told), (careful, told_carefully) = (read(path, chosen, q, form) for q in (True, False))
    assert told == told_carefully
    for name, rows in quick.items():
        assert rows.equals(careful[name]), name


def changed(line: str, draw: random.Random) -> str:
    """A line in which something is odd."""
    for _ in range(draw.choice([0, 1, 1, 2])):
        at = draw.randrange(len(line) + 1)
        line = line[:at] + draw.choice(ODD) + line[at + draw.choice([0, 1, 3]) :]
    return line


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 2**32))
def test_odd_lines_among_plain_ones(tmp_path_factory, seed):
    draw = random.Random(seed)
    sent = [
        Request(
            draw.choice(TARGETS), draw.choice(["GET", "HEAD", "get"]), draw.choice([200, 206, 307, 404, 99]), draw.choice(AGENTS),
            draw.choice(["192.0.2.7", "::1", "2001:db8::1", "x", "203.0.113.200"]), draw.randrange(-90_000, 90_000),
            draw.choice([0, 0, 330, -720]), draw.choice([0, 5, 123_456_789, 12_345_678_901_234_567]),
        )
        for _ in range(150)
    ]  # fmt: skip
    form = draw.choice(["nginx-combined", "apache-common"])
    lines = [combined(r) if form == "nginx-combined" else combined(r).split(' "-" "')[0] for r in sent]
    path = write(tmp_path_factory.mktemp("odd") / "access.log", [changed(line, draw) for line in lines])
    check_both_ways(path, draw.choice(["dedup=none", "dedup=session", "keep=visits"]), form=form)


def test_recorded_logs():
    paths = sorted(RECORDED.glob("*combined*")) if RECORDED.is_dir() else []
    if not paths:
        pytest.skip("the recorded logs lie in ../shared/data/recordings, which is not here")
    for path in paths:
        check_both_ways(path)


def test_plain_lines_are_read_quickly(tmp_path, monkeypatch):
    """The comparison would hold too if nothing were read quickly."""
    path = write(
        tmp_path / "access.log", [combined(Request(seconds=s, agent=a)) for s, a in enumerate(AGENTS[:5] * 20)]
    )
    left: list[int] = []
    quickly = PlainLines.read

    def watched(self, form, rows, ascii):
        found, odd = quickly(self, form, rows, ascii)
        left.append(int(odd.sum()))
        return found, odd

    monkeypatch.setattr(PlainLines, "read", watched)
    _, told = read(path, Policies.parse(()), True)
    assert left and sum(left) == 0 and told.taken == 100


def test_small_logs_wait_for_no_compiler(tmp_path):
    path = write(tmp_path / "access.log", [combined(Request())])
    assert not worth_compiling([path])
    with path.open("ab") as log:
        log.truncate(40_000_000)
    assert worth_compiling([path])


@given(st.lists(st.lists(st.integers(1, 60), max_size=50), max_size=6))
def test_numbers_by_a_table_are_those_by_order(stretches):
    one, two, met = Hashed(), Sorted(), {}
    for keys in stretches:
        spread = np.array(keys, np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        for numbering in (one, two):
            numbers, new = numbering.of(spread)
            assert len(set(numbers.tolist())) == len(set(keys))
            assert sorted(set(keys) - set(met)) == sorted(keys[p] for p in new.tolist())
            assert [int(numbers[p]) for p in new.tolist()] == list(range(len(met), len(met) + len(new)))
        both = zip(keys, numbers.tolist(), strict=True)  # of the last one
        assert all(met.get(k, n) == n for k, n in both)
        met |= dict(zip(keys, numbers.tolist(), strict=True))
        assert len(one) == len(two) == len(met)


def test_a_table_grows():
    keys = np.arange(1, 100_001, dtype=np.uint64)
    numbers, new = Hashed().of(np.concatenate([keys, keys[::-1]]))
    assert (numbers[:100_000] == numbers[100_000:][::-1]).all() and len(new) == 100_000


SEGMENTS = st.sampled_from(
    ["acme", "tiny-7b", "b.git", "resolve", "main", "refs", "pr", "1", HEX, "0" * 40, "config.json", "api", "models", "datasets",
     "resolve-cache", "spaces", "v2", "repository", "artifactory", "huggingfaceml", "info", "lfs", "tree", "raw", "revision", "..",
     ".", "", "%2e%2e", "a%20b", "%C3%28", "ü", "a b", "x#y", "treesize", "manifests", "a" * 97, "_x", "-x", "git-upload-pack"]
)  # fmt: skip


@settings(max_examples=12, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(["GET", "HEAD", "POST", "get", ""]), st.lists(SEGMENTS, max_size=8)),
        min_size=50,
        max_size=200,
    )
)
@example(
    [
        ("GET", ["acme", "tiny-7b", "resolve", HEX, "config.json"]),
        ("GET", ["acme", "x", "resolve", HEX, "config.json"]),
    ]
)
def test_addresses_taken_apart(tmp_path_factory, asked):
    lines = [combined(Request("/" + "/".join(steps), method)) for method, steps in asked]
    path = write(tmp_path_factory.mktemp("addresses") / "access.log", lines)
    check_both_ways(path)


@given(st.lists(st.one_of(st.none(), st.text(max_size=40))), st.integers(0, 9))
def test_texts_are_told_apart_wherever_they_stand(texts, before):
    held = Slices.of(pa.array(texts, pa.string()))
    moved = [None if t is None else "x" * before + t for t in texts]
    whole = Slices.of(pa.array(moved, pa.string()))
    away = Slices(whole.data, np.minimum(whole.starts + before, whole.ends), whole.ends, whole.there)
    one, two = held.hashes(), away.hashes()
    assert (one == two).all()
    assert len(set(one.tolist())) == len(set(texts))
    assert [k == 0 for k in one.tolist()] == [t is None for t in texts]
    _, words = searched(held.data, len(held.data))
    looped = [hash_of(words, s, e) for s, e in zip(held.starts.tolist(), held.ends.tolist(), strict=True)]
    assert all(a == b for a, b, t in zip(one.tolist(), looped, texts, strict=True) if t is not None)
    assert held.texts.to_pylist() == texts

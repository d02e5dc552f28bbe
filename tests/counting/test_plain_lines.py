"""Plain lines are read as arrays of bytes, plain addresses taken apart: both say what the patterns say, of any line."""

import random
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from logs import Request, combined, write

from modelcensus.counting import Policies, Salts, find_format, plain_lines
from modelcensus.counting.known import Known
from modelcensus.counting.parts import KnownParts
from modelcensus.counting.plain_targets import Plain, PlainTargets
from modelcensus.counting.reading import FileRead, read_file
from modelcensus.counting.reduction import Reduction
from modelcensus.counting.slices import Hasher, Slices
from modelcensus.engine import Tables

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


def read(path: Path, policies: Policies) -> tuple[dict[str, pa.Table], FileRead]:
    reduction = Reduction(Tables(), policies, Salts(path.parent / "salts"))
    told = read_file(reduction, path, find_format("nginx-combined"), Known([], KnownParts()), policies)
    return reduction.tables(), told


def nothing_plain(_: PlainTargets, said: pa.StringArray) -> Plain:
    none = np.zeros(0, np.int64)
    return Plain(none, none, [], none, [], none)


def check_both_ways(path: Path, monkeypatch: pytest.MonkeyPatch, *policies: str) -> None:
    """A file says the same whether what is plain in it is read quickly or not."""
    chosen = Policies.parse(policies)
    quick, told = read(path, chosen)
    with monkeypatch.context() as patch:
        patch.setattr(plain_lines, "_quotes", lambda form: 0)
        patch.setattr(PlainTargets, "read", nothing_plain)
        careful, told_carefully = read(path, chosen)
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
    path = write(tmp_path_factory.mktemp("odd") / "access.log", [changed(combined(r), draw) for r in sent])
    with pytest.MonkeyPatch.context() as patch:
        check_both_ways(path, patch, draw.choice(["dedup=none", "dedup=session", "keep=visits"]))


def test_recorded_logs(monkeypatch):
    paths = sorted(RECORDED.glob("*combined*")) if RECORDED.is_dir() else []
    if not paths:
        pytest.skip("the recorded logs lie in ../shared/data/recordings, which is not here")
    for path in paths:
        with monkeypatch.context() as patch:
            check_both_ways(path, patch)


def test_plain_lines_are_read_quickly(tmp_path, monkeypatch):
    """The comparison would hold too if nothing were read quickly."""
    path = write(
        tmp_path / "access.log", [combined(Request(seconds=s, agent=a)) for s, a in enumerate(AGENTS[:5] * 20)]
    )
    left: list[int] = []
    quickly = plain_lines.PlainLines.read

    def watched(self, form, rows):
        found, odd = quickly(self, form, rows)
        left.append(int(odd.sum()))
        return found, odd

    monkeypatch.setattr(plain_lines.PlainLines, "read", watched)
    _, told = read(path, Policies())
    assert sum(left) == 0 and told.taken == 100


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
    with pytest.MonkeyPatch.context() as patch:
        check_both_ways(path, patch)


@given(st.lists(st.one_of(st.none(), st.text(max_size=40))), st.integers(0, 9))
def test_texts_are_told_apart_wherever_they_stand(texts, before):
    held = Slices.of(pa.array(texts, pa.string()))
    moved = [None if t is None else "x" * before + t for t in texts]
    whole = Slices.of(pa.array(moved, pa.string()))
    away = Slices(whole.data, np.minimum(whole.starts + before, whole.ends), whole.ends, whole.there)
    for keys in (lambda s: s.hashes(), lambda s: Hasher().keys([[s, None]], [len(texts), 2], 3)[0][: len(texts)]):
        one, two = keys(held), keys(away)
        assert (one == two).all()
        assert len(set(one.tolist())) == len(set(texts))
        assert [k == 0 for k in one.tolist()] == [t is None for t in texts]
    assert held.texts.to_pylist() == texts

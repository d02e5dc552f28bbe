"""Every choice of what counts, with a log that it decides; recounts without the log say what a first count says."""

from collections import defaultdict
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from logs import Request, nginx_json, write

from modelcensus.counting import Policies
from modelcensus.counting.windows import windows_from_first
from modelcensus.vocabulary import RequestError

CONFIG = "/acme/a/resolve/main/config.json"
CACHE = f"/api/resolve-cache/models/acme/a/{'a' * 40}/config.json"
LOG = [
    Request(CONFIG, "HEAD", 307, seconds=0, agent="unknown/None; hf_hub/0.36.2; python/3.11.7"),
    Request(CACHE, "HEAD", 200, seconds=1, agent="unknown/None; hf_hub/0.36.2; python/3.11.7"),
    Request(CACHE, "GET", 200, seconds=2, agent="unknown/None; hf_hub/0.36.2; python/3.11.7"),
    Request(CONFIG, "GET", 404, seconds=10),
    Request(CONFIG, "GET", 304, seconds=20),
    Request(CONFIG, "GET", 206, seconds=30, range="bytes=0-99"),
    Request(CONFIG, "GET", 206, seconds=31, range="bytes=100-"),
    Request(CONFIG, "GET", 206, seconds=32, range="bytes=0-0"),
    Request(CONFIG, "GET", 200, seconds=3000, agent="transformers/4.57.6; hf_hub/1.2.0; is_ci/true"),
    Request(CONFIG, "GET", 200, seconds=3001, agent="Googlebot/2.1", address="198.51.100.9"),
    Request(CONFIG, "GET", 200, seconds=3002, address="10.1.2.3"),
    Request("/acme/a/resolve/main/q-00001-of-00003.gguf", "GET", 200, seconds=4000),
    Request("/acme/a/resolve/main/q-00002-of-00003.gguf", "GET", 200, seconds=4001),
    Request("/acme/a/resolve/main/q-00003-of-00003.gguf", "GET", 200, seconds=4002),
]
CHOICES = {
    (): 10,
    ("chain=any-hop",): 12,
    ("chain=final-hop",): 11,
    ("head=off",): 9,
    ("methods=HEAD",): 1,
    ("statuses=2xx,3xx,404",): 12,
    ("statuses=200",): 6,
    ("ranges=first",): 9,
    ("ranges=whole",): 8,
    ("shards=once",): 8,
    ("bots=drop",): 9,
    ("ci=drop",): 9,
    ("mirrors=10.0.0.0/8",): 9,
    ("unknown=drop",): 0,
    ("dedup=tumbling",): 5,
    ("dedup=first-hit",): 5,
    ("dedup=tumbling", "window=86400"): 3,
}


def options(choices) -> list[str]:
    return [part for c in choices for part in ("--policy", c)]


@pytest.mark.slow
@pytest.mark.parametrize("choices", CHOICES, ids=",".join)
def test_each_policy(count, tmp_path, choices):
    path = write(tmp_path / "access.log", map(nginx_json, LOG))
    done = count(path, options=options(choices))
    assert done.total == CHOICES[choices], done.downloads()


def test_a_recount_says_what_a_first_count_says(count, tmp_path):
    path = write(tmp_path / "access.log", map(nginx_json, LOG))
    count(path, options=options(["keep=visits"]))
    path.unlink()
    for choices, expected in CHOICES.items():
        if not choices or choices[0].startswith("mirrors"):
            continue
        done = count(options=["--recount", *options(choices)])
        assert done.total == expected, choices
    assert count(options=["--recount"]).total == CHOICES[()]


def test_a_recount_under_the_rules_of_another_day(count, tmp_path):
    """params.json counts since 2025-07-25."""
    names = ["params.json", "config.json", "meta.yaml"]
    path = write(tmp_path / "a.log", [nginx_json(Request(f"/acme/a/resolve/main/{n}")) for n in names])
    assert count(path).total == 3
    path.unlink()
    done = count(options=["--recount", "--rules", "2025-07-01"])
    assert done.total == 2 and "as of 2025-07-01" in done.said
    again = count(options=["--recount"])
    assert again.downloads() == {("acme/a", date(2026, 11, 23)): 3}
    assert [m.value for m in again.measure("downloads", reading={"channel": "log:logs"})] == [3]


def test_the_rule_of_the_library_that_the_ledger_knows(count, tmp_path):
    from ledgers import fact, table
    from modelcensus.ledger import Ledger
    from modelcensus.vocabulary import FACTS, Batch, InputFile

    facts = table([fact("acme/A", library="keras-hub"), fact("acme/b", library="adapter-transformers")], FACTS)
    batch = Batch("tables", "hub", "hub", {"facts": facts}, (InputFile("f", 1, "0" * 64),), {}, ())
    Ledger(tmp_path / "ledger").commit(batch)
    sent = [
        Request(f"/acme/{r}/resolve/main/{f}")
        for r in ("a", "b", "c")
        for f in ("config.json", "adapter_config.json")
    ]
    path = write(tmp_path / "a.log", map(nginx_json, sent))
    done = count(path)
    assert {k: v for (k, _), v in done.downloads().items()} == {"acme/A": 1, "acme/b": 1, "acme/c": 1}
    assert {k for k, *_ in done.standing()} == {"acme/A", "acme/b", "acme/c"}, "spelled as the ledger does"
    known = count(options=["--recount", "--policy", "unknown=drop"])
    assert {k for k, _ in known.downloads()} == {"acme/A", "acme/b"}


def test_a_recount_with_deduplication_needs_visits(count, tmp_path):
    count(write(tmp_path / "a.log", map(nginx_json, LOG)))
    refused = count(options=["--recount", "--policy", "dedup=tumbling"], status=1).said
    assert "counts were kept; deduplication needs visits" in refused
    assert "nothing was counted as" in count(options=["--recount", "--name", "other"], status=1).said


def test_published_address_ranges(count, tmp_path):
    ranges = tmp_path / "ranges.csv"
    ranges.write_text("# published\n198.51.100.0/24,ci\n10.0.0.0/8,mirror\n2001:db8::/32,bot\n")
    sent = [*LOG, Request(CONFIG, address="2001:db8::5"), Request(CONFIG, address="::ffff:198.51.100.7")]
    path = write(tmp_path / "a.log", map(nginx_json, sent))
    choices = [f"networks={ranges}"]
    assert count(path, options=options(choices)).total == 11
    assert count(options=["--recount", *options([*choices, "ci=drop"])]).total == 8
    assert count(options=["--recount", *options([*choices, "bots=drop"])]).total == 9
    ranges.write_text("198.51.100.0/24,users\n")
    assert "'users' is none of bot, ci, mirror" in count(path, options=options(choices), ledger="x", status=1).said


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        ("chian=resolve", "did you mean 'chain'"),
        ("chain=first", "--policy chain"),
        ("chain", "is not NAME=VALUE"),
        ("statuses=ok", "write statuses as"),
        ("methods=get", "write methods as"),
        ("window=0", "--policy window"),
        ("mirrors=10.0.0.0/99", "is no network"),
        ("timezone=Nowhere", "no time zone"),
        ("networks=/nowhere.csv", "no such file"),
    ],
)
def test_choices_that_are_none(count, tmp_path, choice, said):
    path = write(tmp_path / "a.log", [nginx_json(LOG[0])])
    assert said in count(path, options=["--policy", choice], status=1).said


def test_visits_cannot_be_left_out_of_deduplication():
    with pytest.raises(RequestError, match="deduplication needs times"):
        Policies.parse(["dedup=tumbling", "keep=counts"])


visits = st.lists(st.tuples(st.integers(1, 4), st.integers(0, 3000)), max_size=60)


@given(visits, st.integers(1, 900))
def test_windows_from_a_first_hit(found, window):
    """Against walking through the requests of each visitor."""
    times = defaultdict(list)
    for place, instant in found:
        times[place].append(instant)
    expected = []
    for place in sorted(times):
        begun, windows = None, 0
        for instant in sorted(times[place]):
            if begun is None or instant >= begun + window:
                begun, windows = instant, windows + 1
        expected.append(windows)
    places = {p: i for i, p in enumerate(sorted(times), 1)}
    rows = sorted((places[p], t) for p, t in found)
    place, instant = (np.array([r[i] for r in rows], np.int64) for i in (0, 1))
    assert windows_from_first(place, instant, window).tolist() == expected


@settings(max_examples=5)
@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 4000)), min_size=1, max_size=25))
def test_deduplication_against_a_plain_counter(count, tmp_path_factory, sent):
    folder = tmp_path_factory.mktemp("dedup")
    requests = [Request(CONFIG, address=f"192.0.2.{'ab'.index(a)}", seconds=s) for a, s in sent]
    path = write(folder / "a.log", map(nginx_json, requests))
    tumbling = {(r.address, int(r.when.timestamp()) // 300) for r in requests}
    first = 0
    for address in {r.address for r in requests}:
        begun = -10_000
        for second in sorted(r.seconds for r in requests if r.address == address):
            if second >= begun + 300:
                begun, first = second, first + 1
    for dedup, expected in (("tumbling", len(tumbling)), ("first-hit", first)):
        done = count(path, options=options([f"dedup={dedup}"]), ledger=str(folder / dedup))
        assert done.total == expected


def test_sessions(count, tmp_path):
    agent = "unknown/None; hf_hub/2.4.0; python/3.11.7; transformers/5.23.0; session_id/{}; file_type/config"
    sent = [Request(CONFIG, agent=agent.format(s * 32), seconds=i * 1000) for i, s in enumerate("aabba")]
    sent += [Request(CONFIG, seconds=s) for s in (0, 9000)]
    done = count(write(tmp_path / "a.log", map(nginx_json, sent)), options=options(["dedup=session"]))
    assert done.total == 3
    assert [v["sessions"] for v in done.rows("visits")] == [3] and [v["addresses"] for v in done.rows("visits")] == [
        1
    ]

"""Logs that somebody wrote to be miscounted, and damaged ones: each line is counted right, or set aside with its line."""

import gzip
import random
import re
import string
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from logs import Request, combined, plainly_counted, write

from modelcensus.counting import lines as log_lines

GOOD = combined(Request())


def test_escaped_quotes_and_newlines_in_the_agent(count, tmp_path):
    injected = 'x" 200 5 "-" "y"\n192.0.2.1 - - [23/Nov/2026:12:00:00 +0000] "GET /evil/m/resolve/main/config.json HTTP/1.1" 200 5 "-" "'
    lines = [combined(Request(agent=injected)), combined(Request(agent='say "hi"', address="192.0.2.8")), GOOD]
    done = count(write(tmp_path / "access.log", lines))
    assert done.downloads() == {("acme/tiny-7b", date(2026, 11, 23)): 3}
    assert "0 set aside" in done.said


def test_a_raw_newline_is_a_line_of_its_own_and_is_set_aside(count, tmp_path):
    """No server writes one; a line that is cut in two is no line."""
    done = count(write(tmp_path / "access.log", [GOOD.replace("curl", "curl\n"), GOOD, GOOD]))
    assert done.total == 2 and [r["line"] for r in done.rows("set_aside")] == [1, 2]


def test_lines_of_a_megabyte(count, tmp_path):
    long = [GOOD.replace("curl/", "c" * size) for size in (1_000_000, 3_000_000, 9_000_000)]
    done = count(write(tmp_path / "access.log.gz", [GOOD, *long, GOOD, long[0]]))
    assert done.total == 4
    assert [(r["line"], r["reason"][:21]) for r in done.rows("set_aside")] == [
        (3, "a line of 3,000,116 b"), (4, "a line of 9,000,116 b"),
    ]  # fmt: skip


def test_a_line_that_is_too_long_is_one_wherever_pieces_end(count, tmp_path, monkeypatch):
    """Whether it comes in one piece or in several: the same lines of another file are known."""
    sent = [combined(Request(f"/acme/m{s * 7919 % 2003}/resolve/main/config.json", seconds=s)) for s in range(2000)]
    lines = [*sent[:1000], "x" * 3_000_000, *sent[1000:]]
    monkeypatch.setattr(log_lines, "PIECE", 256 * 1024)
    said = count(write(tmp_path / "a.log.gz", lines)).said
    monkeypatch.undo()
    assert "2,001 new lines" in said
    assert "nothing new" in count(write(tmp_path / "b.log", lines[3:])).said


def test_binary_noise(count, tmp_path):
    noise = random.Random(5).randbytes(200_000).replace(b"\n", b"\0")
    path = tmp_path / "access.log"
    path.write_bytes(f"{GOOD}\n".encode() + noise[:100_000] + b"\n" + noise[100_000:] + f"\n{GOOD}\n".encode())
    done = count(path, options=["--format", "nginx-combined"])
    assert done.total == 2 and [r["line"] for r in done.rows("set_aside")] == [2, 3]


def test_bytes_that_are_no_text_do_not_lose_the_line(count, tmp_path):
    path = tmp_path / "access.log"
    path.write_bytes(GOOD.encode().replace(b"curl", b"\xff\xfe\x80") + b"\r\n" + GOOD.encode() + b"\n")
    assert count(path).total == 2


def test_a_gzip_file_that_is_cut_off(count, tmp_path):
    rng = random.Random(1)
    requests = [Request(seconds=i, agent="".join(rng.choices(string.ascii_letters, k=40))) for i in range(3000)]
    whole = gzip.compress("".join(f"{combined(r)}\n" for r in requests).encode())
    path = tmp_path / "access.log.gz"
    path.write_bytes(whole[: len(whole) // 2])
    done = count(path)
    cut = done.total
    assert 1000 < cut < 2000 and "cut off or damaged" in done.said
    assert [r["reason"] for r in done.rows("set_aside")] in ([], ["the file is cut off in this line"])
    path.write_bytes(whole)
    assert count(path).total == 3000, "the rest, and what was cut, once the file is whole"


def test_mixed_formats(count, tmp_path):
    from logs import caddy, nginx_json

    lines = [GOOD, nginx_json(Request()), GOOD, caddy(Request()), "", GOOD]
    done = count(write(tmp_path / "access.log", lines), options=["--format", "nginx-combined"])
    assert done.total == 3 and [r["line"] for r in done.rows("set_aside")] == [2, 4]
    assert {r["reason"] for r in done.rows("set_aside")} == {"no line of format nginx-combined"}


NEVER = (
    "31/Feb/2026:12:00:00 +0000",
    "00/Nov/2026:12:00:00 +0000",
    "23/Nox/2026:12:00:00 +0000",
    "23/Nov/2026:24:00:00 +0000",
    "23/Nov/2026:12:60:00 +0000",
    "23/Nov/2026:12:00:61 +0000",
    "23/Nov/0026:12:00:00 +0000",
    "23/Nov/2026:12:00:00 +9900",
    "23/11/2026:12:00:00 +0000",
)


def test_times_that_there_are_not(count, tmp_path):
    lines = [GOOD.replace("23/Nov/2026:12:00:00 +0000", stamp) for stamp in NEVER]
    done = count(write(tmp_path / "access.log", [GOOD, *lines, GOOD]), options=["--format", "nginx-combined"])
    assert done.total == 2
    aside = [(r["file"], r["line"], r["content"]) for r in done.rows("set_aside")]
    kept = [line.replace("192.0.2.7", "(address)") for line in lines]
    assert aside == [("access.log", i, line) for i, line in enumerate(kept, 2)]


def test_times_across_a_change_from_summer_time(count, tmp_path):
    """2026-10-25 in Berlin: 02:30 comes twice; the log says which by its offset."""
    lines = [
        GOOD.replace("23/Nov/2026:12:00:00 +0000", s)
        for s in ("25/Oct/2026:00:30:00 +0200", "25/Oct/2026:02:30:00 +0200", "25/Oct/2026:02:30:00 +0100", "26/Oct/2026:00:30:00 +0100")
    ]  # fmt: skip
    done = count(write(tmp_path / "access.log", lines))
    assert {str(d): n for (_, d), n in done.downloads().items()} == {"2026-10-24": 1, "2026-10-25": 3}


def test_local_times_of_a_zone(count, tmp_path):
    from logs import olah

    lines = [
        olah(Request()).replace("2026-11-23 12:00:00", s)
        for s in ("2026-10-25 00:30:00", "2026-10-25 02:30:00", "2026-10-26 00:30:00")
    ]
    path = write(tmp_path / "olah.log", lines)
    done = count(path, options=["--policy", "timezone=Europe/Berlin"])
    assert {str(d): n for (_, d), n in done.downloads().items()} == {"2026-10-24": 1, "2026-10-25": 2}
    assert {str(d): n for (_, d), n in count(path, ledger="utc").downloads().items()} == {
        "2026-10-25": 2,
        "2026-10-26": 1,
    }
    assert "no time zone" in count(path, options=["--policy", "timezone=Mars/Olympus"], status=1).said


def test_ipv6(count, tmp_path):
    lines = [combined(Request(address=a)) for a in ("2001:db8::1", "::ffff:192.0.2.1", "fe80::1%eth0", "::1")]
    done = count(write(tmp_path / "access.log", lines))
    assert done.total == 4 and [v["addresses"] for v in done.rows("visits")] == [4]


PATHS = {
    "/acme/tiny-7b/resolve/main/config.json?download=true": 1,
    "/acme/tiny-7b/resolve/main/config.json#x": 1,
    "/acme/tiny-7b/resolve/refs%2Fpr%2F1/config.json": 1,
    "/acme/tiny-7b/resolve/refs/pr/1/config.json": 1,
    "/acme/tiny-7b/resolve/main/%63onfig.json": 1,
    "/acme%2Ftiny-7b/resolve/main/config.json": 1,
    "https://hub.example/acme/tiny-7b/resolve/main/config.json": 1,
    "//acme//tiny-7b/resolve/main/config.json": 1,
    "/acme/tiny-7b/resolve/main/sub/config.json": 0,
    "/acme/tiny-7b/resolve/main/sub%2Fconfig.json": 0,
    "/acme/tiny-7b/resolve/main/config%252Ejson": 0,
    "/acme/tiny-7b/resolve/main/": 0,
    "/acme/tiny-7b/resolve/config.json": 0,
    "/acme/tiny-7b/raw/main/config.json": 0,
    "/acme/tiny-7b/blob/main/config.json": 0,
    "/datasets/acme/words/resolve/main/config.json": 0,
    "/spaces/acme/app/resolve/main/config.json": 0,
    "/x?next=/acme/tiny-7b/resolve/main/config.json": 0,
}
ESCAPES = {
    "/acme/tiny-7b/resolve/main/../../../etc/passwd": "a path that leaves its repository",
    "/acme/tiny-7b/resolve/main/%2e%2e/config.json": "a path that leaves its repository",
    "/acme/tiny-7b/resolve/main/./config.json": "a path that leaves its repository",
    "/acme/tiny-7b/resolve/main/%FF%FE.json": "its percent-encoding is no text",
    "/acme/tiny-7b/resolve/main/a%00b.json": "control characters in the path",
    "/../../resolve/main/config.json": "no repository id",
    "/acme/%3Cscript%3E/resolve/main/config.json": "no repository id",
}


def test_addresses(count, tmp_path):
    """Each on a day of its own, beside a plain one."""
    lines = [combined(Request(target=t, seconds=i * 86_400)) for i, t in enumerate(PATHS)]
    plain = [combined(Request(seconds=i * 86_400)) for i in range(len(PATHS))]
    done = count(write(tmp_path / "access.log", [*lines, *plain]))
    assert "0 set aside" in done.said and {k for k, _ in done.downloads()} == {"acme/tiny-7b"}
    counts = [n for _, n in sorted((d, n) for (_, d), n in done.downloads().items())]
    assert dict(zip(PATHS, [n - 1 for n in counts], strict=True)) == PATHS


def test_addresses_that_are_none(count, tmp_path):
    lines = [combined(Request(target=t)) for t in ESCAPES]
    done = count(write(tmp_path / "access.log", [*lines, GOOD]))
    assert done.total == 1
    aside = done.rows("set_aside")
    assert [r["line"] for r in aside] == list(range(1, len(ESCAPES) + 1))
    assert [r["reason"] for r in aside] == list(ESCAPES.values())


def test_requests_that_are_none(count, tmp_path):
    lines = [
        GOOD.replace("GET /acme/tiny-7b/resolve/main/config.json HTTP/1.1", r) for r in ("\\x16\\x03\\x01", "-", "")
    ]
    done = count(write(tmp_path / "access.log", [*lines, GOOD]), options=["--format", "nginx-combined"])
    assert done.total == 1 and [r["line"] for r in done.rows("set_aside")] == [1, 2, 3]


@pytest.mark.parametrize("told", ["17954639999999999999999999999999982.06", "-1e300", "1e19", "NaN", "1e400", "-0.0"])
def test_a_time_that_is_no_number_of_seconds_is_that_line_alone(count, tmp_path, told):
    """Found by tests/fuzz: one such line ended the whole run."""
    from logs import caddy

    good = caddy(Request())
    stated = re.search(r'"ts": ?([0-9.e+-]+)', good)
    assert stated
    path = write(tmp_path / "access.log", [good, good.replace(stated[1], told), good])
    done = count(path, options=["--format", "caddy-json"])
    assert done.total == 2 and [r["line"] for r in done.rows("set_aside")] == [2]


names = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=12)
requests = st.builds(
    Request,
    target=st.one_of(
        st.sampled_from([*PATHS, "/gpt2/resolve/main/config.json", "/acme/q/resolve/main/x.gguf", "/api/models/acme/q"]),
        st.builds("/acme/{}/resolve/{}/{}".format, st.sampled_from("abc"), st.sampled_from(["main", "v1"]),
                  st.sampled_from(["config.json", "params.json", "a/b.gguf", "model.safetensors", "meta.yaml"])),
    ),
    method=st.sampled_from(["GET", "HEAD", "POST"]),
    status=st.sampled_from([200, 206, 302, 304, 307, 401, 404, 429, 500]),
    agent=st.one_of(names, st.sampled_from(["curl/7.88.1", 'a" 200 1 "-" "b', "\\", '\\"', "x\\\\"])),
    address=st.sampled_from(["192.0.2.1", "192.0.2.2", "2001:db8::1"]),
    seconds=st.integers(0, 3 * 86_400),
    zone=st.sampled_from([0, 60, 330, -720, 345]),
)  # fmt: skip
junk = st.one_of(
    st.text(st.characters(codec="ascii", exclude_characters="\n\r"), max_size=60),
    st.builds(lambda r, cut: combined(r)[:cut], requests, st.integers(1, 120)),
    st.builds(lambda r: combined(r).replace("Nov", "Nix"), requests),
)


@settings(max_examples=15)
@given(st.lists(st.one_of(requests.map(combined), junk), max_size=40), st.sampled_from(["resolve", "any-hop"]))
def test_as_a_plain_counter_counts(count, tmp_path_factory, lines, chain):
    folder = tmp_path_factory.mktemp("oracle")
    text = "\n".join([GOOD, *lines]) + "\n"
    path = folder / "access.log"
    path.write_text(text, newline="")
    done = count(
        path, options=["--format", "nginx-combined", "--policy", f"chain={chain}"], ledger=str(folder / "ledger")
    )
    expected, odd = plainly_counted(text, chain)
    assert done.downloads() == dict(expected)
    (said,) = done.rows("log_files")
    blank = sum(not line.strip() for line in text.split("\n")[:-1])
    assert said["taken"] + said["other"] + said["set_aside"] == said["lines"] == text.count("\n")
    assert said["set_aside"] >= odd and said["other"] >= blank

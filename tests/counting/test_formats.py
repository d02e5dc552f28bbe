"""Formats are data: their samples are lines of them, and of no other; a user's own is a file of the same kind."""

import gzip
from itertools import product

import pytest
from logs import WRITERS, Request, write

from modelcensus.counting.formats import LogFormat, find_format, formats
from modelcensus.counting.proposing import share_taken
from modelcensus.vocabulary import InputError

NAMES = [
    *(
        "apache-common",
        "artifactory",
        "caddy-json",
        "cloudflare",
        "cloudfront",
        "hub-export",
        "nexus",
        "nginx-combined",
    ),
    *("nginx-json", "olah", "s3"),
]
OWN = """
name: proxy
text: our proxy
kind: template
template: '{time} {address} "{request}" -> {status} {bytes} "{agent}"'
time: iso
escapes: backslash
"""


def test_the_formats_are_there():
    assert list(formats()) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_samples_are_taken(name):
    form = formats()[name]
    assert form.samples and form.citation
    assert share_taken(form, list(form.samples)) == 1


@pytest.mark.parametrize("name", NAMES)
def test_samples_count(name, count, tmp_path):
    """Each sample asks for a config, or for nothing that counts."""
    form = formats()[name]
    path = write(tmp_path / "access.log", form.samples)
    expected = sum("config.json" in s for s in form.samples) if form.has_paths else 1
    done = count(path, options=["--format", name])
    assert done.total == expected, done.said
    assert "0 set aside" in done.said


@pytest.mark.parametrize("name", NAMES)
def test_auto_takes_the_format_that_a_sample_is_of(name, count, tmp_path):
    path = write(tmp_path / "access.log", formats()[name].samples)
    assert f"access.log: format {name}, which takes 100%" in count(path).said


@pytest.mark.parametrize("name", list(WRITERS))
@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_written_logs_count_alike(name, suffix, count, tmp_path):
    requests = [
        Request(method="HEAD", status=307, seconds=0),
        Request(method="GET", status=200, seconds=60, address="2001:db8::7"),
        Request(target="/acme/tiny-7b/resolve/main/model.safetensors", seconds=61),
        Request(target="/gpt2/resolve/main/config.json", seconds=86_400),
        Request(target="/", seconds=86_401),
    ]
    done = count(write(tmp_path / f"access.log{suffix}", map(WRITERS[name], requests)))
    assert {(k, str(d)): v for (k, d), v in done.downloads().items()} == {
        ("acme/tiny-7b", "2026-11-23"): 2,
        ("gpt2", "2026-11-24"): 1,
    }, done.said
    assert "4 requests of repositories, 1 others, 0 set aside" in done.said


@pytest.mark.parametrize("name", ["nginx-combined", "nginx-json"])
def test_like_names_are_told_apart(name, count, tmp_path):
    """Two digits eight letters apart, wherever words of eight bytes begin: simple hashes of some are the same."""
    grid = product(range(8), range(10), range(10))
    names = [f"acme/{'m' * pad}-{one}-steps-{two}-trained" for pad, one, two in grid]
    lines = [WRITERS[name](Request(target=f"/{n}/resolve/main/config.json")) for n in names]
    done = count(write(tmp_path / "access.log", lines), options=["--format", name])
    assert sorted(r for r, _ in done.downloads()) == sorted(names) and set(done.downloads().values()) == {1}


def test_zstandard(count, tmp_path):
    import pyarrow as pa

    lines = "".join(f"{WRITERS['nginx-combined'](Request(seconds=i))}\n" for i in range(500)).encode()
    path = tmp_path / "access.log.zst"
    path.write_bytes(pa.compress(lines, codec="zstd", asbytes=True))
    assert count(path).total == 500


def test_gzip_members_one_after_the_other(count, tmp_path):
    parts = [gzip.compress(f"{WRITERS['nginx-combined'](Request(seconds=i))}\n".encode()) for i in range(5)]
    path = tmp_path / "access.log.gz"
    path.write_bytes(b"".join(parts))
    assert count(path).total == 5


def test_a_format_of_ones_own(count, tmp_path):
    (tmp_path / "proxy.yml").write_text(OWN)
    line = '2026-11-23T23:30:00-02:00 192.0.2.7 "GET /acme/tiny-7b/resolve/main/config.json HTTP/1.1" -> 200 57 "a \\"b\\""'
    done = count(write(tmp_path / "own.log", [line]), options=["--format", str(tmp_path / "proxy.yml")])
    assert {str(d) for _, d in done.downloads()} == {"2026-11-24"}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("kind: template\n", "kind: csv\n"),
        ("time: iso\n", "time: never\n"),
        (" -> {status}", ""),
        ('"{request}"', '"{what}"'),
    ],
)
def test_a_format_that_is_none_is_refused(change, said, count, tmp_path):
    (tmp_path / "proxy.yml").write_text(OWN.replace(change, said))
    path = write(tmp_path / "own.log", ["x"])
    refused = count(path, options=["--format", str(tmp_path / "proxy.yml")], status=1).said
    assert "no log format" in refused and "proxy.yml" in refused


def test_unknown_formats_are_refused(count, tmp_path):
    path = write(tmp_path / "a.log", ["hello", "world"])
    assert "did you mean 'nginx-json'" in count(path, options=["--format", "ngnix-json"], status=1).said
    assert "no known format takes half" in count(path, status=1).said
    assert "no such file" in count(tmp_path / "nothing.log", status=1).said


def test_cloudfront_reads_the_columns_that_its_header_names(count, tmp_path):
    head = "#Version: 1.0\n#Fields: date time c-ip cs-method cs-uri-stem sc-status sc-bytes cs(User-Agent) sc-range-start"
    rows = [
        "2026-11-23\t19:51:57\t192.0.2.7\tGET\t/acme/tiny-7b/resolve/main/config.json\t200\t57\tcurl/7.88.1\t-",
        "2026-11-23\t19:51:58\t192.0.2.7\tGET\t/acme/big/resolve/main/q.gguf\t206\t57\thf_hub/0.36.2;%20x\t0",
        "2026-11-23\t19:51:59\t192.0.2.7\tGET\t/acme/big/resolve/main/q.gguf\t206\t57\thf_hub/0.36.2;%20x\t1000",
    ]
    path = write(tmp_path / "E1.2026-11-23-19.gz", [head, *rows])
    assert count(path, options=["--format", "cloudfront"]).total == 3
    first = count(path, options=["--format", "cloudfront", "--policy", "ranges=first"], ledger="first")
    assert first.downloads()["acme/big", next(d for _, d in first.downloads())] == 1
    assert {a["client"] for a in first.rows("agents")} == {"curl", "huggingface_hub"}


def test_an_export_without_paths_says_what_cannot_be_known(count, tmp_path):
    path = write(
        tmp_path / "export.csv",
        [
            "timestamp,status,method,repoName,repoType,hashedUserId,hashedIp,country,region,userAgent",
            '2026-11-23T19:51:57.000Z,200,GET,acme/tiny-7b,model,u1,a9,DE,Europe,"Mozilla/5.0 (X11, Linux) ""x"""',
            "2026-11-23T19:51:58.000Z,307,HEAD,acme/tiny-7b,model,,a9,DE,Europe,unknown/None; hf_hub/2.4.0",
            "2026-11-23T19:51:58.000Z,404,GET,acme/tiny-7b,model,,a9,DE,Europe,curl/8.0",
            "2026-11-23T19:51:59.000Z,200,GET,acme/words,dataset,u1,a9,DE,Europe,datasets/3.0",
        ],
    )
    done = count(path)
    assert "has no paths" in done.said and "every request of a model's repository counts" in done.said
    assert done.total == 2 and "4 requests of repositories, 1 others, 0 set aside" in done.said


def test_a_data_file_says_everything():
    assert LogFormat.model_fields.keys() >= {"name", "text", "citation", "kind", "time", "samples"}


def test_a_format_file_that_is_no_text_is_one_clear_error(tmp_path):
    """Found by tests/fuzz."""
    path = tmp_path / "mine.yml"
    path.write_bytes(b"name: \xc3ine\n")
    with pytest.raises(InputError, match="no log format"):
        find_format(str(path))

"""What real clients were recorded to send, counted as the table of docs/counting.md says: a test per row."""

import pytest
from logs import WRITERS, Request, nginx_json, recorded, write

HUBS = ("0.36.2", "1.29.0", "2.4.0")
TWO_HOPS = {"any-hop": ["--policy", "chain=any-hop"], "resolve": []}


@pytest.fixture
def requests(real_data):
    def find(name: str, action: str = "") -> list[Request]:
        return recorded(real_data(f"recordings/requests/{name}.jsonl"))[action]

    return find


def counts(count, tmp_path, requests: list[Request], writer=nginx_json) -> tuple[int, int]:
    """Downloads under the default policies, and with every hop."""
    path = write(tmp_path / "access.log", map(writer, requests))
    form = next(n for n, w in WRITERS.items() if w is writer)
    return tuple(
        count(path, options=["--format", form, *options], ledger=f"ledger-{name}-{form}").total
        for name, options in (("resolve", []), ("any-hop", ["--policy", "chain=any-hop"]))
    )


@pytest.mark.parametrize("hub", HUBS)
def test_a_file_into_an_empty_cache(count, tmp_path, requests, hub):
    assert counts(count, tmp_path, requests(f"{hub}.plain.dl_small")) == (1, 3)


@pytest.mark.parametrize("hub", HUBS)
def test_the_same_file_from_a_warm_cache(count, tmp_path, requests, hub):
    assert counts(count, tmp_path, requests(f"{hub}.plain.dl_small_twice")) == (1 + 1, 3 + 2)


@pytest.mark.parametrize("hub", HUBS)
def test_the_same_file_by_commit_from_a_warm_cache(count, tmp_path, requests, hub):
    assert counts(count, tmp_path, requests(f"{hub}.plain.dl_commit_twice")) == (1, 3)


@pytest.mark.parametrize("hub", HUBS)
def test_a_snapshot_into_an_empty_cache(count, tmp_path, requests, hub):
    sent = [r for r in requests(f"{hub}.plain.snap") if ".gguf" not in r.target]
    assert counts(count, tmp_path, sent) == (1, 3)


@pytest.mark.parametrize("hub", HUBS)
def test_a_gguf_file_counts_by_itself(count, tmp_path, requests, hub):
    assert counts(count, tmp_path, requests(f"{hub}.plain.snap"))[0] == 2


@pytest.mark.parametrize("hub", HUBS)
def test_a_snapshot_from_a_warm_cache(count, tmp_path, requests, hub):
    once, twice = (
        [r for r in requests(f"{hub}.plain.{n}") if ".gguf" not in r.target] for n in ("snap", "snap_twice")
    )
    assert len(twice) > len(once)
    assert counts(count, tmp_path, twice) == (1, 3)


def test_transformers_4_asks_for_the_config_on_every_load(count, tmp_path, requests):
    sent = requests("transformers-4.57.6_hub-0.36.2.warm")
    assert counts(count, tmp_path, sent) == (1 + 1, 3 + 2)


def test_transformers_5_asks_for_no_file_on_a_warm_load_and_loads_say_so(count, tmp_path, requests):
    sent = requests("transformers-5.23.0_hub-2.4.0.warm")
    assert counts(count, tmp_path, sent) == (1, 3)
    path = write(tmp_path / "access.log", map(nginx_json, sent))
    done = count(path)
    assert done.total == 1
    assert sum(done.downloads("logs.loads").values()) == 2, "a cold and a warm load"


def test_loads_are_told_from_agents_where_the_header_is_not_logged(count, tmp_path, requests):
    sent = requests("transformers-5.23.0_hub-2.4.0.warm")
    done = count(write(tmp_path / "access.log", map(WRITERS["nginx-combined"], sent)))
    assert done.total == 1 and sum(done.downloads("logs.loads").values()) == 2


def test_loads_of_the_old_clients_are_their_counted_requests(count, tmp_path, requests):
    done = count(write(tmp_path / "a.log", map(nginx_json, requests("transformers-4.57.6_hub-0.36.2.warm"))))
    assert sum(done.downloads("logs.loads").values()) == done.total == 2


def test_a_tokenizer(count, tmp_path, requests):
    assert counts(count, tmp_path, requests("tools", "tf-AutoTokenizer"))[0] == 1


@pytest.mark.parametrize(("action", "expected"), [("curl-L", (1, 2)), ("curl-I", (1, 2)), ("hfjs-dl", (1, 2))])
def test_tools(count, tmp_path, requests, action, expected):
    assert counts(count, tmp_path, requests("tools", action)) == expected


def test_wget_of_a_gguf_file(count, tmp_path, requests):
    assert counts(count, tmp_path, requests("tools", "wget")) == (1, 1)


def test_a_weight_that_is_no_query_file(count, tmp_path, requests):
    for name in ("hfjs-dllfs", "aria2"):
        assert counts(count, tmp_path, requests("tools", name)) == (0, 0)


def test_hfjs_asks_for_a_byte_first(count, tmp_path, requests):
    sent = [
        Request(**{**vars(r), "target": r.target.replace("model.safetensors", "model.gguf")})
        for r in requests("tools", "hfjs-dllfs")
    ]
    path = write(tmp_path / "access.log", map(nginx_json, sent))
    assert count(path).total == 2, "one byte, then the file"
    assert count(path, options=["--policy", "ranges=whole"], ledger="whole").total == 1


@pytest.mark.parametrize("hub", ("1.29.0", "2.4.0"))
def test_a_missing_file_counts_nothing(count, tmp_path, requests, hub):
    assert counts(count, tmp_path, requests(f"{hub}.plain.dl_missing")) == (0, 0)


def test_weights_in_xet_storage_are_not_asked_for_by_name(count, tmp_path, requests):
    by_name = [r for r in requests("0.36.2.xet.snap") if "/resolve/" in r.target and "safetensors" in r.target]
    assert by_name
    sent = requests("2.4.0.xet.snap")
    assert not [r for r in sent if "/resolve/" in r.target and r.target.endswith((".safetensors", ".gguf"))]
    done = count(write(tmp_path / "access.log", map(nginx_json, sent)))
    assert done.total == 1, "the config alone"
    assert {t["route"] for t in done.rows("rests")} >= {"resolve", "cache", "info", "tree", "xet-token"}


@pytest.mark.parametrize("form", [f for f in WRITERS if f not in ("olah",)])
def test_every_format_counts_the_same(count, tmp_path, requests, form):
    sent = requests("2.4.0.plain.dl_small_twice") + requests("tools", "curl-L")
    assert counts(count, tmp_path, sent, WRITERS[form]) == (3, 7)


def test_the_recorded_logs(count, real_data):
    nginx = real_data("recordings/logs/nginx_access_combined.log")
    asked = [line for line in nginx.read_text().splitlines() if "/resolve/" in line and "config.json" in line]
    counted = [line for line in asked if "generation_config" not in line]
    done = count(nginx)
    assert done.total == len(counted) == 4
    same = count(real_data("recordings/logs/nginx_access.jsonl"), ledger="json")
    assert same.downloads() == done.downloads()
    caddy = count(real_data("recordings/logs/caddy_access.jsonl"), ledger="caddy")
    assert caddy.total == 1
    assert count(real_data("recordings/logs/olah_offline.log"), ledger="olah").said.count("set aside") == 1

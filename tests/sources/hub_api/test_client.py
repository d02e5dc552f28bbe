"""The login goes to the Hub alone; redirects stay at the endpoint; slow answers end."""

import logging
from datetime import UTC, datetime, timedelta

import pytest

import modelcensus.sources.hub_api.client as module
from hub import Drip, Hub, Slow, Status, runs, scaled
from hub.server import TOKEN
from modelcensus.sources.hub_api import FOLDER, HUB, HubClient, Patience, checked_endpoint
from modelcensus.vocabulary import InputError


@pytest.fixture
def login(monkeypatch):
    monkeypatch.setenv("HF_TOKEN", TOKEN)


def test_a_login_is_not_shown_to_a_mirror_unless_told(hub, login, tmp_path):
    for told in (False, True):
        client = HubClient(hub.url, tmp_path, send_token=told, patience=runs.QUICK)
        assert client.logged_in is told
        assert client.get("/api/models", (("limit", "1"),)).status == 200
        assert ("authorization" in hub.seen[-1].headers) is told
    assert not HubClient(hub.url, tmp_path, send_token=True, anonymous=True).logged_in


def test_the_hubs_own_hosts_get_the_login(login, tmp_path):
    assert HubClient(HUB, tmp_path).logged_in and HubClient("https://hf.co", tmp_path).logged_in
    assert not HubClient("https://huggingface.co.evil.example", tmp_path).logged_in


def test_no_file_and_no_word_holds_the_login(world, login, tmp_path, caplog):
    caplog.set_level(logging.DEBUG)
    said = []
    with Hub(world, page=300, faults=lambda path, number: Status(500) if number == 1 else None) as hub:
        client = HubClient(hub.url, tmp_path / FOLDER, send_token=True, patience=runs.QUICK, say=said.append)
        from modelcensus.sources.hub_api import Collecting, asked_for

        with Collecting(tmp_path / FOLDER, client, asked_for()) as collecting:
            collecting.open()
            collecting.collect()
    texts = [p.read_bytes().decode(errors="replace") for p in tmp_path.rglob("*") if p.is_file()]
    assert len(texts) > 5 and all(
        TOKEN not in t for t in (*texts, *said, caplog.text, repr(collecting.crawl.__dict__.get("_plan")))
    )


def test_a_page_that_leads_to_another_host_is_not_followed(world, login, tmp_path):
    with Hub(world) as elsewhere, Hub(world, page=100, link_host="http://169.254.1.1:8080") as hub:
        with pytest.raises(InputError, match="another host"):
            runs.collect(hub.url, tmp_path / "a")
        hub.link_host = elsewhere.url
        with pytest.raises(InputError, match="another host"):
            runs.collect(hub.url, tmp_path / "b")
        assert not elsewhere.seen and len(hub.questions) == 2


def test_a_mirror_whose_pages_name_the_hub_is_followed_at_the_mirror(world, tmp_path):
    with Hub(world, page=100, link_host=HUB) as hub:
        runs.collect(hub.url, tmp_path)
        assert len(hub.questions) == 8


def test_redirects_leave_neither_the_host_nor_time(hub, tmp_path):
    client = HubClient(hub.url, tmp_path, patience=runs.QUICK)
    hub.faults = lambda path, number: Status(307, b"", {"Location": "https://evil.example/api/models/x"})
    with pytest.raises(InputError, match="another host"):
        client.get("/api/models/a/b")
    hub.faults = lambda path, number: Status(307, b"", {"Location": "/api/models/a/b"})
    with pytest.raises(InputError, match="without end"):
        client.get("/api/models/a/b")


def test_an_answer_that_drips_is_given_up_and_one_that_is_slow_is_not(hub, tmp_path, monkeypatch):
    client = HubClient(hub.url, tmp_path, patience=Patience(0.2, 0.01, 0.02))
    hub.faults = lambda path, number: Slow(0.3)
    assert client.get("/api/models", (("limit", "5"),)).status == 200
    monkeypatch.setattr(module, "DEADLINE", 0.2)
    hub.faults = lambda path, number: Drip(40, 0.05)
    with pytest.raises(InputError, match="given up"):
        client.get("/api/models", (("limit", "100"), ("expand", "cardData")))


def test_an_answer_that_never_comes_ends(hub, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "TIMEOUT", 0.1)
    hub.faults = lambda path, number: Slow(0.5)
    client = HubClient(hub.url, tmp_path, patience=Patience(0.15, 0.01, 0.02))
    with pytest.raises(InputError, match="no answer"):
        client.get("/api/models")


def test_days_go_by_the_hubs_clock_and_a_wrong_one_here_is_said(hub, tmp_path):
    said = []
    client = HubClient(hub.url, tmp_path, say=said.append)
    hub.clock = datetime.now(UTC) - timedelta(days=3)
    assert client.get("/api/models", (("limit", "1"),)).day == hub.clock.date()
    client.get("/api/models", (("limit", "1"),))
    assert len(said) == 1 and "minutes off" in said[0]


@pytest.mark.parametrize(
    "address", ["huggingface.co", "ftp://x", "https://", "https://user:secret@host", "https://h?x=1"]
)
def test_an_endpoint_that_is_none_is_refused_without_showing_secrets(address):
    with pytest.raises(InputError, match="no address") as caught:
        checked_endpoint(address)
    assert "secret" not in str(caught.value)


def test_offline_mode_is_said(hub, tmp_path, monkeypatch):
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(InputError, match="HF_HUB_OFFLINE"):
        HubClient(hub.url, tmp_path).get("/api/models")


def test_without_the_client_the_extra_is_named(tmp_path, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises(InputError, match=r"modelcensus\[hub\]"):
        HubClient(HUB, tmp_path)


def test_a_scaled_world_pages_through_all_of_itself():
    world, after, seen = scaled(333), None, []
    while True:
        import json

        text, after = world.page("downloads", "", after, 50, ("downloads",))
        seen += [r["_id"] for r in json.loads(text)]
        if after is None:
            break
    assert len(seen) == len(set(seen)) == 333

"""`modelcensus collect hub` as people run it, against the test Hub."""

import json
from datetime import UTC, datetime

import pytest

from hub import Drop, Hub, runs, scaled
from modelcensus.sources.hub_api import FOLDER


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    """Where the client keeps what it keeps; it has no login."""
    return {"HF_HOME": str(tmp_path_factory.mktemp("hf")), "HF_TOKEN": "", "HF_HUB_OFFLINE": "0"}


@pytest.fixture(scope="module")
def world():
    return scaled(330)


def test_from_nothing_to_a_number_that_can_be_asked_for(run, client, world, tmp_path):
    with Hub(world, page=100, clock=datetime(2026, 11, 20, tzinfo=UTC)) as hub:
        done = run("collect", "hub", "--ledger", tmp_path, HF_ENDPOINT=hub.url, **client)
        again = run("collect", "hub", "--ledger", tmp_path, HF_ENDPOINT=hub.url, **client)
    said = done.stderr.decode()
    assert "every model repository that the Hub lists, without a login" in said and done.stdout == b""
    assert "330 repositories in 4 answers" in said and "660 observations, 330 facts" in said
    assert b"660 observations" in again.stderr
    assert set(runs.observed(tmp_path)) == set(runs.expected(world, datetime(2026, 11, 20, tzinfo=UTC).date()))
    shown = run(
        "measure", "downloads", "--reading", "counter=all_time", "--period", "2026-11-20", "--format", "json", "--ledger", tmp_path,
    )  # fmt: skip
    total = sum(r.get("downloadsAllTime") or 0 for r in world.repositories)
    assert json.loads(shown.stdout)["rows"][0]["value"] == total


def test_a_run_that_loses_the_network_says_what_to_do_and_the_next_one_ends_it(run, client, world, tmp_path):
    with Hub(world, page=100, faults=lambda path, number: Drop() if "cursor" in path else None) as hub:
        lost = run(
            "collect", "hub", "--ledger", tmp_path, "--patience", "0.01", status=1, HF_ENDPOINT=hub.url, **client
        )
        assert b"run the same command again: it goes on where it was" in lost.stderr
        kept = run("collect", "hub", "--ledger", tmp_path, "--partial", status=1, HF_ENDPOINT=hub.url, **client)
        assert b"the listing is partial: 100 repositories were read" in kept.stderr
        assert b"what was read is in the ledger" in kept.stderr
        assert len(runs.observed(tmp_path)) == 200
        hub.faults = None
        run("collect", "hub", "--ledger", tmp_path, HF_ENDPOINT=hub.url, **client)
    assert len(runs.observed(tmp_path)) == 200 + 660


def test_a_changed_shape_ends_with_status_1_and_names_the_field(run, client, tmp_path):
    world = scaled(150)
    for r in world.repositories:
        r.own["likes"] = None
    world.changed()
    with Hub(world) as hub:
        done = run("collect", "hub", "--ledger", tmp_path, status=1, HF_ENDPOINT=hub.url, **client)
    assert b"modelcensus: the Hub has changed its shape in likes: missing or null in 150 of 150" in done.stderr
    assert len(runs.observed(tmp_path)) == 300


def test_the_plan_asks_nothing(run, client, world, tmp_path):
    with Hub(world) as hub:
        plan = run(
            "collect", "hub", "--dry-run", "--ledger", tmp_path / "new", HF_ENDPOINT=hub.url, **client
        ).stderr.decode()
        assert not hub.seen and not (tmp_path / "new").exists()
    assert (
        "1,000 rows a page: 3,000 requests" in plan
        and "100 rows a page: 30,000 requests, 5.0 hours without a login" in plan
    )


@pytest.mark.parametrize(
    "options, named",
    [
        (["--top", "5", "--author", "x"], b"exclude each other"),
        (["--endpoint", "huggingface.co"], b"https://huggingface.co"),
        (["--partial"], b"nothing was read yet"),
    ],
)
def test_what_cannot_be_asked_is_said_before_anything_is(run, client, tmp_path, options, named):
    address = {} if "--endpoint" in options else {"HF_ENDPOINT": "http://127.0.0.1:9"}
    done = run("collect", "hub", *options, "--ledger", tmp_path, status=1, **address, **client)
    assert named in done.stderr
    assert not list(tmp_path.glob("manifests/*")) and FOLDER not in done.stdout.decode()

"""What becomes of repositories: renamed, replaced, gone, gated, disabled; each a fact of the ledger, with its evidence."""

from datetime import UTC, datetime

import pytest

from hub import Drop, Hub, Status, runs, scaled
from hub.server import TOKEN
from modelcensus.ledger import Ledger
from modelcensus.measures import Census
from modelcensus.sources.hub_api import FOLDER, Collecting, HubClient, Patience, UnreachableError, asked_for
from modelcensus.vocabulary import FACTS, STATUSES, InputError

LATER = datetime(2026, 11, 27, 12, tzinfo=UTC)


@pytest.fixture
def names(world):
    return sorted(r.name for r in world.repositories)


def statuses(root) -> dict[str, tuple]:
    return {r["repository"]: (r["status"], r["target"], r["target_hub_id"]) for r in runs.stored(root, STATUSES)}


def ids_file(folder, names):
    path = folder / "ids.txt"
    path.write_text("# of a test\n" + "\n".join(names) + "\n")
    return path


def test_each_answer_for_a_single_repository_is_told_apart(hub, world, names, tmp_path):
    a, b, c, d, e, f, g = names[::100][:7]
    target = world.find(b)
    world.rename(a, "new-owner/new-name")
    world.replace(c, target.name)
    world.remove(d)
    world.remove(e, "gated")
    world.remove(f, "disabled")
    run = runs.collect(hub.url, tmp_path, ids=ids_file(tmp_path, [a, b, c, d, e, f, g, "no/such"]))
    moved = world.find("new-owner/new-name")
    assert statuses(tmp_path) == {
        a: ("renamed", "new-owner/new-name", moved.hub_id),
        c: ("renamed", target.name, target.hub_id),
        d: ("missing", None, None),
        e: ("gated", None, None),
        f: ("disabled", None, None),
        "no/such": ("missing", None, None),
    }
    evidence = {r["repository"]: r["evidence"] for r in runs.stored(tmp_path, STATUSES)}
    assert evidence[a] == "307 to new-owner/new-name" and evidence[d] == "401 RepoNotFound"
    assert {r for r, *_ in runs.observed(tmp_path)} == {"new-owner/new-name", b, g}
    assert all("expand=downloadsAllTime" in s.path for s in hub.questions)
    assert "missing: 2 repositories (table statuses)" in run.manifest.took


def test_a_name_behind_which_another_repository_stands_now_is_replaced(hub, world, names, tmp_path):
    """The ledger knew another `_id`: not the same history."""
    runs.collect(hub.url, tmp_path)
    old, other = names[10], names[20]
    known = world.find(old).hub_id
    world.replace(old, other)
    hub.clock = LATER
    runs.collect(hub.url, tmp_path)
    assert statuses(tmp_path)[old] == ("replaced", other, world.find(other).hub_id)
    assert next(r for r in runs.stored(tmp_path, STATUSES) if r["repository"] == old)["hub_id"] == known


def test_a_whole_listing_tells_renames_and_asks_for_a_bounded_number_of_the_missing(hub, world, names, tmp_path):
    runs.collect(hub.url, tmp_path)
    world.rename(names[0], "elsewhere/same")
    gone = names[1:13]
    for name in gone:
        world.remove(name)
    world.remove(names[14], "gated")
    world.hidden[names[15]] = "unlisted"  # answers when asked for by name, and stands in no listing
    world.changed()
    hub.clock = LATER
    before = len(hub.questions)
    run = runs.collect(hub.url, tmp_path, by_name=9)
    asked = [s.path for s in hub.questions[before:] if s.path.startswith("/api/models/")]
    assert len(asked) == 9 and run.manifest.options["coverage"] == "whole"
    found = statuses(tmp_path)
    assert found.pop(names[0]) == ("renamed", "elsewhere/same", world.find("elsewhere/same").hub_id)
    kinds = [kind for kind, *_ in found.values()]
    assert set(found) <= {*gone, names[14], names[15]} and len(found) >= 13
    assert set(kinds) <= {"missing", "gated", "unlisted"} and kinds.count("unlisted") == 14 - 9
    hub.clock = datetime(2026, 12, 4, 12, tzinfo=UTC)
    before = len(hub.questions)
    third = runs.collect(hub.url, tmp_path, by_name=100)
    again = [
        s.path.split("?")[0].removeprefix("/api/models/")
        for s in hub.questions[before:]
        if s.path.startswith("/api/models/")
    ]
    assert set(again) <= {names[14], names[15]}, "who is known to be gone is not asked for every week"
    assert third.manifest.rows["statuses"] <= 1


def test_a_rename_joins_both_histories(hub, world, names, tmp_path):
    old = names[3]
    for r in world.repositories:
        r.own["downloadsAllTime"] = 1000
    world.changed()
    runs.collect(hub.url, tmp_path)
    world.rename(old, "elsewhere/same")
    for r in world.repositories:
        r.own["downloadsAllTime"] = 1700
    world.changed()
    hub.clock = LATER
    runs.collect(hub.url, tmp_path)
    census = Census(Ledger(tmp_path), cache=False)
    result = census.measure("downloads", of={"repository": "elsewhere/same"}, period="2026-11-20..2026-11-26")
    assert result.rows[0].low <= 700 <= result.rows[0].high


def test_a_gated_repository_keeps_its_counters_and_says_that_it_is_gated(hub, world, names, tmp_path):
    world.find(names[5]).own["gated"] = "manual"
    world.find(names[6]).own["gated"] = False
    world.changed()
    runs.collect(hub.url, tmp_path)
    gated = {r["repository"]: r["gated"] for r in runs.stored(tmp_path, FACTS)}
    assert gated[names[5]] == "manual" and gated[names[6]] == "false"


def test_one_that_never_answers_is_passed_over(hub, names, tmp_path, monkeypatch):
    monkeypatch.setattr("modelcensus.sources.hub_api.crawl.SINGLE_PATIENCE", 0.1)
    hub.faults = lambda path, number: Status(500) if names[1] in path else None
    runs.collect(hub.url, tmp_path, ids=ids_file(tmp_path, names[:4]))
    assert statuses(tmp_path) == {names[1]: ("unanswered", None, None)}
    assert {r for r, *_ in runs.observed(tmp_path)} == {names[0], names[2], names[3]}


def test_without_a_network_nobody_is_passed_over(hub, names, tmp_path):
    path = ids_file(tmp_path, names[:5])
    hub.faults = lambda request, number: Drop() if number >= 2 else None
    with pytest.raises(UnreachableError):
        runs.collect(hub.url, tmp_path, ids=path, patience=Patience(0.05, 0.01, 0.02))
    hub.faults = None
    runs.collect(hub.url, tmp_path, ids=path)
    assert not statuses(tmp_path) and {r for r, *_ in runs.observed(tmp_path)} == set(names[:5])


def test_with_a_login_the_hub_says_404_and_the_login_counts_for_itself(world, tmp_path, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    with Hub(world, page=300) as hub:
        client = HubClient(hub.url, tmp_path / FOLDER, send_token=True, patience=runs.QUICK)
        assert client.logged_in
        path = ids_file(tmp_path, ["no/such", world.repositories[0].name])
        with Collecting(tmp_path / FOLDER, client, asked_for(ids=path)) as collecting:
            collecting.open()
            batch = collecting.collect().batch
    assert batch.tables["statuses"].to_pylist()[0]["evidence"] == "404 RepoNotFound"


def test_a_login_that_is_not_accepted_is_said(world, tmp_path, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hf_notthisone")
    with Hub(world) as hub:
        client = HubClient(hub.url, tmp_path / FOLDER, send_token=True, patience=runs.QUICK)
        with Collecting(tmp_path / FOLDER, client, asked_for()) as collecting:
            collecting.open()
            with pytest.raises(InputError, match="--anonymous") as caught:
                collecting.collect()
    assert "hf_notthisone" not in str(caught.value)


def test_ids_that_are_none_are_refused_with_their_line(tmp_path):
    path = tmp_path / "ids.txt"
    for bad in ("a/b/c", "a b/c", "../etc/passwd", "a/b?x=1", "a/%2e%2e"):
        path.write_text(f"good/one\n{bad}\n")
        with pytest.raises(InputError, match=r"ids\.txt:2"):
            asked_for(ids=path)
    path.write_text("# nothing\n\n")
    with pytest.raises(InputError, match="no ids"):
        asked_for(ids=path)


def test_rows_scaled_by_copies_have_names_and_ids_of_their_own():
    world = scaled(9000)
    assert len({r.name for r in world.repositories}) == len({r.hub_id for r in world.repositories}) == 9000


def test_the_counter_of_who_is_gone_is_unknown_and_not_zero(hub, world, names, tmp_path):
    """Deleted, private and gated ones: flows are open from the last reading on, sums say how many, and why stands in SQL."""
    for r in world.repositories:
        r.own["downloadsAllTime"] = 1000
    world.changed()
    runs.collect(hub.url, tmp_path)
    for r in world.repositories:
        r.own["downloadsAllTime"] = 1700
    world.remove(names[5])
    world.remove(names[6], "gated")
    world.changed()
    hub.clock = LATER
    runs.collect(hub.url, tmp_path)
    census = Census(Ledger(tmp_path), cache=False)
    week = "2026-11-20..2026-11-26"
    for name in names[5:7]:
        (row,) = census.measure("downloads", of={"repository": name}, period=week).rows
        assert (row.value, row.low, row.high) == (None, 0, None) and row.flags[0].startswith("open: 1 repositories")
        days = {"by": ["day"], "reading": {"counter": "all_time"}, "period": "2026-11-20..2026-11-27"}
        assert [int(r.value) for r in census.measure("downloads", of={"repository": name}, **days).rows] == [1000]
    (whole,) = census.measure("downloads", period=week).rows
    assert whole.low == 700 * (len(names) - 2) and whole.high is None and whole.flags[0].startswith("open: 2 rep")
    said = (
        census.connect(views=["statuses"]).execute("select repository, status, observed_on from statuses").fetchall()
    )
    assert sorted(said) == [(names[5], "missing", LATER.date()), (names[6], "gated", LATER.date())]

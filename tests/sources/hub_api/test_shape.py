"""Answers that are not as they were: what is understood is kept, what has changed is named, and nothing crashes."""

import json
from datetime import UTC, date, datetime

import pytest

from hub import Garbage, Hub, runs, scaled
from hub.rows import VALID
from modelcensus.ledger import Ledger
from modelcensus.sources.hub_api import FOLDER, UnreachableError
from modelcensus.sources.hub_api.shape import Census, findings
from modelcensus.vocabulary import FACTS, SET_ASIDE, InputError

DAY = date(2026, 11, 20)


@pytest.fixture
def collect(world, tmp_path):
    """A run over a world in which each repository's item was changed by a function of the item and its place."""

    def run(change, **options):
        for i, r in enumerate(world.repositories):
            item = {k: r.get(k) for k in VALID if r.get(k) is not None}
            changed = change(item, i)
            r.own = changed if changed is not None else item
            r.fields = {}
        world.changed()
        with Hub(world, page=100, clock=datetime(2026, 11, 20, tzinfo=UTC), **options) as hub:
            return runs.collect(hub.url, tmp_path)

    return run


def counted(root, counter):
    return {r: v for r, _, c, v, _ in runs.observed(root) if c == counter}


def test_a_field_that_changed_its_name_is_named_and_the_other_counter_is_kept(collect, world, tmp_path):
    run = collect(lambda item, i: {("downloads30d" if k == "downloads" else k): v for k, v in item.items()})
    assert any("changed its shape in downloads: missing or null in 730 of 730" in p for p in run.collected.problems)
    assert not counted(tmp_path, "rolling_30d") and len(counted(tmp_path, "all_time")) == 730


def test_a_field_that_nobody_asked_for_is_told(world, tmp_path, monkeypatch):
    page = world.page

    def more(*arguments):
        text, following = page(*arguments)
        return json.dumps([{**item, "downloads30d": 5} for item in json.loads(text)]), following

    monkeypatch.setattr(world, "page", more)
    with Hub(world, page=100) as hub:
        run = runs.collect(hub.url, tmp_path)
    assert any("downloads30d: a field that was not asked for" in t for t in run.manifest.took)
    assert not run.collected.problems


def test_a_new_relation_is_kept_and_told(collect, world, tmp_path):
    parent = [{"_id": "64b0234d53bd91402e6ad49c", "id": "meta-llama/Llama-2-7b-hf"}]
    run = collect(
        lambda item, i: {**item, "baseModels": {"relation": "distilled", "models": parent}} if i < 3 else None
    )
    told = {r["relation"] for r in runs.stored(tmp_path, FACTS)}
    assert "distilled" in told and not run.collected.problems
    assert any("baseModels.relation: a new value 'distilled' in 3 repositories" in t for t in run.manifest.took)


def test_json_text_where_a_struct_was_is_read_as_the_struct(collect, world, tmp_path):
    runs_before = tmp_path / "before"
    with Hub(scaled(730), page=100, clock=datetime(2026, 11, 20, tzinfo=UTC)) as hub:
        runs.collect(hub.url, runs_before)
    nested = ("safetensors", "gguf", "baseModels", "cardData", "tags")
    run = collect(lambda item, i: {k: json.dumps(v) if k in nested else v for k, v in item.items()})
    assert runs.content(tmp_path)["facts"] == runs.content(runs_before)["facts"]
    said = [p for p in run.collected.problems if "safetensors: text in" in p]
    assert said and "where an object was known" in said[0]


def test_a_null_counter_gives_no_observation_and_is_counted(collect, world, tmp_path):
    run = collect(lambda item, i: {**item, "downloadsAllTime": None} if i in (5, 6) else None)
    missing = {world.repositories[i].name for i in (5, 6)}
    assert set(counted(tmp_path, "rolling_30d")) - set(counted(tmp_path, "all_time")) == missing
    assert "downloadsAllTime: missing or null in 2 of 730 repositories" in run.manifest.took
    assert not run.collected.problems, "two of many are no change of shape"


def test_a_counter_as_text_is_read_and_one_that_is_no_number_is_left_out(collect, world, tmp_path):
    odd = {0: "many", 1: {"count": 3}, 2: True, 3: [1], 4: 12.5}
    run = collect(lambda item, i: {**item, "downloads": odd.get(i, str(item["downloads"]))})
    values = counted(tmp_path, "rolling_30d")
    assert len(values) == 725 and len(counted(tmp_path, "all_time")) >= 729
    assert values[world.repositories[9].name] == int(world.repositories[9].own["downloads"])
    assert any("changed its shape in downloads: " in p and "text in" in p for p in run.collected.problems)


def test_rows_that_are_no_repositories_are_set_aside_with_their_place(world, tmp_path, monkeypatch):
    page = world.page

    def odd(*arguments):
        text, following = page(*arguments)
        items = json.loads(text)
        items[3:3] = [None, "text", {"_id": "1", "downloads": 5}, {"_id": "2", "id": "noslash", "downloads": 5}]
        items[9]["downloads"] = -4
        return json.dumps(items), following

    monkeypatch.setattr(world, "page", odd)
    with Hub(world, page=100) as hub:
        run = runs.collect(hub.url, tmp_path)
    aside = {(r["file"], r["line"]): r["reason"] for r in runs.stored(tmp_path, SET_ASIDE)}
    assert aside["api/models", 4] == "nothing, where a repository was expected"
    assert aside["api/models", 5] == "text, where a repository was expected"
    assert "negative" in aside["api/models", 10] and len(counted(tmp_path, "all_time")) > 700
    assert run.manifest.rows["set_aside"] == len(aside)


def test_a_field_that_the_hub_no_longer_knows_is_left_out_and_named(world, tmp_path):
    valid = tuple(v for v in VALID if v != "trendingScore")
    with Hub(world, page=100, valid=valid) as hub:
        run = runs.collect(hub.url, tmp_path)
    assert run.collected.problems == ["the Hub has changed its shape in trendingScore: the Hub no longer knows it"]
    assert len(runs.observed(tmp_path)) == 1460


def test_a_smaller_page_is_asked_for_where_a_large_one_is_refused(world, tmp_path):
    with Hub(world, refuse_above=100) as hub:
        run = runs.collect(hub.url, tmp_path)
        assert [("limit=1000" in s.path, s.status) for s in hub.questions[:3]] == [
            (True, 400),
            (False, 400),
            (False, 200),
        ]
    assert not run.collected.problems and len(runs.observed(tmp_path)) == 1460


def test_another_kind_of_answer_is_a_changed_shape_and_not_waited_for(world, tmp_path):
    with Hub(world, faults=lambda path, number: Garbage(b'{"models": []}')) as hub:
        with pytest.raises(InputError, match="changed its shape: object, where a list"):
            runs.collect(hub.url, tmp_path)
        assert len(hub.questions) == 1


def test_a_full_page_without_a_link_is_not_taken_for_the_whole(tmp_path):
    with Hub(scaled(1200), no_link=True) as hub, pytest.raises(InputError, match="no Link"):
        runs.collect(hub.url, tmp_path)
    assert not Ledger(tmp_path).manifests()


def test_a_cursor_that_stands_still_is_noticed(world, tmp_path, monkeypatch):
    page = world.page
    kept = {}

    def still(sort, author, after, limit, expand):
        text, following = page(sort, author, None, limit, expand)
        return text, kept.setdefault("first", following)

    monkeypatch.setattr(world, "page", still)
    with Hub(world, page=100) as hub, pytest.raises(InputError, match="circle"):
        runs.collect(hub.url, tmp_path)


def test_counters_that_stand_since_the_last_time_are_stale_and_kept(tmp_path):
    world = scaled(600)
    for i, r in enumerate(world.repositories):
        r.own |= {"downloads": 90_000 + i, "downloadsAllTime": 10**6 + i}
    world.changed()
    with Hub(world, page=200, clock=datetime(2026, 11, 20, tzinfo=UTC)) as hub:
        assert not runs.collect(hub.url, tmp_path).collected.problems
        hub.clock = datetime(2026, 11, 21, tzinfo=UTC)
        assert not runs.collect(hub.url, tmp_path).collected.stale, "a day later nothing has to have moved"
        hub.clock = datetime(2026, 11, 27, tzinfo=UTC)
        again = runs.collect(hub.url, tmp_path)
        assert "downloadsAllTime stands where it stood" in again.collected.problems[0]
        for r in world.repositories:
            r.own["downloadsAllTime"] += 7
        world.changed()
        hub.clock = datetime(2026, 12, 4, tzinfo=UTC)
        assert not runs.collect(hub.url, tmp_path).collected.problems
    assert len(runs.observed(tmp_path)) == 1200 + 600, "of whole listings what moved is stored (ledger/thinning.py)"


def test_what_never_becomes_json_ends_the_run(world, tmp_path):
    from modelcensus.sources.hub_api import Patience

    with (
        Hub(world, faults=lambda path, number: Garbage()) as hub,
        pytest.raises(UnreachableError, match="not what was asked"),
    ):
        runs.collect(hub.url, tmp_path, patience=Patience(0.05, 0.01, 0.02))
    assert (tmp_path / FOLDER / "hub" / "crawl.json").exists()


def test_counts_of_shapes_add_up():
    one = Census(rows=2, types={"likes": {"a number": 2}}, strangers={"x": 1}, values={"gated": {"auto": 1}})
    two = Census(rows=1, types={"likes": {"text": 1}, "id": {"text": 1}}, values={"gated": {"auto": 2}})
    both = one + two
    assert both.rows == 3 and both.types == {"likes": {"a number": 2, "text": 1}, "id": {"text": 1}}
    assert both.values == {"gated": {"auto": 3}} and both.strangers == {"x": 1}
    assert [str(f) for f in findings(both, ["likes"]) if f.field == "likes"] == [
        "likes: text in 1 of 3 repositories, where a number was known"
    ]

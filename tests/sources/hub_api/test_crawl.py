"""A crawl gives what the Hub lists, once, whatever happens on the way."""

from datetime import UTC, date, datetime, timedelta

import pytest

from hub import Drop, Hub, Limits, Random, Status, runs, scaled
from modelcensus.ledger import Ledger
from modelcensus.sources.hub_api import FOLDER, Patience, UnreachableError
from modelcensus.vocabulary import FACTS, STATUSES, InputError

DAY = date(2026, 11, 20)
SHORT = Patience(total=0.05, first=0.01, longest=0.02)


def test_a_whole_listing_is_in_the_ledger_exactly(hub, world, tmp_path):
    run = runs.collect(hub.url, tmp_path)
    assert runs.observed(tmp_path) == runs.expected(world, DAY)
    assert not run.collected.problems and run.manifest.options["coverage"] == "whole"
    assert run.manifest.name == run.manifest.channel == "hub" and run.collected.batch.complete
    assert [s.path.partition("?")[0] for s in hub.questions] == ["/api/models"] * 8
    assert not [p for p in (tmp_path / FOLDER / "hub").iterdir() if p.name != "lock"]


def test_facts_are_those_that_a_dump_of_the_same_rows_gives(hub, world, tmp_path):
    """The other door of the same rows: the reader of dumps, over NDJSON."""
    import json

    from modelcensus.sources import ImportOptions, read_batch

    runs.collect(hub.url, tmp_path)
    dump = tmp_path / "dump.ndjson"
    dump.write_text(
        "\n".join(json.dumps({**r.fields, **r.own, "_id": r.hub_id, "id": r.name}) for r in world.repositories)
    )
    batch = read_batch([dump], ImportOptions(source="hub_dump", date=str(DAY)))
    wanted = sorted(str(r) for r in batch.tables["facts"].to_pylist())
    assert (
        sorted(str({k: v for k, v in r.items() if k != "batch_id"}) for r in runs.stored(tmp_path, FACTS)) == wanted
    )


def test_readings_are_of_the_day_of_each_answer(hub, world, tmp_path):
    """A crawl over midnight has readings of two days."""
    hub.faults = lambda path, number: setattr(hub, "clock", datetime(2026, 11, 20 + (number >= 3), 23, tzinfo=UTC))
    runs.collect(hub.url, tmp_path)
    days = [d for *_, d in runs.observed(tmp_path)]
    assert days.count(DAY) == 600 and days.count(DAY + timedelta(days=1)) == 860
    assert {r["observed_on"] for r in runs.stored(tmp_path, FACTS)} == {DAY, DAY + timedelta(days=1)}


def test_a_lost_network_ends_the_run_and_the_next_one_goes_on_at_the_cursor(hub, world, tmp_path):
    hub.faults = lambda path, number: Drop() if number >= 4 else None
    with pytest.raises(UnreachableError, match="run the same command again"):
        runs.collect(hub.url, tmp_path, patience=SHORT)
    assert not Ledger(tmp_path).manifests()
    asked = len({s.path for s in hub.questions})
    hub.faults = None
    run = runs.collect(hub.url, tmp_path)
    assert run.resumed and run.requests == 4 and len({s.path for s in hub.questions}) == asked + 3
    assert runs.observed(tmp_path) == runs.expected(world, DAY)


@pytest.mark.parametrize("seed", range(4))
def test_random_faults_change_nothing(world, tmp_path, seed):
    with Hub(
        world, page=60, clock=datetime(2026, 11, 20, tzinfo=UTC), faults=Random(seed), gzip=seed % 2 == 1
    ) as hub:
        runs.collect(hub.url, tmp_path)
        assert hub.faults.given and hub.refused == 0
    assert runs.observed(tmp_path) == runs.expected(world, DAY)


def test_the_rate_limit_is_kept_ahead_of_time(rows, tmp_path):
    world = scaled(900, rows)
    with Hub(world, page=30, limits=Limits(anonymous=14, window=2), faults=Random(5, share=0.15)) as hub:
        runs.collect(hub.url, tmp_path)
        assert len(hub.seen) > 2 * 14 and hub.refused == 0 and hub.most_in_window <= 14
    assert len(runs.observed(tmp_path)) == len(runs.expected(world, DAY))


def test_a_window_that_somebody_else_used_up_is_waited_for(hub, world, tmp_path):
    """A 429 without headers of a window: `Retry-After` alone."""
    hub.limits = Limits(stated=False)
    hub.faults = lambda path, number: Status(429, headers={"Retry-After": "1"}) if number == 2 else None
    run = runs.collect(hub.url, tmp_path)
    assert any("refuses more requests" in s for s in run.said)
    times = [s.t for s in hub.seen]
    assert times[3] - times[2] >= 1
    assert runs.observed(tmp_path) == runs.expected(world, DAY)


def test_a_run_after_a_run_is_another_batch_and_the_same_run_is_not(hub, world, tmp_path):
    first = runs.collect(hub.url, tmp_path)
    second = runs.collect(hub.url, tmp_path)
    assert first.manifest.id != second.manifest.id and len(Ledger(tmp_path).manifests()) == 2


def test_top_is_the_first_ones_once_although_their_counters_move(world, tmp_path):
    """A key that moves between two pages lists some repositories twice."""
    with Hub(world, page=20) as hub:

        def move(path: str, number: int) -> None:
            for r in world.repositories[number::7]:
                r.own["downloads"] = (r.get("downloads") or 0) * (0 if number % 2 else 2)
            world.changed()

        hub.faults = move
        run = runs.collect(hub.url, tmp_path, top=90)
        assert all("sort=downloads" in s.path for s in hub.questions) and len(hub.questions) == 5
    ids = [h for _, h, c, *_ in runs.observed(tmp_path) if c == "rolling_30d"]
    assert len(ids) == len(set(ids)) <= 90 and run.manifest.name == "hub-top-90"


def test_top_takes_no_more_than_was_asked_for(hub, world, tmp_path):
    runs.collect(hub.url, tmp_path, top=130)
    wanted = sorted(world.repositories, key=lambda r: (-r.get("downloads"), r.hub_id))[:130]
    assert {r for r, *_ in runs.observed(tmp_path)} == {r.name for r in wanted}


def test_authors_are_listed_one_after_the_other(hub, world, tmp_path):
    makers = sorted({r.name.partition("/")[0] for r in world.repositories})[:3]
    run = runs.collect(hub.url, tmp_path, authors=makers)
    assert {r.partition("/")[0] for r, *_ in runs.observed(tmp_path)} == set(makers)
    assert run.manifest.name == f"hub-author-{'+'.join(makers)}" and not run.collected.batch.complete


def test_a_namespace_without_repositories_is_named(hub, world, tmp_path):
    maker = min(r.name.partition("/")[0] for r in world.repositories)
    run = runs.collect(hub.url, tmp_path / "one", authors=[maker, "nobody-here"])
    assert "the Hub lists no repository of nobody-here" in run.manifest.took
    with pytest.raises(InputError, match="the Hub lists no repository of nobody-here, nor-here"):
        runs.collect(hub.url, tmp_path / "none", authors=["nobody-here", "nor-here"])


def test_a_partial_listing_is_committed_when_asked_for_and_says_what_it_covers(hub, world, tmp_path):
    hub.faults = lambda path, number: Drop() if number >= 5 else None
    with pytest.raises(UnreachableError):
        runs.collect(hub.url, tmp_path, patience=SHORT)
    run = runs.collect(hub.url, tmp_path, keep=True)
    assert "partial: 500 repositories were read (all that were created after 20" in run.manifest.options["coverage"]
    assert any("partial" in p for p in run.collected.problems) and not run.collected.batch.complete
    newest = sorted(world.repositories, key=lambda r: (r.get("createdAt"), r.hub_id))[-500:]
    assert {r for r, *_ in runs.observed(tmp_path)} == {r.name for r in newest}


def test_a_listing_that_lacks_many_is_partial_and_nobody_is_taken_for_gone(hub, world, tmp_path):
    runs.collect(hub.url, tmp_path)
    for r in world.repositories[::10]:
        world.remove(r.name)
    run = runs.collect(hub.url, tmp_path)
    assert "90.0% of the 730" in run.collected.partial and not runs.stored(tmp_path, STATUSES)
    assert any("partial" in p for p in run.collected.problems)


def test_another_question_does_not_go_on_with_an_unfinished_run(hub, world, tmp_path):
    first, second = tmp_path / "a.txt", tmp_path / "b.txt"
    first.write_text("org/a\norg/b\n")
    hub.faults = lambda path, number: Drop() if number >= 1 else None
    with pytest.raises(UnreachableError):
        runs.collect(hub.url, tmp_path / "l", ids=first, patience=SHORT)
    first.write_text("org/c\n")
    with pytest.raises(InputError, match="--restart"):
        runs.collect(hub.url, tmp_path / "l", ids=first, patience=SHORT)
    second.write_text(f"org/c\n{world.repositories[0].name}\n")
    hub.faults = None
    assert runs.collect(hub.url, tmp_path / "l", ids=second).manifest.name == "hub-ids-b"


def test_a_run_that_read_nothing_keeps_nobody_from_asking_something_else(hub, world, tmp_path):
    path = tmp_path / "a.txt"
    path.write_text(f"{world.repositories[0].name}\n")
    hub.faults = lambda request, number: Drop()
    with pytest.raises(UnreachableError):
        runs.collect(hub.url, tmp_path / "l", ids=path, patience=SHORT)
    path.write_text(f"{world.repositories[1].name}\n")
    hub.faults = None
    runs.collect(hub.url, tmp_path / "l", ids=path)
    assert {r for r, *_ in runs.observed(tmp_path / "l")} == {world.repositories[1].name}

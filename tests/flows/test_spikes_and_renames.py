"""What readings make of a spike, and one history under two ids."""

import pytest

from ledgers import day, engine_of, fact, flows_of, observation
from modelcensus.flows import build_flows


def spiky(on: int) -> int:
    """100 downloads a day, and 5,000 a day from day 20 to day 23."""
    return 10_000 + 100 * on + 4_900 * max(0, min(on, 23) - 20)


@pytest.fixture(scope="module")
def engine():
    rows = [observation("org/spiky", "all_time", spiky(on), on) for on in range(40)]
    rows += [
        observation(f"org/calm-{i}", "all_time", 1_000 * i + 200 * on, on) for i in range(20) for on in range(40)
    ]
    return engine_of(rows)


def flows(engine, spikes: str, spans) -> dict:
    build_flows(engine.counters, [(day(a), day(b)) for a, b in spans], "conservative", spikes=spikes)
    return {(r["repository"], r["span"]): r for r in engine.rows("select * from flows")}


def test_a_spike_is_an_event_with_its_days_and_what_it_brought(engine):
    (spike,) = engine.rows("select * from events where kind = 'spike'")
    assert (spike["repository"], spike["from"], spike["to"]) == ("org/spiky", day(20), day(23))
    assert "5,000 downloads a day after 100" in spike["evidence"]


def test_keep_cap_and_drop(engine):
    spans = [(10, 30), (25, 35), (21, 22)]
    kept, capped, dropped = (flows(engine, s, spans) for s in ("keep", "cap", "drop"))
    assert kept["org/spiky", 0]["estimate"] == 2_000 + 3 * 4_900
    assert (capped["org/spiky", 0]["low"], capped["org/spiky", 0]["high"]) == (2_000, 2_000)
    assert capped["org/spiky", 0]["estimate"] == 2_000
    assert capped["org/spiky", 2]["low"] <= 100 <= capped["org/spiky", 2]["estimate"] + 1
    assert ("org/spiky", 0) not in dropped and ("org/spiky", 2) not in dropped
    assert dropped["org/spiky", 1] == kept["org/spiky", 1] == capped["org/spiky", 1]
    assert all(dropped[k] == v == capped[k] for k, v in kept.items() if k[0] != "org/spiky")


def test_a_launch_and_a_new_level_are_no_spikes():
    launch = [observation("org/new", "all_time", 50_000 - 50_000 // (on - 9), on) for on in range(10, 40)]
    level = [observation("org/up", "all_time", 100 * on + 4_900 * max(0, on - 20), on) for on in range(100)]
    assert engine_of(launch + level).rows("select * from events where kind = 'spike'") == []


@pytest.mark.parametrize("with_id", [True, False])
def test_a_renamed_repository_is_one_history_under_its_later_id(with_id):
    """The new owner gets no step of all that was ever downloaded."""
    old = [observation("old/model", "all_time", 100_000 + 100 * on, on) for on in range(20)]
    new = [observation("new/model", "all_time", 100_000 + 100 * on, on) for on in range(20, 40)]
    other = [observation("org/other", "all_time", 70 * on, on) for on in range(40)]
    ids = ["abc", "abc", "def"] if with_id else [None] * 3
    names = ["old/model", "new/model", "org/other"]
    stated = [fact(n, created=day(-400), hub_id=i) for n, i in zip(names, ids, strict=True)]
    engine = engine_of(old + new + other, stated)
    (event,) = engine.rows("select * from events where kind = 'rename'")
    assert event["repository"] == "new/model" and "old/model" in event["evidence"]
    rows = flows_of(engine, [(5, 15), (15, 25), (25, 35)])
    assert {r for r, _ in rows} == {"new/model", "org/other"}
    for span in range(3):
        row = rows["new/model", span]
        assert (row["low"], row["estimate"], row["high"]) == (1_000, 1_000, 1_000)


def test_two_candidates_are_reported_and_not_joined():
    old = [observation("old/model", "all_time", 100_000 + 100 * on, on) for on in range(20)]
    new = [
        observation(f"{who}/model", "all_time", 100_000 + 100 * on, on)
        for who in ("one", "two")
        for on in range(20, 40)
    ]
    other = [observation("org/other", "all_time", 70 * on, on) for on in range(40)]
    stated = [fact(f"{n}/model", created=day(-400)) for n in ("old", "one", "two")]
    engine = engine_of(old + new + other, stated)
    events = engine.rows("select * from events where kind = 'rename'")
    assert len(events) == 2 and all("ambiguous" in e["done"] for e in events)
    assert ("old/model", 0) in flows_of(engine, [(5, 15)])

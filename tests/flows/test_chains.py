"""Readings that need care, each by an example: recounts, uncertain days, days of creation, values of one day."""

import pyarrow as pa
import pytest

from ledgers import ALIKE, day, engine_of, engine_of_tables, fact, flows_of, observation, table
from modelcensus.flows.all_time import all_time_flows
from modelcensus.flows.clocks import Clock
from modelcensus.vocabulary import FACTS, OBSERVATIONS

SPANS = [(0, 10), (10, 20), (20, 30), (30, 40), (0, 40)]
COLUMNS = ("low", "high", "broken")


def total(value: int, on: int, since: int | None = None) -> dict:
    return observation("a/one", "all_time", value, on, since)


def engine_of_series(*series: list[dict], facts: tuple[dict, ...] = ()):
    """An engine of several sources of the same repositories."""
    rows = table((r for one in series for r in one), OBSERVATIONS)
    named = pa.array([f"s{i}" for i, one in enumerate(series) for _ in one], pa.string())
    batches = {f"s{i}": f"s{i}" for i in range(len(series))}
    return engine_of_tables(rows.append_column("batch_id", named), table(facts, FACTS), batches)


def bounds(rows: dict, name: str = "a/one") -> list[tuple]:
    """(low, high) of each span."""
    return [(r["low"], r["high"]) for (who, _), r in sorted(rows.items()) if who == name]


def queried(engine, spans: list[tuple[int, int]]) -> dict:
    """What the query makes of readings that are folded otherwise."""
    all_time_flows(engine, "queried", Clock("readings"), [(day(a), day(b)) for a, b in spans])
    return {(r["repository"], r["span"]): r for r in engine.rows("select * from queried")}


def conflicts(engine) -> list[tuple[str, str]]:
    return [(r["repository"], r["instrument"]) for r in engine.rows("select * from flow_conflicts order by all")]


def test_a_recount_after_a_freeze_reaches_back_to_the_last_reading_before_it():
    """What a frozen counter repeats is no reading, so nothing says when in those weeks the downloads came that the fall
    hides: between none and the counter after it."""
    usual = [total(1_000 * on, on) for on in range(20)]
    frozen = [total(19_000, on) for on in range(20, 60)]
    engine = engine_of([*usual, *frozen, total(5_000, 60), total(6_000, 61)])
    assert [r["kind"] for r in engine.rows("select kind from events order by 1")] == ["freeze", "recount"]
    spans = [(30, 40), (18, 19), (19, 60), (60, 61)]
    rows = flows_of(engine, spans)
    assert bounds(rows) == [(0, 5_000), (1_000, 1_000), (0, 5_000), (1_000, 1_000)]
    assert [rows["a/one", i]["broken"] for i in range(4)] == [True, False, True, False]
    assert bounds(queried(engine, spans)) == bounds(rows)


def test_what_came_in_a_freeze_is_spread_over_it_up_to_the_reading_that_ends_it():
    """Read every third day, 1,000 a day, and frozen for a month: also the days after its last repeated value are of it."""
    usual = [total(1_000 * on, on) for on in range(0, 31, 3)]
    frozen = [total(30_000, on) for on in range(33, 58, 3)]
    rows = flows_of(engine_of([*usual, *frozen, total(60_000, 60)]), [(d, d + 1) for d in range(28, 60)])
    assert {r["estimate"] for r in rows.values()} == {1_000}
    assert rows["a/one", 30]["low"] == 0 and rows["a/one", 30]["high"] == 30_000


@pytest.mark.parametrize(("back", "after", "expected"), [
    (11_200, 11_300, [(300, 300), (100, 100), (0, 300)]),  # moved while it was away: it was read
    (10_900, 11_300, [(0, 400), (0, 400), (0, 400)]),  # it stands as the others do: only the next snapshot tells
    (10_900, 10_900, [(0, 0), (0, 0), (0, 0)]),
])  # fmt: skip
def test_a_repository_that_comes_back_in_a_half_stalled_snapshot_is_read_where_it_moved(back, after, expected):
    """Thirty repositories move by 100 a day; on day 12 half of them stand, and one comes back that had been away."""
    rows = [
        observation(f"o/{i:02}", "all_time", 10_000 + 100 * (on - (on == 12 and i % 2)), on)
        for i in range(1, 30)
        for on in range(15)
    ]
    rows += [observation("o/00", "all_time", 10_000 + 100 * on, on) for on in range(10)]
    rows += [observation("o/00", "all_time", v, on) for on, v in ((12, back), (13, after), (14, after))]
    engine = engine_of(rows)
    assert "half_stall" in {r["kind"] for r in engine.rows("select kind from events")}
    spans = [(9, 12), (12, 13), (9, 10)]
    assert bounds(flows_of(engine, spans), "o/00") == bounds(queried(engine, spans), "o/00") == expected


@pytest.mark.parametrize("created", [5, 10, 25])
def test_a_day_of_creation_counts_unless_something_was_read_before_it(created):
    """Created on day 5: nothing before; on day 10, with 700 read that day: they came on it; on day 25: no such day."""
    readings = [total(700, 10), total(900, 30)]
    facts = (fact("a/one", created=day(created)),)
    expected = {
        5: [(700, 700), (0, 200), (0, 200), (0, None), (900, None)],
        10: [(700, 700), (0, 200), (0, 200), (0, None), (900, None)],
        25: [(0, 700), (0, 200), (0, 200), (0, None), (200, None)],
    }[created]
    engine = engine_of(readings, facts)
    assert bounds(flows_of(engine, SPANS)) == bounds(queried(engine, SPANS)) == expected
    assert flows_of(engine, [(0, 9)])["a/one", 0]["high"] == (700 if created != 10 else 0)
    with_period = engine_of([*readings, observation("a/one", "period", 200, 30, start=10)], facts)
    rows = flows_of(with_period, SPANS)
    assert {r["instrument"] for r in rows.values()} == {"spliced"}
    assert bounds(rows) == expected


def test_of_two_values_read_on_one_day_the_higher_bounds_the_next_day():
    """Copies of one day taken hours apart are no contradiction, by whichever source and in whichever order."""
    first, second = [total(100, 10), total(130, 20)], [total(103, 10), total(130, 20)]
    spans = [(0, 10), (10, 11), (10, 20), (9, 11)]
    expected = [(0, 100), (3, 30), (30, 30), (3, 130)]
    for sources in ((first, second), (second, first)):
        engine = engine_of_series(*sources)
        assert bounds(flows_of(engine, spans)) == expected
        assert not conflicts(engine)
    counted = observation("a/one", "period", 30, 20, start=10)
    rows = flows_of(engine_of_series(first, [*second, counted]), spans)
    assert bounds(rows) == expected
    assert {r["instrument"] for r in rows.values()} == {"spliced"}


def test_readings_of_uncertain_days_that_no_history_satisfies_are_a_conflict():
    """100 by day 10, at most 60 from day 15 on: the reading between them leaves their order open, theirs is certain."""
    engine = engine_of([total(100, 10, since=1), total(80, 20, since=5), total(60, 30, since=15)])
    assert flows_of(engine, SPANS) == {}
    assert conflicts(engine) == [("a/one", "all_time")]
    counted = observation("a/one", "period", 50, 30, start=20)
    rows = flows_of(
        engine_of([total(100, 10, since=1), total(80, 20, since=5), total(60, 30, since=15), counted]), SPANS
    )
    assert {r["instrument"] for r in rows.values()} == {"period"}
    assert rows["a/one", 2]["low"] == rows["a/one", 2]["high"] == 50


def test_estimates_of_uncertain_days_add_up_where_their_middles_contradict_their_values():
    """The higher of two readings may have been made first by its middle day, though not by its value."""
    engine = engine_of([total(0, 0), total(50, 40, since=2), total(90, 12, since=8), total(200, 50)])
    spans = [(0, 5), (5, 10), (10, 25), (25, 50), (0, 50)]
    rows = flows_of(engine, spans)
    estimates = [rows["a/one", i]["estimate"] for i in range(5)]
    assert sum(estimates[:4]) == estimates[4] == 200
    assert all(r["low"] <= r["estimate"] <= r["high"] for r in rows.values())


def test_an_uncertain_reading_beside_a_recount_says_nothing_of_either_side():
    """Read as 100, 40 and 60 on certain days; 105 was computed before the fall, on a day that may lie after it."""
    readings = [total(100, 10), total(40, 20), total(105, 25, since=12), total(60, 30)]
    counted = observation("a/one", "period", 5, 12, start=10)
    spans = [(10, 12), (20, 30), (10, 20)]
    assert bounds(flows_of(engine_of(readings), spans)) == [(0, 40), (20, 20), (0, 40)]
    rows = flows_of(engine_of([*readings, counted]), spans)
    assert bounds(rows) == [(5, 5), (20, 20), (5, 40)]
    assert [rows["a/one", i]["broken"] for i in range(3)] == [True, False, True]
    assert {r["instrument"] for r in rows.values()} == {"spliced"}


def test_two_sources_of_one_fall_tell_one_recount():
    """Each sees the counter fall at its own time: between 110 on day 12 and 50 on day 20, once."""
    first, second = [total(100, 10), total(50, 20), total(70, 30)], [total(110, 12), total(60, 25), total(80, 35)]
    spans = [(12, 20), (20, 25), (10, 35), (30, 35)]
    expected = [(0, 50), (10, 10), (40, 90), (10, 10)]
    assert bounds(flows_of(engine_of_series(first, second), spans)) == expected
    counted = observation("a/one", "period", 10, 25, start=20)
    rows = flows_of(engine_of_series(first, [*second, counted]), spans)
    assert bounds(rows) == expected
    assert {r["instrument"] for r in rows.values()} == {"spliced"}


def test_what_all_time_says_beside_a_count_of_days_is_spread_over_the_other_days():
    """3,000 in thirty days, 100 of them in ten that were counted: 1,450 in each of the others, not all at the end."""
    readings = [total(0, 0), total(3_000, 30), observation("a/one", "period", 100, 20, start=10)]
    rows = flows_of(engine_of(readings), [(0, 10), (10, 20), (20, 30), (0, 30)])
    assert [rows["a/one", i]["estimate"] for i in range(4)] == pytest.approx([1_450, 100, 1_450, 3_000], abs=2)
    assert rows["a/one", 3]["estimate"] == 3_000


def test_a_creation_day_alone_gives_no_flow_where_every_reading_is_set_aside():
    """Twenty-five repositories are read lower on day 13 than on day 12, one of them only there: an old state."""
    rows = [
        observation(f"o/{i:02}", "all_time", 1_000 + 100 * on - 900 * (on == 13), on, since=on - (on == 1))
        for i in range(25)
        for on in range(1, 20)
    ]
    engine = engine_of([*rows, observation("o/new", "all_time", 5, 13)], [fact("o/new", created=day(3))])
    assert not engine.counters.certain
    assert {r["kind"] for r in engine.rows("select kind from events")} >= {"rollback"}
    assert ("o/new", 0) not in flows_of(engine, [(1, 19)])


def test_repositories_with_like_names_are_told_apart():
    """A ledger of a quarter of a million repositories has some whose hashes in DuckDB are the same."""
    one, two = ALIKE
    engine = engine_of([observation(n, "all_time", v * on, on) for on in (10, 20) for n, v in ((one, 1), (two, 100))])
    flows = flows_of(engine, [(10, 20)])
    assert [flows[n, 0]["estimate"] for n in ALIKE] == [10, 1_000]

"""Events on series whose true flows are known: each found under its name, set aside as documented, or ignored."""

import pytest

from ledgers import day, engine_of, flows_of, observation

REPOSITORIES = 40
DAYS = 12


def value(i: int, on: int) -> int:
    """The true counter: repository i gains 100 (i + 1) a day."""
    return 10_000 + 100 * (i + 1) * on


def name(i: int) -> str:
    return f"org/model-{i:02}"


def series(changed: dict[tuple[int, int], int] | None = None) -> list[dict]:
    """All repositories read every day, save for the (repository, day) values that `changed` replaces."""
    replaced = changed or {}
    return [
        observation(name(i), "all_time", replaced.get((i, on), value(i, on)), on)
        for i in range(REPOSITORIES)
        for on in range(DAYS)
    ]


def events(engine) -> list[tuple]:
    rows = engine.rows(
        """select kind, "from", "to", repositories, repository from events order by "to", repository"""
    )
    return [(r["kind"], r["from"], r["to"], r["repositories"], r["repository"]) for r in rows]


def aside(engine) -> set[tuple[str, object]]:
    rows = engine.rows("select repository, observed_on from readings where aside")
    return {(r["repository"], r["observed_on"]) for r in rows}


def test_an_undisturbed_series_has_no_events_and_exact_flows():
    engine = engine_of(series())
    assert events(engine) == []
    assert aside(engine) == set()
    rows = flows_of(engine, [(2, 9)])
    for i in range(REPOSITORIES):
        row = rows[name(i), 0]
        assert (row["low"], row["estimate"], row["high"]) == (700 * (i + 1),) * 3


def test_a_full_stall_is_set_aside_and_its_backlog_spread():
    engine = engine_of(series({(i, on): value(i, 5) for i in range(REPOSITORIES) for on in (6, 7)}))
    assert events(engine) == [
        ("stall", day(5), day(6), REPOSITORIES, None),
        ("stall", day(5), day(7), REPOSITORIES, None),
        ("backlog", day(5), day(8), REPOSITORIES, None),
    ]
    assert aside(engine) == {(name(i), day(on)) for i in range(REPOSITORIES) for on in (6, 7)}
    rows = flows_of(engine, [(5, 6), (6, 7), (7, 8), (5, 8), (6, 8)])
    for i in range(REPOSITORIES):
        step = 100 * (i + 1)
        assert [rows[name(i), s]["estimate"] for s in range(4)] == [step, step, step, 3 * step]
        assert rows[name(i), 3]["low"] == rows[name(i), 3]["high"] == 3 * step
        assert (rows[name(i), 4]["low"], rows[name(i), 4]["high"]) == (0, 3 * step)


def test_repair_none_counts_every_row_as_read():
    engine = engine_of(series({(i, 6): value(i, 5) for i in range(REPOSITORIES)}))
    rows = flows_of(engine, [(5, 6), (6, 7)], repair="none")
    for i in range(REPOSITORIES):
        stalled, jump = rows[name(i), 0], rows[name(i), 1]
        assert stalled["low"] == stalled["estimate"] == stalled["high"] == 0
        assert jump["low"] == jump["estimate"] == jump["high"] == 200 * (i + 1)


def test_a_half_stall_touches_the_unchanged_half_only():
    halted = range(0, REPOSITORIES, 2)
    engine = engine_of(series({(i, 6): value(i, 5) for i in halted}))
    assert events(engine) == [
        ("half_stall", day(5), day(6), len(halted), None),
        ("backlog", day(5), day(7), REPOSITORIES, None),
    ]
    assert aside(engine) == {(name(i), day(6)) for i in halted}
    rows = flows_of(engine, [(5, 6)])
    for i in range(REPOSITORIES):
        row, step = rows[name(i), 0], 100 * (i + 1)
        assert (row["low"], row["high"]) == ((0, 2 * step) if i in halted else (step, step))
        assert row["estimate"] == step


@pytest.mark.parametrize("halted", [1, 2, 3])
def test_a_few_unchanged_repositories_are_no_stall(halted):
    engine = engine_of(series({(i, 6): value(i, 5) for i in range(halted)}))
    assert events(engine) == []
    assert aside(engine) == set()


def test_small_repositories_that_stand_still_are_no_stall():
    """Among small repositories 60-85 % are unchanged on any day (docs/method.md)."""
    quiet = [observation(f"small/{i}", "all_time", 50 + (on >= 6), on) for i in range(300) for on in range(DAYS)]
    assert events(engine_of(series() + quiet)) == []


def test_one_repository_that_rests_is_no_stall_of_a_source_that_reads_only_it():
    """A share of one repository says nothing about a snapshot."""
    rows = [observation("org/model", "all_time", v, on) for on, v in enumerate([100, 300, 300, 700, 900])]
    assert events(engine_of(rows)) == []


def test_a_rollback_is_set_aside_and_breaks_no_chain():
    engine = engine_of(series({(i, 8): value(i, 3) for i in range(REPOSITORIES)}))
    assert events(engine) == [("rollback", day(8), day(8), REPOSITORIES, None)]
    assert aside(engine) == {(name(i), day(8)) for i in range(REPOSITORIES)}
    rows = flows_of(engine, [(7, 9), (0, 11)])
    for i in range(REPOSITORIES):
        for span, days in ((0, 2), (1, 11)):
            row = rows[name(i), span]
            assert row["low"] == row["high"] == days * 100 * (i + 1)
            assert not row["broken"]


def test_a_rollback_of_several_snapshots_is_set_aside_whole():
    """The published ones lasted two and six days: only the first of their snapshots falls."""
    engine = engine_of(series({(i, on): value(i, 3) + on - 8 for i in range(REPOSITORIES) for on in (8, 9)}))
    assert events(engine) == [("rollback", day(on), day(on), REPOSITORIES, None) for on in (8, 9)]
    rows = flows_of(engine, [(7, 10)])
    for i in range(REPOSITORIES):
        row = rows[name(i), 0]
        assert row["low"] == row["high"] == 300 * (i + 1)
        assert not row["broken"]


def test_a_fall_of_all_that_lasts_is_a_recount_of_each():
    """A change of the counting rules, applied backwards: nothing to wait for."""
    lasting = [
        observation(name(i), "all_time", 100 * on + (10_000 if on < 5 else 0), on)
        for i in range(REPOSITORIES)
        for on in range(25)
    ]
    engine = engine_of(lasting)
    assert {(kind, to) for kind, _, to, _, _ in events(engine)} == {("recount", day(5))}
    assert aside(engine) == set()
    rows = flows_of(engine, [(10, 20)])
    assert all(r["low"] == r["high"] == 1_000 for r in rows.values())


def test_a_recount_breaks_the_chain_of_its_repository_only():
    engine = engine_of(series({(7, on): value(7, on) - 5_000 for on in range(6, DAYS)}))
    before, after = value(7, 5), value(7, 6) - 5_000
    assert events(engine) == [("recount", day(5), day(6), 1, name(7))]
    assert aside(engine) == set()
    rows = flows_of(engine, [(5, 6), (3, 9), (6, 9), (0, 5)])
    across, around, behind, ahead = (rows[name(7), i] for i in range(4))
    assert before > after
    assert (across["low"], across["high"], across["broken"]) == (0, after, True)
    assert (around["low"], around["high"]) == (2 * 800 + 3 * 800, 2 * 800 + after + 3 * 800)
    for row, days in ((behind, 3), (ahead, 5)):
        assert (row["low"], row["high"], row["broken"]) == (days * 800, days * 800, False)
    assert not rows[name(8), 0]["broken"]


def test_a_vague_reading_beside_a_recount_costs_width_and_never_the_truth():
    """It may lie on either side of the fall; the true flow since the recount is 300 a day."""
    sharp = [observation("org/m", "all_time", v, on) for on, v in ((0, 1_000), (5, 2_000), (6, 800), (10, 2_000))]
    for since, on, seen in ((4, 8, 1_400), (4, 8, 1_900), (2, 9, 1_000)):
        rows = flows_of(engine_of([*sharp, observation("org/m", "all_time", seen, on, since)]), [(0, 5), (6, 10)])
        assert (rows["org/m", 0]["low"], rows["org/m", 0]["high"]) == (1_000, 1_000)
        assert (rows["org/m", 1]["low"], rows["org/m", 1]["high"]) == (1_200, 1_200)


def test_a_frozen_window_counter_is_no_observation():
    """Two 30-day windows that exchange thousands of downloads do not agree by chance."""
    rows = [observation("org/model", "rolling_30d", v, on) for on, v in ((30, 9_000), (45, 9_000), (60, 12_000))]
    engine = engine_of(rows)
    assert events(engine) == [("freeze", day(30), day(45), 1, "org/model")]
    assert aside(engine) == {("org/model", day(45))}
    flow = flows_of(engine, [(15, 45)])["org/model", 0]
    assert flow["low"] < flow["high"]
    raw = flows_of(engine, [(15, 45)], repair="none")["org/model", 0]
    assert raw["low"] == raw["high"] == 9_000


def test_a_small_window_counter_may_repeat_itself():
    engine = engine_of([observation("org/model", "rolling_30d", v, on) for on, v in ((30, 12), (45, 12), (60, 14))])
    assert events(engine) == []


def test_a_correction_in_a_later_batch_supersedes_and_the_earlier_one_stays_in_the_table():
    rows = [*series(), observation(name(3), "all_time", value(3, 6) + 1, 6)]
    engine = engine_of(rows, batches=[0] * (len(rows) - 1) + [1])
    assert engine.rows(
        f"select value from readings where repository = '{name(3)}' and observed_on = date '{day(6)}'"
    ) == [{"value": value(3, 6) + 1}]
    assert engine.rows("select count(*) as n from observations") == [{"n": len(rows)}]

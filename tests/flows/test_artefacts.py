"""The injector itself: clean series look like the Hub's, artefacts have the severities of method.md, the judge counts."""

from dataclasses import replace

import numpy as np
import pytest

from flows.artefacts import repositories as one
from flows.artefacts import snapshots as whole
from flows.artefacts.judge import judge
from flows.artefacts.scenarios import of_repositories, of_snapshots, of_two_sources
from flows.artefacts.series import Series, observations
from flows.artefacts.trials import TOP
from flows.artefacts.worlds import World

HUB = World(3_000, 60)
LIST = World(300, 120, **TOP)
SEEDS = range(4)


def unchanged(series: Series, at: int) -> np.ndarray:
    """Of the repositories read in that snapshot and in the one before, which stand still."""
    both = series.listed[at] & series.listed[at - 1]
    return (series.values[at] == series.values[at - 1])[both]


def test_a_seed_makes_the_same_series_and_another_makes_another():
    assert observations(HUB.series(1)).equals(observations(HUB.series(1)))
    assert not observations(HUB.series(1)).equals(observations(HUB.series(2)))


@pytest.mark.parametrize(("world", "low", "high"), [(HUB, 0.50, 0.85), (LIST, 0.01, 0.05)])
def test_most_of_the_hub_and_little_of_a_top_list_stand_still_on_a_clean_day(world, low, high):
    series = world.series(1)
    shares = [unchanged(series, at).mean() for at in range(1, len(series.days))]
    assert low <= np.median(shares) <= high


def test_clean_counters_never_fall_and_a_rolling_one_is_the_difference_of_thirty_days():
    total, rolling = HUB.series(1), replace(HUB, counter="rolling_30d").series(1)
    assert not (np.diff(total.values, axis=0) < 0).any()
    ends = [rolling.place(at) for at in range(len(rolling.days))]
    assert (rolling.values == rolling.truth[ends] - rolling.truth[[e - 30 for e in ends]]).all()


def test_clean_downloads_have_a_weekly_cycle_a_heavy_tail_and_scattered_days():
    series = World(3_000, 200).series(1)
    flows = np.diff(series.truth, axis=0)
    weekend = (series.grid[1:].astype(int) + 3) % 7 >= 5
    assert 0.05 <= 1 - flows[weekend].sum(1).mean() / flows[~weekend].sum(1).mean() <= 0.20
    sums = np.sort(flows.sum(axis=0))
    assert sums[-30:].sum() > 0.5 * sums.sum(), "the top percent carries most downloads"
    big = flows[:, flows.mean(axis=0) >= 100]
    assert np.median(big.var(axis=0) / big.mean(axis=0)) > 5, "days scatter far more than at a constant rate"
    assert series.created.min() < np.datetime64("2022-06-01") and series.created.max() > series.days[-20]


@pytest.mark.parametrize("run", [1, 3])
def test_a_stall_leaves_every_repository_unchanged_and_the_next_snapshot_catches_up(run):
    clean = LIST.series(1)
    series, truths = whole.stall(clean, 1, 50, run)
    assert all(unchanged(series, 50 + k).all() for k in range(run))
    assert (series.values[50 + run :] == clean.values[50 + run :]).all()
    stalls = [(t.since, t.day) for t in truths if t.kind == "stall"]
    assert stalls == [(series.days[49], series.days[50 + k]) for k in range(run)]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("share", [0.25, 0.5, 0.9])
def test_a_half_stall_holds_that_share_of_the_big_and_the_young_among_them(share, seed):
    series, _ = whole.half_stall(LIST.series(seed), seed, 50, share)
    big = series.big(50)
    held = (series.values[50] == series.values[49]) & big
    assert share <= held.sum() / big.sum() <= share + 0.03
    old, young = (
        big & mask
        for mask in (series.created < np.datetime64("2023-06-01"), series.created > np.datetime64("2025-04-01"))
    )
    assert held[young].sum() / young.sum() > held[old].sum() / old.sum() + 0.1


@pytest.mark.parametrize(("catch_up", "away"), [("later", 4), ("before", -3)])
@pytest.mark.parametrize("seed", SEEDS)
def test_a_double_booking_is_at_about_twice_the_level_for_most_of_the_big(catch_up, away, seed):
    clean = LIST.series(seed)
    series, truths = whole.half_stall(clean, seed, 50, 0.8, catch_up, abs(away))
    assert [t.day for t in truths if t.kind == "backlog"] == [series.days[50 + away]]
    big = clean.big(50)
    ratio = series.rates()[50 + away, big] / clean.level(50)[big]
    assert 0.6 <= (ratio > 1.4).mean() <= 0.97 and 1.6 <= np.median(ratio) <= 2.6
    assert (series.values[-1] == clean.values[-1]).all()


def test_lost_downloads_are_lost_in_the_truth_too():
    clean = LIST.series(1)
    series, truths = whole.stall(clean, 1, 50, 2, "lost")
    at = series.place(len(series.days) - 1)
    assert series.values[-1].sum() < clean.values[-1].sum() and not [t for t in truths if t.kind == "backlog"]
    there = series.listed[-1]
    assert (series.values[-1] == series.truth[at])[there].all() and not (np.diff(series.truth, axis=0) < 0).any()


@pytest.mark.parametrize("moving", [True, False])
def test_a_rollback_puts_that_share_below_and_recovers(moving):
    clean = LIST.series(1)
    series, truths = whole.rollback(clean, 1, 50, run=3, lag=20, share=0.9, moving=moving)
    busy = clean.big(50)
    assert 0.8 <= (series.values[50] < series.values[49])[busy].mean() <= 0.98
    assert (series.values[53:] == clean.values[53:]).all()
    assert len([t for t in truths if t.kind == "rollback"]) == 3


@pytest.mark.parametrize("cut", [True, False])
@pytest.mark.parametrize("missing", [0.034, 0.75])
def test_a_partial_snapshot_lacks_that_share(missing, cut):
    clean = LIST.series(1)
    series, _ = whole.partial(clean, 1, 50, missing, cut)
    assert missing <= 1 - series.listed[50].sum() / clean.listed[50].sum() <= missing + 0.01
    assert (np.delete(series.listed, 50, 0) == np.delete(clean.listed, 50, 0)).all()


@pytest.mark.parametrize("world", [World(3_000, 90), World(300, 60, "week", **TOP), World(300, 40, "month", **TOP)])
def test_artefacts_of_repositories_have_their_signs(world):
    series, truths = of_repositories(world.series(3), 3)
    column = {name: i for i, name in enumerate(series.repositories)}
    for t in truths:
        who, a, b = column[t.repository], *(int(np.searchsorted(series.days, d)) for d in (t.since, t.day))
        values, rates = series.values[:, who], series.rates()[:, who]
        if t.kind == "recount":
            assert 0.01 <= 1 - values[b] / values[a] <= 0.6
        if t.kind == "freeze":
            assert (values[a : b + 1] == values[a]).all() and values[a] != values[a - 1]
            assert (t.day - t.since).astype(int) >= 35
        if t.kind == "spike":
            sides = np.r_[rates[max(1, a - 14) : a], rates[b + 1 : b + 15]]
            assert (rates[a : b + 1] >= 10 * np.median(sides[sides > 0]) * 0.9).all()
        if t.kind == "rename":
            former = column[t.former]
            assert series.created[who] == series.created[former] and not series.listed[b:, former].any()
            assert values[b] / series.values[a, former] <= 1.01 and not series.listed[:b, who].any()


def test_a_rolling_spike_lifts_the_counter_tenfold_and_leaves():
    clean = replace(LIST, counter="rolling_30d").series(1)
    who = int(one.even(clean, 40, 10)[0])
    series, (truth,) = one.spike(clean, 1, who, 40, 10, 12.0)
    lifted = series.values[:, who] / clean.values[:, who]
    assert lifted[49] >= 10 and lifted[39] == lifted[80] == 1 and truth.day == series.days[79]


def test_conflicts_are_more_than_ten_days_off_and_the_other_readings_less_than_one():
    (first, second), truths = of_two_sources(World(600, 60).series(1), 1)
    column = {name: i for i, name in enumerate(first.repositories)}
    for i, name in enumerate(second.repositories):
        of = [t for t in truths if t.kind == "conflict" and t.repository == name]
        both = first.listed[:, column[name]] & second.listed[:, i]
        off = np.abs(second.values[:, i] - first.values[:, column[name]])[both]
        flow = np.diff(first.values[:, column[name]])
        if of:
            assert off.max() > 10 * flow.mean()
        else:
            assert (off <= flow.max()).all()


def rows(truths) -> list[dict]:
    """A report that tells exactly these truths."""
    return [
        {"kind": t.kind, "from": t.since, "to": t.day, "repository": t.repository, "evidence": f"was {t.former}"}
        for t in truths
        if t.day is not None
    ]


@pytest.fixture(scope="module")
def injected():
    clean = LIST.series(5)
    return of_snapshots(clean, 5), of_repositories(clean, 5)


def test_the_judge_is_content_with_a_perfect_report_and_only_with_that(injected):
    for series, truths in injected:
        perfect = judge(rows(truths), truths, series.days)
        assert all(t.recall == t.precision == 1.0 for t in perfect.values())
        assert sum(t.found for t in perfect.values()) == sum(not t.optional for t in truths)
        nothing = judge([], truths, series.days)
        assert sum(len(t.missed) for t in nothing.values()) == sum(not t.optional for t in truths)
        assert {k for k, t in nothing.items() if t.recall == 0} == {t.kind for t in truths if not t.optional}


def test_the_judge_counts_a_wrong_day_as_missed_and_as_false(injected):
    week = np.timedelta64(7)
    for series, truths in injected:
        required = [t for t in truths if not t.optional and t.kind not in ("rename", "spike")]
        shifted = judge(rows([replace(t, day=t.day + week) for t in required]), required[:1], series.days)
        tally = shifted[required[0].kind]
        assert len(tally.missed) == 1 and tally.false and tally.precision == 0


def test_the_judge_wants_the_right_repository_kind_and_former_name(injected):
    series, truths = injected[1]
    for wrong in (
        {"repository": "org/none"},
        {"kind": "conflict"},
        {"evidence": "", "from": None, "to": series.days[0]},
    ):
        tallies = judge([{**r, **wrong} for r in rows(truths)], truths, series.days)
        assert sum(t.found for t in tallies.values()) == 0


def test_what_the_series_shows_without_artefacts_is_not_false(injected):
    series, truths = injected[0]
    known = judge(rows(truths), [], series.days, before=rows(truths))
    assert not any(t.false for t in known.values())
    assert sum(len(t.false) for t in judge(rows(truths), [], series.days).values()) == len(rows(truths))

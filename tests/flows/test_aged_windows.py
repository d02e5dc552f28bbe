"""Flows since release against flows of the same days on the calendar, one repository at a time."""

from hypothesis import given, settings
from hypothesis import strategies as st

from ledgers import day, engine_of, fact, observation
from modelcensus.flows import build_aged_flows, build_flows

AGES = [1, 3, 7, 14, 30, 60, 90]


@st.composite
def worlds(draw):
    """Readings of windows (and of all time, for some) of repositories with days of release of their own."""
    rows, facts, zero = [], [], {}
    snapshots = sorted(draw(st.sets(st.integers(35, 150), min_size=3, max_size=6)))
    loose = {s: s - draw(st.sampled_from([0, 0, 2])) for s in snapshots}
    for i in range(4):
        name = f"Qwen/r{i}"
        born = draw(st.sampled_from([None, 0, 20, 40, 61, 75]))
        steps = draw(st.lists(st.integers(0, 60), min_size=151, max_size=151))
        upto = [0]
        for d, step in enumerate(steps):
            upto.append(upto[-1] + (step if born is None or d >= born else 0))
        counters = draw(
            st.sampled_from([("rolling_30d",), ("rolling_30d",), ("rolling_30d", "all_time"), ("period",)])
        )
        for t in draw(st.lists(st.sampled_from(snapshots), min_size=1, unique=True)):
            for counter in counters:
                value = upto[t] if counter == "all_time" else upto[t] - upto[t - 30]
                start = t - 30 if counter == "period" else None
                since = None if counter == "period" else loose[t]
                rows.append(observation(name, counter, value, t, since=since, start=start))
        facts.append(fact(name, created=None if born is None else day(born)))
        zero[name] = draw(st.sampled_from([born or 0, 10, 50, 63, 70]))
    return rows, facts, zero


@settings(max_examples=5)
@given(worlds())
def test_bounds_since_release_are_those_of_the_calendar(world):
    rows, facts, zero = world
    engine = engine_of(rows, facts)
    listed = " union all ".join(f"select '{n}' as repository, date '{day(z)}' as zero_on" for n, z in zero.items())
    for repair in ("conservative", "none"):
        build_aged_flows(engine.counters, listed, AGES, repair)  # type: ignore[attr-defined]
        aged = {(r["repository"], r["span"]): r for r in engine.rows("select * from flows")}
        found = 0
        for name, z in zero.items():
            spans = [(day(z), day(z + a)) for a in AGES]
            only = f"and repository = '{name}'"
            build_flows(engine.counters, spans, repair, only)  # type: ignore[attr-defined]
            for r in engine.rows("select * from flows order by span"):
                mine = aged[name, r["span"]]
                assert (mine["low"], mine["high"], mine["open"]) == (r["low"], r["high"], r["open"]), (
                    name,
                    z,
                    r,
                    mine,
                )
                assert mine["instrument"] == r["instrument"] and mine["broken"] == r["broken"]
                if repair == "conservative":
                    assert mine["low"] <= mine["estimate"] and (mine["open"] or mine["estimate"] <= mine["high"])
                found += 1
        assert found == len(aged)

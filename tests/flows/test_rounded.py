"""Flows of rounded counters against plain Python: no history that the rounded texts allow leaves the bounds."""

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from ledgers import engine_of, fact, flows_of, observation
from modelcensus.flows import build_events, build_readings

WIDTHS = ((10_000, 100), (1_000_000, 100_000))
SPANS = [(0, 10), (3, 17), (10, 30), (0, 30)]


def shown(value: int) -> int:
    """The value that a page shows, rounded half up."""
    width = next((w for least, w in reversed(WIDTHS) if value >= least), 1)
    return (value + width // 2) // width * width


def ends(value: int) -> tuple[int, int]:
    width = next((w for least, w in reversed(WIDTHS) if value >= least), 0)
    return value - width // 2, value + (width + 1) // 2


def engine(readings: dict[str, dict[int, int]]):
    rows = [observation(r, "all_time", shown(v), t) for r, read in readings.items() for t, v in read.items()]
    made = engine_of(rows, [fact(r) for r in readings])
    table = pa.table(
        {
            "counter": ["all_time"] * len(WIDTHS),
            "from_value": pa.array([a for a, _ in WIDTHS], pa.int64()),
            "width": pa.array([w for _, w in WIDTHS], pa.int64()),
            "batch_id": ["b0"] * len(WIDTHS),
        }
    )
    made.register("roundings", table)
    made.counters = build_readings(made, "hub")
    build_events(made.counters)
    return made


@settings(max_examples=6)
@given(st.data())
def test_the_true_flow_lies_within_the_bounds_and_they_are_the_tightest(data):
    readings = {}
    for name in ("a/x", "a/y", "a/z"):
        days = sorted(data.draw(st.sets(st.integers(0, 30), min_size=1, max_size=6)))
        level = data.draw(st.sampled_from([500, 9_900, 40_000, 950_000, 3_000_000]))
        steps = data.draw(st.lists(st.integers(0, level // 5), min_size=len(days), max_size=len(days)))
        readings[name] = {t: level + sum(steps[: i + 1]) for i, t in enumerate(days)}
    flows = flows_of(engine(readings), SPANS)
    for name, read in readings.items():
        lower = {t: ends(shown(v))[0] for t, v in read.items()}
        upper = {t: ends(shown(v))[1] for t, v in read.items()}
        for i, (start, end) in enumerate(SPANS):
            row = flows[name, i]
            least = {d: max((v for t, v in lower.items() if t <= d), default=None) for d in (start, end)}
            most = {d: min((v for t, v in upper.items() if t >= d), default=None) for d in (start, end)}
            low = 0 if least[end] is None or most[start] is None else max(0, least[end] - most[start])
            high = None if most[end] is None else most[end] - (least[start] or 0)
            assert (row["low"], row["high"], row["open"]) == (low, high, high is None)
            if high is not None:
                assert low <= row["estimate"] <= high
            if start in read and end in read:
                assert low <= read[end] - read[start] <= (high if high is not None else 10**12)


def test_a_text_that_stands_for_weeks_is_no_stall_and_no_freeze():
    readings = {f"a/m{i}": {t: 5_000_000 + 1_000 * t + i for t in range(0, 60)} for i in range(12)}
    made = engine(readings)
    assert made.rows("select count(*) as n from events where kind <> 'series_break'") == [{"n": 0}]
    assert made.rows("select count(*) as n from readings where aside") == [{"n": 0}]


def test_readings_that_no_history_satisfies_are_left_out():
    made = engine(
        {"a/x": {0: 5_000_000, 10: 4_000_000, 20: 6_000_000}, "a/y": {0: 5_000_000, 10: 4_960_000, 20: 5_000_000}}
    )
    flows = flows_of(made, SPANS)
    assert {r for r, _ in flows} == {"a/y"}, "neighbouring texts overlap; a fall by a million does not"
    assert made.rows("select repository from flow_conflicts") == [{"repository": "a/x"}]

"""What has to be told so that counters stand as they should: by arrays, and as plain Python says day by day."""

from datetime import date, timedelta

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from modelcensus.counting.spelling import Spelling
from modelcensus.counting.standing import Standing
from modelcensus.engine import Tables

FIRST = date(2026, 11, 1)
DAYS = 8
NAMES = ("acme/a", "acme/b", "Acme/C", "acme/d")
BATCHES = st.lists(
    st.dictionaries(
        st.integers(0, DAYS - 1), st.dictionaries(st.sampled_from(NAMES), st.integers(1, 3), max_size=3), min_size=1
    ),
    min_size=1,
    max_size=5,
)
"""Batches of a log: what is counted of repositories on the days that each one has lines of."""


@settings(deadline=None, max_examples=60)
@given(BATCHES)
def test_counters_stand_as_they_were_told(batches):
    """A repository that was ever counted has the count of the newest batch for every day that the log covers, and each day
    stands in one row; what stands is not told again."""
    tables = Tables()
    tables.hold("libraries", pa.table({"key": ["acme/c"], "repository": ["acme/C"]}))
    series = Standing(tables, "downloads", (), ())
    spelling = Spelling(tables, "spelled_downloads")
    series.number(spelling)
    wanted: dict[date, dict[str, int]] = {}
    told: dict[tuple[str, date, date], int | None] = {}
    for counted in batches:
        covered = sorted(wanted)
        wanted |= {FIRST + timedelta(d): of_day for d, of_day in counted.items()}
        _hold(tables, {FIRST + timedelta(d): of_day for d, of_day in counted.items()}, covered)
        spelling.learn()
        rows = series.observations(spelling).to_pylist()
        for row in rows:
            key = (row["repository"], row["period_start"], row["observed_on"])
            assert told.get(key) != row["value"], "what stands is told again"
            told[key] = row["value"]
        _check(told, wanted)


def _hold(tables: Tables, counted: dict[date, dict[str, int]], covered: list[date]) -> None:
    met = sorted({name for of_day in counted.values() for name in of_day})
    rows = [(met.index(n), day, value) for day, of_day in counted.items() for n, value in of_day.items()]
    days = pa.array(sorted(counted), pa.date32())
    tables.hold("days_touched", pa.table({"day": days}))
    tables.hold("days_covered_before", pa.table({"day": pa.array(covered, pa.date32())}))
    columns = list(zip(*rows, strict=True)) or [[], [], []]
    types = (pa.int32(), pa.date32(), pa.int64())
    named = dict(zip(("id", "day", "value"), map(pa.array, columns, types), strict=True))
    tables.hold("downloads", pa.table(named))
    ids = pa.array(range(len(met)), pa.int32())
    names, keys = pa.array(met, pa.string()), pa.array([m.lower() for m in met], pa.string())
    tables.hold("names", pa.table({"id": ids, "key": keys, "repository": names}))


def _check(told: dict[tuple[str, date, date], int | None], wanted: dict[date, dict[str, int]]) -> None:
    held: dict[str, dict[date, int]] = {}
    for (name, since, until), value in told.items():
        for step in range((until - since).days if value is not None else 0):
            day = since + timedelta(step)
            assert day not in held.setdefault(name, {}), "a day stands in two rows"
            held[name][day] = int(value or 0)
            assert step == 0 or value == 0
    met = {name for of_day in wanted.values() for name in of_day}
    for name in {n.replace("Acme", "acme") for n in met} | set(held):
        asked = "Acme/C" if name == "acme/C" else name
        everything = {day: of_day.get(asked, 0) for day, of_day in wanted.items()}
        counted_once = name in held
        assert not counted_once or held[name] == everything
        assert counted_once or not any(everything.values())

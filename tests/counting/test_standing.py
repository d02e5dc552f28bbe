"""What has to be told so that counters stand as they should: by arrays, and as plain Python says day by day."""

from datetime import date, timedelta

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from modelcensus.counting.downloads import Sums
from modelcensus.counting.libraries import Libraries, keys_of
from modelcensus.counting.spelling import Spelling
from modelcensus.counting.standing import Days, Standing
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
    ledger = pa.table({"repository": ["acme/C"], "library": [None]})
    series = Standing(tables, "downloads", (), ())
    spelling = Spelling(Libraries(tables, ledger), pa.array([], pa.string()))
    series.number(spelling)
    wanted: dict[date, dict[str, int]] = {}
    told: dict[tuple[str, date, date], int | None] = {}
    for counted in batches:
        covered = sorted(wanted)
        wanted |= {FIRST + timedelta(d): of_day for d, of_day in counted.items()}
        names = pa.array([n for of_day in counted.values() for n in of_day], pa.string())
        ids = spelling.learn(keys_of(names), names)
        on = [_number(FIRST) + d for d, of_day in counted.items() for _ in of_day]
        values = [value for of_day in counted.values() for value in of_day.values()]
        sums = Sums.of(ids, np.array(on, np.int64), np.array(values, np.int64))
        touched = _number(FIRST) + np.array(sorted(counted), np.int64)
        days = Days(touched, np.array([_number(d) for d in covered], np.int64))
        rows = series.observations(spelling, sums, np.unique(ids), days).to_pylist()
        for row in rows:
            key = (row["repository"], row["period_start"], row["observed_on"])
            assert told.get(key) != row["value"], "what stands is told again"
            told[key] = row["value"]
        _check(told, wanted)


def _number(day: date) -> int:
    return (day - date(1970, 1, 1)).days


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

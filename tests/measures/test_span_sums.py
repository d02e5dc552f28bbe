"""Sums of spans from kept levels are those of the repositories' own bounds, one by one."""

import tempfile
from itertools import combinations
from pathlib import Path

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from modelcensus.flows.bounds import Around
from modelcensus.flows.calendar import day_of
from modelcensus.flows.levels import Levels, write_levels
from modelcensus.measures.cells import CellTable
from modelcensus.measures.level_sums import LevelSums

DAYS = [20_058, 20_089, 20_120, 20_148]
REPOSITORIES = 7


@st.composite
def histories(draw):
    """What is known of a repository at the days: mostly rising, with a reading at a day, none for a while, or none any
    more; now and then nothing that sums could rely on."""
    if draw(st.integers(0, 9)) == 0:
        return [(draw(st.integers(0, 9)), draw(st.integers(-1, 9)), draw(st.integers(0, 9))) for _ in DAYS]
    upto, found, gone = draw(st.integers(0, 5)), [], False
    waits_for = -1
    for _ in DAYS:
        gone = gone or draw(st.integers(0, 9)) == 0
        if waits_for < 0 or draw(st.booleans()):
            upto = max(upto, waits_for) + draw(st.integers(0, 4))
            waits_for = upto + draw(st.integers(0, 5)) if draw(st.booleans()) else -1
        since = -1 if gone else max(waits_for, upto)
        found.append((upto, since, draw(st.integers(upto, max(since, upto)))))
    return found


breaks_of = st.lists(
    st.tuples(st.integers(0, REPOSITORIES - 1), st.integers(20_040, 20_150), st.integers(1, 40), st.integers(0, 9)),
    max_size=4,
)


def flow_of(history, own_breaks, a: int, e: int) -> tuple[int, int, int | None, bool]:
    """low, estimate, high (nothing where open) and broken of one repository, as docs/method.md has them."""
    (upto_a, since_a, likely_a), (upto_e, since_e, likely_e) = history[a], history[e]
    low = max(0, upto_e - since_a) if since_a >= 0 else 0
    passed = [b for b in own_breaks if b[2] > DAYS[a] and (b[2] <= DAYS[e] if since_e < 0 else b[1] < DAYS[e])]
    high = max(since_e - upto_a + sum(b[3] for b in passed), low)
    return low, likely_e - likely_a, None if since_e < 0 else high, bool(passed)


@given(st.lists(histories(), min_size=REPOSITORIES, max_size=REPOSITORIES), breaks_of,
       st.lists(st.integers(0, 3), min_size=REPOSITORIES + 2, max_size=REPOSITORIES + 2))  # fmt: skip
def test_sums_of_levels_are_sums_of_flows(histories, breaks, of):
    told = np.array([1, 2, 3, 4, 6, 7, 8])
    rows = np.array([(told[i], since, since + width, after) for i, since, width, after in breaks], np.int64)

    def around():
        for place in range(len(DAYS)):
            yield Around(*(np.array([h[place][part] for h in histories], np.int64) for part in range(3)))

    cells = CellTable(pa.table({"name": ["a", "b", "c"], "size": [1, 1, 1]}), np.array(of, np.int32))
    with tempfile.TemporaryDirectory() as folder:
        write_levels(Path(folder), DAYS, told, around, rows.reshape(-1, 4), len(of))
        sums = LevelSums(Levels(Path(folder)), cells)
        for a, e in combinations(range(len(DAYS)), 2):
            found = sums.of(day_of(DAYS[a]), day_of(DAYS[e]))
            for cell in range(3):
                mine = [
                    flow_of(h, [b for b in rows.tolist() if b[0] == told[i]], a, e)
                    for i, h in enumerate(histories) if of[told[i]] == cell + 1
                ]  # fmt: skip
                highs = [high for *_, high, _ in mine if high is not None]
                assert found.low[cell] == sum(low for low, *_ in mine)
                assert found.estimate[cell] == sum(estimate for _, estimate, *_ in mine)
                assert (found.closed[cell], found.observed[cell]) == (sum(highs), len(highs))
                assert found.opened[cell] == len(mine) - len(highs)
                assert found.broken[cell] == sum(broken for *_, broken in mine)


@given(st.lists(histories(), min_size=REPOSITORIES, max_size=REPOSITORIES), breaks_of,
       st.lists(st.integers(0, 4), min_size=REPOSITORIES + 2, max_size=REPOSITORIES + 2), st.sets(st.integers(0, 3)))  # fmt: skip
def test_sums_of_larger_and_of_some_cells_are_those_of_all(histories, breaks, of, some):
    """Cells added up are the cells read so, and those asked for alone are as beside the others."""
    told = np.array([1, 2, 3, 4, 6, 7, 8])
    rows = np.array([(told[i], since, since + width, after) for i, since, width, after in breaks], np.int64)

    def around():
        for place in range(len(DAYS)):
            yield Around(*(np.array([h[place][part] for h in histories], np.int64) for part in range(3)))

    names, sizes = ["a", "b", "a", None], [4, 3, 2, 1]
    fine = CellTable(pa.table({"name": names, "other": ["x", "x", "y", "y"], "size": sizes}), np.array(of, np.int32))
    with tempfile.TemporaryDirectory() as folder:
        write_levels(Path(folder), DAYS, told, around, rows.reshape(-1, 4), len(of))
        levels = Levels(Path(folder))
        sums = LevelSums(levels, fine)
        coarse, whole = sums.coarser(["name"]), sums.coarser([])
        known = coarse.cells.parts["name"].to_pylist()
        assert dict(zip(known, coarse.cells.parts["size"].to_pylist(), strict=True)) == {"a": 6, "b": 3, None: 1}
        number = {n: i + 1 for i, n in enumerate(known)}
        read = LevelSums(levels, CellTable(coarse.cells.parts, np.array([0, *(number[n] for n in names)])[of]))
        for a, e in combinations(range(len(DAYS)), 2):
            span = day_of(DAYS[a]), day_of(DAYS[e])
            all_cells, few = vars(sums.of(*span)), vars(sums.of(*span, np.array(sorted(some), np.int64)))
            for part, values in all_cells.items():
                assert few[part].tolist() == values[sorted(some)].tolist()
                assert getattr(coarse.of(*span), part).tolist() == getattr(read.of(*span), part).tolist()
                assert getattr(whole.of(*span), part).tolist() == [values.sum()]

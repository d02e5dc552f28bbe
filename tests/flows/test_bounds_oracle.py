"""Bounds and estimates of thousands of random repositories against linear programming and against a hidden truth."""

from dataclasses import dataclass
from functools import partial

import numpy as np
import pytest

from flows.hidden import Repository, SetUp, engine_of_hidden, looks, read, repositories, spans_of
from flows.oracle import Program, Relation, of_creation, of_totals, of_windows
from ledgers import DAY_ZERO, day
from modelcensus.flows import build_flows, windows
from modelcensus.flows.all_time import all_time_flows
from modelcensus.flows.clocks import Clock
from modelcensus.flows.least_squares import even_rates

AT_ONCE = 300
"""Repositories in one engine."""

SET_UPS = {
    "all_time, days known": SetUp(("all_time",), falls=0.5),
    "all_time, days uncertain": SetUp(("all_time",), vague=0.7, falls=0.2),
    "all_time, some days uncertain": SetUp(("all_time",), vague=0.2, falls=0.5),
    "all_time, two sources": SetUp(("all_time",), sources=2, vague=0.2, falls=0.3),
    "rolling_30d": SetUp(("rolling_30d",), lies=0.03),
    "rolling_30d, days uncertain": SetUp(("rolling_30d",), vague=0.5, lies=0.02),
    "period": SetUp(("period",), lies=0.03),
    "all_time and period": SetUp(("all_time", "period"), falls=0.3, lies=0.02),
    "all_time and period, days uncertain": SetUp(("all_time", "period"), vague=0.4, falls=0.3),
    "rolling_30d and period": SetUp(("rolling_30d", "period"), vague=0.2, lies=0.02),
    "all_time and rolling_30d, spliced": SetUp(
        ("all_time", "rolling_30d"), vague=0.2, falls=0.2, paired=True, ratio=(0.9, 1.02)
    ),
    "all_time and rolling_30d, nothing measured": SetUp(("all_time", "rolling_30d"), vague=0.2, ratio=(0.9, 1.02)),
    "all three": SetUp(
        ("all_time", "rolling_30d", "period"), sources=2, vague=0.2, lies=0.01, paired=True, ratio=(0.97, 1.01)
    ),
}


def leave_out_set_aside(engine, made: list[Repository]) -> None:
    """Keep the readings that the counters' events leave: most of them."""
    rows = engine.rows("select repository, counter, series, t_from, t_to from readings where aside")
    gone = {
        (r["repository"], r["counter"], r["series"], *((r[d] - DAY_ZERO).days for d in ("t_from", "t_to")))
        for r in rows
    }
    assert len(gone) <= 0.75 * sum(len(x.readings) for x in made)
    for x in made:
        x.readings = [r for r in x.readings if (x.name, r.counter, r.series, r.since, r.on) not in gone]


@dataclass(frozen=True)
class Said:
    """What an instrument says of a repository, and where its counter was recounted."""

    repository: Repository
    instrument: str
    relations: list[Relation]
    falls: list[tuple[int, int]]

    @property
    def true(self) -> bool:
        """Whether the hidden truth is among what is allowed (what is said of chains aside)."""
        flow = self.repository.flow
        return all(r.chains or r.low <= flow(r.start, r.end) <= r.high for r in self.relations)


def instruments(x: Repository, ratios: dict[str, tuple[float, float]]) -> list[Said]:
    """`all_time`, windows, and all together where they can be joined."""
    total, rolling, period = (
        [r for r in x.readings if r.counter == c] for c in ("all_time", "rolling_30d", "period")
    )
    levels, falls = of_totals(total)
    said = []
    if total:
        said.append(("all_time", levels + of_creation(x.created, total), falls))
    if rolling or period:
        windows = of_windows(rolling + period)
        said.append(("rolling_30d" if rolling else "period", windows + of_creation(x.created, x.readings, 1), []))
    if total and (period or any(r.series in ratios for r in rolling)):
        windows = of_windows(rolling + period, ratios)
        said.append(("spliced", levels + windows + of_creation(x.created, x.readings, 1), falls))
    return [Said(x, *one) for one in said]


def scales(engine) -> dict[str, tuple[float, float]]:
    """Between what R / dA lies, by the series of R."""
    found = {}
    for s in engine.counters.splices:
        least, most = found.get(s.rolling, (s.lower, s.upper))
        found[s.rolling] = min(least, s.lower), max(most, s.upper)
    return found


def check(setup: SetUp, seed: int) -> None:
    """The flows of one engine's repositories are those of the linear program."""
    rng = np.random.default_rng(seed)
    made, seen, spans = repositories(rng, AT_ONCE), looks(rng, setup), spans_of(rng)
    for x in made:
        read(rng, setup, x, seen)
    engine = engine_of_hidden(made)
    build_flows(engine.counters, [(day(a), day(b)) for a, b in spans], "conservative")
    leave_out_set_aside(engine, made)
    ratios = scales(engine)
    assert setup.paired or not ratios
    asked = [said for x in made for said in instruments(x, ratios)]
    low, high, impossible = solved(asked, spans)
    found = {(r["repository"], r["instrument"]) for r in engine.rows("select * from flow_conflicts")}
    assert found == {(s.repository.name, s.instrument) for s, no in zip(asked, impossible, strict=True) if no}
    rows = flows_by_repository(engine)
    assert set(rows) == {s.repository.name for s, no in zip(asked, impossible, strict=True) if not no}
    best = {}
    for block, said in enumerate(asked):
        assert said.true or not said.repository.honest or setup.ratio != (1, 1)
        if impossible[block]:
            continue
        closed = np.isfinite(high[block])
        width = (high - low)[block][closed].sum() if closed.any() else np.inf
        rank = (said.instrument != "spliced", len(spans) - closed.sum(), width, said.instrument)
        best[said.repository.name] = min(best.get(said.repository.name, (rank, block)), (rank, block))
    for name, (_, block) in best.items():
        check_flows(rows[name], asked[block], low[block], high[block], spans)


def solved(asked: list[Said], spans: list[tuple[int, int]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Low, high (said x spans), and what no history satisfies, by linear programming."""
    program = Program(spans)
    for said in asked:
        program.add(said.relations)
    return program.solve()


def flows_by_repository(engine) -> dict[str, list[dict]]:
    """Rows of `flows` by repository, in the order of the spans."""
    rows = {}
    for row in engine.rows("select * from flows order by repository, span"):
        rows.setdefault(row["repository"], []).append(row)
    return rows


def check_flows(
    rows: list[dict], said: Said, low: np.ndarray, high: np.ndarray, spans: list[tuple[int, int]]
) -> None:
    """Bounds as the program has them, the truth inside, and estimates that are whole, inside, and add up."""
    assert [r["instrument"] for r in rows] == [said.instrument] * len(spans)
    assert [r["low"] for r in rows] == pytest.approx(low, abs=1e-6)
    assert [np.inf if r["open"] else r["high"] for r in rows] == pytest.approx(high, abs=1e-6)
    assert [r["high"] is None for r in rows] == [r["open"] for r in rows]
    for row, (start, end) in zip(rows, spans, strict=True):
        most = np.inf if row["open"] else row["high"]
        assert isinstance(row["estimate"], int)
        assert row["low"] <= row["estimate"] <= most
        assert not said.true or not said.repository.honest or row["low"] <= said.repository.flow(start, end) <= most
        assert row["broken"] == any(start < fell and before < end for before, fell in said.falls)
    assert rows[0]["estimate"] + rows[1]["estimate"] == rows[2]["estimate"]


@pytest.fixture(autouse=True)
def rough_estimates(monkeypatch):
    """Bounds do not wait for estimates, which are cut to fit them however rough they are."""
    monkeypatch.setattr(windows, "even_rates", partial(even_rates, steps=40))


@pytest.mark.parametrize("name", SET_UPS)
def test_bounds_are_those_of_the_linear_program(name):
    check(SET_UPS[name], 0)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1, 35))
@pytest.mark.parametrize("name", SET_UPS)
def test_bounds_of_ten_thousand_repositories_are_those_of_the_linear_program(name, seed):
    check(SET_UPS[name], seed)


@pytest.mark.parametrize("seed", range(3))
def test_the_fold_and_the_query_bound_all_time_alike(seed):
    """One source on known days is folded, anything else is queried: the same readings give the same bounds."""
    rng = np.random.default_rng(seed)
    setup = SET_UPS["all_time, days known"]
    made, seen, spans = repositories(rng, AT_ONCE), looks(rng, setup), spans_of(rng)
    for x in made:
        read(rng, setup, x, seen)
    engine, days = engine_of_hidden(made), [(day(a), day(b)) for a, b in spans]
    assert engine.counters.certain
    build_flows(engine.counters, days, "conservative")
    all_time_flows(engine, "queried", Clock("readings"), days)
    columns = "select span, repository, low, high, open, broken"
    assert engine.rows(f"{columns} from queried order by all") == engine.rows(f"{columns} from flows order by all")
    assert not engine.rows("select * from queried_conflicts")

"""Snapshots stored as what changed give what the same snapshots stored whole give, and days added what all at once do."""

from itertools import product
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from flows.hidden import Look, Repository, SetUp, looks, read, repositories, spans_of
from flows.oracle import Reading
from ledgers import day, engine_of_tables, flows_of, observation, table
from modelcensus.engine import DuckDBEngine
from modelcensus.flows.run import Run
from modelcensus.vocabulary import LISTINGS, OBSERVATIONS, LedgerError

SET_UPS = {
    "all_time": SetUp(("all_time",), falls=0.3),
    "all_time, days uncertain": SetUp(("all_time",), vague=0.4),
    "rolling_30d": SetUp(("rolling_30d",)),
    "both": SetUp(("all_time", "rolling_30d"), paired=True, ratio=(0.95, 1.0)),
}
Time = tuple[int, int]
"""Earliest and latest day of a snapshot."""


def hidden(
    setup: SetUp, seed: int, count: int = 120, seen: list[Look] | None = None
) -> tuple[list[Repository], list[tuple[int, int]]]:
    """Repositories, read, and spans to ask for."""
    rng = np.random.default_rng(seed)
    made = repositories(rng, count)
    seen = looks(rng, setup) if seen is None else seen
    for x in made:
        read(rng, setup, x, seen)
    return made, spans_of(rng)


def snapshots(made: list[Repository]) -> dict[str, dict[Time, dict[str, Reading]]]:
    """What each counter's source listed at each time, in order."""
    found: dict[str, dict[Time, dict[str, Reading]]] = {}
    for x in made:
        for r in x.readings:
            found.setdefault(r.counter, {}).setdefault((r.on, r.since), {})[x.name] = r
    return {c: dict(sorted(times.items())) for c, times in found.items()}


def whole(made: list[Repository]) -> pa.Table:
    return table(
        (observation(x.name, r.counter, r.value, r.on, r.since) for x in made for r in x.readings), OBSERVATIONS
    )


def listing(counter: str, since: int, on: int, base: int, listed: int) -> dict:
    """A snapshot of which only the rows stand that changed since the one of day `base`."""
    times = {"observed_from": day(since), "observed_on": day(on), "since": day(base)}
    return {"counter": counter, "batch": "", "listed": listed, **times}


def sparse(made: list[Repository], rng: np.random.Generator) -> tuple[pa.Table, pa.Table]:
    """The same as observations and listings: most snapshots as what changed since the one before, some since an older
    one (those between came late), some whole."""
    rows, listings = [], []
    for counter, times in snapshots(made).items():
        earlier: list[tuple[int, dict[str, int]]] = []
        for (on, since), listed in times.items():
            now = {name: r.value for name, r in listed.items()}
            base = earlier[-1 if rng.random() < 0.6 else int(rng.integers(len(earlier)))] if earlier else None
            if base is None or rng.random() < 0.15:
                rows += [observation(n, counter, v, on, since) for n, v in now.items()]
            else:
                before = base[1]
                rows += [observation(n, counter, v, on, since) for n, v in now.items() if before.get(n) != v]
                rows += [observation(n, counter, None, on, since) for n in before if n not in now]
                listings.append(listing(counter, since, on, base[0], len(now)))
            earlier.append((on, now))
    return table(rows, OBSERVATIONS), table(listings, LISTINGS)


def outcome(engine, spans: list[tuple[int, int]]) -> tuple:
    """Events, readings and flows."""
    rows = (engine.rows(f"select * from {name} order by all") for name in ("events", "readings"))
    return *rows, flows_of(engine, spans)


@pytest.mark.parametrize(("name", "seed"), list(product(SET_UPS, range(2))))
def test_snapshots_stored_as_changes_give_the_same_events_readings_and_flows(name, seed):
    made, spans = hidden(SET_UPS[name], seed)
    observations, listings = sparse(made, np.random.default_rng(seed))
    assert len(listings)
    assert outcome(engine_of_tables(observations, listings=listings), spans) == outcome(
        engine_of_tables(whole(made)), spans
    )


@pytest.mark.parametrize("counter", ["all_time", "rolling_30d"])
def test_a_snapshot_that_comes_late_leaves_what_stands_on_the_one_before_it_as_it_is(counter):
    """Day 50 says what changed since day 40; then day 45 is found, in which `a` stood elsewhere and `b` was missing."""
    said = {40: {"o/a": 10, "o/b": 20, "o/c": 5}, 45: {"o/a": 12, "o/c": 5}, 50: {"o/a": 10, "o/b": 21, "o/c": 5}}
    if counter == "all_time":
        said[50]["o/a"] = 12
    full = [observation(n, counter, v, on) for on, listed in said.items() for n, v in listed.items()]
    late = [r for r in full if r["observed_on"] != day(50)]
    late += [observation("o/b", counter, 21, 50)] + (
        [observation("o/a", counter, 12, 50)] if counter == "all_time" else []
    )
    listings = table([listing(counter, 50, 50, 40, 3)], LISTINGS)
    spans = [(40, 45), (45, 50), (40, 50), (20, 50)]
    dense = outcome(engine_of_tables(table(full, OBSERVATIONS)), spans)
    assert outcome(engine_of_tables(table(late, OBSERVATIONS), listings=listings), spans) == dense


def test_what_changed_since_a_snapshot_that_is_not_there_is_refused():
    rows = table([observation("o/a", "all_time", 10, 40), observation("o/a", "all_time", 12, 50)], OBSERVATIONS)
    with pytest.raises(LedgerError, match="of which there is none"):
        engine_of_tables(rows, listings=table([listing("all_time", 50, 50, 45, 1)], LISTINGS))


DAYS = [d for d in range(60, 110) if d != 75]
"""Days that are read in time; day 75 comes after all of them."""


def engine_of_days(
    made: list[Repository], days: list[int], spans: list[tuple[int, int]], thin: bool, store: Path | None = None
) -> DuckDBEngine:
    """An engine of these days, each of which came as a batch of its own; `thin`: as what changed since the one before."""
    rows, listings = [], []
    for counter, times in snapshots(made).items():
        said = {on: {name: r.value for name, r in listed.items()} for (on, _), listed in times.items()}
        for on in days:
            before = said[max(d for d in DAYS if d < on)] if thin and on > DAYS[0] else {}
            rows += [(on, observation(n, counter, v, on)) for n, v in said[on].items() if before.get(n) != v]
            rows += [(on, observation(n, counter, None, on)) for n in before if n not in said[on]]
            if before:
                since = max(d for d in DAYS if d < on)
                listings.append((on, listing(counter, on, on, since, len(said[on]))))
    series = {f"day{d:03}": "series" for d in days}
    edges = sorted({d for span in spans for d in span})
    tables = [
        table((row for _, row in found), schema).append_column(
            "batch_id", pa.array([f"day{on:03}" for on, _ in found], pa.string())
        )
        for found, schema in ((rows, OBSERVATIONS), (listings, LISTINGS))
    ]
    return engine_of_tables(tables[0], None, series, tables[1], edges, store)


@pytest.mark.parametrize("thin", [False, True])
@pytest.mark.parametrize("counters", [("all_time",), ("all_time", "rolling_30d")])
def test_days_added_to_kept_folds_give_what_folding_all_at_once_gives(counters, thin, tmp_path, monkeypatch):
    """Seven weeks of daily snapshots in steps; the last step brings a day that had been missing, and folds anew."""
    seen = [Look(c, d, d, None, "series") for d in range(60, 110) for c in counters]
    made, spans = hidden(SetUp(counters, falls=0.3, ratio=(0.95, 1.0)), 5, 30, seen)
    resumed, resume = [], Run.resume
    monkeypatch.setattr(Run, "resume", lambda *given: resumed.append(resume(*given)) or resumed[-1])
    for days, known in ((DAYS[:36], False), (DAYS[:37], True), (DAYS, True), ([*DAYS, 75], False)):
        resumed.clear()
        kept = outcome(engine_of_days(made, days, spans, thin, tmp_path), spans)
        assert [names is not None for names in resumed] == [known] * len(counters)
        assert kept == outcome(engine_of_days(made, days, spans, thin=False), spans)

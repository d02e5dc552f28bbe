"""What a large ledger keeps of its health is what all of its snapshots say, and a day more is looked at alone."""

from dataclasses import replace
from datetime import date

import pyarrow as pa
import pytest

import modelcensus
from ledgers import batch_of, day, fact, ledger_of, observation
from modelcensus.flows import counters
from modelcensus.measures import census as census_module
from modelcensus.measures.health import health, watched
from modelcensus.vocabulary import LISTINGS

REPOSITORIES, GOES, COMES = 40, 44, 52
STALLS, ROLLS_BACK = (59, 95), 75


def listed(d: int) -> dict[str, int]:
    shown = d - 1 if d in STALLS else 66 if d == ROLLS_BACK else d
    frozen = {5: 30}
    said = {i: 1_000 + (40 + 7 * i) * min(shown, frozen.get(i, shown)) for i in range(REPOSITORIES)}
    return {f"o/r{i}": v for i, v in said.items() if not (i == 0 and d >= GOES) and not (i == 1 and d < COMES)}


def batch(name: str, days: range, counter: str = "all_time"):
    rows, listings, before = [], [], listed(days[0] - 1) if days[0] else {}
    for d in days:
        now = listed(d)
        changed = {r: v for r, v in now.items() if before.get(r) != v} | dict.fromkeys(before.keys() - now.keys())
        rows += [observation(r, counter, v, d) for r, v in changed.items()]
        if d:
            listings.append({"counter": counter, "observed_from": day(d), "observed_on": day(d), "batch": "",
                             "since": day(d - 1), "listed": len(now)})  # fmt: skip
        before = now
    made = batch_of(name, "hub", observations=rows, facts=[fact("o/r0", created=date(2020, 1, 1))])
    return replace(made, tables={**made.tables, "listings": pa.Table.from_pylist(listings, schema=LISTINGS.arrow)})


@pytest.fixture
def looked_at(tmp_path, monkeypatch):
    read = []
    monkeypatch.setattr(watched, "KEPT_BACK", 12)
    monkeypatch.setattr(
        watched,
        "rows_of",
        lambda engine, calendar, ordinals: read.append(len(calendar)) or rows(engine, calendar, ordinals),
    )
    rows = counters.rows_of

    def looked(large: bool):
        for module, name in ((census_module, "LARGE"), (counters, "MOST_KEPT")):
            monkeypatch.setattr(module, name, 10 if large else 10**9)
        read.clear()
        found = health(modelcensus.open(tmp_path), day(130))
        return found, list(read)

    return tmp_path, looked


def test_a_day_more_is_looked_at_from_what_is_kept(looked_at):
    root, looked = looked_at
    ledger_of(root, batch("hub", range(100)))
    first, read = looked(True)
    assert read == [100]
    assert looked(True) == (first, [])
    for days in (range(100, 101), range(101, 120)):
        ledger_of(root, batch("hub", days))
        large, read = looked(True)
        assert 0 < sum(read) < 60, "what was kept is gone on from"
        assert large == looked(False)[0]
    assert {e["kind"] for e in large["events"]} >= {"stall", "rollback", "freeze"}
    assert len(large["coverage"]) == 4 and large["next"]


def test_what_is_damaged_or_stands_on_other_snapshots_is_worked_out_anew(looked_at):
    root, looked = looked_at
    ledger_of(root, batch("hub", range(60)))
    looked(True)
    (state,) = (root / "derived").rglob("level.npy")
    state.write_bytes(state.read_bytes()[:-8])
    ledger_of(root, batch("hub", range(60, 62)))
    large, read = looked(True)
    assert (large, read) == (looked(False)[0], [62])
    ledger_of(root, batch("windows", range(50), "rolling_30d"))  # between those that were seen
    large, read = looked(True)
    assert (large, read) == (looked(False)[0], [112])

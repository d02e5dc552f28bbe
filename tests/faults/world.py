"""What the fault campaign does its harm to: a series of snapshots, a table with corrections, a list of facts."""

import random
from datetime import date, timedelta
from pathlib import Path

from ledgers import COMMITTED, batch_of, fact, observation
from modelcensus.engine import DuckDBEngine
from modelcensus.ledger import Ledger
from modelcensus.vocabulary import LISTINGS, OBSERVATIONS, Batch, InputFile

SNAPSHOTS, REPOSITORIES = 5, 60


def batches() -> list[Batch]:
    """The same batches each time: sparse snapshots, an addition to one of them, and counts of periods."""
    rng = random.Random(3)
    values = [rng.randrange(1, 10_000) for _ in range(REPOSITORIES)]
    made = []
    for day in range(SNAPSHOTS):
        values = [v + rng.randrange(50) if rng.random() < 0.3 else v for v in values]
        rows = [observation(f"a/m{i}", "all_time", v, day) for i, v in enumerate(values)]
        facts = [fact(f"a/m{i}", day, library="transformers") for i in range(REPOSITORIES)]
        made.append(_named(batch_of("hub", "hub", observations=rows, facts=facts), f"day{day}", complete=True))
    late = [observation(f"b/late{i}", "all_time", 5, 2) for i in range(5)]
    made.append(_named(batch_of("hub", "hub", observations=late), "late", complete=False))
    periods = [observation(f"a/m{i}", "period", i, d + 1, start=d) for i in range(20) for d in range(3)]
    made.append(_named(batch_of("log", "log:mine", observations=periods), "periods", complete=False))
    return made


def _named(batch: Batch, name: str, complete: bool) -> Batch:
    digest = f"{name:0>64}"
    return Batch(**{**vars(batch), "inputs": (InputFile(f"{name}.csv", 1, digest),), "complete": complete})


def undisturbed(root: Path) -> Ledger:
    """The ledger as it is without any fault."""
    ledger = Ledger(root)
    for hour, batch in enumerate(batches()):
        ledger.commit(batch, committed_at=COMMITTED + timedelta(hours=hour))
    return ledger


def values(ledger: Ledger) -> dict[str, int]:
    """What the snapshots say of every repository on every day, whichever of them is stored sparsely: its rows, in the order of
    the commits, over those of the day since which they stand, whatever came to other days in between."""
    engine = DuckDBEngine()
    engine.connection.execute("set threads = 1")
    manifests = ledger.manifests()
    order = {m.id: n for n, m in enumerate(manifests)}
    rows = engine.fetch(ledger.read(engine, OBSERVATIONS, manifests)).to_pylist()
    rows.sort(key=lambda r: (r["observed_on"], order[r["batch_id"]]))
    since = {r["observed_on"]: r["since"] for r in engine.fetch(ledger.read(engine, LISTINGS, manifests)).to_pylist()}
    states: dict[date | None, dict[str, int | None]] = {}
    told: dict[str, int] = {}
    for day in sorted({r["observed_on"] for r in rows if r["counter"] == "all_time"}):
        states[day] = dict(states.get(since.get(day), {}))
        for row in rows:
            if row["observed_on"] == day and row["counter"] == "all_time":
                states[day][row["repository"]] = row["value"]
        told.update({f"{day} {r}": v for r, v in states[day].items() if v is not None})
    periods = [r for r in rows if r["counter"] == "period"]
    for row in periods:
        key = f"period {row['repository']} {row['period_start']}..{row['observed_on']}"
        told[key] = told.get(key, 0) + row["value"]
    return told

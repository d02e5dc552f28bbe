"""`python -m bench flows`: monthly flows of a hub's all-time counters, ours against plain SQL, on the same files.

Ours finds the events, repairs what they call for, and gives bounds; the plain query gives the difference of the last
readings of two months and nothing else. Both write a Parquet file of flows a month. Each runs in a process of its own,
one after the other; peak memory is that of the process. Then a day is added and folded onto what was kept.
"""

import json
import time
from datetime import date
from functools import partial
from itertools import pairwise
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from rich.console import Console
from rich.table import Table

from bench.sides import answer, apart, as_large, measured_on, timed
from modelcensus.engine import DuckDBEngine
from modelcensus.flows import Counters, build_events, build_readings
from modelcensus.ledger import Ledger
from modelcensus.vocabulary import FACTS, LISTINGS, OBSERVATIONS

MONTHS = [date(2025 + m // 12, m % 12 + 1, 1) for m in range(21)]
MEMORY = "1500MB"
"""What DuckDB may use beside the arrays of the folds."""


def opened(ledger: Ledger, memory: str, without: int = 0) -> DuckDBEngine:
    """An engine with the ledger's batches, the last ones left out."""
    engine = DuckDBEngine(memory)
    manifests = sorted(ledger.manifests(), key=lambda m: m.last_day or "")
    manifests = manifests[: len(manifests) - without]
    for table in (OBSERVATIONS, LISTINGS, FACTS):
        ledger.read(engine, table, manifests)
    engine.register(
        "batches",
        pa.table(
            {
                "batch_id": [m.id for m in manifests],
                "name": [m.name for m in manifests],
                "channel": [m.channel for m in manifests],
                "committed_at": [m.committed_at for m in manifests],
            }
        ),
    )
    return engine


def monthly(counters: Counters, out: Path, last: int = 0) -> int:
    """Write the flows of every month, or of the last ones; gives their estimates' sum."""
    all_time, finished = counters.all_time(MONTHS, raw=False)
    edges, total = sorted(finished.edges, key=lambda e: e.day)[-last - 1 if last else 0 :], 0
    for start, end in pairwise(edges):
        flow = all_time.flow(start, end)
        moved = flow.filter(pa.array(np.asarray(flow["high"].fill_null(1)) > 0))
        total += int(np.asarray(flow["estimate"]).sum())
        pq.write_table(moved, out / f"flows-{start.day}.parquet")
        all_time.forget(start)
    return total


def ours(root: str, out: str, store: str = "", without: int = 0, last: int = 0) -> dict:
    as_large()
    started = time.perf_counter()
    engine = opened(Ledger(Path(root)), MEMORY, without)
    counters = build_readings(engine, "hub", tuple(MONTHS), Path(store) if store else None)
    build_events(counters)
    folded = time.perf_counter() - started
    total = monthly(counters, Path(out), last)
    kinds = {r["kind"]: r["n"] for r in engine.rows("select kind, count(*) as n from events group by all order by 1")}
    return {"seconds": time.perf_counter() - started, "folded": folded, "total": total, "events": kinds}


def day_before(root: str, out: str, store: str) -> dict:
    """Everything but the last batch, a day of one counter."""
    return ours(root, out, store, without=1)


def day_added(root: str, out: str, store: str) -> dict:
    """The last batch folded onto what was kept of the others, and the month that it touches."""
    return ours(root, out, store, last=1)


def plain(root: str, out: str) -> dict:
    """The differences of last readings, as SQL; `differences`: their sum, which is not that of the flows."""
    files, found = str(Path(root) / "observations" / "*" / "*.parquet"), {}
    with timed(found):
        db = duckdb.connect()
        db.execute("set memory_limit = '5GB'")
        db.execute(f"""
            copy (with last as (
                    select repository, date_trunc('month', observed_on) as month, max_by(value, observed_on) as value
                    from read_parquet('{files}', hive_partitioning = false)
                    where counter = 'all_time' and value is not null group by all)
                  select repository, month, value - lag(value) over (partition by repository order by month) as flow
                  from last) to '{out}/plain.parquet' (format parquet)""")
    differences = db.execute(f"select sum(flow) from '{out}/plain.parquet'").fetchall()[0][0]
    return {**found, "differences": int(differences)}


def main(arguments: list[str]) -> None:
    with measured_on("flows", arguments) as (root, folder):
        out, store = folder / "out", folder / "store"
        out.mkdir()
        run = partial(apart, "bench.flows")
        sides = {"plain DuckDB": run("plain", root, out), "modelcensus": run("ours", root, out)}
        run("day_before", root, out, store)
        sides["modelcensus, a day added"] = run("day_added", root, out, store)
        rows = sum(m.rows.get("observations", 0) for m in Ledger(root).manifests())
    table = Table(title=f"monthly flows of {rows:,} observations in sparse storage")
    for column in ("", "s", "peak GB", "downloads", "what it gives"):
        table.add_column(column)
    for name, side in sides.items():
        gives = "differences of last readings" if name.startswith("plain") else "bounds, estimates, events"
        table.add_row(
            name,
            f"{side['seconds']:.1f}",
            f"{side['peak']:.2f}",
            f"{side.get('total', side.get('differences')):,}",
            gives,
        )
    console = Console()
    console.print(table)
    console.print(
        f"ratio {sides['modelcensus']['seconds'] / sides['plain DuckDB']['seconds']:.2f}, DuckDB {duckdb.__version__}"
    )
    console.print(json.dumps(sides["modelcensus"]["events"]))


if __name__ == "__main__":
    answer({"ours": ours, "plain": plain, "day_before": day_before, "day_added": day_added})

"""`python -m bench flows`: monthly flows of a hub's all-time counters, ours against plain SQL, on the same files.

Ours finds the events, repairs what they call for, and gives bounds; the plain query gives the difference of the last
readings of two months and nothing else. Both write a Parquet file of flows a month. Each runs in a process of its own,
one after the other; peak memory is that of the process. Then a day is added and folded onto what was kept.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from datetime import date
from itertools import pairwise
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from rich.console import Console
from rich.table import Table

from bench.hub import make_hub
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
        all_time.forget(start.day)
    return total


def ours(root: Path, out: Path, store: Path | None, without: int = 0, last: int = 0) -> dict:
    started = time.perf_counter()
    engine = opened(Ledger(root), MEMORY, without)
    counters = build_readings(engine, "hub", tuple(MONTHS), store)
    build_events(counters)
    folded = time.perf_counter() - started
    total = monthly(counters, out, last)
    kinds = {r["kind"]: r["n"] for r in engine.rows("select kind, count(*) as n from events group by all order by 1")}
    return {"seconds": time.perf_counter() - started, "folded": folded, "total": total, "events": kinds}


def day_before(root: Path, out: Path, store: Path | None) -> dict:
    """Everything but the last batch, a day of one counter."""
    return ours(root, out, store, without=1)


def day_added(root: Path, out: Path, store: Path | None) -> dict:
    """The last batch folded onto what was kept of the others, and the month that it touches."""
    return ours(root, out, store, last=1)


def plain(root: Path, out: Path, _store: Path | None) -> dict:
    files = str(root / "observations" / "*" / "*.parquet")
    started = time.perf_counter()
    db = duckdb.connect()
    db.execute("set memory_limit = '5GB'")
    db.execute(f"""
        copy (with last as (
                select repository, date_trunc('month', observed_on) as month, max_by(value, observed_on) as value
                from read_parquet('{files}', hive_partitioning = false)
                where counter = 'all_time' and value is not null group by all)
              select repository, month, value - lag(value) over (partition by repository order by month) as flow
              from last) to '{out / "plain.parquet"}' (format parquet)""")
    seconds = time.perf_counter() - started
    total = db.execute(f"select sum(flow) from '{out / 'plain.parquet'}'").fetchall()[0][0]
    return {"seconds": seconds, "total": int(total)}


def apart(name: str, root: Path, out: Path, store: Path | None = None) -> dict:
    """Run one side in a process of its own."""
    command = [sys.executable, "-m", "bench.flows", name, str(root), str(out), str(store or "")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench flows")
    parser.add_argument("--ledger", type=Path, help="a ledger made before by `python -m bench.hub FOLDER`")
    parser.add_argument("--repositories", type=int, default=100_000)
    parser.add_argument("--rows", type=int, default=6_600_000)
    parser.add_argument("--days", type=int, default=600)
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        root = chosen.ledger or Path(folder) / "hub"
        if not chosen.ledger:
            make_hub(root, chosen.repositories, chosen.days, chosen.rows)
        out, store = Path(folder) / "out", Path(folder) / "store"
        out.mkdir()
        sides = {"plain DuckDB": apart("plain", root, out), "modelcensus": apart("ours", root, out)}
        apart("day_before", root, out, store)
        sides["modelcensus, a day added"] = apart("day_added", root, out, store)
        rows = sum(m.rows.get("observations", 0) for m in Ledger(root).manifests())
    table = Table(title=f"monthly flows of {rows:,} observations in sparse storage")
    for column in ("", "s", "peak GB", "downloads", "what it gives"):
        table.add_column(column)
    for name, side in sides.items():
        gives = "differences of last readings" if name.startswith("plain") else "bounds, estimates, events"
        table.add_row(name, f"{side['seconds']:.1f}", f"{side['peak']:.2f}", f"{side['total']:,}", gives)
    console = Console()
    console.print(table)
    console.print(
        f"ratio {sides['modelcensus']['seconds'] / sides['plain DuckDB']['seconds']:.2f}, DuckDB {duckdb.__version__}"
    )
    console.print(json.dumps(sides["modelcensus"]["events"]))


if __name__ == "__main__":
    side, root, out, store = sys.argv[1:5]
    sides = {"ours": ours, "plain": plain, "day_before": day_before, "day_added": day_added}
    result = sides[side](Path(root), Path(out), Path(store) if store else None)
    print(json.dumps({**result, "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6}))

"""`python -m bench flows`: monthly flows of an all-time counter, ours against plain SQL, in alternation, answers compared.

Ours gives bounds and events; the plain query gives the difference of the last readings of two months and
nothing else. The size is stated with the result: a ratio is only worth what it was measured at.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
from rich.console import Console
from rich.table import Table

from modelcensus.engine import DuckDBEngine
from modelcensus.flows import build_events, build_flows, build_readings
from modelcensus.ledger import Ledger
from modelcensus.vocabulary import FACTS, OBSERVATIONS, Batch

START = date(2026, 1, 1)


def made_ledger(folder: Path, repositories: int, days: int, seed: int = 7) -> Ledger:
    """A ledger of heavy-tailed all-time counters, read every day; most repositories hardly move."""
    random = np.random.default_rng(seed)
    scale = random.pareto(0.6, repositories) * 2
    ledger = Ledger(folder)
    total = np.zeros(repositories, dtype=np.int64)
    ids = pa.array([f"org-{i % 997}/model-{i}" for i in range(repositories)])
    for day in range(days):
        on = START + timedelta(days=day)
        rows = pa.table(
            {
                "repository": ids,
                "hub_id": pa.nulls(repositories, pa.string()),
                "counter": pa.array(["all_time"] * repositories),
                "value": pa.array(total),
                "observed_from": pa.array([on] * repositories),
                "observed_on": pa.array([on] * repositories),
                "batch": pa.array([""] * repositories),
                "period_start": pa.nulls(repositories, pa.date32()),
            },
            schema=OBSERVATIONS.arrow,
        )
        ledger.commit(Batch("bench", "bench", "hub", {"observations": rows}, (), {"day": str(day)}, ()))
        total = total + random.poisson(np.minimum(scale, 1e5))
    return ledger


def ours(ledger: Ledger, spans: list[tuple[date, date]]) -> int:
    engine = DuckDBEngine()
    manifests = ledger.manifests()
    ledger.read(engine, OBSERVATIONS, manifests)
    engine.register("facts", FACTS.arrow.empty_table())
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
    build_readings(engine, "hub")
    build_events(engine)
    build_flows(engine, spans, "conservative")
    return int(engine.rows("select sum(estimate) as total from flows")[0]["total"])


def plain(ledger: Ledger, spans: list[tuple[date, date]]) -> int:
    files = str(ledger.root / "observations" / "*" / "*.parquet")
    listed = ", ".join(f"(date '{a}', date '{b}')" for a, b in spans)
    query = f"""
        with spans(a, b) as (values {listed}),
        edges as (
            select s.a, repository, max_by(value, observed_on) filter (observed_on <= s.a) as before,
                   max_by(value, observed_on) filter (observed_on <= s.b) as after
            from read_parquet('{files}', hive_partitioning = false), spans s group by all)
        select sum(after - before) from edges"""
    return int(duckdb.connect().execute(query).fetchall()[0][0])


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench flows")
    parser.add_argument("--repositories", type=int, default=50_000)
    parser.add_argument("--days", type=int, default=91)
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        ledger = made_ledger(Path(folder), chosen.repositories, chosen.days)
        spans = [(date(2026, m, 1), date(2026, m + 1, 1)) for m in range(1, 1 + (chosen.days - 1) // 30)]
        times: dict[str, list[float]] = {"modelcensus": [], "plain DuckDB": []}
        answers = set()
        for _ in range(chosen.rounds):
            for name, run in (("modelcensus", ours), ("plain DuckDB", plain)):
                answers.add(_timed(run, ledger, spans, times[name]))
    if len(answers) != 1:
        raise SystemExit(f"the answers differ: {answers}")
    ratios = [a / b for a, b in zip(times["modelcensus"], times["plain DuckDB"], strict=True)]
    rows = chosen.repositories * chosen.days
    table = Table(
        title=f"monthly flows of {rows:,} observations ({chosen.repositories:,} repositories, {chosen.days} days)"
    )
    for column in ("", "median s", "what it gives"):
        table.add_column(column)
    table.add_row("modelcensus", f"{statistics.median(times['modelcensus']):.2f}", "bounds, estimates, events")
    table.add_row("plain DuckDB", f"{statistics.median(times['plain DuckDB']):.2f}", "differences of last readings")
    Console().print(table)
    Console().print(
        f"ratio {statistics.median(ratios):.1f} ({min(ratios):.1f} to {max(ratios):.1f}), DuckDB {duckdb.__version__}"
    )


def _timed(
    run: Callable[[Ledger, list[tuple[date, date]]], int],
    ledger: Ledger,
    spans: list[tuple[date, date]],
    times: list[float],
) -> int:
    started = time.perf_counter()
    answer = run(ledger, spans)
    times.append(time.perf_counter() - started)
    return answer

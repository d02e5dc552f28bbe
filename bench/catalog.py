"""`python -m bench catalog`: attribution and roots of a Hub's worth of repositories, and what the roots alone cost
in plain Python.

Names are drawn from the sample's (`--distinct`: each made different); lineage has the Hub's shape: many originals, chains up to twelve deep, few of
them long, popular parents, 2 % merges, and some cycles. What the plain program gives (a dictionary of parents
followed upwards) is compared for every repository with one line of descent.
"""

import argparse
import resource
import tempfile
import time
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
from rich.console import Console

from bench.names import real_names
from bench.roots import DEEPEST, plain
from modelcensus.catalog import build_catalog, load_knowledge
from modelcensus.engine import DuckDBEngine
from modelcensus.ledger import Ledger
from modelcensus.vocabulary import FACTS, LISTS, OBSERVATIONS, Batch

PARENTED, MERGED, CYCLES = 0.55, 0.02, 300
FIRST_DAY = date(2022, 3, 2).toordinal() - date(1970, 1, 1).toordinal()


def made_facts(repositories: int, distinct: bool = False, seed: int = 11) -> tuple[pa.Table, np.ndarray]:
    """Facts of that many repositories, and the first parent of each (-1: none)."""
    random = np.random.default_rng(seed)
    real = np.array(real_names(), dtype=object)
    picked = np.concatenate([np.arange(real.size), random.integers(0, real.size, repositories)])[:repositories]
    ids = [n if i < real.size else n.replace("/", f"-{i}/", 1) for i, n in enumerate(real[picked].tolist())]
    if distinct:
        ids = [n if i < real.size else f"{n}-v{i}" for i, n in enumerate(ids)]
    levels = np.minimum(random.geometric(0.6, repositories), DEEPEST)
    levels[random.random(repositories) > PARENTED] = 0
    levels[: DEEPEST + 1] = np.arange(DEEPEST + 1)
    parent = np.full(repositories, -1, dtype=np.int64)
    for level in range(1, DEEPEST + 1):
        above, here = np.flatnonzero(levels == level - 1), np.flatnonzero(levels == level)
        parent[here] = above[np.minimum((random.pareto(0.7, here.size) * 3).astype(np.int64), above.size - 1)]
    several = np.flatnonzero((levels > 0) & (random.random(repositories) < MERGED))
    second = dict(
        zip(
            several.tolist(),
            np.flatnonzero(levels == 0)[random.integers(0, 1000, several.size)].tolist(),
            strict=True,
        )
    )
    for child in random.choice(np.flatnonzero(levels == 3), CYCLES, replace=False).tolist():
        top = parent[parent[parent[child]]]
        parent[top] = child
    text = [
        None if p < 0 else f"{ids[p]} {ids[second[i]]}" if i in second else ids[p]
        for i, p in enumerate(parent.tolist())
    ]
    parent[list(second)] = -2
    columns = {name: pa.nulls(repositories, FACTS.arrow.field(name).type) for name in FACTS.names}
    columns["repository"] = pa.array(ids)
    columns["observed_on"] = pa.array([date(2026, 11, 1)] * repositories)
    columns["created_at"] = pa.array(FIRST_DAY + random.integers(0, 1700, repositories).astype("int32"), pa.date32())
    columns["base_model"] = pa.array(text, pa.string())
    return pa.table(columns, schema=FACTS.arrow), parent


def ours(ledger: Ledger) -> DuckDBEngine:
    engine = DuckDBEngine(memory_limit="2500MB")
    engine.connection.execute("set threads = 2")
    manifests = ledger.manifests()
    for table in (OBSERVATIONS, FACTS, LISTS):
        ledger.read(engine, table, manifests)
    engine.register(
        "batches",
        pa.table({"batch_id": [m.id for m in manifests], "committed_at": [m.committed_at for m in manifests]}),
    )
    build_catalog(engine, load_knowledge().model_copy(update={"lineage": {}}))  # these names, not their parents
    return engine


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench catalog")
    parser.add_argument("--repositories", type=int, default=300_000)
    parser.add_argument("--distinct", action="store_true", help="no two repositories of one name: the hardest case")
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        facts, parent = made_facts(chosen.repositories, chosen.distinct)
        ids = facts["repository"].to_pylist()
        ledger = Ledger(Path(folder))
        ledger.commit(Batch("bench", "bench", "hub", {"facts": facts}, (), {}, ()))
        del facts
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        began = time.perf_counter()
        engine = ours(ledger)
        seconds = time.perf_counter() - began
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        began = time.perf_counter()
        expected = plain(ids, parent)
        alone = time.perf_counter() - began
        state = engine.rows("select state, rule, count(*) as n from lineage group by all order by all")
        depth = engine.rows("select max(depth) as deepest, count(*) as n from catalog")[0]
        doubtful = {r["repository"] for r in engine.rows("""
            with recursive odd as (
                select child as repository from lineage where state <> 'kept' or rule = 'inferred'
                union select repository from shared_roots
                union select l.child from lineage l join odd on l.parent = odd.repository)
            select distinct repository from odd""")}  # fmt: skip
        compared = [
            r
            for r in engine.rows("select repository, root from catalog where root is not null")
            if r["repository"] not in doubtful
        ]
        wrong = [r for r in compared if expected[r["repository"]] != r["root"]]
    say = Console(highlight=False).print
    say(
        f"catalog of {depth['n']:,} repositories, deepest line {depth['deepest']}: {seconds:.1f} s, peak {peak:.1f} GB ({before:.1f} GB before)"
    )
    say(
        f"plain Python, roots of first parents alone: {alone:.1f} s; {len(compared):,} roots compared, {len(wrong):,} differ"
    )
    for row in state:
        say(f"  {row['rule']}, {row['state']}: {row['n']:,} edges")
    if wrong:
        raise SystemExit(f"roots differ, for example {wrong[0]}: {expected[wrong[0]['repository']]}")

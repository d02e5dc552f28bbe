"""`python -m bench collecting`: a whole listing into a ledger, against the bare loop over `list_models`, from one server.

The loop asks for the same fields and forgets what it reads. Ours keeps every answer, checks it, and commits it. Each
side runs in a process of its own, one after the other, on a server in a third one; what stands in the ledger afterwards
is compared with what the loop saw, counter by counter.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow.dataset as pads
import pyarrow.parquet as pq
from rich.console import Console
from rich.table import Table

from bench.sides import answer, apart
from modelcensus.ledger import Ledger
from modelcensus.sources.hub_api import FOLDER, Collecting, HubClient, Progress, asked_for, known_of, wire
from modelcensus.vocabulary import OBSERVATIONS

TESTS = Path(__file__).parents[1] / "tests"


@contextmanager
def served(repositories: int, page: int) -> Iterator[str]:
    """The address of a test Hub of so many repositories."""
    command = [sys.executable, "-m", "hub", str(repositories), str(page)]
    with subprocess.Popen(command, cwd=TESTS, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdin is not None and server.stdout is not None
        try:
            yield server.stdout.readline().strip()
        finally:
            server.stdin.close()


def bare(url: str, folder: str) -> dict:
    """The loop that the client's documentation shows."""
    from huggingface_hub import HfApi

    start, count, downloads, all_time = time.perf_counter(), 0, 0, 0
    for model in HfApi(endpoint=url, token=False).list_models(
        sort="created_at", limit=1000 * 10**6, expand=list(wire().expand)
    ):  # type: ignore[arg-type]
        count += 1
        downloads += model.downloads or 0
        all_time += model.downloads_all_time or 0
    seconds, memory = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    return {"seconds": seconds, "rows": count, "rolling_30d": downloads, "all_time": all_time, "memory": memory}


def ours(url: str, folder: str) -> dict:
    """A run as the command makes it; `off`: how far, in percent, the time left was off when a half was read."""
    root, told = Path(folder), []
    ledger, asked = Ledger(root), asked_for()
    start = time.perf_counter()

    def tell(progress: Progress) -> None:
        told.append((time.perf_counter() - start, progress))

    known = known_of(ledger, asked)
    client = HubClient(url, root / FOLDER, anonymous=True)
    with Collecting(root / FOLDER, client, asked, known, tell) as collecting:
        collecting.open()
        collecting.crawl.expected = int(os.environ["EXPECTED"])
        crawled = collecting.collect()
        read = told[-1][0]
        manifest, _ = ledger.commit(crawled.batch)
        collecting.done()
    seconds, memory = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    then, half = told[len(told) // 2]
    sums = dict.fromkeys(("rolling_30d", "all_time"), 0)
    for batch in pads.dataset([str(p) for p in ledger.paths(OBSERVATIONS, [manifest])]).to_batches():
        for counter in sums:
            rows = batch.filter(pads.field("counter") == counter) if batch.num_rows else batch
            sums[counter] += sum(rows["value"].to_pylist())
    listed = sum(pq.read_metadata(root / f.path).num_rows for f in manifest.files if f.table == "facts")
    estimated = then + (half.seconds_left or 0)
    return {
        "seconds": seconds,
        "read": read,
        "rows": listed,
        **sums,
        "off": 100 * (estimated / read - 1),
        "memory": memory,
    }


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench collecting")
    parser.add_argument("--repositories", type=int, default=300_000)
    parser.add_argument("--page", type=int, default=1000, help="rows that the server gives at most")
    chosen = parser.parse_args(arguments)
    os.environ["EXPECTED"] = str(chosen.repositories)
    with served(chosen.repositories, chosen.page) as url, tempfile.TemporaryDirectory() as folder:
        os.environ |= {"HF_ENDPOINT": url, "HF_HOME": f"{folder}/hf"}
        found = {side: apart("bench.collecting", side, url, f"{folder}/ledger") for side in ("bare", "ours")}
    same = all(found["bare"][k] == found["ours"][k] for k in ("rows", "rolling_30d", "all_time"))
    table = Table(title=f"{chosen.repositories:,} repositories, pages of {chosen.page:,}")
    for column in ("", "seconds", "repositories a second", "peak (GB)"):
        table.add_column(column)
    for side, result in found.items():
        rate = result["rows"] / result["seconds"]
        table.add_row(side, f"{result['seconds']:.1f}", f"{rate:,.0f}", f"{result['memory']:.2f}")
    console = Console()
    console.print(table)
    console.print(
        f"the same counters: {same}; ours is {found['bare']['seconds'] / found['ours']['seconds']:.0%} as fast as the loop"
    )
    console.print(f"half way the time left was off by {found['ours']['off']:+.0f} %")
    if not same:
        raise SystemExit("the ledger does not hold what the loop saw")


if __name__ == "__main__":
    answer({"bare": bare, "ours": ours})

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
    return {"rows": count, "rolling_30d": downloads, "all_time": all_time, **used(start)}


def ours(url: str, folder: str) -> dict:
    """A run as the command makes it; `off`: how far, in percent of what was left, the time left was off at a quarter, at
    a half and at three quarters of the time."""
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
        manifest, _ = ledger.commit(crawled.batch)
        collecting.done()
    spent = used(start)
    off = []
    for share in (0.25, 0.5, 0.75):
        then, progress = next(t for t in reversed(told) if t[0] <= max(share * spent["seconds"], told[0][0]))
        off.append(100 * ((progress.seconds_left or 0) / (spent["seconds"] - then) - 1))
    sums = dict.fromkeys(("rolling_30d", "all_time"), 0)
    for batch in pads.dataset([str(p) for p in ledger.paths(OBSERVATIONS, [manifest])]).to_batches():
        for counter in sums:
            rows = batch.filter(pads.field("counter") == counter) if batch.num_rows else batch
            sums[counter] += sum(rows["value"].to_pylist())
    listed = sum(pq.read_metadata(root / f.path).num_rows for f in manifest.files if f.table == "facts")
    return {"rows": listed, **sums, "off": off, **spent}


def used(start: float) -> dict[str, float]:
    """Seconds since then, and of this process: its processor time (s) and its peak of memory (GB)."""
    spent = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "seconds": time.perf_counter() - start,
        "processor": spent.ru_utime + spent.ru_stime,
        "memory": spent.ru_maxrss / 1e6,
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
    for column in ("", "seconds", "processor seconds", "repositories a second", "peak (GB)"):
        table.add_column(column)
    for side, result in found.items():
        rate = result["rows"] / result["seconds"]
        figures = (
            f"{result['seconds']:.1f}",
            f"{result['processor']:.1f}",
            f"{rate:,.0f}",
            f"{result['memory']:.2f}",
        )
        table.add_row(side, *figures)
    console = Console()
    console.print(table)
    speed, work = (found["bare"][k] / found["ours"][k] for k in ("seconds", "processor"))
    console.print(f"the same counters: {same}; ours is {speed:.0%} as fast as the loop, by processor time {work:.0%}")
    off = ", ".join(f"{o:+.0f} %" for o in found["ours"]["off"])
    console.print(f"the time left was off by {off}, at a quarter, a half and three quarters of the time")
    if not same:
        raise SystemExit("the ledger does not hold what the loop saw")


if __name__ == "__main__":
    answer({"bare": bare, "ours": ours})

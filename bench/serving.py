"""`python -m bench serving`: the app under 100 connections, on the bundled sample or on `--ledger`.

It is served as people run it, in a process of its own, and asked over loopback: pages that are kept, answers that nobody
asked for before, and kept pages again while claims are being tested. Reported are what a reader waits (p50, p95), what
the server spends (processor time per answer), refusals, and its memory before and after. On a busy machine the
processor time is the number to go by.
"""

import argparse
import asyncio
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from rich.console import Console
from rich.table import Table

PAGES = ("/", "/explore", "/compare", "/leaderboards", "/method", "/health", "/claims", "/style.css")
UNBOUND = ("--answers-per-minute", "1000000", "--tests-per-minute", "1000000")
FIRST, LAST = 7, 33
"""The months of the sample's series, of three years."""
SCOPES = ("hub", "text-vision")


@dataclass(frozen=True)
class Server:
    """A running app."""

    process: subprocess.Popen[str]
    port: int
    said_after: float
    """Seconds until it said where it listens."""

    def spent(self) -> float:
        """Seconds of processor time so far."""
        stat = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self) -> float:
        """Megabytes that are resident."""
        found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{self.process.pid}/status").read_text())
        return int(found[1]) / 1e3 if found else 0.0


@contextmanager
def served(ledger: Path | None, cache: str) -> Iterator[Server]:
    """The app on a ledger, ended by Ctrl-C."""
    began = time.perf_counter()
    command = [str(Path(sys.executable).with_name("modelcensus")), "serve", "--port", "0", *UNBOUND]
    command += ["--ledger", str(ledger)] if ledger else []
    environment = {**os.environ, "MODELCENSUS_LEDGER": "", "MODELCENSUS_CACHE": cache}
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment)
    try:
        assert process.stderr
        found = next(m for line in process.stderr if (m := re.search(r"http://127\.0\.0\.1:(\d+)/", line)))
        yield Server(process, int(found[1]), time.perf_counter() - began)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)


async def ask(port: int, addresses: Callable[[], str | None], waits: list[float], wrong: list[int]) -> None:
    """One connection that asks one address after the other, until there is none."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while (address := addresses()) is not None:
        began = time.perf_counter()
        writer.write(f"GET {address} HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head)
        await reader.readexactly(int(length[1]) if length else 0)
        waits.append(time.perf_counter() - began)
        if b" 200 " not in head[:20]:
            wrong.append(int(head[9:12]))
    writer.close()


async def loaded(server: Server, connections: int, addresses: list[str]) -> tuple[str, ...]:
    """Ask all addresses over so many connections; a row of the table."""
    left, waits, wrong = iter(addresses), [], []
    spent, before, began = server.spent(), server.memory(), time.perf_counter()
    await asyncio.gather(*(ask(server.port, lambda: next(left, None), waits, wrong) for _ in range(connections)))
    took, cost = time.perf_counter() - began, server.spent() - spent
    waits.sort()
    p50, p95 = (waits[int(len(waits) * p)] * 1e3 for p in (0.5, 0.95))
    return (
        f"{len(waits):,}", str(connections), f"{len(waits) / took:,.0f}", f"{p50:,.0f}", f"{p95:,.0f}",
        f"{cost / len(waits) * 1e3:.2f}", str(len(wrong)), f"{before:,.0f} -> {server.memory():,.0f}",
    )  # fmt: skip


def fresh(many: int) -> list[str]:
    """Addresses of measures that nobody asked for before: months and scopes of a published series."""
    months = [f"20{y}-{m:02}" for y in (24, 25, 26) for m in range(1, 13)][FIRST:LAST]
    spans = [f"{a}..{b}" for i, a in enumerate(months) for b in months[i + 1 :]]
    reading = quote("channel=reported:modelpulse", safe="")
    all_of_them = [
        f"/api/v1/measures/share?by=organization&period={s}&within={w}&reading={reading}"
        for s in spans
        for w in SCOPES
    ]
    return all_of_them[5 : 5 + many]


async def measure(server: Server, told: Table, requests: int, connections: int) -> None:
    for page in PAGES:  # worked out once, as after the first visitor
        await loaded(server, 1, [page])
    kept = [PAGES[i % len(PAGES)] for i in range(requests)]
    told.add_row("kept pages", *await loaded(server, connections, kept))
    told.add_row("fresh measures, one after the other", *await loaded(server, 1, fresh(60)))
    told.add_row("fresh measures, all at once", *await loaded(server, connections, fresh(260)[60:]))
    claims = asyncio.create_task(loaded(server, 1, ["/claims/qwen-2026/over-half-of-downloads"]))
    await asyncio.sleep(0.2)
    told.add_row("kept pages while a claim is tested", *await loaded(server, connections, kept))
    await claims
    for _ in range(3):
        told.add_row("kept pages again", *await loaded(server, connections, kept * 2))


def main(arguments: list[str]) -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(prog="python -m bench serving")
    parser.add_argument("--ledger", type=Path)
    parser.add_argument("--requests", type=int, default=10_000)
    parser.add_argument("--connections", type=int, default=100)
    chosen = parser.parse_args(arguments)
    told = Table("", "answers", "connections", "a second", "p50 ms", "p95 ms", "processor ms each", "refused", "MB")
    with tempfile.TemporaryDirectory() as cache:
        with served(chosen.ledger, cache) as server:
            asyncio.run(measure(server, told, chosen.requests, chosen.connections))
        with served(chosen.ledger, cache) as server:  # what a later start has ready
            asyncio.run(loaded(server, 1, ["/"]))
            told.caption = (
                f"started again: said where it listens after {server.said_after:.2f} s; with the first page answered it had"
                f" spent {server.spent():.2f} s of processor time"
            )
    Console(width=150).print(told)

"""`python -m bench serving`: the app under 100 connections, on the bundled sample or on `--ledger`.

It is served as people run it, in processes of its own, and asked over loopback by `wrk`, whose own cost is small. Asked are
pages that are kept, and questions that nobody asked before (`asked.py`): each address once, without any that were
prepared. Reported are what a reader waits, what the server spends, refusals, and its memory. On a busy machine the
processor time is the number to go by.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

from rich.console import Console
from rich.table import Table

from bench.asked import READINGS, Channel, channels, fresh, subjects

PAGES = ("/method", "/explore", "/leaderboards", "/compare", "/", "/style.css", "/health")
UNBOUND = ("--answers-per-minute", "100000000", "--tests-per-minute", "100000000")
SCRIPT = Path(__file__).with_name("press.lua")
VIEWS = ("page", "page", "compare", "json", "csv", "api")
KINDS = ("kept", "warming", "fresh", "one", "form", "subjects", "pictures", "beside", "flows")
"""What can be asked: pages that are kept; views that nobody asked for before, first while sums are still being made, then
with them, one after the other, by form; pages of subjects; pictures; kept and fresh at once; flows of new periods of a
ledger that keeps no months."""
SMALL = tuple(r for r in READINGS if r != "channel=hub")
LARGE = tuple(r for r in READINGS if not r.startswith("counter"))
"""Ways of counting: a large ledger keeps months, and refuses to read counters one by one."""
COLUMNS = (
    "",
    "answers",
    "connections",
    "a second",
    "p50 ms",
    "p95 ms",
    "p99 ms",
    "processor ms each",
    "refused",
    "MB",
)


@dataclass(frozen=True)
class Server:
    """A running app."""

    process: subprocess.Popen[str]
    port: int
    said_after: float
    """Seconds until it said where it listens."""

    @property
    def address(self) -> str:
        """Where it is asked."""
        return f"http://127.0.0.1:{self.port}"

    def _processes(self) -> list[Path]:
        found, waiting = [], [self.process.pid]
        while waiting:
            own = Path(f"/proc/{(pid := waiting.pop())}")
            found.append(own)
            waiting += [int(c) for t in own.glob("task/*/children") for c in t.read_text().split() if int(c) != pid]
        return found

    def spent(self) -> float:
        """Seconds of processor time so far, of all its processes."""
        ticks = 0
        for own in self._processes():
            stat = (own / "stat").read_text().rpartition(")")[2].split()
            ticks += int(stat[11]) + int(stat[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def memory(self) -> float:
        """Megabytes that are resident, of all its processes; what they share is counted once."""
        found = (re.search(r"Pss:\s+(\d+)", (own / "smaps_rollup").read_text()) for own in self._processes())
        return sum(int(m[1]) for m in found if m) / 1e3

    def ask(self, path: str) -> float:
        """Seconds until an answer is there."""
        began = time.perf_counter()
        with (
            suppress(HTTPError),
            urlopen(self.address + path, timeout=900) as answer,
        ):  # it may lack the answer to a page
            answer.read()
        return time.perf_counter() - began


@contextmanager
def served(ledger: Path | None, cache: str, *more: str) -> Iterator[Server]:
    """The app on a ledger, ended by Ctrl-C."""
    began = time.perf_counter()
    command = [str(Path(sys.executable).with_name("modelcensus")), "serve", "--port", "0", *UNBOUND, *more]
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


@dataclass(frozen=True)
class Pressed:
    """What came of asking: what wrk says, and what the server spent."""

    said: dict[str, float]
    spent: float
    before: float
    after: float

    def row(self, connections: int) -> tuple[str, ...]:
        """The row of the table."""
        s, n = self.said, max(self.said["answers"], 1)
        return (
            f"{s['answers']:,}", str(connections), f"{n / s['seconds']:,.0f}", f"{s['p50']:,.0f}", f"{s['p95']:,.0f}",
            f"{s['p99']:,.0f}", f"{self.spent / n * 1e3:.2f}", f"{s['refused'] + s['broken']:.0f}",
            f"{self.before:,.0f} -> {self.after:,.0f}",
        )  # fmt: skip


def press(
    server: Server,
    addresses: list[str],
    connections: int,
    seconds: float,
    meanwhile: Callable[[], None] | None = None,
) -> Pressed:
    """Ask these addresses over so many connections for so long, in their order; from the start again where they end."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as listed:
        listed.write("\n".join(addresses))
        listed.flush()
        command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds:.0f}s", "--timeout", "120s", "-s", str(SCRIPT)]
        spent, before = server.spent(), server.memory()
        asking = subprocess.Popen([*command, server.address, "--", listed.name], stdout=subprocess.PIPE, text=True)
        if meanwhile:
            meanwhile()
        told, _ = asking.communicate()
    said = json.loads(next(line for line in told.splitlines() if line.startswith("{")))
    return Pressed(said, server.spent() - spent, before, server.memory())


class Questions:
    """Addresses that were not asked yet."""

    def __init__(self, found: list[Channel]) -> None:
        self._found, self._asked = found, set[str]()
        self._seed = 0

    def of(self, forms: tuple[str, ...], many: int) -> list[str]:
        """So many new ones of these forms."""
        self._seed += 1
        new = [a for a in fresh(self._found, forms, many, self._seed) if a not in self._asked]
        self._asked |= set(new)
        return new


def measure(
    server: Server, told: Table, kinds: tuple[str, ...], seconds: float, connections: int, small: bool
) -> None:
    """The rows of the table: those of these kinds."""
    for page in PAGES:  # worked out once, as after the first visitor
        print(f"{page} first asked: {server.ask(page):.2f} s", flush=True)
    found = channels(server.address, SMALL if small else LARGE)
    questions = Questions(found)

    def asked(kind: str, addresses: list[str], connections: int, meanwhile: Callable[[], None] | None = None) -> None:
        if kind.partition(":")[0] not in kinds:
            return
        row = press(server, addresses, connections, seconds, meanwhile)
        again = row.said["answers"] > len(addresses) and addresses is not kept
        told.add_row(f"{kind}, some twice" if again else kind, *row.row(connections))
        print(kind, *row.row(connections), flush=True)

    kept: list[str] = list(PAGES)
    asked("kept", kept, connections)
    asked("warming", questions.of(VIEWS, 20_000), connections)  # what the app would do by itself while nobody asks
    asked("fresh", questions.of(VIEWS, 30_000), connections)
    asked("one", questions.of(VIEWS, 20_000), 1)
    for form in dict.fromkeys(VIEWS):
        asked(f"form: {form}", questions.of((form,), 20_000), connections)
    asked("subjects", subjects(found), connections)
    asked("pictures", questions.of(("svg",), 5_000), 10)
    new = questions.of(VIEWS, 30_000)
    asked("beside: kept", kept, connections // 2, lambda: asked("beside: fresh", new, connections // 2))
    if small:
        asked("flows", Questions(channels(server.address, ("channel=hub",))).of(("api",), 2_000), 10)


def watch(server: Server, minutes: float, connections: int, small: bool) -> None:
    """The memory under load, minute by minute."""
    for page in PAGES:
        server.ask(page)
    questions = Questions(channels(server.address, SMALL if small else LARGE))
    for minute in range(int(minutes)):
        new = questions.of(VIEWS, 30_000)
        mixed = [a for i, n in enumerate(new) for a in (n, PAGES[i % len(PAGES)])]
        found = press(server, mixed, connections, 60)
        print(f"minute {minute + 1}", *found.row(connections), flush=True)


def main(arguments: list[str]) -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(prog="python -m bench serving")
    parser.add_argument("--ledger", type=Path)
    parser.add_argument("--seconds", type=float, default=15, help="how long each kind is asked")
    parser.add_argument("--connections", type=int, default=100)
    parser.add_argument("--desks", type=int, default=2)
    parser.add_argument("--minutes", type=float, default=0, help="watch the memory for so long instead")
    parser.add_argument("--kinds", nargs="+", default=KINDS, choices=KINDS, help="what is asked")
    chosen = parser.parse_args(arguments)
    if not shutil.which("wrk"):
        raise SystemExit("this asks with wrk (https://github.com/wg/wrk), which is not installed")
    desks = ("--desks", str(chosen.desks))
    told = Table(*COLUMNS)
    with tempfile.TemporaryDirectory() as cache:
        with served(chosen.ledger, cache, *desks, "--no-prepare") as server:
            first = server.said_after, server.ask("/method"), server.ask("/explore")
            if chosen.minutes:
                watch(server, chosen.minutes, chosen.connections, not chosen.ledger)
                return
            measure(server, told, tuple(chosen.kinds), chosen.seconds, chosen.connections, not chosen.ledger)
        with served(chosen.ledger, cache, *desks) as server:  # what a later start has ready
            again = server.said_after, server.ask("/")
            told.caption = (
                f"started: said where it listens after {first[0]:.2f} s, then {first[1]:.2f} s to the first page and"
                f" {first[2]:.2f} s to the next; started again: {again[0]:.2f} s, {again[1]:.3f} s"
            )
    Console(width=170).print(told)

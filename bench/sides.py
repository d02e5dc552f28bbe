"""What the benchmarks share: the ledger that they measure on, and sides that run in processes of their own.

What a side needs is imported by it alone: a script by hand does not have our modules in its memory.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def measured_on(name: str, arguments: list[str]) -> Iterator[tuple[Path, Path]]:
    """The ledger that the arguments of a benchmark name, or one that is made for it, and a folder to write to."""
    parser = argparse.ArgumentParser(prog=f"python -m bench {name}")
    parser.add_argument("--ledger", type=Path, help="a ledger made before by `python -m bench.hub FOLDER`")
    parser.add_argument("--repositories", type=int, default=100_000)
    parser.add_argument("--rows", type=int, default=6_600_000)
    parser.add_argument("--days", type=int, default=600)
    chosen = parser.parse_args(arguments)
    from bench.hub import make_hub

    with tempfile.TemporaryDirectory() as folder:
        root = chosen.ledger or Path(folder) / "hub"
        if not chosen.ledger:
            make_hub(root, chosen.repositories, chosen.days, chosen.rows)
        yield root, Path(folder)


def apart(module: str, side: str, *arguments: Path | str) -> dict:
    """Run one side of a benchmark in a process of its own."""
    command = [sys.executable, "-m", module, side, *map(str, arguments)]
    compiled_once = {
        k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"
    }  # as where it is installed
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, env=compiled_once)
    return json.loads(done.stdout.splitlines()[-1])


def as_large() -> None:
    """From now on this process keeps what is derived of any ledger, as it does of large ones: sizes are compared, not ways."""
    from modelcensus.flows import counters
    from modelcensus.measures import census

    census.LARGE = counters.MOST_KEPT = 0


@contextmanager
def timed(found: dict) -> Iterator[None]:
    """Put into `found` the seconds on the clock, and those of processors, with programs that were started and ended, and the peak of
    memory so far (GB): what looks at the result afterwards is not the side's."""
    wall, before = time.perf_counter(), _spent()
    yield
    found |= {"seconds": time.perf_counter() - wall, "cpu": _spent() - before, "peak": _peak()}


def _spent() -> float:
    """Seconds of processor time of this process and of those that it started and that ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(u.ru_utime + u.ru_stime for u in used)


def answer(sides: Mapping[str, Callable[..., dict]]) -> None:
    """In the process of a side: run it, and print what it found with its processor time (s) and its peak of memory (GB), or
    that of what it started; what it says of these itself goes first."""
    side, *arguments = sys.argv[1:]
    before = os.times()
    found = sides[side](*arguments)
    after = os.times()
    cpu = after.user + after.system - before.user - before.system
    print(json.dumps({"cpu": cpu, "peak": _peak(), **found}))


def _peak() -> float:
    return max(_highest(), _highest_of_children())


def _highest() -> float:
    """GB that were resident at most in this process; `getrusage` counts what started it too, which is as large as it is."""
    told = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM:"))
    return int(told.split()[1]) / 1e6


def _highest_of_children() -> float:
    """GB of the largest program that was started and ended, at least what this process had when it started it."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e6

"""`python -m fuzz [--inputs N] [--seconds S] [--seed SEED] [NAME...]` in `tests`: damaged inputs into every parser.

They run in processes of their own: a parser that takes its process down with it (a stack that overflows, a library that
crashes, memory that grows without end, an input that is never done) is told like any other failure, by its seed, and the
others go on. `--json` writes what was done.
"""

import argparse
import faulthandler
import json
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock

from fuzz.harness import FoundError
from fuzz.parsers import PARSERS
from fuzz.run import fuzzed

LONGEST, MOST_MEMORY = 300, 8_000_000_000
"""Seconds of processor time between two signs of life of a parser, and bytes that its process may take."""
TESTS = Path(__file__).parents[1]


def one(name: str, seed: int, count: int, seconds: float) -> None:
    """In a process of parsers: prints after each part, as JSON, how many inputs a parser had, in how many seconds of
    processor time, and what was found."""
    parser = PARSERS[name]
    parser.seeds()
    resource.setrlimit(resource.RLIMIT_DATA, (MOST_MEMORY, MOST_MEMORY))
    faulthandler.register(signal.SIGPROF, chain=True)  # says where it was, and ends the process
    start, done, found = time.process_time(), 0, ""

    def tell(ended: bool = False) -> None:
        signal.setitimer(signal.ITIMER_PROF, LONGEST)
        spent = time.process_time() - start
        print(
            json.dumps({"parser": name, "inputs": done, "seconds": spent, "found": found, "ended": ended}), flush=True
        )

    def told(now: int) -> bool:
        nonlocal done
        done = now
        tell()
        return not seconds or time.process_time() - start < seconds

    tell()
    try:
        fuzzed(parser, seed, max(1, int(count * parser.night)), told)
    except FoundError as error:
        found = str(error)[:2000]
    tell(ended=True)


def apart(names: list[str], seed: int, count: int, seconds: float) -> Iterator[dict]:
    """What was done with each parser, in processes of their own: a new one after each that ends before its time."""
    waiting = list(names)
    while waiting:
        command = [sys.executable, "-m", "fuzz", "--within", *waiting, "--seed", str(seed), "--inputs", str(count)]
        last: dict = {}
        with subprocess.Popen(
            [*command, "--seconds", str(seconds)],
            cwd=TESTS,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as child:
            assert child.stdout and child.stderr
            for line in child.stdout:
                last = json.loads(line)
                if last["ended"]:
                    waiting.remove(last["parser"])
                    yield last
            said = child.stderr.read()
        if waiting and (not last or last["ended"] or child.returncode == 0):
            raise SystemExit(f"the fuzzing itself failed: {said[-2000:]}")
        if waiting:
            waiting.remove(last["parser"])
            where = f"seed {seed}, after input {last['inputs']:,}"
            yield {**last, "found": f"{where}: the process ended ({child.returncode}) {said[-600:]}"}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m fuzz")
    parser.add_argument("names", nargs="*", help="parsers; without any, all")
    parser.add_argument("--within", nargs="+", help=argparse.SUPPRESS)
    parser.add_argument("--inputs", type=int, default=1_000_000)
    parser.add_argument(
        "--seconds", type=float, default=0.0, help="of processor time for each, at most (0: no bound)"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2, help="at a time")
    parser.add_argument("--json", type=Path, help="write what was done there")
    chosen = parser.parse_args()
    if chosen.within:
        for name in chosen.within:
            one(name, chosen.seed, chosen.inputs, chosen.seconds)
        return
    if unknown := set(chosen.names) - set(PARSERS):
        raise SystemExit(f"no parser {', '.join(sorted(unknown))}; there are {', '.join(PARSERS)}")
    names = chosen.names or list(PARSERS)
    told: list[dict] = []
    lock = Lock()

    def some(part: list[str]) -> None:
        for done in apart(part, chosen.seed, chosen.inputs, chosen.seconds):
            with lock:
                told.append(done)
                rate = done["inputs"] / done["seconds"] if done["seconds"] else 0
                print(f"{done['parser']}: {done['inputs']:,} inputs, {rate:,.0f} a second", flush=True)
                if done["found"]:
                    print(f"  FOUND: {done['found']}", flush=True)
                if chosen.json:
                    chosen.json.write_text(json.dumps({"seed": chosen.seed, "parsers": told}, indent=1) + "\n")

    with ThreadPoolExecutor(chosen.jobs) as pool:
        list(pool.map(some, (part for i in range(chosen.jobs) if (part := names[i :: chosen.jobs]))))
    if any(d["found"] for d in told):
        raise SystemExit(1)


if __name__ == "__main__":
    main()

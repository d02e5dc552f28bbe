"""`python -m fuzz [--inputs N] [--seconds S] [--seed SEED] [NAME...]` in `tests`: every parser in a process of its own.

A parser that takes its process down with it (a stack that overflows, a library that crashes) is told like any other
failure, by its seed. `--json` writes what was done, for the page that tells of it.
"""

import argparse
import json
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from fuzz.harness import FoundError
from fuzz.parsers import PARSERS
from fuzz.run import fuzzed

TESTS = Path(__file__).parents[1]


def one(name: str, seed: int, count: int, seconds: float) -> None:
    """In the process of a parser: prints as JSON how many inputs it had, the seconds of processor time, what was found."""
    parser = PARSERS[name]
    parser.seeds()
    start, found, done = time.process_time(), "", 0

    def told(now: int) -> bool:
        nonlocal done
        done = now
        print(json.dumps({"inputs": done, "seconds": time.process_time() - start, "found": ""}), flush=True)
        return not seconds or time.process_time() - start < seconds

    try:
        fuzzed(parser, seed, count, told)
    except FoundError as error:
        found = str(error)[:2000]
    print(json.dumps({"inputs": done, "seconds": time.process_time() - start, "found": found}))


def apart(name: str, seed: int, count: int, seconds: float) -> dict:
    """A parser in a process of its own."""
    command = [sys.executable, "-m", "fuzz", "--one", name, "--seed", str(seed), "--inputs", str(count)]
    done = subprocess.run([*command, "--seconds", str(seconds)], cwd=TESTS, capture_output=True, text=True)
    lines = done.stdout.splitlines()
    told = json.loads(lines[-1]) if lines else {"inputs": 0, "seconds": 0.0, "found": ""}
    if done.returncode and not told["found"]:
        told["found"] = (
            f"seed {seed}, after input {told['inputs']:,}: the process ended ({done.returncode}) {done.stderr[-600:]}"
        )
    return {"parser": name, **told}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m fuzz")
    parser.add_argument("names", nargs="*", help="parsers; without any, all")
    parser.add_argument("--inputs", type=int, default=1_000_000)
    parser.add_argument(
        "--seconds", type=float, default=0.0, help="of processor time for each, at most (0: no bound)"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2, help="at a time")
    parser.add_argument("--json", type=Path, help="write what was done there")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.one:
        return one(chosen.one, chosen.seed, chosen.inputs, chosen.seconds)
    if unknown := set(chosen.names) - set(PARSERS):
        raise SystemExit(f"no parser {', '.join(sorted(unknown))}; there are {', '.join(PARSERS)}")
    names = chosen.names or list(PARSERS)
    with ThreadPoolExecutor(chosen.jobs) as pool:
        told = []
        for done in pool.map(lambda n: apart(n, chosen.seed, chosen.inputs, chosen.seconds), names):
            told.append(done)
            rate = done["inputs"] / done["seconds"] if done["seconds"] else 0
            print(f"{done['parser']}: {done['inputs']:,} inputs, {rate:,.0f} a second", flush=True)
            if done["found"]:
                print(f"  FOUND: {done['found']}", flush=True)
            if chosen.json:
                chosen.json.write_text(json.dumps({"seed": chosen.seed, "parsers": told}, indent=1) + "\n")
    if any(d["found"] for d in told):
        raise SystemExit(1)


if __name__ == "__main__":
    main()

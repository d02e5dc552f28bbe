"""`make bench`: the page of all comparisons (`--quick`: within minutes), or one benchmark in detail, by its name:
`python -m bench catalog --repositories 3000000`."""

import argparse
import os
import sys
from pathlib import Path
from subprocess import CalledProcessError

from bench import catalog, claims, collecting, flows, logs, measures, serving
from bench.entries import ENTRIES
from bench.frame import Measured, measure
from bench.page import PAGE, write_page

BENCHES = {
    "flows": flows.main,
    "measures": measures.main,
    "catalog": catalog.main,
    "claims": claims.main,
    "collecting": collecting.main,
    "logs": logs.main,
    "serving": serving.main,
}


def compared(arguments: list[str]) -> None:
    """Measure the entries and write the page."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="or one in detail: " + ", ".join(BENCHES))
    parser.add_argument("--quick", action="store_true", help="small inputs: minutes instead of a night")
    parser.add_argument("--only", nargs="+", choices=[e.name for e in ENTRIES], help="these entries alone")
    parser.add_argument("--repeats", type=int, help="runs of each side at each size (3; with --quick 2)")
    parser.add_argument("--page", type=Path, default=PAGE, help="where to write it")
    chosen = parser.parse_args(arguments)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # modules are compiled once, as where the program is installed
    repeats = chosen.repeats or (2 if chosen.quick else 3)
    sizes = {e: e.quick if chosen.quick else e.full for e in ENTRIES if not chosen.only or e.name in chosen.only}
    found: list[Measured] = []
    files: list[Path] = []
    failed: list[str] = []
    for entry in (e for e, s in sizes.items() if s):
        try:
            found.append(measure(entry, sizes[entry], repeats, lambda text: print(text, flush=True)))
        except (SystemExit, CalledProcessError) as error:  # a night goes on, and fails at its end
            failed.append(str(error))
            print(f"{entry.name} failed: {error}", flush=True)
            continue
        files = write_page(found, repeats, chosen.quick, chosen.page)  # after each: a night may be cut short
    if failed:
        raise SystemExit("\n".join(failed))
    if not found:
        raise SystemExit("nothing to measure: what was named has no sizes for --quick")
    print(*files, sep="\n")


def main() -> None:
    name, *arguments = [*sys.argv[1:], ""][: max(1, len(sys.argv) - 1)]
    if name in BENCHES:
        BENCHES[name](arguments)
    elif name and not name.startswith("-"):
        raise SystemExit(f"no benchmark {name!r}; there are {', '.join(BENCHES)}")
    else:
        compared(sys.argv[1:])


if __name__ == "__main__":
    main()

"""`python -m bench logs`: counting access logs, beside what one would write by hand for `config.json` alone.

Lines of the combined format: repositories after Zipf, files, hops, statuses and agents as clients send them. Ours counts under
the full rules with libraries, clients, sessions and addresses told apart, and commits to a ledger; the others count requests
of one file name by repository and day. On what they all count they must agree.
"""

import argparse
import importlib.util
import json
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from bench.sides import answer, apart, timed

MODULE = "bench.logs"
BY_HAND = r"^(?:GET|HEAD) /[^/]+/[^/]+/resolve/[^/]+/config\.json[ ?]"
COLUMNS = ("ip", "ident", "user", "time", "zone", "request", "status", "bytes", "referer", "agent")


def ours(folder: str, *policies: str) -> dict:
    """The command itself, into a ledger of its own."""
    from modelcensus.cli import main  # alone, as the command does: what it needs it loads while it is timed

    root = Path(folder) / f"ledger-{'-'.join(policies) or 'plain'}".replace("=", "-")
    shutil.rmtree(root, ignore_errors=True)
    chosen = [part for p in policies for part in ("--policy", p)]
    logs = map(str, sorted(Path(folder).glob("*.gz")))
    sys.argv = ["modelcensus", "count", *logs, "--format", "nginx-combined", *chosen, "--ledger", str(root)]
    found: dict = {}
    with timed(found):
        try:
            main()
        except SystemExit as ended:
            if ended.code:
                raise
    from modelcensus.engine import DuckDBEngine
    from modelcensus.ledger import Ledger
    from modelcensus.vocabulary import LOG_FILES, OBSERVATIONS

    ledger, engine = Ledger(root), DuckDBEngine()
    counted = [m for m in ledger.manifests() if m.channel == "log:logs"]
    ledger.read(engine, OBSERVATIONS, counted)
    ledger.read(engine, LOG_FILES, counted)
    lines = engine.rows("select sum(lines - known) as n from log_files")[0]["n"]
    newest = f"list_position([{', '.join(repr(m.id) for m in counted)}], batch_id)"
    rows = engine.rows(
        f"""select repository, period_start as day, arg_max(value, {newest}) as n, count(*) as told
            from observations where value > 0 group by all"""
    )
    size = sum(f.stat().st_size for f in root.rglob("*") if f.is_file())
    told = Counter({(r["repository"], str(r["day"])): r["n"] for r in rows if r["told"] == 1})
    digest = _digest(told, [r for r in rows if r["told"] > 1])
    return {**found, **digest, "lines": int(lines), "ledger_mb": size / 1e6}


def with_polars(folder: str) -> dict:
    found: dict = {}
    with timed(found):
        import polars as pl

        rows = (
            pl.scan_csv(
                sorted(Path(folder).glob("*.gz")), separator=" ", quote_char='"', has_header=False, new_columns=list(COLUMNS),
                schema_overrides={"status": pl.Utf8, "bytes": pl.Utf8},
            )
            .filter(pl.col("request").str.contains(BY_HAND) & (pl.col("status") != "404"))
            .with_columns(
                repository=pl.col("request").str.extract(r"^[A-Z]+ /([^/]+/[^/]+)/resolve/"), day=pl.col("time").str.slice(1, 11)
            )
            .group_by("repository", "day")
            .len()
            .collect()
        )  # fmt: skip
    return {**found, **_digest(Counter({(r, _iso(d)): n for r, d, n in rows.iter_rows()}))}


def with_duckdb(folder: str) -> dict:
    columns = ", ".join(f"'{c}': 'varchar'" for c in COLUMNS)
    found: dict = {}
    with timed(found):
        import duckdb

        rows = duckdb.sql(
            f"""select regexp_extract(request, '^[A-Z]+ /([^/]+/[^/]+)/resolve/', 1), time[2:12], count(*)
                from read_csv('{folder}/*.gz', delim=' ', quote='"', header=false, auto_detect=false, columns={{{columns}}})
                where regexp_matches(request, '{BY_HAND}') and status <> '404' group by all"""
        ).fetchall()
    return {**found, **_digest(Counter({(r, _iso(d)): n for r, d, n in rows}))}


def with_pandas(folder: str) -> dict:
    found: dict = {}
    counts: Counter = Counter()
    with timed(found):
        import pandas as pd

        for path in sorted(Path(folder).glob("*.gz")):
            frame = pd.read_csv(path, sep=" ", quotechar='"', header=None, names=list(COLUMNS), dtype=str)
            frame = frame[frame.request.str.contains(BY_HAND) & (frame.status != "404")]
            repository = frame.request.str.extract(r"^[A-Z]+ /([^/]+/[^/]+)/resolve/")[0]
            counts.update(frame.groupby([repository, frame.time.str[1:12]]).size().to_dict())
    return {**found, **_digest(Counter({(r, _iso(d)): n for (r, d), n in counts.items()}))}


def with_chdb(folder: str) -> dict:
    found: dict = {}
    with timed(found):
        from chdb import session

        answered = session.Session().query(
            f"""select extract(parts[2], '^[A-Z]+ /([^/]+/[^/]+)/resolve/') as repository, extract(parts[1], '\\\\[([^:]+)') as day,
                       count() as n
                from (select splitByChar('"', line) as parts from file('{folder}/*.gz', 'LineAsString', 'line String'))
                where match(parts[2], '{BY_HAND.replace(chr(92), chr(92) * 2)}') and substring(parts[3], 2, 3) <> '404' group by all""",
            "JSONCompact",
        )
        rows = json.loads(str(answered))["data"]
    return {**found, **_digest(Counter({(r, _iso(d)): int(n) for r, d, n in rows}))}


def with_goaccess(folder: str) -> dict:
    """Its own report, which counts no models: of what it says the number of lines is compared."""
    report, found = Path(folder) / "goaccess.json", {}
    with timed(found):
        command = f"gunzip -c {shlex.quote(folder)}/*.gz | goaccess --log-format=COMBINED --no-progress -o {shlex.quote(str(report))} -"
        subprocess.run(["bash", "-c", command], check=True, stderr=subprocess.DEVNULL)
    general = json.loads(report.read_text())["general"]
    report.unlink()
    return {**found, "lines": general["valid_requests"]}


def with_gunzip(folder: str) -> dict:
    """What nobody can do without."""
    found: dict = {}
    with timed(found):
        said = subprocess.run(
            ["bash", "-c", f"gunzip -c {shlex.quote(folder)}/*.gz | wc -l"], check=True, stdout=subprocess.PIPE
        )
    return {**found, "lines": int(said.stdout)}


def with_isal(folder: str) -> dict:
    """Unpacking alone, as ours does it."""
    from modelcensus.counting.lines import LogFile

    found: dict = {}
    with timed(found):
        lines = sum(
            bytes(block).count(b"\n") for p in sorted(Path(folder).glob("*.gz")) for block in LogFile(p).blocks()
        )
    return {**found, "lines": lines}


def polars_reading(folder: str) -> dict:
    """Reading alone, as the query of polars does it: its two columns, and how many rows."""
    found: dict = {}
    with timed(found):
        import polars as pl

        frame = pl.scan_csv(
            sorted(Path(folder).glob("*.gz")), separator=" ", quote_char='"', has_header=False, new_columns=list(COLUMNS),
            schema_overrides={"status": pl.Utf8, "bytes": pl.Utf8},
        )  # fmt: skip
        lines = frame.select(pl.len(), pl.col("request").str.len_bytes().sum()).collect()["len"][0]
    return {**found, "lines": int(lines)}


def _iso(day: str) -> str:
    return time.strftime("%Y-%m-%d", time.strptime(day, "%d/%b/%Y"))


def _digest(counts: Counter, retold: list | None = None) -> dict:
    """What is compared: days that batches share were told more than once, and are summed by the newest."""
    return {
        "total": sum(counts.values()) + sum(r["n"] for r in retold or ()),
        "days": len(counts) + len(retold or ()),
    }


def made(folder: str, lines: str, files: str) -> dict:
    """The logs, made in a process of its own, whose memory is not that of the sides."""
    from bench.access_logs import make_logs

    return {"files": len(make_logs(Path(folder), int(lines), int(files)))}


SIDES = {
    "made": made, "ours": ours, "polars": with_polars, "duckdb": with_duckdb, "pandas": with_pandas,
    "chdb": with_chdb, "goaccess": with_goaccess, "gunzip": with_gunzip, "isal": with_isal,
    "polars, reading alone": polars_reading,
}  # fmt: skip


def main(arguments: list[str]) -> None:
    """Make logs, run each side in a process of its own, the quick ones in turn several times, and compare the middle runs."""
    parser = argparse.ArgumentParser(prog="python -m bench logs")
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--files", type=int, default=4)
    parser.add_argument("--logs", type=Path, help="folder of logs made before")
    parser.add_argument("--repeats", type=int, default=3, help=f"runs of a side that takes less than {QUICK} seconds")
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as temporary:
        folder = chosen.logs or Path(temporary)
        if not list(folder.glob("*.gz")):
            folder.mkdir(exist_ok=True)
            apart(MODULE, "made", folder, str(chosen.lines), str(chosen.files))
        size = sum(p.stat().st_size for p in folder.glob("*.gz")) / 1e6
        print(f"logs: {len(list(folder.glob('*.gz')))} files, {size:,.0f} MB compressed")
        sides = {n: (n,) for n in OTHERS if _installed(n)} | OURS
        runs: dict[str, list[dict]] = {n: [] for n in sides}
        for _ in range(chosen.repeats):
            for name, (side, *policies) in sides.items():
                if not runs[name] or runs[name][0]["seconds"] < QUICK:
                    runs[name].append(apart(MODULE, side, folder, *policies))
                    print(f"  {name}: {runs[name][-1]['seconds']:.1f} s", file=sys.stderr, flush=True)
        _say(runs)


def _say(runs: dict[str, list[dict]]) -> None:
    """A line for each side: its middle run, how it compares, and whether all of its runs found the same as the others."""
    middle = {n: sorted(found, key=lambda r: r["seconds"])[len(found) // 2] for n, found in runs.items()}
    base, lines = middle["polars"], middle["gunzip"]["lines"]
    for name, side in middle.items():
        told = f"{side['lines']:,} lines" if "total" not in side else (
            f"{side['total']:,} downloads on {side['days']:,} days of repositories"
        )  # fmt: skip
        same = all(
            r.get("lines", lines) == lines and r.get("total", base["total"]) == base["total"] for r in runs[name]
        )
        same_said = "" if "windows" in name else ", the same" if same else ", DIFFERENT"
        seconds = [r["seconds"] for r in runs[name]]
        spread = f" ({min(seconds):.1f} to {max(seconds):.1f} in {len(seconds)} runs)" if len(seconds) > 1 else ""
        print(
            f"{name}: {side['seconds']:.1f} s{spread}, {side['seconds'] / base['seconds']:.2f} x polars;"
            f" {side['cpu']:.1f} s of processors, {side['cpu'] / base['cpu']:.2f} x; {max(r['peak'] for r in runs[name]):.2f} GB;"
            f" {told}{same_said}" + (f", ledger {side['ledger_mb']:.0f} MB" if "ledger_mb" in side else "")
        )


OTHERS = ("polars", "gunzip", "isal", "duckdb", "pandas", "chdb", "goaccess", "polars, reading alone")
OURS = {"ours": ("ours",), "ours, first-hit windows": ("ours", "dedup=first-hit")}
QUICK = 10
"""Seconds below which a side runs again."""


def _installed(side: str) -> bool:
    """Whether what a side needs is here; says so where it is not."""
    package = side.partition(",")[0]
    here = bool(shutil.which(side) if side in ("gunzip", "goaccess") else importlib.util.find_spec(package))
    if not here:
        print(f"{side}: left out, it is not installed")
    return here


if __name__ == "__main__":
    answer(SIDES)

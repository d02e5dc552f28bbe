"""`python -m bench logs`: counting access logs, beside what one would write by hand for `config.json` alone.

Lines of the combined format: repositories after Zipf, files, hops, statuses and agents as clients send them. Ours counts under
the full rules with libraries, clients, sessions and addresses told apart, and commits to a ledger; the others count requests
of one file name by repository and day. On what they all count they must agree.
"""

import argparse
import gzip
import os
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from bench.sides import answer, apart

MODULE = "bench.logs"
REPOSITORIES, DAYS, START = 50_000, 30, "2026-10-01"
FILES = {
    "config.json": 30, "tokenizer.json": 10, "tokenizer_config.json": 10, "model.safetensors": 12, "generation_config.json": 5,
    "README.md": 4, "model-00001-of-00004.safetensors": 4, "model-00002-of-00004.safetensors": 4,
    "special_tokens_map.json": 5, "model_index.json": 2, "vocab.json": 8, ".gitattributes": 6,
}  # fmt: skip
HUBS = ("0.23.4", "0.26.2", "0.30.2", "0.34.4", "0.36.2", "1.2.3", "1.22.0", "1.29.0", "2.4.0")
PYTHONS = ("3.9.18", "3.10.14", "3.11.7", "3.12.4", "3.13.1")
TOOLS = (
    "curl/7.88.1", "Wget/1.21.3", "aria2/1.36.0", "node", "python-requests/2.32.3", "llama-cpp/5123",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "git-lfs/3.3.0 (GitHub; linux amd64; go 1.19.8)",
)  # fmt: skip
SESSION = "unknown/None; hf_hub/2.4.0; python/3.11.7; transformers/5.23.0; session_id/"
LINE = """
    select concat((a * 7919 % 223 + 1)::bigint, '.', a // 65536 % 256, '.', a // 256 % 256, '.', a % 256, ' - - [',
        strftime(timestamp '{start}' + to_seconds(t), '%d/%b/%Y:%H:%M:%S'), ' +0000] "',
        case when m < .6 then 'HEAD' else 'GET' end, ' /',
        case when m between .3 and .4 then concat('api/resolve-cache/models/', repository, '/', sha, '/', file)
             when m > .93 then concat('api/models/', repository)
             else concat(repository, '/resolve/', case when m < .2 or m > .55 then 'main' else sha end, '/', file) end,
        ' HTTP/1.1" ', case when m < .3 then 307 when m < .4 then 200 when m < .42 then 404 when m < .5 then 302 else 200 end,
        ' ', case when m < .6 then 0 else b end, ' "-" "',
        coalesce(agent, concat('{session}', md5(s::varchar), '; file_type/config; from_auto_class/True')), '"') as line
    from (select *, md5(repository) || md5(repository)[:8] as sha from sent
          join repositories using (r) join files using (f) left join agents using (u)) order by n
"""
BY_HAND = r"^(?:GET|HEAD) /[^/]+/[^/]+/resolve/[^/]+/config\.json[ ?]"
COLUMNS = ("ip", "ident", "user", "time", "zone", "request", "status", "bytes", "referer", "agent")


def make_logs(folder: Path, lines: int, files: int) -> list[Path]:
    """Compressed logs that follow each other in time."""
    rng = np.random.default_rng(7)
    weights = 1 / np.arange(1, REPOSITORIES + 1)
    weights /= weights.sum()
    agents = [f"unknown/None; hf_hub/{h}; python/{p}" for h in HUBS for p in PYTHONS]
    agents += [
        f"transformers/4.57.6; {a.removeprefix('unknown/None; ')}; torch/2.6.0; file_type/config" for a in agents
    ]
    agents += [f"vllm/0.22.1; hf_hub/{h}; python/{p}; torch/2.8.0; is_ci/true" for h in HUBS for p in PYTHONS]
    agents += TOOLS
    db = duckdb.connect()
    names = [f"org{i % 3000}/model-{i}-{'instruct' if i % 3 else 'base'}" for i in range(REPOSITORIES)]
    db.register("repositories", pa.table({"r": np.arange(REPOSITORIES), "repository": names}))
    db.register("files", pa.table({"f": np.arange(len(FILES)), "file": list(FILES)}))
    db.register("agents", pa.table({"u": np.arange(len(agents)), "agent": agents}))
    chances = np.array(list(FILES.values()), float)
    each, span = lines // files, DAYS * 86_400 // files
    made: list[Path] = []
    with ThreadPoolExecutor(2) as pool:
        for k in range(files):
            sent = {
                "n": np.arange(each), "t": np.sort(rng.integers(0, span, each)) + k * span,
                "r": rng.choice(REPOSITORIES, each, p=weights), "f": rng.choice(len(FILES), each, p=chances / chances.sum()),
                "u": np.where(rng.random(each) < 0.1, -1, rng.integers(0, len(agents), each)),
                "a": rng.zipf(1.3, each) % 4_000_000, "s": rng.integers(0, each // 20 + 1, each), "m": rng.random(each),
                "b": rng.integers(200, 90_000, each),
            }  # fmt: skip
            db.register("sent", pa.table(sent))
            rows = db.execute(LINE.format(start=START, session=SESSION)).to_arrow_table()["line"]
            path = folder / f"access.log.{k:02}.gz"
            pool.submit(_compress, path, rows)
            made.append(path)
    return made


def _compress(path: Path, rows: pa.ChunkedArray) -> None:
    with gzip.open(path, "wb", compresslevel=5) as out:
        for chunk in rows.chunks:
            out.write(("\n".join(chunk.to_pylist()) + "\n").encode())


@contextmanager
def timed(found: dict) -> Iterator[None]:
    """Seconds on the clock, and of the processors."""
    wall, before = time.perf_counter(), os.times()
    yield
    after = os.times()
    found |= {"seconds": time.perf_counter() - wall, "cpu": after.user + after.system - before.user - before.system}


def ours(folder: str, *policies: str) -> dict:
    """The command itself, into a ledger of its own."""
    from modelcensus.cli import main
    from modelcensus.engine import DuckDBEngine
    from modelcensus.ledger import Ledger
    from modelcensus.vocabulary import OBSERVATIONS

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
    ledger, engine = Ledger(root), DuckDBEngine()
    ledger.read(engine, OBSERVATIONS, [m for m in ledger.manifests() if m.channel == "log:logs"])
    rows = engine.rows(
        """select repository, period_start as day, arg_max(value, batch_id) as n, count(*) as told
           from observations where value > 0 group by all"""
    )
    size = sum(f.stat().st_size for f in root.rglob("*") if f.is_file())
    told = Counter({(r["repository"], str(r["day"])): r["n"] for r in rows if r["told"] == 1})
    return {**found, **_digest(told, [r for r in rows if r["told"] > 1]), "ledger_mb": size / 1e6}


def with_polars(folder: str) -> dict:
    import polars as pl

    found: dict = {}
    with timed(found):
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
        rows = duckdb.sql(
            f"""select regexp_extract(request, '^[A-Z]+ /([^/]+/[^/]+)/resolve/', 1), time[2:12], count(*)
                from read_csv('{folder}/*.gz', delim=' ', quote='"', header=false, auto_detect=false, columns={{{columns}}})
                where regexp_matches(request, '{BY_HAND}') and status <> '404' group by all"""
        ).fetchall()
    return {**found, **_digest(Counter({(r, _iso(d)): n for r, d, n in rows}))}


def with_pandas(folder: str) -> dict:
    import pandas as pd

    found: dict = {}
    counts: Counter = Counter()
    with timed(found):
        for path in sorted(Path(folder).glob("*.gz")):
            frame = pd.read_csv(path, sep=" ", quotechar='"', header=None, names=list(COLUMNS), dtype=str)
            frame = frame[frame.request.str.contains(BY_HAND) & (frame.status != "404")]
            repository = frame.request.str.extract(r"^[A-Z]+ /([^/]+/[^/]+)/resolve/")[0]
            counts.update(frame.groupby([repository, frame.time.str[1:12]]).size().to_dict())
    return {**found, **_digest(Counter({(r, _iso(d)): n for (r, d), n in counts.items()}))}


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
    return {"files": len(make_logs(Path(folder), int(lines), int(files)))}


SIDES = {"made": made, "ours": ours, "polars": with_polars, "duckdb": with_duckdb, "pandas": with_pandas}


def main(arguments: list[str]) -> None:
    """Make logs, run each side in a process of its own, and compare."""
    parser = argparse.ArgumentParser(prog="python -m bench logs")
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--files", type=int, default=4)
    parser.add_argument("--logs", type=Path, help="folder of logs made before")
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as temporary:
        folder = chosen.logs or Path(temporary)
        if not list(folder.glob("*.gz")):
            folder.mkdir(exist_ok=True)
            apart(MODULE, "made", folder, str(chosen.lines), str(chosen.files))
        size = sum(p.stat().st_size for p in folder.glob("*.gz")) / 1e6
        print(f"logs: {len(list(folder.glob('*.gz')))} files, {size:,.0f} MB compressed")
        found = {n: apart(MODULE, n, folder) for n in ("polars", "duckdb", "pandas", "ours")}
        found["ours, first-hit windows"] = apart(MODULE, "ours", folder, "dedup=first-hit")
        base = found["polars"]
        for name, side in found.items():
            same = "" if "windows" in name else ", the same" if side["total"] == base["total"] else ", DIFFERENT"
            print(
                f"{name}: {side['seconds']:.1f} s ({side['seconds'] / base['seconds']:.1f} x polars), {side['cpu']:.1f} s of"
                f" processors ({side['cpu'] / base['cpu']:.1f} x), {side['peak']:.2f} GB, {side['total']:,} downloads on"
                f" {side['days']:,} days of repositories{same}" + (f", ledger {side['ledger_mb']:.0f} MB" if "ledger_mb" in side else "")
            )  # fmt: skip


if __name__ == "__main__":
    answer(SIDES)

"""Access logs to measure with: lines of the combined format, as clients send them."""

import gzip
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

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
    folder.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(2) as pool:
        written: list[Future[None]] = []
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
            written.append(pool.submit(_compress, path, rows))
            made.append(path)
        for file in written:
            file.result()
    return made


def _compress(path: Path, rows: pa.ChunkedArray) -> None:
    with gzip.open(path, "wb", compresslevel=5) as out:
        for chunk in rows.chunks:
            out.write(("\n".join(chunk.to_pylist()) + "\n").encode())

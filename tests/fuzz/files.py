"""Whole files of tables: every byte of them may be damaged, the frames of archives and of Parquet too."""

import gzip
import io
import json
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from fuzz.harness import Parser, each, in_memory, of_file, one_database, without_database
from modelcensus.catalog.region_files import read_regions
from modelcensus.sources import ImportOptions, read_batch
from modelcensus.sources.hub_datasets.shape import kinds_of
from modelcensus.sources.reader import RawFile
from modelcensus.vocabulary import InputError

CSV = b'id,day,n\nacme/tiny-7b,2026-05-01,1234\n"a/b",2026-05-XX,0\nx/y-1.5,2026-05-01..2026-05-03,99\n'
OBJECTS = (
    {"id": "acme/tiny-7b", "downloads": 123, "downloadsAllTime": 456, "createdAt": "2024-01-02T03:04:05.000Z", "tags": ["license:mit"]},
    {"modelId": "a/b", "downloads": None, "config": {"architectures": ["X"]}, "safetensors": {"parameters": {"BF16": 1000}}},
)  # fmt: skip


def _parquet(compression: str) -> bytes:
    """A dump of a few rows, as the published ones are."""
    told = {
        "id": pa.array(["acme/tiny-7b", "a/b", "x/y"]),
        "downloads": pa.array([123, None, 0], pa.int64()),
        "downloadsAllTime": pa.array([456, 7, 0], pa.int64()),
        "createdAt": pa.array([1_704_164_645_000_000] * 3, pa.timestamp("us")),
        "tags": pa.array([["license:mit", "gguf"], [], None], pa.list_(pa.string())),
        "safetensors": pa.array([{"parameters": {"BF16": 1000}, "total": 1000}, None, None]),
        "cardData": pa.array(['{"license": "mit"}', None, "{"]),
    }
    sink = io.BytesIO()
    pq.write_table(pa.table(told), sink, compression=compression)
    return sink.getvalue()


def opened(path: Path) -> int:
    """All rows of a file as the reader gives them; what a damaged page raises is what `read_batch` turns into a refusal."""
    raw = RawFile(path)
    try:
        return len(raw.db.execute("select * from raw").fetchall()) + raw.set_aside().num_rows
    except duckdb.Error as error:
        raise InputError("cannot be read", where=str(path)) from error
    finally:
        raw.close()


def taken_apart(path: Path) -> None:
    """A file down to its rows, as they would go to the database."""
    raw = RawFile(path)
    raw.set_aside()
    raw.folder.remove()


def _opened(
    name: str,
    seeds: Callable[[], Sequence[bytes]],
    quick: int,
    read: Callable[[Path], object] = opened,
    within: Callable[[], AbstractContextManager[None]] = one_database,
    night: float = 1.0,
) -> Parser:
    taking = each(of_file(name, read))

    def take(inputs: Sequence[bytes]) -> None:
        with in_memory(), within():
            taking(inputs)

    return Parser(seeds, take, quick, 500, night=night)


def _apart(name: str, seeds: Callable[[], Sequence[bytes]]) -> Parser:
    return _opened(name, seeds, 1_000, taken_apart, without_database)


def _imported(source: str, **options: object) -> Callable[[Path], object]:
    chosen = ImportOptions.model_validate({"source": source, **options})
    return lambda path: read_batch([path], chosen)


def _json() -> list[bytes]:
    return [json.dumps(OBJECTS).encode(), b"[]", b" [ ]", json.dumps(OBJECTS[0]).encode()]


def _archives() -> list[bytes]:
    return [gzip.compress(CSV * 20, mtime=0), gzip.compress(CSV, mtime=0)]


def _dumps() -> list[bytes]:
    return [_parquet("none"), _parquet("zstd"), _parquet("snappy")]


MAPPED = {"repo": "id", "observed_on": "day", "all_time": "n"}
_TABLES: dict[str, Callable[[], Sequence[bytes]]] = {
    "t.csv": lambda: [CSV],
    "t.tsv": lambda: [CSV.replace(b",", b"\t")],
    "t.ndjson": lambda: [b"\n".join(json.dumps(o).encode() for o in OBJECTS)],
    "t.csv.gz": _archives,
    "t.csv.zst": lambda: [pa.compress(CSV * 20, "zstd", asbytes=True)],
}
PARSERS = {
    "bytes of csv": _apart("t.csv", _TABLES["t.csv"]),
    "bytes of tsv": _apart("t.tsv", _TABLES["t.tsv"]),
    "bytes of ndjson": _apart("t.ndjson", _TABLES["t.ndjson"]),
    "bytes of gzip": _apart("t.csv.gz", _TABLES["t.csv.gz"]),
    "bytes of zstd": _apart("t.csv.zst", _TABLES["t.csv.zst"]),
    "csv file": _opened("t.csv", _TABLES["t.csv"], 60, night=0.1),
    "tsv file": _opened("t.tsv", _TABLES["t.tsv"], 40, night=0.1),
    "json file": _opened("t.json", _json, 60),
    "ndjson file": _opened("t.ndjson", _TABLES["t.ndjson"], 60, night=0.1),
    "gzip file": _opened("t.csv.gz", _TABLES["t.csv.gz"], 60, night=0.1),
    "zstd file": _opened("t.csv.zst", _TABLES["t.csv.zst"], 60, night=0.1),
    "parquet file": _opened("t.parquet", _dumps, 60),
    "columns of a dump": _opened("c.parquet", _dumps, 100, kinds_of),
    "csv import": _opened("i.csv", _TABLES["t.csv"], 15, _imported("tables", map=MAPPED), night=0.1),
    "dump import": _opened("i.parquet", _dumps, 15, _imported("hub_dump", date="2026-05-01"), night=0.1),
    "region file": _opened("r.parquet", lambda: [_regions()], 20, lambda path: read_regions(path, {}), night=0.1),
}


def _regions() -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.table({"namespace": ["Qwen", "meta-llama"], "region": ["china", "us"]}), sink)
    return sink.getvalue()

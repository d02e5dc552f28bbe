"""Whole files of tables: every byte of them may be damaged, the frames of archives and of Parquet too."""

import gzip
import io
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from fuzz.harness import Parser, each, of_file, one_database
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


def _opened(name: str, seeds: Callable[[], Sequence[bytes]], quick: int, read: Callable[[Path], object] = opened) -> Parser:  # fmt: skip
    taking = each(of_file(name, read))

    def take(inputs: Sequence[bytes]) -> None:
        with one_database():
            taking(inputs)

    return Parser(seeds, take, quick, 500)


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
PARSERS = {
    "csv file": _opened("t.csv", lambda: [CSV], 60),
    "tsv file": _opened("t.tsv", lambda: [CSV.replace(b",", b"\t")], 40),
    "json file": _opened("t.json", _json, 60),
    "ndjson file": _opened("t.ndjson", lambda: [b"\n".join(json.dumps(o).encode() for o in OBJECTS)], 60),
    "gzip file": _opened("t.csv.gz", _archives, 60),
    "zstd file": _opened("t.csv.zst", lambda: [pa.compress(CSV * 20, "zstd", asbytes=True)], 60),
    "parquet file": _opened("t.parquet", _dumps, 60),
    "columns of a dump": _opened("c.parquet", _dumps, 100, kinds_of),
    "csv import": _opened("i.csv", lambda: [CSV], 15, _imported("tables", map=MAPPED)),
    "dump import": _opened("i.parquet", _dumps, 15, _imported("hub_dump", date="2026-05-01")),
    "region file": _opened("r.parquet", lambda: [_regions()], 20, lambda path: read_regions(path, {})),
}


def _regions() -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.table({"namespace": ["Qwen", "meta-llama"], "region": ["china", "us"]}), sink)
    return sink.getvalue()

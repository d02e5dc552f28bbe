"""Imports of small files made on the spot, and what came of them."""

import gzip
import json
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from modelcensus.sources import ImportOptions, read_batch
from modelcensus.vocabulary import Batch, CensusError

MAP = {"repo": "id", "observed_on": "2026-05-01", "rolling_30d": "n"}


@dataclass
class Outcome:
    """What an import gave: a batch, or one error."""

    batch: Batch | None = None
    error: str = ""
    counts: dict[str, int] = field(default_factory=dict)
    aside: list[tuple[int, str]] = field(default_factory=list)

    def rows(self, table: str = "observations") -> list[dict]:
        assert self.batch is not None, self.error
        return self.batch.tables[table].to_pylist()

    @property
    def lines(self) -> list[int]:
        return [line for line, _ in self.aside]


def compressed(content: bytes, name: str) -> bytes:
    if name.endswith(".gz"):
        return gzip.compress(content, mtime=0)
    return pa.compress(content, codec="zstd", asbytes=True) if name.endswith(".zst") else content


def written(rows: list[dict], name: str) -> bytes:
    names = list(rows[0])
    if ".parquet" in name:
        sink = pa.BufferOutputStream()
        pq.write_table(pa.table({n: pa.array([r[n] for r in rows], pa.string()) for n in names}), sink)
        return sink.getvalue().to_pybytes()
    if ".json" in name and ".jsonl" not in name:
        text = json.dumps(rows)
    elif ".ndjson" in name or ".jsonl" in name:
        text = "".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows)
    else:
        delimiter = "\t" if ".tsv" in name else ","
        lines = [names, *([r[n] or "" for n in names] for r in rows)]
        quoted = (['"' + v.replace('"', '""') + '"' for v in line] for line in lines)
        text = "".join(delimiter.join(line) + "\n" for line in quoted)
    return compressed(text.encode(), name)


@pytest.fixture(scope="session")
def as_file():
    """Rows of texts (null: missing) as the bytes of a file of the kind that its name says."""
    return written


@pytest.fixture(scope="session")
def pack():
    """Bytes compressed as the name says."""
    return compressed


@pytest.fixture
def take(tmp_path):
    """Import one file of the given content; the options default to a table of 30-day counters."""

    def take(content: bytes | str, file: str = "table.csv", /, source: str = "tables", **options) -> Outcome:
        path: Path = tmp_path / file
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        if source == "tables":
            options.setdefault("map", MAP)
        return taken([path], ImportOptions(source=source, **options))

    return take


@pytest.fixture
def take_paths():
    """Import files that are there."""
    return lambda paths, source="tables", **options: taken(paths, ImportOptions(source=source, **options))


def taken(paths: list[Path], options: ImportOptions) -> Outcome:
    try:
        batch = read_batch(paths, options)
    except CensusError as error:
        text = str(error)
        assert "\n" not in text and ";" in text, f"not one line that says what to do: {text}"
        assert paths[0].name in text or text.startswith("--"), f"does not say where: {text}"
        return Outcome(error=text)
    aside = [(r["line"], r["reason"]) for r in batch.tables["set_aside"].to_pylist()]
    observations = batch.tables.get("observations", pa.table({"repository": [], "value": []})).to_pylist()
    return Outcome(batch, "", {r["repository"]: r["value"] for r in observations}, aside)

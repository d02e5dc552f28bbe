"""The catalog of a large ledger, kept with it: millions of repositories are attributed once, not at every opening."""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

import pyarrow.parquet as pq

from modelcensus.catalog.build import build_catalog
from modelcensus.catalog.knowledge import Knowledge
from modelcensus.engine import Engine, kept_folder
from modelcensus.vocabulary import own_version

TABLES = ("catalog", "lineage", "shared_roots", "missing_parents")


def catalog_key(knowledge: Knowledge, batches: Iterable[str]) -> str:
    """The same for the same batches, knowledge and program."""
    content = json.dumps([own_version(), knowledge.digest, sorted(batches)])
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def keep_catalog(engine: Engine, knowledge: Knowledge, batches: Iterable[str], folder: Path) -> Path:
    """Register `catalog`, `lineage`, `shared_roots` and `missing_parents`: as kept in the folder, or built and then
    kept there. Gives the folder in which what is worked out from this catalog can be kept, too."""

    def write(made: Path) -> None:
        build_catalog(engine, knowledge)
        for name in TABLES:
            engine.save_parquet(name, made / f"{name}.parquet")

    target = kept_folder(folder / "catalog", catalog_key(knowledge, batches), write)
    for name in TABLES:
        path = target / f"{name}.parquet"
        engine.read_parquet(name, [path], pq.read_schema(path))
    return target

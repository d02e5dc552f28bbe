"""Where tables are computed. Knows nothing of what they mean."""

from modelcensus.engine.bounded import WorkFolder, bounded_database
from modelcensus.engine.duckdb import DuckDBEngine
from modelcensus.engine.folders import kept_folder
from modelcensus.engine.latest import Latest
from modelcensus.engine.parquet import file_digest, write_atomically, write_parquet
from modelcensus.engine.protocol import Engine
from modelcensus.engine.readonly import CLOSED, open_read_only
from modelcensus.engine.sealed import damage, seal, sealed_folders, sound
from modelcensus.engine.tables import Tables

__all__ = [
    "CLOSED",
    "DuckDBEngine",
    "Engine",
    "Latest",
    "Tables",
    "WorkFolder",
    "bounded_database",
    "damage",
    "file_digest",
    "kept_folder",
    "open_read_only",
    "seal",
    "sealed_folders",
    "sound",
    "write_atomically",
    "write_parquet",
]

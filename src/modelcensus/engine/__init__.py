"""Where tables are computed. Knows nothing of what they mean."""

from modelcensus.engine.duckdb import DuckDBEngine
from modelcensus.engine.parquet import file_digest, write_atomically, write_parquet
from modelcensus.engine.protocol import Engine

__all__ = ["DuckDBEngine", "Engine", "file_digest", "write_atomically", "write_parquet"]

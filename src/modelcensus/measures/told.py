"""What a measure said of a request, before it is a result."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from modelcensus.measures.frame import Frame
from modelcensus.measures.rows import Known


@dataclass(frozen=True)
class Told:
    """What a measure said: its frame, the records that it computed (columns where there are `MANY`), and where several
    requests were answered together also how many repositories the subject has and the SQL. `known`: what sums that stay in
    memory tell besides."""

    frame: Frame
    records: list[dict] | pa.Table
    size: int | None = None
    sql: str = ""
    known: Known | None = None

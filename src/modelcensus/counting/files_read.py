"""What became of log files, as the tables of the ledger."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from modelcensus.counting.parts import Part, Parts
from modelcensus.counting.reading import MOST_ASIDE, FileRead
from modelcensus.vocabulary import LOG_FILES, LOG_PARTS, SET_ASIDE


def tables_of_files(files: Sequence[FileRead], keep_text: bool) -> dict[str, pa.Table]:
    """Files, their parts, and their lines that were set aside, with their texts where these are kept."""
    aside = [
        {"file": f.file, "line": line, "reason": reason, "content": text if keep_text else ""}
        for f in files
        for line, reason, text in f.aside
    ]
    return {
        LOG_FILES.name: pa.Table.from_pylist([f.row for f in files], schema=LOG_FILES.arrow),
        LOG_PARTS.name: _parts(files),
        SET_ASIDE.name: pa.Table.from_pylist(aside[:MOST_ASIDE], schema=SET_ASIDE.arrow),
    }


def _parts(files: Sequence[FileRead]) -> pa.Table:
    numbers = np.concatenate([Parts.of(()).numbers, *(f.parts.numbers for f in files)])
    digests = pa.concat_arrays([pa.array([], pa.string()), *(pa.repeat(f.digest, len(f.parts)) for f in files)])
    columns = dict(zip(Part._fields, numbers.T, strict=True))
    rows = pa.table({LOG_PARTS.names[0]: digests, **{n: np.ascontiguousarray(c) for n, c in columns.items()}})
    return rows.select(LOG_PARTS.names).cast(LOG_PARTS.arrow)

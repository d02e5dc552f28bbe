"""Tables that lie in files are committed piece by piece, and give the ledger that tables in memory give."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pyarrow as pa
import pyarrow.dataset as pads
import pyarrow.parquet as pq
import pytest

from ledgers import batch_of
from modelcensus.engine.parquet import ROW_GROUP
from modelcensus.ledger import Ledger
from modelcensus.vocabulary import OBSERVATIONS, row_count

AT = datetime(2026, 6, 1, tzinfo=UTC)
DAYS = [date(2026, 5, 1) + timedelta(days=i) for i in range(3)]


@pytest.fixture(scope="module")
def rows():
    count = 2 * ROW_GROUP + 1234
    days = pa.array([DAYS[i * 7 % 3] for i in range(count)], pa.date32())
    made = {
        "repository": [f"a/{i}" for i in range(count)], "hub_id": [None] * count, "counter": ["all_time"] * count,
        "value": list(range(count)), "observed_from": days, "observed_on": days, "batch": [""] * count,
        "period_start": [None] * count,
    }  # fmt: skip
    return pa.table(made, schema=OBSERVATIONS.arrow)


def files(root):
    return {str(p.relative_to(root)): p.read_bytes() for p in sorted(root.rglob("*.parquet"))}


def test_rows_in_files_give_the_same_bytes_as_rows_in_memory(rows, tmp_path):
    """However the files and their row groups are cut."""
    batch = replace(batch_of("s", "hub"), tables={"observations": rows})
    Ledger(tmp_path / "memory").commit(batch, committed_at=AT)
    parts = tmp_path / "parts"
    parts.mkdir()
    for i, (start, size) in enumerate(((0, 10), (10, 100_000), (100_010, rows.num_rows))):
        pq.write_table(rows.slice(start, size), parts / f"{i}.parquet", row_group_size=777)
    said = pads.dataset([str(p) for p in sorted(parts.iterdir())], schema=OBSERVATIONS.arrow)
    assert row_count(said) == rows.num_rows
    manifest, new = Ledger(tmp_path / "files").commit(replace(batch, tables={"observations": said}), committed_at=AT)
    assert new and manifest.rows == {"observations": rows.num_rows}
    assert files(tmp_path / "files") == files(tmp_path / "memory")
    assert sum(f.rows for f in manifest.files) == rows.num_rows and len(manifest.files) == 3
    assert not Ledger(tmp_path / "files").broken_files()

"""The Hub's Publisher Analytics, download breakdown (CSV): exact downloads per repository and UTC day of one's own.

Columns: `repoType, repoName, total, timestamp, downloads`; `total` repeats the repository's count of today on each row
and is not used. Only models are read.
"""

from collections.abc import Sequence
from pathlib import Path

from modelcensus.sources.options import ImportOptions
from modelcensus.sources.reader import RawFile
from modelcensus.sources.registry import source
from modelcensus.sources.staging import stage
from modelcensus.sources.tables import assemble
from modelcensus.vocabulary import Batch, InputError, Terms

TERMS = Terms(
    license="the organization's own",
    citation="Hugging Face Publisher Analytics, download breakdown",
    cadence="daily",
)
COLUMNS = ("repoType", "repoName", "timestamp", "downloads")


@source("publisher_analytics", "Publisher Analytics, download breakdown by day (CSV; channel publisher)", TERMS)
def read_publisher_analytics(files: Sequence[Path], options: ImportOptions) -> Batch:
    """One batch of `period` counters of a day each."""
    staged, inputs, aside, took = [], [], [], []
    for path in files:
        raw = RawFile(path, options.delimiter or None)
        if missing := [c for c in COLUMNS if c not in raw.columns]:
            raise InputError(
                f"the export has changed: no column {', '.join(missing)}",
                where=f"{path}:1",
                remedy=f"columns here: {', '.join(raw.columns)}; nothing was imported",
            )
        kind, day = raw.column("repoType"), f"try_cast(left({raw.column('timestamp')}, 10) as date)"
        kinds = raw.db.execute(f"select {kind}, count(*) from raw group by 1 order by 1").fetchall()
        took += [f"{n:,} rows of type {k} not read: models alone" for k, n in kinds if k != "model"]
        raw.rows = f"(select * from {raw.rows} where {kind} = 'model')"
        columns = {
            "repository": raw.column("repoName"),
            "period_start": day,
            "period_end": f"{day} + 1",
            "downloads": raw.column("downloads"),
        }
        rows = stage(raw, columns, missing=options.missing)
        took += [*rows.notes, "downloads of the UTC day of timestamp"]
        staged.append(rows)
        inputs.append(raw.input)
        aside.append(raw.set_aside())
    told = options.model_copy(update={"channel": options.channel or "publisher"})
    return assemble("publisher_analytics", staged, inputs, aside, took, told, files, TERMS)

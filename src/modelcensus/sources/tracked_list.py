"""Dated lists of repository ids that somebody maintains; each gives a scope `NAME@DATE`."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pyarrow as pa

from modelcensus.sources.options import ImportOptions
from modelcensus.sources.reader import RawFile
from modelcensus.sources.registry import source
from modelcensus.vocabulary import LISTS, Batch, InputError, Terms

TERMS = Terms(unit="repositories", cadence="whenever the list is changed")
ID_COLUMNS = ("modelId", "model_id", "repo_id", "id", "repository", "repo")
"""Column names that are taken for the id when no map is given; what was taken is said."""


@source("tracked_list", "Dated lists of repository ids (scope tracked@DATE)", TERMS)
def read_tracked_list(files: Sequence[Path], options: ImportOptions) -> Batch:
    """One dated list from one or more files; its name is `tracked` unless `--name` is given."""
    try:
        listed_on = date.fromisoformat(options.date)
    except ValueError as error:
        raise InputError(
            "a list needs its date" if not options.date else f"{options.date!r} is no day",
            where=str(files[0]),
            remedy="give --date YYYY-MM-DD",
        ) from error
    name = options.name or "tracked"
    tables, inputs, aside, took = [], [], [], []
    seen: set[str] = set()
    for path in files:
        raw = RawFile(path, options.delimiter or None)
        column = options.map.get("repo") or next((c for c in ID_COLUMNS if c in raw.columns), "")
        if column not in raw.columns:
            raise InputError(
                f"no column {column or 'of ids'!r}",
                where=f"{path}:1",
                remedy=f"name it with --map repo=COLUMN; columns here: {', '.join(raw.columns)}",
            )
        took.append(f"ids from column {column!r}")
        rows = raw.db.execute(f"select _row, trim(cast({raw.column(column)} as varchar)) from raw").fetchall()
        reasons = {}
        found = []
        for row, repository in rows:
            if not repository or "/" not in repository:
                reasons[row] = (
                    f"the id {repository or '(empty)'} has no slash; write it as namespace/name",
                    repository,
                )
            elif repository in seen:
                reasons[row] = ("the same id again", repository)
            else:
                seen.add(repository)
                found.append(repository)
        for row, (reason, repository) in reasons.items():
            raw.rejects.add(row, reason, repository or "")
        tables.append(
            pa.table(
                {
                    "list": pa.array([name] * len(found), pa.string()),
                    "listed_on": pa.array([listed_on] * len(found), pa.date32()),
                    "repository": pa.array(sorted(found), pa.string()),
                },
                schema=LISTS.arrow,
            )
        )
        inputs.append(raw.input)
        aside.append(raw.set_aside())
    lists = pa.concat_tables(tables)
    if lists.num_rows == 0:
        raise InputError("no usable id", where=str(files[0]), remedy="check --map repo=COLUMN")
    return Batch(
        source="tracked_list",
        name=f"{name}@{listed_on}",
        channel="",
        tables={"lists": lists, "set_aside": pa.concat_tables(aside)},
        inputs=tuple(inputs),
        options=options.described(),
        took=tuple(dict.fromkeys(took)),
        terms=options.stated_terms(TERMS),
    )

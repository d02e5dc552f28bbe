"""Any table of counters, with a column map: CSV, TSV, JSON, NDJSON, Parquet."""

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from modelcensus.engine import WorkFolder, bounded_database
from modelcensus.sources.options import ImportOptions
from modelcensus.sources.reader import RawFile
from modelcensus.sources.registry import source
from modelcensus.sources.spool import rows_of, together
from modelcensus.sources.staging import Staged, stage
from modelcensus.vocabulary import FACTS, OBSERVATIONS, Batch, InputError, Rows, Terms, nearest, row_count

TERMS = Terms(cadence="as often as the file is made")

TARGETS = {
    "repo": "repository",
    "hub_id": "hub_id",
    "observed_on": "observed_on",
    "batch": "batch",
    "rolling_30d": "rolling_30d",
    "all_time": "all_time",
    "period_start": "period_start",
    "period_end": "period_end",
    "downloads": "downloads",
    "likes": "likes",
    "created_at": "created_at",
    "library": "library",
    "pipeline_tag": "pipeline_tag",
    "license": "license",
    "params": "params",
    "active_params": "active_params",
    "base_model": "base_model",
    "relation": "relation",
    "architecture": "architecture",
    "tags": "tags",
}
"""What `--map` can name -> the staged column."""


@source(
    "tables",
    "Tables of counters with a column map (CSV, TSV, JSON, NDJSON, Parquet; plain, .gz, .zst)",
    TERMS,
)
def read_tables(files: Sequence[Path], options: ImportOptions) -> Batch:
    """One batch from one or more files that share a column map."""
    staged, inputs, aside, took = [], [], [], []
    for path in files:
        raw = RawFile(path, options.delimiter or None)
        columns, date, said = column_map(raw, options)
        rows = stage(raw, columns, date=date, dates=options.dates, missing=options.missing)
        took += [*said, *rows.notes]
        staged.append(rows)
        inputs.append(raw.input)
        aside.append(raw.set_aside())
        raw.close()
    return assemble("tables", staged, inputs, aside, took, options, files, TERMS)


def assemble(
    adapter: str,
    staged: list[Staged],
    inputs: list,
    aside: list[pa.Table],
    took: list[str],
    options: ImportOptions,
    files: Sequence[Path],
    terms: Terms,
) -> Batch:
    """A batch of repository-level counters from checked files."""
    folder = WorkFolder()
    observations = together([s.observations for s in staged], OBSERVATIONS)
    if len(staged) > 1:
        observations = _across_files(observations, files, folder.path)
    set_aside = pa.concat_tables(aside)
    if row_count(observations) == 0:
        first = set_aside.slice(0, 1).to_pylist()
        detail = f" (line {first[0]['line']}: {first[0]['reason']})" if first else ""
        raise InputError(f"no usable row{detail}", where=str(files[0]), remedy="check the columns named with --map")
    return Batch(
        source=adapter,
        name=options.name or files[0].name.split(".")[0],
        channel=options.channel or "hub",
        tables={
            "observations": observations,
            "facts": together([s.facts for s in staged], FACTS),
            "set_aside": set_aside,
        },
        inputs=tuple(inputs),
        options=options.described(),
        took=tuple(dict.fromkeys(took)),
        terms=options.stated_terms(terms),
        folder=(folder, *(s.folder for s in staged)),
    )


def _across_files(observations: Rows, files: Sequence[Path], folder: Path) -> Rows:
    """What several files say alike, once; files that contradict each other are refused."""
    db = bounded_database(folder)
    db.register("observations", observations)
    key = "repository, counter, observed_from, observed_on, batch, period_start"
    clash = db.execute(
        f"""select repository, counter, observed_on from observations group by {key}
            having min(value) <> max(value) order by all limit 1"""
    ).fetchall()
    if clash:
        repository, counter, day = clash[0]
        raise InputError(
            f"the files contradict each other: {counter} of {repository} on {day}",
            where=", ".join(str(f) for f in files[:5]),
            remedy="import them one by one, or tell them apart with --map batch=COLUMN; nothing was imported",
        )
    listed = ", ".join(f"any_value({n}) as {n}" if n in ("hub_id", "value") else n for n in OBSERVATIONS.names)
    order = "observed_on, batch, counter, repository, observed_from, period_start"
    sql = f"select {listed} from observations group by {key} order by {order}"
    return rows_of(db, sql, folder / "observations.parquet", OBSERVATIONS, row_count(observations))


def column_map(raw: RawFile, options: ImportOptions) -> tuple[dict[str, str], str, list[str]]:
    """SQL per staged column, the constant date if one was given, and what was taken for what."""
    chosen, date, said = {}, options.date, []
    for target, name in options.map.items():
        if target not in TARGETS:
            raise InputError(f"unknown target {target!r}", where="--map", remedy=nearest(target, list(TARGETS)))
        if name in raw.columns:
            chosen[target] = name
        elif target == "observed_on":
            date = name
        else:
            raise InputError(
                f"no column {name!r} (wanted for {target})",
                where=f"{raw.path}:1" if raw.format == "csv" else str(raw.path),
                remedy=_columns_hint(name, raw),
            )
    for target in TARGETS:
        if target not in chosen and target in raw.columns and not (target == "observed_on" and date):
            chosen[target] = target
    counters = [t for t in ("rolling_30d", "all_time") if t in chosen]
    if {"period_start", "period_end", "downloads"} <= set(chosen):
        counters.append("downloads")
    elif "downloads" in chosen:
        del chosen["downloads"]
    missing = [t for t in ("repo",) if t not in chosen]
    if not counters:
        missing.append("a counter (rolling_30d, all_time, or period_start, period_end and downloads)")
    if counters != ["downloads"] and "observed_on" not in chosen and not date and not options.dates:
        missing.append("observed_on")
    if missing:
        raise InputError(
            f"no column for {', '.join(missing)}",
            where=f"{raw.path}:1" if raw.format == "csv" else str(raw.path),
            remedy=f"name it with --map TARGET=COLUMN; columns here: {', '.join(raw.columns[:30])}",
        )
    for target, name in chosen.items():
        said.append(f"{target} from column {name!r}")
    if date:
        said.append(f"observed_on is {date} for every row")
    left = [c for c in raw.columns if c not in chosen.values()]
    if left:
        said.append(f"not used: {', '.join(left)}")
    return {TARGETS[t]: raw.column(n) for t, n in chosen.items()}, date, said


def _columns_hint(name: str, raw: RawFile) -> str:
    hint = nearest(name, raw.columns)
    if len(raw.columns) == 1 and raw.format == "csv":
        hint += "; only one column was found: give --delimiter if it is not a comma"
    return hint

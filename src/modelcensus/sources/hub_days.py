"""Files with a row per repository and day (Model Pulse's months): the rows of one day, as a listing of that day."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from modelcensus.sources.hub_dump import ALL_TIME_SINCE
from modelcensus.sources.options import ImportOptions
from modelcensus.sources.reader import RawFile, quote_text
from modelcensus.sources.registry import source
from modelcensus.sources.staging import stage
from modelcensus.sources.tables import assemble
from modelcensus.vocabulary import Batch, InputError, Terms

TERMS = Terms(cadence="daily")
COLUMNS = {"repository": "id", "observed_on": "day", "rolling_30d": "dl30", "all_time": "dl_all", "likes": "likes"}
"""What is read -> the column, where `--map` names no other."""


@source("hub_days", "Files with a row per repository and day (Model Pulse's schema, Parquet): one day of them", TERMS)
def read_hub_days(files: Sequence[Path], options: ImportOptions) -> Batch:
    """One batch of the rows of the day that `--date` names."""
    try:
        day = date.fromisoformat(options.date)
    except ValueError as error:
        raise InputError(
            "a file of many days needs the one that is meant", where=str(files[0]), remedy="give --date YYYY-MM-DD"
        ) from error
    staged, inputs, aside, took = [], [], [], []
    for path in files:
        raw = RawFile(path, options.delimiter or None)
        named = {target: options.map.get(target, name) for target, name in COLUMNS.items()}
        for target in ("repository", "observed_on"):
            if named[target] not in raw.columns:
                raise InputError(
                    f"no column {named[target]!r}",
                    where=str(path),
                    remedy=f"name it with --map {target}=COLUMN; columns here: {', '.join(raw.columns)}",
                )
        columns = {t: raw.column(n) for t, n in named.items() if n in raw.columns and t != "observed_on"}
        if day < ALL_TIME_SINCE and columns.pop("all_time", None):
            took.append(f"{named['all_time']} left out: the Hub gives it only from {ALL_TIME_SINCE}")
        text = f"left(cast({raw.column(named['observed_on'])} as varchar), 10)"
        raw.rows = f"(select * from {raw.rows} where {text} = {quote_text(str(day))})"
        rows = stage(raw, columns, date=str(day), missing=options.missing)
        took += [*(f"{t} from column {named[t]!r}" for t in columns), *rows.notes]
        staged.append(rows)
        inputs.append(raw.input)
        aside.append(raw.set_aside())
        raw.close()
    return replace(assemble("hub_days", staged, inputs, aside, took, options, files, TERMS), complete=True)

"""`modelcensus import`: files into the ledger."""

from pathlib import Path
from typing import Annotated

import pyarrow as pa
from cyclopts import Parameter

from modelcensus.cli.options import LedgerOption, ledger_to_write, notes, say
from modelcensus.ledger import Ledger
from modelcensus.ledger.manifest import Manifest
from modelcensus.measures import Inputs
from modelcensus.sources import ImportOptions, read_batch, read_dates, read_recipe
from modelcensus.vocabulary import Batch, InputError

SHOWN = 5


def import_files(
    files: Annotated[list[Path] | None, Parameter(negative="")] = None,
    /,
    *,
    source: str = "",
    name: str = "",
    map: Annotated[list[str] | None, Parameter(name="--map", negative="")] = None,
    date: str = "",
    dates: Path | None = None,
    scope: str = "",
    channel: str = "",
    delimiter: str = "",
    missing: Annotated[list[str] | None, Parameter(name="--missing", negative="")] = None,
    terms: Annotated[list[str] | None, Parameter(name="--terms", negative="")] = None,
    recipe: Path | None = None,
    ledger: LedgerOption = None,
) -> None:
    """Import files into the ledger, as one batch that is there whole or not at all.

    Parameters
    ----------
    files
        CSV, TSV, JSON, NDJSON or Parquet; plain, .gz or .zst.
    source
        tables, hub_dump, hub_days, tracked_list, reported, quality, openrouter, ollama, ollama_page, modelscope or publisher_analytics.
    name
        Name of the series (default: the file's name); readings of one series follow each other.
    map
        TARGET=COLUMN, repeated: repo, observed_on, rolling_30d, all_time, period_start, period_end, downloads, ...
    date
        Day (or interval A..B, or 2026-10-XX) of all rows; the date of a tracked list.
    dates
        File that maps batch tags to days (CSV of two columns, or YAML).
    scope
        For a reported series: what its totals count over.
    channel
        Channel of the counters (default: hub).
    delimiter
        Of a CSV (default: comma; tab for .tsv).
    missing
        Text that means "unknown", repeated.
    terms
        license=..., citation=..., repeated.
    recipe
        YAML file with these options, instead of giving them here.
    """
    given, options = _options(
        files, recipe, source=source, name=name, map=map, date=date, dates=dates, scope=scope, channel=channel,
        delimiter=delimiter, missing=missing, terms=terms,
    )  # fmt: skip
    import_batch(ledger_to_write(ledger), given, options)


def import_batch(target: Ledger, files: list[Path], options: ImportOptions) -> tuple[Manifest, bool]:
    """Read files, commit the batch, and say what was taken; gives the manifest and whether it is new."""
    with notes.status(f"reading {', '.join(f.name for f in files[:3])}{' ...' if len(files) > 3 else ''}"):
        batch = read_batch(files, options)
    with notes.status("writing"):
        manifest, new = target.commit(batch)
        Inputs.of(target).keep(target)
    for line in manifest.took:
        say(f"  {line}")
    say_set_aside(batch)
    counts = ", ".join(f"{n:,} {t}" for t, n in manifest.rows.items() if n and t != "set_aside")
    if new:
        days = f", {manifest.first_day} to {manifest.last_day}" if manifest.first_day else ""
        say(f"batch {manifest.id} ({manifest.name}): {counts}{days}")
    else:
        say(f"batch {manifest.id} ({manifest.name}) is in the ledger already: nothing to do")
    return manifest, new


def _options(files: list[Path] | None, recipe: Path | None, **given: object) -> tuple[list[Path], ImportOptions]:
    chosen = {k: v for k, v in given.items() if v}
    if recipe is not None:
        named, options = read_recipe(recipe)
        if chosen:
            raise InputError(
                f"--recipe and --{next(iter(chosen))} exclude each other",
                where=str(recipe),
                remedy="put it into the recipe",
            )
        return files or named, options
    for key in ("map", "terms"):
        if key in chosen:
            chosen[key] = named_values(chosen[key], f"--{key}")  # type: ignore[arg-type]
    if "dates" in chosen:
        chosen["dates"] = read_dates(chosen["dates"])  # type: ignore[arg-type]
    if "missing" in chosen:
        chosen["missing"] = tuple(chosen["missing"])  # type: ignore[arg-type]
    return files or [], ImportOptions.model_validate({"source": "", **chosen})


def named_values(given: list[str] | None, option: str) -> dict[str, str]:
    """The values of an option that is written NAME=VALUE and can be repeated."""
    return dict(_pair(text, option) for text in given or ())


def _pair(text: str, option: str) -> tuple[str, str]:
    key, separator, value = text.partition("=")
    if not separator or not key or not value:
        raise InputError(f"{text!r} is not NAME=VALUE", where=option, remedy="write for example repo=model_id")
    return key, value


def say_set_aside(batch: Batch) -> None:
    """Say which rows could not be taken: the first, and how many."""
    if not batch.set_aside:
        return
    rows = batch.tables["set_aside"]
    first = rows.slice(0, SHOWN) if isinstance(rows, pa.Table) else rows.head(SHOWN)
    for row in first.to_pylist():
        say(f"set aside {row['file']}:{row['line']}: {row['reason']}")
    more = f" (the first {SHOWN} shown)" if batch.set_aside > SHOWN else ""
    say(f"{batch.set_aside:,} rows set aside{more}; they are kept with the batch, the other rows were taken")

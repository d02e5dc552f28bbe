"""Scrapes of the Ollama library: lifetime pulls by model, as its pages show them, rounded (`35.0M`).

A text is kept as the value it shows, and the batch says how the pages round (table `roundings`): `35.0M` is
35,000,000 and stands for 34,950,000 up to 35,050,000. A trailing `.0` that a page drops changes nothing.
"""

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from modelcensus.sources.options import ImportOptions
from modelcensus.sources.reader import RawFile, quote_text
from modelcensus.sources.registry import source
from modelcensus.sources.staging import stage
from modelcensus.sources.tables import assemble
from modelcensus.vocabulary import ROUNDINGS, Batch, InputError, Terms

TERMS = Terms(
    license="not stated",
    citation="Ollama library (ollama.com/library), as scraped",
    unit="pulls since a model was added, rounded",
    cadence="as often as the pages were scraped",
)
COLUMNS = {
    "model": ("model", "name"),
    "date": ("date", "observed_on"),
    "pulls": ("raw", "pulls"),
    "scrape": ("source",),
}
"""What is read -> the columns it is taken from where `--map` does not name one."""
UNITS = {"K": 1_000, "M": 1_000_000, "B": 1_000_000_000}
TEXT = r"^([0-9][0-9,]*(\.[0-9]+)?)([KMB]?)$"


@source("ollama", "Scrapes of the Ollama library's pull counts, rounded (channel ollama)", TERMS)
def read_ollama(files: Sequence[Path], options: ImportOptions) -> Batch:
    """One batch of `all_time` counters of `library/NAME`; of a file of several scrapes the one that `--name` names."""
    staged, inputs, aside, took, least = [], [], [], [], {}
    for path in files:
        raw = RawFile(path, options.delimiter or None)
        columns = {k: _column(raw, k, options) for k in COLUMNS}
        _keep_scrape(raw, columns["scrape"], options.name)
        model, pulls = (f"trim(cast({columns[c]} as varchar))" for c in ("model", "pulls"))
        rows = stage(
            raw,
            {
                "repository": f"case when contains({model}, '/') then {model}"
                f" when regexp_matches({model}, '[A-Za-z]') then 'library/' || {model} end",
                "observed_on": columns["date"],
                "all_time": count_sql(pulls),
            },
            date=options.date,
            dates=options.dates,
            missing=options.missing,
        )
        for unit, value in raw.db.execute(
            f"select right({pulls}, 1), min(try_cast({count_sql(pulls)} as bigint)) from raw"
            f" where regexp_matches({pulls}, '{TEXT}') and right({pulls}, 1) in ('K', 'M', 'B') group by 1"
        ).fetchall():
            if value is not None:
                least[unit] = min(value, least.get(unit, value))
        took += [f"{k} from column {c!r}" for k, c in _named(raw, options).items()]
        took += rows.notes
        staged.append(rows)
        inputs.append(raw.input)
        aside.append(raw.set_aside())
    named = options.model_copy(update={"channel": options.channel or "ollama"})
    batch = assemble("ollama", staged, inputs, aside, took, named, files, TERMS)
    roundings = [
        {"counter": "all_time", "from_value": value, "width": UNITS[unit] // 10}
        for unit, value in sorted(least.items())
    ]
    kept = {n: t for n, t in batch.tables.items() if n != "facts"}
    tables = {**kept, "roundings": pa.Table.from_pylist(roundings, schema=ROUNDINGS.arrow)}
    return Batch(**{**vars(batch), "tables": tables})


def count_sql(text: str) -> str:
    """SQL of the number that a text shows, or the text itself where it shows none (which is then set aside).

    >>> import duckdb
    >>> duckdb.execute(f"select {count_sql('t')} from (values ('35.0M'), ('186.1K'), ('6,487'), ('many')) v(t)").fetchall()
    [('35000000',), ('186100',), ('6487',), ('many',)]
    """
    number = f"cast(replace(regexp_extract({text}, '{TEXT}', 1), ',', '') as decimal(18, 6))"
    unit = " ".join(f"when '{u}' then {v}" for u, v in UNITS.items())
    shown = f"cast(cast(round({number} * case right({text}, 1) {unit} else 1 end) as bigint) as varchar)"
    return f"case when regexp_matches({text}, '{TEXT}') then coalesce(try({shown}), {text}) else {text} end"


def _named(raw: RawFile, options: ImportOptions) -> dict[str, str]:
    """What is read from which column."""
    found = {}
    for target, names in COLUMNS.items():
        name = options.map.get(target) or next((n for n in names if n in raw.columns), "")
        if name:
            found[target] = name
    return found


def _column(raw: RawFile, target: str, options: ImportOptions) -> str:
    name = _named(raw, options).get(target, "")
    if name in raw.columns:
        return raw.column(name)
    if name or (target != "scrape" and not (target == "date" and (options.date or options.dates))):
        raise InputError(
            f"no column {name or ' or '.join(COLUMNS[target])!r}",
            where=str(raw.path),
            remedy=f"name it with --map {target}=COLUMN; columns here: {', '.join(raw.columns)}",
        )
    return "null"


def _keep_scrape(raw: RawFile, column: str, name: str) -> None:
    """Of a file of several scrapes, keep the rows of one."""
    if column == "null":
        return
    scrapes = [str(s) for (s,) in raw.db.execute(f"select distinct {column} from raw order by 1").fetchall()]
    if len(scrapes) == 1:
        return
    if name not in scrapes:
        raise InputError(
            f"{len(scrapes)} scrapes in one file: {', '.join(scrapes[:6])}",
            where=str(raw.path),
            remedy="import them one by one, each with --name SCRAPE: they are series of their own",
        )
    kind = "view" if raw.format == "parquet" else "table"
    raw.db.execute(f"alter {kind} raw rename to every_scrape")
    raw.db.execute(f"create view raw as select * from every_scrape where {column} = {quote_text(name)}")

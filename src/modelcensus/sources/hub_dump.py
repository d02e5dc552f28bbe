"""Dumps of the Hub's model listing in the schema of `hub-stats` (docs/sources.md): any column may be missing.

`cardData`, `gguf`, `config` may be JSON text or a struct; `safetensors` and `baseModels` a struct or JSON text.
"""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from modelcensus.sources.options import ImportOptions
from modelcensus.sources.reader import RawFile
from modelcensus.sources.registry import source
from modelcensus.sources.staging import stage
from modelcensus.sources.tables import assemble
from modelcensus.vocabulary import Batch, InputError, ReadingTime, Terms

TERMS = Terms(cadence="daily or weekly")
ALL_TIME_SINCE = date(2025, 2, 27)
"""First day on which the Hub gave `downloadsAllTime` (docs/method.md, section 2); before it, a 0 means nothing."""

PLAIN = {
    "repository": "id",
    "hub_id": "_id",
    "rolling_30d": "downloads",
    "all_time": "downloadsAllTime",
    "likes": "likes",
    "created_at": "createdAt",
    "last_modified": "lastModified",
    "gated": "gated",
    "trending_score": "trendingScore",
    "library": "library_name",
    "pipeline_tag": "pipeline_tag",
}


@source("hub_dump", "Dumps of the Hub's model listing (hub-stats schema, Parquet or NDJSON)", TERMS)
def read_hub_dump(files: Sequence[Path], options: ImportOptions) -> Batch:
    """One batch from one dump; its day is not in the file and must be given."""
    if not options.date and "observed_on" not in options.map:
        raise InputError(
            "a dump does not say when it was taken",
            where=str(files[0]),
            remedy="give --date YYYY-MM-DD (or an interval A..B)",
        )
    if options.date:
        _reading_time(options.date)
    staged, inputs, aside, took = [], [], [], []
    for path in files:
        raw = RawFile(path, options.delimiter or None)
        columns, notes = dump_columns(raw)
        day = options.date or options.map["observed_on"]
        if day in raw.columns:
            columns["observed_on"], day = raw.column(day), ""
        elif _reading_time(day).latest < ALL_TIME_SINCE and columns.pop("all_time", None):
            notes.append(f"downloadsAllTime left out: the Hub gives it only from {ALL_TIME_SINCE}")
        rows = stage(raw, columns, date=day, dates=options.dates, missing=options.missing)
        took += [*notes, *rows.notes]
        staged.append(rows)
        inputs.append(raw.input)
        aside.append(raw.set_aside())
    return assemble("hub_dump", staged, inputs, aside, took, options, files, TERMS)


def _reading_time(text: str) -> ReadingTime:
    try:
        return ReadingTime.parse(text)
    except ValueError as error:
        raise InputError(str(error), where="--date", remedy="give --date YYYY-MM-DD (or an interval A..B)") from error


def dump_columns(raw: RawFile) -> tuple[dict[str, str], list[str]]:
    """SQL per staged column for the columns that this dump has, and what was taken or is missing."""
    if "id" not in raw.columns:
        raise InputError("no column 'id'", where=str(raw.path), remedy="use --source tables with a column map")
    columns = {target: raw.column(name) for target, name in PLAIN.items() if name in raw.columns}
    if not {"rolling_30d", "all_time"} & set(columns):
        raise InputError(
            "neither 'downloads' nor 'downloadsAllTime'",
            where=str(raw.path),
            remedy="check the dump's schema",
        )
    card, gguf, config, tensors, bases = (
        _json(raw, name) for name in ("cardData", "gguf", "config", "safetensors", "baseModels")
    )
    tags = _tags(raw)
    stated = _get(card, "$.license")
    columns["license"] = _first(
        stated and f"coalesce(case when {stated} = 'other' then {_get(card, '$.license_name')} end, {stated})",
        tags and f"regexp_extract({tags}, '(?:^| )license:(\\S+)', 1)",
    )
    columns["params"] = _first(_get(tensors, "$.total"), _get(gguf, "$.total"))
    columns["params_from"] = (
        f"case when {_packed(tensors)} then 'safetensors.total (packed)'"
        f" when {_get(tensors, '$.total') or 'null'} is not null then 'safetensors.total'"
        f" when {_get(gguf, '$.total') or 'null'} is not null then 'gguf.total' end"
    )
    columns["architecture"] = _first(_get(config, "$.model_type"), _get(gguf, "$.architecture"))
    columns["base_model"] = _first(
        bases and f"nullif(array_to_string(json_extract_string({bases}, '$.models[*].id'), ' '), '')",
        tags
        and f"nullif(array_to_string(regexp_extract_all({tags}, '(?:^| )base_model:([^ :]+/[^ :]+)', 1), ' '), '')",
        card
        and f"nullif(array_to_string(list_concat(json_extract_string({card}, '$.base_model[*]'),"
        f" case when json_type({card}, '$.base_model') = 'VARCHAR' then [{_get(card, '$.base_model')}] else [] end), ' '), '')",
    )
    columns["base_model_ids"] = _first(
        bases and f"nullif(array_to_string(json_extract_string({bases}, '$.models[*]._id'), ' '), '')"
    )
    columns["relation"] = _first(
        _get(bases, "$.relation"),
        tags and f"nullif(regexp_extract({tags}, '(?:^| )base_model:(finetune|adapter|quantized|merge):', 1), '')",
        _get(card, "$.base_model_relation"),
    )
    if tags:
        columns["tags"] = tags
    absent = [
        n for n in (*PLAIN.values(), "tags", "cardData", "safetensors", "gguf", "baseModels") if n not in raw.columns
    ]
    notes = ["columns of the hub-stats schema, by name"]
    if absent:
        notes.append(f"columns that this dump lacks: {', '.join(absent)}")
    return {t: c for t, c in columns.items() if c != "null"}, notes


PACKED_TYPES = ("I32", "U8", "I8", "I64")
"""Element types in which quantized weights are stored, several to an element."""


def _packed(tensors: str) -> str:
    """SQL of whether more than half of what safetensors count are elements of packed weights."""
    if not tensors:
        return "false"
    stored = " + ".join(
        f"coalesce(try_cast(json_extract_string({tensors}, '$.parameters.{t}') as double), 0)" for t in PACKED_TYPES
    )
    total = f"try_cast(json_extract_string({tensors}, '$.total') as double)"
    return f"coalesce(({stored}) > 0.5 * {total}, false)"


def _json(raw: RawFile, name: str) -> str:
    """SQL of a column as JSON, or an empty text where the dump lacks it."""
    if name not in raw.columns:
        return ""
    if raw.format in ("json", "ndjson"):
        return f"json_extract(_json, '$.{name}')"
    column = raw.column(name)
    kind = raw.types.get(name, "VARCHAR")
    return (
        f"(case when json_valid({column}) then cast({column} as json) end)"
        if kind == "VARCHAR"
        else f"to_json({column})"
    )


def _tags(raw: RawFile) -> str:
    if "tags" not in raw.columns:
        return ""
    if raw.format in ("json", "ndjson"):
        return "array_to_string(json_extract_string(_json, '$.tags[*]'), ' ')"
    tags = raw.column("tags")
    return f"array_to_string({tags}, ' ')" if raw.types.get("tags", "").endswith("[]") else tags


def _get(json: str, path: str) -> str:
    return f"nullif(json_extract_string({json}, '{path}'), 'null')" if json else ""


def _first(*options: str) -> str:
    given = [o for o in options if o]
    return f"coalesce({', '.join(given)})" if given else "null"

"""Dumps of the Hub's model listing in the schema of `hub-stats` (docs/sources.md): any column may be missing.

`cardData`, `gguf`, `config` may be JSON text or a struct; `safetensors` and `baseModels` a struct or JSON text.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
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
        raw.close()
    batch = assemble("hub_dump", staged, inputs, aside, took, options, files, TERMS)
    return replace(batch, complete=True)


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
    nested = {"card": "cardData", "gguf": "gguf", "config": "config", "tensors": "safetensors", "bases": "baseModels"}
    raw.derive({name: _json(raw, column) for name, column in nested.items()} | {"tag_text": _tags(raw)})
    raw.derive({f"{name}_fields": f"json_extract_string({name}, [{_paths(FIELDS[name])}])" for name in nested})
    card, gguf, config, tensors, bases = (
        {field: f"nullif({name}_fields[{i}], 'null')" for i, field in enumerate(FIELDS[name], 1)} for name in nested
    )
    tags = "tag_text"
    columns["license"] = _first(
        f"case when {card['license']} = 'other' then {card['license_name']} end",
        card["license"],
        f"regexp_extract({tags}, '(?:^| )license:(\\S+)', 1)",
    )
    columns["params"] = _first(tensors["total"], gguf["total"])
    columns["params_from"] = (
        f"case when {_packed(tensors)} then 'safetensors.total (packed)'"
        f" when {tensors['total']} is not null then 'safetensors.total'"
        f" when {gguf['total']} is not null then 'gguf.total' end"
    )
    columns["architecture"] = _first(config["model_type"], gguf["architecture"])
    columns["base_model"] = _first(
        _joined("json_extract_string(bases, '$.models[*].id')"),
        _joined(f"regexp_extract_all({tags}, '(?:^| )base_model:([^ :]+/[^ :]+)', 1)"),
        _listed(card["base_model"]),
    )
    columns["base_model_ids"] = _joined("json_extract_string(bases, '$.models[*]._id')")
    columns["relation"] = _first(
        bases["relation"],
        f"nullif(regexp_extract({tags}, '(?:^| )base_model:(finetune|adapter|quantized|merge):', 1), '')",
        card["base_model_relation"],
    )
    columns["tags"] = tags
    absent = [
        n for n in (*PLAIN.values(), "tags", "cardData", "safetensors", "gguf", "baseModels") if n not in raw.columns
    ]
    notes = ["columns of the hub-stats schema, by name"]
    if absent:
        notes.append(f"columns that this dump lacks: {', '.join(absent)}")
    return columns, notes


PACKED_TYPES = ("I32", "U8", "I8", "I64")
"""Element types in which quantized weights are stored, several to an element."""

FIELDS = {
    "card": ("license", "license_name", "base_model", "base_model_relation"),
    "gguf": ("total", "architecture"),
    "config": ("model_type",),
    "tensors": ("total", *(f"parameters.{t}" for t in PACKED_TYPES)),
    "bases": ("relation",),
}
"""What is read of each nested column, all in one go."""


def _packed(tensors: Mapping[str, str]) -> str:
    """SQL of whether more than half of what safetensors count are elements of packed weights."""
    stored = " + ".join(f"coalesce(try_cast({tensors[f'parameters.{t}']} as double), 0)" for t in PACKED_TYPES)
    return f"coalesce(({stored}) > 0.5 * try_cast({tensors['total']} as double), false)"


def _paths(fields: Sequence[str]) -> str:
    return ", ".join(f"'$.{f}'" for f in fields)


def _json(raw: RawFile, name: str) -> str:
    """SQL of a column as JSON, be it text or a struct; null where the dump lacks it."""
    if name not in raw.columns:
        return "cast(null as json)"
    if raw.format in ("json", "ndjson"):
        value, text = f"json_extract(_json, '$.{name}')", f"json_extract_string(_json, '$.{name}')"
        inner = f"json_type({value}) = 'VARCHAR' and json_valid({text})"
        return f"(case when {inner} then cast({text} as json) else {value} end)"
    column = raw.column(name)
    if raw.types.get(name, "VARCHAR") == "VARCHAR":
        return f"(case when json_valid({column}) then cast({column} as json) end)"
    return column if raw.types[name] == "JSON" else f"to_json({column})"


def _tags(raw: RawFile) -> str:
    """SQL of the tags as text, be they a list or the text of one."""
    if "tags" not in raw.columns:
        return "cast(null as varchar)"
    tags = "json_extract_string(_json, '$.tags')" if raw.format in ("json", "ndjson") else raw.column("tags")
    if raw.types.get("tags", "").endswith("[]"):
        return f"array_to_string({tags}, ' ')"
    return (
        f"case when json_valid({tags}) and left(ltrim({tags}), 1) = '['"
        f" then array_to_string(json_extract_string({tags}, '$[*]'), ' ') else cast({tags} as varchar) end"
    )


def _joined(listed: str) -> str:
    """SQL of a list as text, null where it is empty."""
    return f"nullif(array_to_string({listed}, ' '), '')"


def _listed(field: str) -> str:
    """SQL of a field that holds one id or a list of them."""
    several = _joined(f"json_extract_string({field}, '$[*]')")
    return f"case when left({field}, 1) = '[' then {several} else {field} end"


def _first(*options: str) -> str:
    return f"coalesce({', '.join(options)})"

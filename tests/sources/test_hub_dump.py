"""Dumps of the Hub's listing: any column missing, nested columns as struct or as JSON text."""

import json
from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

ROWS = [
    {
        "id": "a/base", "_id": "64aa", "downloads": 5, "downloadsAllTime": 50, "likes": 3, "createdAt": "2025-01-02T03:04:05.000Z",
        "library_name": "transformers", "pipeline_tag": "text-generation", "tags": ["license:mit", "en"],
        "cardData": {"license": "apache-2.0", "base_model": None}, "safetensors": {"total": 7_000_000_000},
        "gguf": None, "config": {"model_type": "llama"}, "baseModels": None,
    },
    {
        "id": "b/quant", "_id": "64bb", "downloads": None, "downloadsAllTime": 20, "likes": 0, "createdAt": "2025-02-02T03:04:05.000Z",
        "library_name": None, "pipeline_tag": None,
        "tags": ["gguf", "base_model:a/base", "base_model:quantized:a/base", "license:mit"],
        "cardData": {"license": None, "base_model": "a/other"}, "safetensors": None,
        "gguf": {"total": 8_000_000_000, "architecture": "qwen3"}, "config": None,
        "baseModels": {"relation": "quantized", "models": [{"id": "a/base"}, {"id": "a/second"}]},
    },
]  # fmt: skip
NESTED = ["cardData", "safetensors", "gguf", "config", "baseModels"]


def parquet(rows: list[dict], as_text: bool) -> bytes:
    kept = [
        {k: json.dumps(v) if as_text and k in (*NESTED, "tags") and v is not None else v for k, v in r.items()}
        for r in rows
    ]
    sink = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_pylist(kept), sink)
    return sink.getvalue().to_pybytes()


def kinds(rows: list[dict]) -> dict[str, bytes]:
    return {
        "struct.parquet": parquet(rows, False),
        "text.parquet": parquet(rows, True),
        "text.ndjson": "\n".join(
            json.dumps({k: json.dumps(v) if k in (*NESTED, "tags") and v is not None else v for k, v in r.items()})
            for r in rows
        ).encode(),
        "lines.ndjson": "\n".join(json.dumps(r) for r in rows).encode(),
        "array.json": json.dumps(rows).encode(),
    }


@pytest.mark.parametrize("name", ["struct.parquet", "text.parquet", "text.ndjson", "lines.ndjson", "array.json"])
def test_struct_and_text_say_the_same(take, name):
    outcome = take(kinds(ROWS)[name], name, source="hub_dump", date="2026-05-24")
    assert [(r["repository"], r["hub_id"], r["counter"], r["value"]) for r in outcome.rows()] == [
        ("a/base", "64aa", "all_time", 50), ("b/quant", "64bb", "all_time", 20), ("a/base", "64aa", "rolling_30d", 5),
    ]  # fmt: skip
    facts = {r["repository"]: r for r in outcome.rows("facts")}
    base, quant = facts["a/base"], facts["b/quant"]
    assert (base["params"], base["params_from"], base["license"]) == (
        7_000_000_000,
        "safetensors.total",
        "apache-2.0",
    )
    assert (base["architecture"], base["created_at"], base["base_model"]) == ("llama", date(2025, 1, 2), None)
    assert (quant["params"], quant["params_from"], quant["license"]) == (8_000_000_000, "gguf.total", "mit")
    assert (quant["architecture"], quant["base_model"], quant["relation"]) == (
        "qwen3",
        "a/base a/second",
        "quantized",
    )
    assert quant["library"] is None and "base_model:quantized:a/base" in quant["tags"].split()


@pytest.mark.parametrize("name", ["struct.parquet", "lines.ndjson"])
@pytest.mark.parametrize("lacking", [c for c in ROWS[0] if c != "id"])
def test_any_column_can_be_missing(take, name, lacking):
    rows = [{k: v for k, v in r.items() if k != lacking} for r in ROWS]
    outcome = take(kinds(rows)[name], name, source="hub_dump", date="2026-05-24")
    lost = {"downloads": 1, "downloadsAllTime": 2}.get(lacking, 0)
    assert len(outcome.rows()) == 3 - lost
    if lacking not in ("config",):
        assert outcome.batch and any("this dump lacks" in t and lacking in t for t in outcome.batch.took)
    if lacking == "baseModels":
        facts = {r["repository"]: r for r in outcome.rows("facts")}
        assert (facts["b/quant"]["base_model"], facts["b/quant"]["relation"]) == ("a/base", "quantized")


def test_text_that_is_no_json_is_unknown_and_costs_nothing_else(take):
    rows = [
        {**r, "cardData": "{broken", "safetensors": None, "baseModels": None, "gguf": None, "config": ""}
        for r in ROWS
    ]
    outcome = take(parquet(rows, False), "t.parquet", source="hub_dump", date="2026-05-24")
    assert len(outcome.rows()) == 3
    assert {r["license"] for r in outcome.rows("facts")} == {"mit"}


def test_the_day_must_be_given_and_be_one(take):
    content = kinds(ROWS)["lines.ndjson"]
    assert "give --date" in take(content, "t.ndjson", source="hub_dump").error
    assert "'yesterday' is no day" in take(content, "t.ndjson", source="hub_dump", date="yesterday").error
    assert "is no day" in take(content, "t.ndjson", source="hub_dump", map={"observed_on": "yesterday"}).error


@pytest.mark.parametrize(
    ("day", "counters"),
    [
        ("2025-02-26", {"rolling_30d"}),
        ("2025-02-27", {"rolling_30d", "all_time"}),
        ("2025-02-20..2025-02-27", {"rolling_30d", "all_time"}),
    ],
)
def test_all_time_counts_only_from_the_day_on_which_the_hub_gave_them(take, day, counters):
    outcome = take(kinds(ROWS)["lines.ndjson"], "t.ndjson", source="hub_dump", date=day)
    assert {r["counter"] for r in outcome.rows()} == counters
    assert outcome.batch and any("left out" in t for t in outcome.batch.took) == (len(counters) == 1)


def test_what_is_no_dump(take):
    for rows in ([{"model": "a/x", "downloads": 1}], [{"id": "a/x", "likes": 1}]):
        assert take(kinds(rows)["lines.ndjson"], "t.ndjson", source="hub_dump", date="2026-05-24").error

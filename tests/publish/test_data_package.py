"""An edition as a data package: every description agrees with the files that it describes."""

import csv
import hashlib
import json
import re
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

KINDS = {"integer": pa.types.is_integer, "number": pa.types.is_floating, "string": pa.types.is_string}


@pytest.fixture(scope="module")
def package(edition: Path) -> dict:
    return json.loads((edition / "datapackage.json").read_text())


def test_every_table_of_the_edition_is_described_in_both_forms(edition: Path, package: dict) -> None:
    paths = {r["path"] for r in package["resources"]}
    assert paths == {p.relative_to(edition).as_posix() for p in (edition / "tables").iterdir()}
    assert {p.removesuffix(".csv") for p in paths if p.endswith(".csv")} == {
        p.removesuffix(".parquet") for p in paths if p.endswith(".parquet")
    }
    names = [r["name"] for r in package["resources"]]
    assert len(set(names)) == len(names) and all(re.fullmatch(r"[a-z0-9._-]+", n) for n in names)


def test_schemas_sizes_and_digests_are_those_of_the_files(edition: Path, package: dict) -> None:
    for resource in package["resources"]:
        path, fields = edition / resource["path"], resource["schema"]["fields"]
        named = [f["name"] for f in fields]
        if resource["format"] == "csv":
            content = path.read_bytes()
            assert resource["bytes"] == len(content)
            assert resource["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
            with path.open() as file:
                reader = csv.DictReader(file)
                rows = list(reader)
            assert reader.fieldnames == named
            for f in fields:
                if f["type"] != "string":
                    assert all(float(r[f["name"]]) is not None for r in rows if r[f["name"]] != ""), f
        else:
            schema = pq.read_schema(path)
            assert schema.names == named
            for f in fields:
                kind = schema.field(f["name"]).type
                assert KINDS[f["type"]](kind) or pa.types.is_null(kind), (resource["path"], f)
        assert all(f["description"] for f in fields)


def test_both_forms_hold_the_same_numbers(edition: Path) -> None:
    for path in (edition / "tables").glob("*.parquet"):
        values = pq.read_table(path).to_pylist()
        with path.with_suffix(".csv").open() as file:
            told = list(csv.DictReader(file))
        assert len(values) == len(told)
        for row, text in zip(values, told, strict=True):
            for name, value in row.items():
                if isinstance(value, float | int):
                    assert float(text[name]) == value, (path.name, name)


def test_every_source_stands_with_its_license(edition: Path, package: dict) -> None:
    inputs = json.loads((edition / "edition.json").read_text())["inputs"]
    assert {s["version"].split(",")[0] for s in package["sources"]} == {i["batch"] for i in inputs}
    assert {lic.get("name") for lic in package["licenses"]} == {i["license"] for i in inputs}
    text = (edition / "LICENSES.md").read_text()
    for i in inputs:
        assert i["batch"] in text and i["license"] in text and i["citation"] in text
        assert all(f["digest"] in text for f in i["files"])
    by_name = {r["name"]: r for r in package["resources"]}
    assert [lic["name"] for lic in by_name["shares-at-readings"]["licenses"]] == ["MIT"]
    assert [lic["name"] for lic in by_name["downloads-by-month"]["licenses"]] == ["Apache-2.0"]


def test_croissant_has_what_its_specification_requires(edition: Path) -> None:
    told = json.loads((edition / "croissant.json").read_text())
    for name in (
        "@context",
        "@type",
        "conformsTo",
        "name",
        "description",
        "license",
        "url",
        "creator",
        "datePublished",
    ):
        assert told[name], name
    assert told["@context"]["cr"] == "http://mlcommons.org/croissant/" and told["@type"] == "sc:Dataset"
    assert re.fullmatch(r"\d+\.\d+\.\d+", told["version"])
    files = {f["@id"]: f for f in told["distribution"]}
    for name, file in files.items():
        content = (edition / file["contentUrl"]).read_bytes()
        assert file["sha256"] == hashlib.sha256(content).hexdigest() and file["contentSize"] == f"{len(content)} B"
        assert file["@type"] == "cr:FileObject" and file["encodingFormat"] and file["name"] == name
    ids = (
        [r["@id"] for r in told["recordSet"]]
        + [f["@id"] for r in told["recordSet"] for f in r["field"]]
        + list(files)
    )
    assert len(set(ids)) == len(ids)
    for record in told["recordSet"]:
        for field in record["field"]:
            source = field["source"]
            schema = pq.read_schema(edition / source["fileObject"]["@id"])
            assert source["extract"]["column"] in schema.names and field["dataType"].startswith("sc:")


def test_citation_file_has_what_its_format_requires(edition: Path) -> None:
    told = yaml.safe_load((edition / "CITATION.cff").read_text())
    made = json.loads((edition / "edition.json").read_text())
    assert told["cff-version"] == "1.2.0" and told["type"] == "dataset" and told["message"] and told["title"]
    assert told["authors"] and all(a["name"] for a in told["authors"])
    assert told["identifiers"][0]["value"] == made["id"] and told["version"] == made["edition"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", told["date-released"])
    assert [r["title"] for r in told["references"]] == [i["citation"] for i in made["inputs"]]
    assert all(r["type"] and r["authors"][0]["name"] for r in told["references"])


def test_verdicts_of_the_claims_are_a_table(edition: Path) -> None:
    rows = pq.read_table(edition / "tables" / "claims.parquet").to_pylist()
    told = json.loads((edition / "edition.json").read_text())["claims"]
    assert {f"{r['pack']}/{r['claim']}": r["verdict"] for r in rows} == {c: v["verdict"] for c, v in told.items()}

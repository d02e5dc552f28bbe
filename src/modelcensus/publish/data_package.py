"""An edition as a data package: its tables with their schemas, sources, licenses and how to cite it.

`datapackage.json` follows Data Package 2.0 (https://datapackage.org, 2024-06), `croissant.json` Croissant 1.0
(https://docs.mlcommons.org/croissant, 2024-03), `CITATION.cff` the Citation File Format 1.2.0.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from modelcensus.claims import Account
from modelcensus.ledger import Manifest
from modelcensus.publish.section import DataTable, Facts
from modelcensus.publish.verdict_words import verdict_as_worded
from modelcensus.vocabulary.inert_text import straight

NAMED = re.compile(r"[-A-Za-z0-9._]+")
"""How an identifier of a license looks; anything else is words."""
MEDIA = {"csv": "text/csv", "parquet": "application/vnd.apache.parquet"}
COLUMNS = {
    "period": "the period that a row is of, as in a request: a month, a day, or FIRST..LAST",
    "value": "the number; empty where the bounds alone are known",
    "low": "the least that the readings allow; empty where others reported the number",
    "high": "the most that the readings allow; empty too where nothing was read after the period",
    "coverage": "the share of the scope, by count, that was observed in the period",
    "observed": "repositories that were observed",
    "scope_size": "repositories in the scope",
    "flags": "what has to be known of the number, with `; ` between",
}
"""Columns that every table of numbers has; the others are what the numbers are of."""
KINDS = {"integer": "sc:Integer", "number": "sc:Float", "boolean": "sc:Boolean", "string": "sc:Text"}
LANGUAGE = {
    "@language": "en", "@vocab": "https://schema.org/", "citeAs": "cr:citeAs", "column": "cr:column",
    "conformsTo": "dct:conformsTo", "cr": "http://mlcommons.org/croissant/", "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"}, "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"}, "extract": "cr:extract", "field": "cr:field",
    "fileObject": "cr:fileObject", "fileProperty": "cr:fileProperty", "fileSet": "cr:fileSet", "format": "cr:format",
    "includes": "cr:includes", "isLiveDataset": "cr:isLiveDataset", "jsonPath": "cr:jsonPath", "key": "cr:key",
    "md5": "cr:md5", "parentField": "cr:parentField", "path": "cr:path", "rai": "http://mlcommons.org/croissant/RAI/",
    "recordSet": "cr:recordSet", "references": "cr:references", "regex": "cr:regex", "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate", "sc": "https://schema.org/", "separator": "cr:separator", "source": "cr:source",
    "subField": "cr:subField", "transform": "cr:transform",
}  # fmt: skip
"""The context that the specification of Croissant 1.0 prescribes."""
LICENSES = "LICENSES.md"


@dataclass(frozen=True)
class Packed:
    """A table of the package: what it says, its rows, their unit, and the batches that it rests on."""

    name: str
    title: str
    table: pa.Table
    unit: str
    batches: tuple[str, ...]
    csv: str
    record: str = ""


@dataclass(frozen=True)
class Told:
    """What is said of the edition as a whole."""

    id: str
    edition: str
    title: str
    description: str
    manifests: Sequence[Manifest]

    @property
    def created(self) -> str:
        """The day on which the newest batch was committed."""
        return max(m.committed_at for m in self.manifests).date().isoformat()


def package_files(told: Told, tables: Iterable[DataTable], accounts: Sequence[Account]) -> dict[str, bytes]:
    """Path in the folder of the report, and content: Parquet beside each table's CSV, and the descriptions.

    Columns of a table of numbers: the dimensions, then period, value (its unit is stated), low, high, coverage, observed,
    scope_size, flags. Of `claims`: pack, claim, statement, publisher, published, as_worded, verdict, readings, record.
    """
    packed = [_packed(t) for t in tables]
    if accounts:
        packed.append(_claims(accounts))
    packed = list({p.name: p for p in packed}.values())
    files: dict[str, bytes] = {}
    for one in packed:
        files[f"tables/{one.name}.csv"] = one.csv.encode()
        files[f"tables/{one.name}.parquet"] = _parquet(one.table)
    sizes = {path: (len(content), hashlib.sha256(content).hexdigest()) for path, content in files.items()}
    files["datapackage.json"] = _json(_data_package(told, packed, sizes))
    files["croissant.json"] = _json(_croissant(told, packed, sizes))
    files["CITATION.cff"] = _citation(told)
    files[LICENSES] = _licenses(told).encode()
    return files


def _packed(table: DataTable) -> Packed:
    result = table.result
    return Packed(
        table.name, table.caption, result.to_arrow(), result.unit, tuple(result.provenance.batches), result.to_csv(),
        result.provenance.id,
    )  # fmt: skip


def _claims(accounts: Sequence[Account]) -> Packed:
    header = ("pack", "claim", "statement", "publisher", "published", "as_worded", "verdict", "readings", "record")
    rows = tuple(
        (
            a.pack.id, a.claim.id, a.claim.statement, a.pack.source.publisher, str(a.pack.source.date or ""),
            verdict_as_worded(a), a.verdict, len(a.outcomes), a.as_worded.id if a.as_worded else "",
        )
        for a in accounts
    )  # fmt: skip
    facts = Facts("claims", "published claims and their verdicts", header, rows)
    batches = {b: None for a in accounts for o in a.tested if o.result for b in o.result.provenance.batches}
    return Packed("claims", facts.caption, facts.to_arrow(), "", tuple(batches), facts.to_csv())


def _parquet(table: pa.Table) -> bytes:
    sink = io.BytesIO()
    pq.write_table(table, sink)
    return sink.getvalue()


def _json(content: object) -> bytes:
    return json.dumps(content, indent=1, default=str).encode()


def _fields(one: Packed) -> list[dict[str, str]]:
    """The columns: name, type as in Table Schema, unit of the numbers, what they mean."""
    fields = []
    for column in one.table.schema:
        kind = (
            "boolean" if pa.types.is_boolean(column.type) else "integer" if pa.types.is_integer(column.type)
            else "number" if pa.types.is_floating(column.type) or pa.types.is_decimal(column.type) else "string"
        )  # fmt: skip
        said = COLUMNS.get(column.name, column.name.replace("_", " "))
        unit = f" ({one.unit})" if column.name in ("value", "low", "high") and one.unit else ""
        fields.append({"name": column.name, "type": kind, "description": f"{said}{unit}"})
    return fields


def _data_package(told: Told, packed: list[Packed], sizes: dict[str, tuple[int, str]]) -> dict[str, object]:
    held = {m.id: m for m in told.manifests}
    resources = []
    for one in packed:
        sources = [held[b] for b in one.batches if b in held]
        for form, media in MEDIA.items():
            path = f"tables/{one.name}.{form}"
            size, digest = sizes[path]
            resources.append(
                {
                    "name": one.name if form == "csv" else f"{one.name}-{form}",
                    "type": "table", "path": path, "title": straight(one.title), "format": form, "mediatype": media,
                    # readers of Parquet that check packages count no bytes: those digests stand in croissant.json
                    **({"encoding": "utf-8", "bytes": size, "hash": f"sha256:{digest}"} if form == "csv" else {}),
                    "schema": {"fields": _fields(one), "missingValues": [""]},
                    **({"sources": [_source(m) for m in sources], "licenses": _license(sources)} if sources else {}),
                    **({"record": one.record} if one.record else {}),
                }
            )  # fmt: skip
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": f"modelcensus-{told.edition}".lower(),
        "id": told.id,
        "title": told.title,
        "description": told.description,
        "version": told.edition,
        "created": f"{told.created}T00:00:00Z",
        "contributors": [{"title": "modelcensus", "roles": ["author"]}],
        "sources": [_source(m) for m in told.manifests],
        "licenses": _license(told.manifests),
        "resources": resources,
    }


def _source(manifest: Manifest) -> dict[str, str]:
    said = manifest.terms.get("citation") or manifest.name
    return {"title": straight(said), "version": f"{manifest.id}, {manifest.first_day} to {manifest.last_day}"}


def _license(manifests: Iterable[Manifest]) -> list[dict[str, str]]:
    """Every license once; what has no identifier is explained in LICENSES.md."""
    stated = dict.fromkeys(m.terms.get("license") or "no license stated" for m in manifests)
    return [{"name": s} if NAMED.fullmatch(s) else {"path": LICENSES, "title": straight(s)} for s in stated]


def _croissant(told: Told, packed: list[Packed], sizes: dict[str, tuple[int, str]]) -> dict[str, object]:
    distribution, records = [], []
    for one in packed:
        for form, media in MEDIA.items():
            path = f"tables/{one.name}.{form}"
            size, digest = sizes[path]
            distribution.append(
                {
                    "@type": "cr:FileObject", "@id": path, "name": path, "contentUrl": path, "contentSize": f"{size} B",
                    "encodingFormat": "application/x-parquet" if form == "parquet" else media, "sha256": digest,
                }
            )  # fmt: skip
        records.append(
            {
                "@type": "cr:RecordSet", "@id": one.name, "name": one.name, "description": straight(one.title),
                "field": [
                    {
                        "@type": "cr:Field", "@id": f"{one.name}/{f['name']}", "name": f["name"],
                        "description": f["description"], "dataType": KINDS[f["type"]],
                        "source": {
                            "fileObject": {"@id": f"tables/{one.name}.parquet"}, "extract": {"column": f["name"]}
                        },
                    }
                    for f in _fields(one)
                ],
            }
        )  # fmt: skip
    return {
        "@context": LANGUAGE,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": f"modelcensus-{told.edition}",
        "description": told.description,
        "identifier": told.id,
        "version": f"{told.edition.replace('-', '.')}.0",
        "datePublished": told.created,
        "url": "report.html",
        "citeAs": f"modelcensus: {told.title} Edition {told.edition} ({told.id})",
        "creator": {"@type": "sc:Organization", "name": "modelcensus"},
        "license": list(
            dict.fromkeys(straight(m.terms.get("license") or "no license stated") for m in told.manifests)
        ),
        "distribution": distribution,
        "recordSet": records,
    }


def _citation(told: Told) -> bytes:
    content = {
        "cff-version": "1.2.0",
        "message": "Please cite this edition, and the sources that its numbers rest on.",
        "type": "dataset",
        "title": f"{told.title} Edition {told.edition}",
        "version": told.edition,
        "date-released": told.created,
        "authors": [{"name": "modelcensus"}],
        "identifiers": [{"type": "other", "value": told.id, "description": "digest of the edition's inputs"}],
        "references": [
            {
                "type": "data",
                "title": straight(m.terms.get("citation") or m.name),
                "authors": [{"name": straight(m.name)}],
                "notes": straight(f"license: {m.terms.get('license') or 'not stated'}; batch {m.id}"),
            }
            for m in told.manifests
        ],
    }
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=False).encode()


def _licenses(told: Told) -> str:
    """The license of each source, and which numbers it is of."""
    lines = [
        "# Licenses", "", "The tables are computed from these sources; each source's license holds for what it says.",
        "The program and its own knowledge files: Apache-2.0.", "",
    ]  # fmt: skip
    for m in told.manifests:
        inputs = ", ".join(f"`{i.name}` sha256 {i.digest}" for i in m.inputs)
        lines += [
            f"## {straight(m.name)} ({m.id})", "", f"- license: {straight(m.terms.get('license') or 'not stated')}",
            f"- cite: {straight(m.terms.get('citation') or 'not stated')}", f"- inputs: {straight(inputs)}", "",
        ]  # fmt: skip
    return "\n".join(lines)

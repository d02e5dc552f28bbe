"""An edition as a data package: its tables with their schemas, sources, licenses and how to cite it.

`datapackage.json` follows Data Package 2.0 (https://datapackage.org, 2024-06), `croissant.json` Croissant 1.0
(croissant.py), `CITATION.cff` the Citation File Format 1.2.0.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
from collections.abc import Iterable, Sequence

import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from modelcensus.claims import Account
from modelcensus.ledger import Manifest
from modelcensus.publish.croissant import croissant
from modelcensus.publish.packed import MEDIA, Packed, Told, fields_of
from modelcensus.publish.section import DataTable, Facts
from modelcensus.publish.verdict_words import verdict_as_worded
from modelcensus.vocabulary.inert_text import straight

NAMED = re.compile(r"[-A-Za-z0-9._]+")
"""How an identifier of a license looks; anything else is words."""
LICENSES = "LICENSES.md"


def package_files(told: Told, tables: Iterable[DataTable], accounts: Sequence[Account]) -> dict[str, bytes]:
    """Path in the folder of the report, and content: Parquet beside each table's CSV, and the descriptions.

    Columns of a table of numbers: the dimensions, then period, value (its unit is stated), low, high, coverage, observed,
    scope_size, flags. Of `claims`: pack, claim, statement, publisher, published, as_worded, verdict, readings, record.
    """
    packed = [_packed(t) for t in tables]
    if accounts:
        packed.append(_claims(accounts, told))
    packed = list({p.name: p for p in packed}.values())
    files: dict[str, bytes] = {}
    for one in packed:
        files[f"tables/{one.name}.csv"] = one.csv.encode()
        files[f"tables/{one.name}.parquet"] = _parquet(one.table)
    sizes = {path: (len(content), hashlib.sha256(content).hexdigest()) for path, content in files.items()}
    files["datapackage.json"] = _json(_data_package(told, packed, sizes))
    files["croissant.json"] = _json(croissant(told, packed, sizes))
    files["CITATION.cff"] = _citation(told)
    files[LICENSES] = _licenses(told).encode()
    return files


def _packed(table: DataTable) -> Packed:
    result = table.result
    return Packed(
        table.name, table.caption, result.to_arrow(), result.unit, tuple(result.provenance.batches), result.to_csv(),
        result.provenance.id,
    )  # fmt: skip


def _claims(accounts: Sequence[Account], told: Told) -> Packed:
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
    return Packed("claims", facts.caption, facts.to_arrow(told.id, told.citation), "", tuple(batches), facts.to_csv())


def _parquet(table: pa.Table) -> bytes:
    sink = io.BytesIO()
    pq.write_table(table, sink)
    return sink.getvalue()


def _json(content: object) -> bytes:
    return json.dumps(content, indent=1, default=str).encode()


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
                    "schema": {"fields": fields_of(one), "missingValues": [""]},
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
        inputs = ", ".join(f"`{i.name}` {i.digest_said()}" for i in m.inputs)
        lines += [
            f"## {straight(m.name)} ({m.id})", "", f"- license: {straight(m.terms.get('license') or 'not stated')}",
            f"- cite: {straight(m.terms.get('citation') or 'not stated')}", f"- inputs: {straight(inputs)}", "",
        ]  # fmt: skip
    return "\n".join(lines)

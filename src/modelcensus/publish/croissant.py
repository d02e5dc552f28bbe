"""An edition in Croissant 1.0 (https://docs.mlcommons.org/croissant, 2024-03), for readers of data sets.

`croissant_context.json` is the context that the specification prescribes, name by name.
"""

from __future__ import annotations

import json
from importlib.resources import files

from modelcensus.publish.packed import MEDIA, Packed, Told, fields_of
from modelcensus.vocabulary.inert_text import straight

KINDS = {"integer": "sc:Integer", "number": "sc:Float", "boolean": "sc:Boolean", "string": "sc:Text"}


def croissant(told: Told, packed: list[Packed], sizes: dict[str, tuple[int, str]]) -> dict[str, object]:
    """The description of the tables; `sizes`: path -> bytes and SHA-256."""
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
                    for f in fields_of(one)
                ],
            }
        )  # fmt: skip
    return {
        "@context": json.loads((files("modelcensus.publish") / "croissant_context.json").read_text()),
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

"""Structured data of pages after schema.org: claims as `ClaimReview`, series as `Dataset` (https://schema.org, 2026-11)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence

from modelcensus.claims import Account
from modelcensus.measures import Result

CONTEXT = "https://schema.org"
RATINGS = {"holds": 5, "depends": 3, "fails": 1}
"""Verdicts on the scale of ratings of https://schema.org/ClaimReview, 1 (false) to 5 (true); others have none."""


def ld_json(content: object) -> str:
    """Structured data for a `script` of type application/ld+json: nothing in it can end the element or turn its letters.

    >>> print(ld_json({"name": "</script><b>"}))
    {"name":"\\u003c/script\\u003e\\u003cb\\u003e"}
    """
    text = json.dumps(content, ensure_ascii=True, separators=(",", ":"), default=str)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def claim_review(one: Account, verdict: str, said: str) -> dict[str, object]:
    """The account of a claim: who said what, and its verdict as worded with the sentence that gives it."""
    source = one.pack.source
    appearance = {
        "@type": "CreativeWork", "name": source.title, "author": {"@type": "Organization", "name": source.publisher},
        **({"datePublished": str(source.date)} if source.date else {}), **({"url": source.url} if source.url else {}),
    }  # fmt: skip
    scale = {"ratingValue": RATINGS[verdict], "bestRating": 5, "worstRating": 1} if verdict in RATINGS else {}
    return {
        "@context": CONTEXT,
        "@type": "ClaimReview",
        "claimReviewed": one.claim.statement,
        "author": {"@type": "Organization", "name": "modelcensus"},
        "itemReviewed": {"@type": "Claim", "appearance": appearance},
        "reviewRating": {
            "@type": "Rating",
            **scale,
            "alternateName": f"{verdict} as worded",
            "ratingExplanation": said,
        },
    }


def dataset(
    name: str, said: str, results: Iterable[Result], at: Callable[[str], str], files: Sequence[str]
) -> dict[str, object]:
    """The series of a page: what was measured of when, who counted, and `files`, suffixes that `at` gives addresses of."""
    found = list(results)
    kinds = {".csv": "text/csv", ".json": "application/json", ".parquet": "application/vnd.apache.parquet"}
    ends = [(r.start, r.end) for result in found if result.rows for r in (result.rows[0], result.rows[-1])]
    return {
        "@context": CONTEXT,
        "@type": "Dataset",
        "name": name,
        "description": said,
        "identifier": [r.provenance.id for r in found],
        "creator": {"@type": "Organization", "name": "modelcensus"},
        "measurementTechnique": list(dict.fromkeys(r.definition for r in found)),
        "variableMeasured": [
            {"@type": "PropertyValue", "name": m, "unitText": u} for m, u in dict.fromkeys((r.measure, r.unit) for r in found)
        ],
        **({"temporalCoverage": f"{min(s for s, _ in ends)}/{max(e for _, e in ends)}"} if ends else {}),
        "isBasedOn": list(dict.fromkeys(s.partition(": ")[2] or s for r in found for s in r.provenance.sources)),
        "distribution": [
            {"@type": "DataDownload", "encodingFormat": kinds[f], "contentUrl": at(f)} for f in files
        ],
    }  # fmt: skip

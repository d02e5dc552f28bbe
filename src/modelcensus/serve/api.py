"""The JSON API: measures, records, the catalog, claims and the data's health, under one address."""

from __future__ import annotations

import hashlib
import json
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from modelcensus.catalog import explain_repository
from modelcensus.claims import find_claim
from modelcensus.claims.telling import as_dict
from modelcensus.measures.answers import plain_result
from modelcensus.measures.health import health
from modelcensus.publish.views.search import found_by_name
from modelcensus.publish.views.subject import find_model
from modelcensus.serve.check import Given, answer
from modelcensus.serve.listed import Claimed, MeasureEntry, claims_listed, measures_listed
from modelcensus.serve.problems import PlainJSON, documented
from modelcensus.serve.same import holds
from modelcensus.serve.takes import StrictRoute
from modelcensus.serve.tester import Tester
from modelcensus.vocabulary import Request as Asked
from modelcensus.vocabulary import RequestError
from modelcensus.vocabulary.inert_text import seen

MOST_ROWS = 10_000
"""Rows of one answer; more are asked for with `offset`."""
FARTHEST = 1_000_000_000
LONGEST_VALUE = 500


class Answer(BaseModel):
    """A result: its rows from `offset` on, what stands under the line, and the record that it rests on."""

    model_config = ConfigDict(extra="allow")
    measure: str
    unit: str
    request: dict[str, Any]
    rows: list[dict[str, Any]]
    total: int = Field(description="rows in all")
    offset: int
    sentence: str
    citation: str
    counted: str
    denominator: str
    notes: list[str]
    provenance: dict[str, Any]


class Text(BaseModel):
    """A text to check; `date` is the day of publication (YYYY-MM-DD)."""

    model_config = ConfigDict(extra="forbid")
    text: str
    date: str = ""
    title: str = ""
    publisher: str = ""


Several = Annotated[list[Annotated[str, Field(max_length=LONGEST_VALUE)]], Query(max_length=20)]
Short = Annotated[str, Query(max_length=LONGEST_VALUE)]
WRONG = documented(400, 404, 405, 414, 422, 429, 431, 500, 503)
SENT = documented(403, 411, 413)
"""What may be wrong with a request that has content."""


def router(tester: Tester) -> APIRouter:
    """All operations, on one census."""
    api = APIRouter(responses=WRONG, default_response_class=PlainJSON, route_class=StrictRoute)

    @api.get("/measures")
    def list_measures() -> list[MeasureEntry]:
        """Every measure: its definition, unit, readings and source."""
        return measures_listed()

    @api.get("/measures/{name}", response_model=Answer)
    async def compute(
        request: Request, response: Response, name: str, of: Several = [], within: Short = "", by: Several = [],  # noqa: B006
        period: Several = [], reading: Several = [], as_of: Short = "",  # noqa: B006
        offset: Annotated[int, Query(ge=0, le=FARTHEST)] = 0, limit: Annotated[int, Query(ge=1, le=MOST_ROWS)] = 1_000,
    ) -> Response:  # fmt: skip
        """A measure in the grammar of the command line: `of=family=Qwen`, `by=month`, `reading=channel=...`."""
        asked = Asked.build(name, of, within, by, period, reading, as_of or None)
        result = tester.answer(asked)
        tag = _same(request, response, f"{result.provenance.id} {offset} {limit}")
        rows = [r.as_dict() for r in result.rows[offset : offset + limit]]
        page = {"total": len(result.rows), "offset": offset, "sentence": result.sentence(), "citation": result.cite()}
        told = {**result.as_dict(0), **page, "rows": rows}
        content = {
            n: told[n] for n in Answer.model_fields
        }  # what the model says; checking a thousand rows takes longer than these
        return PlainJSON(content, headers={"etag": tag})

    @api.get("/results/{name}")
    def whole(
        request: Request, response: Response, name: str, of: Several = [], within: Short = "", by: Several = [],  # noqa: B006
        period: Several = [], reading: Several = [], as_of: Short = "",  # noqa: B006
        offset: Annotated[int, Query(ge=0, le=FARTHEST)] = 0, limit: Annotated[int, Query(ge=1, le=MOST_ROWS)] = 1_000,
    ) -> dict[str, Any]:  # fmt: skip
        """A measure in the form from which the Python client makes the library's own result again."""
        result = tester.answer(Asked.build(name, of, within, by, period, reading, as_of or None))
        _same(request, response, f"whole {result.provenance.id} {offset} {limit}")
        plain = plain_result(result, slice(offset, offset + limit))
        return {**plain, "asked": result.request.as_dict(), "total": len(result.rows)}

    @api.get("/provenance/{id}")
    def provenance(id: str) -> dict[str, Any]:
        """The record behind a number: request, definition, inputs, SQL."""
        record = tester.record(id)
        if record is None:
            raise HTTPException(404, f"no record {id!r}: records are kept when a number is computed")
        return record

    @api.get("/catalog/{repository:path}")
    def attributions(repository: str) -> list[dict[str, Any]]:
        """Every attribution of a repository, with rule, file and reason."""
        with tester.page() as scene:
            census, same = scene.census, str(find_model(scene, repository)["repository"])
            return [
                {"repository": same, **{k: str(v) if v is not None else None for k, v in vars(e).items()}}
                for e in explain_repository(census.engine, census.knowledge, same)
            ]

    @api.get("/claims")
    def list_claims() -> list[Claimed]:
        """The claims of all packs."""
        return claims_listed(tester.packs)

    @api.get("/claims/{pack}/{claim}")
    def test_claim(request: Request, response: Response, pack: str, claim: str) -> dict[str, Any]:
        """The whole account of a claim: verdicts, what decides, every reading."""
        try:
            found = find_claim(tester.packs, f"{pack}/{claim}")
        except RequestError as error:
            raise HTTPException(404, str(error)) from error
        told = as_dict(tester.kept(*found), whole=True)
        _same(request, response, json.dumps(told, sort_keys=True, default=str))
        return json.loads(json.dumps(told, default=str))

    @api.get("/search")
    def search(
        q: Annotated[str, Query(min_length=1, max_length=100)], first: Annotated[int, Query(ge=1, le=FARTHEST)] = 1
    ) -> dict[str, list[dict[str, str]]]:
        """What bears the words in its name; of models 50 from the place `first` on, so that fewer are the last."""
        with tester.page() as scene:
            found = found_by_name(scene, q.strip().lower(), first)
        return {kind: [{"name": n, "what": w, "page": to} for n, w, to in rows] for kind, rows in found.items()}

    @api.get("/health")
    def state() -> dict[str, list[dict[str, Any]]]:
        """Sources, coverage, gaps, events, and what is to be collected next."""
        with tester.page() as scene:
            return json.loads(json.dumps(health(scene.census), default=str))

    @api.post("/check", responses=SENT)
    def check(asked: Text) -> dict[str, Any]:
        """Statements found in a text, with drafts, verdicts and nearest true sentences; what was not understood."""
        content = answer(tester, Given(seen(asked.text), asked.date, asked.title, asked.publisher))
        return json.loads(json.dumps(content, default=str))

    return api


class UnchangedError(Exception):
    """The client has this answer already."""

    def __init__(self, tag: str) -> None:
        self.tag = tag


def _same(request: Request, response: Response, content: str) -> str:
    """Give the answer its tag, and say it; UnchangedError where the client holds the same."""
    tag = f'"{hashlib.sha256(content.encode()).hexdigest()[:24]}"'
    if holds(request.headers.get("if-none-match", ""), tag):
        raise UnchangedError(tag)
    response.headers["etag"] = tag
    return tag

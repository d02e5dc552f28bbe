"""Pages of published claims, and the same at the same address plus a suffix (taking.py). A claim is tested when its page, or
a form of it, is first asked for; the list tests none."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, Response
from starlette.exceptions import HTTPException

from modelcensus.claims import Account, find_claim
from modelcensus.publish.claim_views import claim_view, claims_view, flipped_view
from modelcensus.publish.views import View
from modelcensus.serve.pages import Pages
from modelcensus.serve.taking import Forms
from modelcensus.serve.tester import Tester
from modelcensus.serve.views import picked_of, standing
from modelcensus.vocabulary import RequestError

LIST, TOLD = "/claims", "/claims/flipped"
CHANGING = {"cache-control": "no-store"}
"""What tells of verdicts changes with every claim that is tested: not kept."""


def add_claims(app: FastAPI, tester: Tester, pages: Pages, forms: Forms) -> None:
    """`/claims`, `/claims/flipped`, `/claims/PACK/ID`, and their forms."""

    def changing(view: View, path: str, suffix: str, request: Request) -> Response:
        answer = forms.taken(view, standing(path, edition=forms.pinned), suffix, picked_of(request))
        answer.headers.update(CHANGING)
        return answer

    def account_of(pack: str, claim: str) -> Account:
        try:
            found = find_claim(tester.packs, f"{pack}/{claim}")
        except RequestError as error:
            raise HTTPException(404, error.told) from error
        return tester.kept(*found)

    @app.get(LIST, include_in_schema=False)
    def claims() -> Response:
        return HTMLResponse(pages.packs(standing(LIST, edition=forms.pinned)), headers=CHANGING)

    @app.get(f"{LIST}{{suffix:form}}", include_in_schema=False)
    def claims_taken(request: Request, suffix: str) -> Response:
        return changing(claims_view(tester.packs, tester.told().now), LIST, suffix, request)

    @app.get(TOLD, include_in_schema=False)
    def told() -> Response:
        return HTMLResponse(pages.flipped(standing(TOLD, edition=forms.pinned)), headers=CHANGING)

    @app.get(f"{TOLD}{{suffix:form}}", include_in_schema=False)
    def told_taken(request: Request, suffix: str) -> Response:
        return changing(flipped_view(tester.packs, tester.told()), TOLD, suffix, request)

    @app.get("/claims/{pack}/{claim}{suffix:form}", include_in_schema=False)
    def claim_taken(request: Request, pack: str, claim: str, suffix: str) -> Response:
        one = account_of(pack, claim)
        return forms.taken(
            claim_view(one), standing(f"{LIST}/{one.id}", edition=forms.pinned), suffix, picked_of(request)
        )

    @app.get("/claims/{pack}/{claim}", include_in_schema=False)
    def claim(pack: str, claim: str) -> str:
        one = account_of(pack, claim)
        return pages.claim(one, standing(f"{LIST}/{one.id}", edition=forms.pinned))

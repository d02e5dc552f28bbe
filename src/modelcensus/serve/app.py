"""The application: which address answers with what."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from importlib.metadata import version
from importlib.resources import files
from typing import Annotated, Literal
from urllib.parse import quote

from fastapi import Depends, FastAPI, Form, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, Response
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles

from modelcensus.claims import Account, find_claim, find_packs
from modelcensus.measures import Census
from modelcensus.publish.curve_chart import curve_chart
from modelcensus.publish.live_chart import live_chart
from modelcensus.publish.records import figure_entries
from modelcensus.publish.views import Page as ViewPage
from modelcensus.publish.views import View
from modelcensus.publish.views.subject import KINDS
from modelcensus.serve.api import UnchangedError, router
from modelcensus.serve.check import Given, TooLongError, check_draft, check_text
from modelcensus.serve.desks import BusyError
from modelcensus.serve.forms import SUFFIXES
from modelcensus.serve.pages import Pages, stylesheet
from modelcensus.serve.pinned import Pinning, pinned_to
from modelcensus.serve.problems import problem, problem_of, searched
from modelcensus.serve.refusing import API, refusal
from modelcensus.serve.small import small_answers
from modelcensus.serve.tester import Tester
from modelcensus.serve.views import Views, add_views, addresses
from modelcensus.vocabulary import CensusError, RequestError, UnknownError
from modelcensus.vocabulary.inert_text import seen

Text = Annotated[str, Form()]
GONE = (
    "records are kept when a number is computed; those of answers of the app give way to newer ones, unless the page is"
    " pinned to its edition (its last link): opened there, it has its records again"
)
"""Why there may be no record of a number."""


def create_app(open_census: Callable[[], Census]) -> FastAPI:
    """The app on one ledger, which is opened now, and again for claims.

    It is served behind a `Front`, which says who may ask and what pages may do. `state.make_sums` makes some of what
    questions on a large ledger choose from.
    """
    tester = Tester(open_census, find_packs())
    pages, sheet = Pages(tester), stylesheet()
    views, pinned = Views(tester.page), pinned_to(tester)
    app = FastAPI(
        title="modelcensus", version=version("modelcensus"), docs_url=None, redoc_url=None,
        openapi_url=f"{API}/openapi.json", default_response_class=HTMLResponse,
        dependencies=[Depends(pinned)],
    )  # fmt: skip
    app.state.make_sums = tester.make_sums
    app.add_middleware(Pinning, tester=tester)
    _refuse(app, pages)

    def shown(view: View, page: ViewPage, suffix: str, base: str) -> str:
        at = addresses(page, view)
        alts = {name: views.drawn(view, name, "post").alt for name in view.figures()}
        if suffix == ".embed":
            figure = next(iter(alts), "")
            return pages.embedded(view, at, figure, alts.get(figure, ""))
        return pages.view(view, page.path, at, alts, base)

    add_views(app, views, shown, pinned)
    app.include_router(router(tester), prefix=API)
    app.include_router(small_answers(tester))
    app.mount("/assets", StaticFiles(directory=str(files("modelcensus.serve") / "assets")), name="assets")

    @app.get("/style.css", include_in_schema=False)
    def style() -> Response:
        return Response(sheet, media_type="text/css")

    @app.get("/api", include_in_schema=False)
    def programs() -> str:
        return pages.api(app.openapi())

    @app.get("/check", include_in_schema=False)
    def form(text: str = "", date: str = "", title: str = "", publisher: str = "") -> str:
        # Fills the form and computes nothing: a link costs this machine nothing until its reader submits.
        return pages.check(Given(seen(text), date, seen(title), seen(publisher)))

    @app.post("/check", include_in_schema=False)
    def check(
        text: Text = "", date: Text = "", title: Text = "", publisher: Text = "",
        draft: Annotated[list[str] | None, Form()] = None, again: Annotated[int, Form()] = 0,
    ) -> Response:  # fmt: skip
        given = Given(seen(text), date, seen(title), seen(publisher))
        try:
            checked = check_draft(tester, given, draft or (), again) if again else check_text(tester, given)
        except TooLongError:
            raise
        except RequestError as error:
            return HTMLResponse(pages.check(given, wrong=error.told), 422)
        return HTMLResponse(pages.check(given, checked), 422 if checked.wrong else 200)

    @app.get("/claims", include_in_schema=False)
    def claims() -> Response:  # tells verdicts, and so changes with every claim that is tested: not kept
        return HTMLResponse(pages.packs(), headers={"cache-control": "no-store"})

    @app.get("/claims/flipped", include_in_schema=False)
    def told() -> Response:  # changes with every claim that is tested: not kept
        return HTMLResponse(pages.flipped(), headers={"cache-control": "no-store"})

    def account_of(pack: str, claim: str) -> Account:
        try:
            found = find_claim(tester.packs, f"{pack}/{claim}")
        except RequestError as error:
            raise HTTPException(404, error.told) from error
        return tester.kept(*found)

    @app.get("/claims/{pack}/{claim}.chart.js", include_in_schema=False)
    def curve(pack: str, claim: str, size: Literal["post", "phone"] = "post") -> Response:
        one = account_of(pack, claim)
        if not one.tested:
            raise HTTPException(404, "no reading of this claim has evidence here, so that there is no curve")
        return Response(live_chart(curve_chart(one, size)), media_type=SUFFIXES[".chart.js"])

    @app.get("/claims/{pack}/{claim}", include_in_schema=False)
    def claim(pack: str, claim: str) -> str:
        return pages.claim(account_of(pack, claim))

    @app.get("/provenance/{id}", include_in_schema=False)
    def provenance(id: str) -> str:
        if record := tester.record(id):
            return pages.record(id, record)
        if batch := tester.batch(id):
            return pages.source(id, "batch", batch.model_dump(mode="json", exclude={"files"}))
        if figure := tester.figure(id.removeprefix("figure-")):
            return pages.source(id, "published figure", figure_entries(figure))
        raise HTTPException(404, f"no record {id!r}: {GONE}")

    return app


def _refuse(app: FastAPI, pages: Pages) -> None:
    """What an error looks like: a page, or JSON where the API was asked."""

    def told(request: Request, status: int, title: str, reason: str) -> Response:
        if request.url.path.startswith(API):
            return problem(status, reason)
        return HTMLResponse(pages.refused(title, reason), status)

    @app.exception_handler(UnknownError)
    def unknown(request: Request, error: UnknownError) -> Response:
        if request.url.path.startswith(API):
            return problem_of(error, 404, searched(error, f"{API}/search"))
        kind = next((k for k in KINDS.values() if f"/{k}/" in request.url.path), "")
        links = {n: f"/{kind}/{quote(n)}" for n in error.near} if kind else {}
        said = (
            f"{error.what[0].upper()}{error.what[1:]}." if links else error.told
        )  # the links say what may have been meant
        page = pages.refused("Why is there no such page?", said, links, searched(error, "/search"))
        return HTMLResponse(page, 404)

    @app.exception_handler(CensusError)
    def refused(request: Request, error: CensusError) -> Response:
        status = 413 if isinstance(error, TooLongError) else 422 if isinstance(error, RequestError) else 500
        if request.url.path.startswith(API):
            return problem_of(error, status)
        return told(request, status, "Why was this not answered?", error.told)

    @app.exception_handler(UnchangedError)
    def unchanged(request: Request, error: UnchangedError) -> Response:
        return Response(status_code=304, headers={"etag": error.tag})

    @app.exception_handler(BusyError)
    def busy(request: Request, error: BusyError) -> Response:
        wait = error.WAIT
        return refusal(request.url.path, 503, str(error), f"ask again in {wait} seconds", wait)

    @app.exception_handler(HTTPException)
    def missing(request: Request, error: HTTPException) -> Response:
        unsaid = error.detail == HTTPStatus.NOT_FOUND.phrase  # the framework knows no such address
        reason = f"There is nothing at {seen(request.url.path[:200])}." if unsaid else str(error.detail)
        return told(request, error.status_code, "Why is there no such page?", reason)

    @app.exception_handler(RequestValidationError)
    def unread(request: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        where = ".".join(str(p) for p in first["loc"][1:])
        return told(request, 422, "Why was this not answered?", f"{where}: {first['msg']}")

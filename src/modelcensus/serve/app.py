"""The application: which address answers with what."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus
from importlib.metadata import version
from urllib.parse import quote

from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, Response
from starlette.exceptions import HTTPException

from modelcensus.claims import find_packs
from modelcensus.measures import Census
from modelcensus.publish.earlier import Earlier
from modelcensus.publish.records import figure_entries
from modelcensus.publish.views import Page as ViewPage
from modelcensus.publish.views import View
from modelcensus.publish.views.subject import KINDS
from modelcensus.serve.api import UnchangedError, router
from modelcensus.serve.check import TooLongError
from modelcensus.serve.check_pages import add_check
from modelcensus.serve.claim_pages import add_claims
from modelcensus.serve.desks import BusyError
from modelcensus.serve.known import METHODS, PAGE, assets, patterns
from modelcensus.serve.pages import Pages, stylesheet
from modelcensus.serve.past import PastEditions
from modelcensus.serve.pinned import Pinning, pinned_to
from modelcensus.serve.problems import PlainJSON, problem_of, searched
from modelcensus.serve.refusing import API, FAULT, NOTHING_THERE, SAID, not_so, nothing_there, refusal
from modelcensus.serve.small import small_answers
from modelcensus.serve.taking import Forms
from modelcensus.serve.tester import Tester
from modelcensus.serve.views import Views, add_views, addresses
from modelcensus.vocabulary import CensusError, RequestError, UnknownError

NO_PAGE = "Why is there no such page?"
PARAMETERS = "what each operation takes is listed at /api"
GONE = (
    "records are kept when a number is computed; those of answers of the app give way to newer ones, unless the page is"
    " pinned to its edition (its last link): opened there, it has its records again"
)
"""Why there may be no record of a number."""


def create_app(open_census: Callable[[], Census], url: str = "", past: Earlier | None = None) -> FastAPI:
    """The app on one ledger, which is opened now, and again for claims. Addresses that readers elsewhere need whole begin
    with `url`, never with what a request says of it.

    It is served behind a `Front`, which says who may ask and what pages may do. `state.make_sums` makes some of what
    questions on a large ledger choose from. `past` is the edition that the ledger is opened as, where it is an earlier one.
    """
    tester = Tester(open_census, find_packs(), past)
    pages, sheet = Pages(tester, url), stylesheet()
    views, forms, pinned = Views(tester.page), Forms(tester, pages.embedded), pinned_to(tester)
    app = FastAPI(
        title="modelcensus", version=version("modelcensus"), docs_url=None, redoc_url=None, redirect_slashes=False,
        openapi_url=f"{API}/openapi.json", default_response_class=HTMLResponse,
        dependencies=[Depends(pinned)],
    )  # fmt: skip
    app.state.make_sums = tester.make_sums
    app.add_middleware(Pinning, tester=tester)
    if past is None:
        app.add_middleware(
            PastEditions, tester=tester, open_app=lambda then: create_app(lambda: tester.opened_as(then), url, then)
        )
    _refuse(app, pages)

    def shown(view: View, page: ViewPage) -> str:
        alts = {name: forms.drawn(view, name).alt for name in view.figures()}
        at = addresses(page, view, forms.pinned)
        return pages.view(view, page.path, at, addresses(page, view)(), alts)

    add_views(app, views, forms, shown, pinned)
    add_claims(app, tester, pages, forms)
    add_check(app, tester, pages)
    operations, small = router(tester), small_answers(tester, url)
    app.include_router(operations, prefix=API)
    app.include_router(small)
    app.router.routes.append(assets())

    @app.get("/style.css", include_in_schema=False)
    def style() -> Response:
        return Response(sheet, media_type="text/css")

    @app.get("/api", include_in_schema=False)
    def programs() -> str:
        return pages.api(app.openapi())

    def resting_on(id: str) -> tuple[str, Mapping[str, object]]:
        """What an id is of, and what is known of it."""
        if record := tester.record(id):
            return "record", record
        if batch := tester.batch(id):
            return "batch", batch.model_dump(mode="json", exclude={"files"})
        if figure := tester.figure(id.removeprefix("figure-")):
            return "published figure", figure_entries(figure)
        raise HTTPException(404, f"no record {id!r}: {GONE}")

    @app.get("/provenance/{id}{suffix:form}", include_in_schema=False)
    def provenance_taken(id: str, suffix: str) -> Response:
        if suffix != ".json":
            raise RequestError("what a number rests on is no table", where=suffix, remedy="ask for .json")
        return PlainJSON(resting_on(id)[1])

    @app.get("/provenance/{id}", include_in_schema=False)
    def provenance(id: str) -> str:
        what, known = resting_on(id)
        return pages.record(id, known) if what == "record" else pages.source(id, what, known)

    everywhere = [(API, r) for r in operations.routes] + [("", r) for r in (*small.routes, *app.routes)]
    app.state.addresses = {
        METHODS: patterns(everywhere),
        PAGE: pages.refused(NO_PAGE, f"{NOTHING_THERE.capitalize()}."),
    }
    return app


def _refuse(app: FastAPI, pages: Pages) -> None:
    """What an error looks like: a page, or JSON where the API was asked."""

    def told(request: Request, status: int, title: str, reason: str) -> Response:
        if request.url.path.startswith(API):
            return problem_of(RequestError(reason, remedy=PARAMETERS), status)
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
        page = pages.refused(NO_PAGE, said, links, searched(error, "/search"))
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
        path, allowed = request.url.path, (error.headers or {}).get("Allow", "")
        if allowed:
            return not_so(path, sorted(allowed.split(", ")))
        if error.detail == HTTPStatus(404).phrase:
            return (
                nothing_there(path)
                if path.startswith(API)
                else told(request, 404, NO_PAGE, f"{NOTHING_THERE.capitalize()}.")
            )
        cause = error.__cause__
        if path.startswith(API) and isinstance(cause, CensusError):
            return problem_of(cause, error.status_code)
        return told(request, error.status_code, NO_PAGE, str(error.detail))

    @app.exception_handler(RequestValidationError)
    def unread(request: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        where = ".".join(str(p) for p in first["loc"][1:])
        if request.url.path.startswith(API):
            return problem_of(RequestError(first["msg"], where=where, remedy=PARAMETERS), 422)
        return told(request, 422, "Why was this not answered?", f"{where}: {first['msg']}")

    @app.exception_handler(Exception)
    def failed(request: Request, error: Exception) -> Response:
        return refusal(request.url.path, 500, FAULT, SAID)

"""Badges and feeds: small answers that other pages and readers fetch."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from starlette.exceptions import HTTPException

from modelcensus.claims import find_claim
from modelcensus.publish.badges import badge_of, must_be_badge
from modelcensus.publish.feeds import Feed, atom, json_feed
from modelcensus.publish.happened import claim_feed, feed_of
from modelcensus.publish.views.asking import countings
from modelcensus.publish.views.subject import KINDS, must_be
from modelcensus.publish.visible import visible
from modelcensus.serve.pinned import EDITION
from modelcensus.serve.takes import must_take
from modelcensus.serve.tester import Tester
from modelcensus.vocabulary import Request as Asked
from modelcensus.vocabulary import RequestError, nearest

SUBJECTS = {kind: dimension for dimension, kind in KINDS.items()}
FORMS: dict[str, tuple[str, Callable[[Feed, str, str], str]]] = {
    ".atom": ("application/atom+xml", atom),
    ".json": ("application/feed+json", json_feed),
}
ELSEWHERE = {"cross-origin-resource-policy": "cross-origin"}
"""Badges are shown by other sites."""


def small_answers(tester: Tester, url: str = "") -> APIRouter:
    """`/badges/MEASURE/families/NAME.svg` and `/feeds/families/NAME.atom`; `url`: where the app is reached."""
    answers = APIRouter(include_in_schema=False)

    @answers.get("/badges/{measure}/{kind}/{name:path}.svg")
    def badge(request: Request, measure: str, kind: str, name: str) -> Response:
        must_be_badge(measure)
        must_take(request.query_params, ("within", "period", "reading", EDITION), "badge")
        dimension, chosen = _dimension(kind), request.query_params
        with tester.page() as scene:
            ways = list(countings(scene, dimension))
        if not ways:
            raise HTTPException(404, f"this ledger counts no {kind}")
        readings = chosen.getlist("reading")
        way = ways[0]
        by, period = ([dimension] if measure in ("rank", "ram") else []), chosen.get("period", "")
        if not readings and measure != "ram":  # what this ledger counts best, at its newest
            readings = [f"{k}={v}" for k, v in way.reading.items()]
            by = by or ([way.grain] if way.grain == "day" else [])
            period = period or way.newest
        asked = Asked.build(measure, {dimension: name}, chosen.get("within", ""), by, period, readings)
        return Response(visible(badge_of(tester.answer(asked), name)), media_type="image/svg+xml", headers=ELSEWHERE)

    @answers.get("/feeds/claims/{name:path}")
    def of_claim(request: Request, name: str) -> Response:
        form, name = _form(name)
        must_take(request.query_params, (EDITION,), "feed")
        try:
            found = find_claim(tester.packs, name)
        except RequestError as error:
            raise HTTPException(404, str(error)) from error
        one = tester.kept(*found)
        return _written(url, request, form, claim_feed(one, tester.history(one), tester.committed))

    @answers.get("/feeds/{kind}/{name:path}")
    def feed(request: Request, kind: str, name: str) -> Response:
        form, name = _form(name)
        must_take(request.query_params, (EDITION,), "feed")
        dimension = _dimension(kind)
        with tester.page() as scene:
            must_be(scene, dimension, name)
            found = feed_of(scene, dimension, name, date.today())
        return _written(url, request, form, found)

    return answers


def _written(url: str, request: Request, form: str, feed: Feed) -> Response:
    media, write = FORMS[form]
    asked = quote(request.url.path) + (f"?{request.url.query}" if request.url.query else "")
    return Response(visible(write(feed, asked, url)), media_type=media)


def _form(name: str) -> tuple[str, str]:
    """What a feed is asked for as, and the name that it is about."""
    form = next((f for f in FORMS if name.endswith(f)), "")
    if not form:
        raise HTTPException(404, f"a feed ends in {' or '.join(FORMS)}")
    return form, name.removesuffix(form)


def _dimension(kind: str) -> str:
    if kind not in SUBJECTS:
        raise RequestError(f"no subjects {kind!r}", where="address", remedy=nearest(kind, list(SUBJECTS)))
    return SUBJECTS[kind]

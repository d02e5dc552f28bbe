"""Pages of the views, and the same at the same address plus a suffix (taking.py)."""

from __future__ import annotations

import json
import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from functools import lru_cache
from urllib.parse import quote, urlencode

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.convertors import Convertor, register_url_convertor
from starlette.exceptions import HTTPException

from modelcensus.publish.scene import Scene
from modelcensus.publish.views import Page as ViewPage
from modelcensus.publish.views import View
from modelcensus.publish.views import pages as view_pages
from modelcensus.serve.forms import SUFFIXES
from modelcensus.serve.pages import At
from modelcensus.serve.pinned import EDITION, Check
from modelcensus.serve.takes import must_take
from modelcensus.serve.taking import PICKED, PICTURES, Forms
from modelcensus.vocabulary import RequestError

MOST_KEPT = 24
"""Pages whose content is held for their pictures and files; the one asked for longest ago gives way."""
LONGEST_QUERY = 4_000

Render = Callable[[View, ViewPage], str]
"""A page from its view."""


class Views:
    """Views of one ledger, each built once."""

    def __init__(self, desk: Callable[[], AbstractContextManager[Scene]]) -> None:
        self._desk, self._lock = desk, threading.Lock()
        self._kept: OrderedDict[str, View] = OrderedDict()

    def view(self, page: ViewPage, chosen: Mapping[str, tuple[str, ...]]) -> View:
        """The page's content for what was chosen."""
        key = f"{page.path} {json.dumps(chosen, sort_keys=True)}"
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        with self._desk() as scene:
            built = page.build(scene, chosen)
        with self._lock:
            self._kept[key] = built
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        return built


class _Form(Convertor[str]):
    """The end of an address that asks for another form of a page."""

    regex = "|".join(map(re.escape, SUFFIXES))

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("form", _Form())


def add_views(app: FastAPI, views: Views, forms: Forms, render: Render, pinned: Check) -> None:
    """Every registered page, at its address and at the same with each suffix; `pinned` looks at the edition that it names.

    These are plain routes: what FastAPI reads for a typed one takes a twentieth of an answer.
    """
    for page in view_pages().values():
        _add(app, views, forms, page, render, pinned)


def _add(app: FastAPI, views: Views, forms: Forms, page: ViewPage, render: Render, pinned: Check) -> None:
    path = page.path.replace("{name}", "{name:path}")

    async def answer(request: Request) -> Response:
        await pinned(request.query_params.get(EDITION, ""))
        asked, suffix = request.path_params.get("name"), request.path_params.get("suffix", "")
        if asked is not None:
            suffix = next((s for s in SUFFIXES if asked.endswith(s)), "")
            asked = asked.removesuffix(suffix)
        chosen = _chosen(page, request, asked)

        def answered() -> Response:
            view = views.view(page, chosen)
            if view.wrong and suffix:
                raise RequestError(view.wrong, where=view.name)
            if not suffix:
                return HTMLResponse(render(view, page), 422 if view.wrong else 200)
            return forms.taken(view, addresses(page, view, forms.pinned), suffix, picked_of(request))

        if suffix in PICTURES:  # drawn beside the others
            return await run_in_threadpool(answered)
        return answered()  # one after another in any case: a thread for each costs a tenth of it

    app.add_route(path, answer, methods=["GET"], include_in_schema=False)
    if "{" not in path:
        formed = f"{'/overview' if path == '/' else path}{{suffix:form}}"
        app.add_route(formed, answer, methods=["GET"], include_in_schema=False)


def _chosen(page: ViewPage, request: Request, name: str | None) -> dict[str, tuple[str, ...]]:
    if len(request.scope["query_string"]) > LONGEST_QUERY:
        raise HTTPException(414, f"the address is longer than {LONGEST_QUERY:,} characters")
    found: dict[str, tuple[str, ...]] = {}
    must_take(request.query_params, (*page.takes, *PICKED, EDITION), page.path)
    for key, value in request.query_params.multi_items():
        if key in PICKED or key == EDITION:
            continue
        if value:
            found[key] = (*found.get(key, ()), value)
    return {**found, "name": (name,)} if name is not None else found


def picked_of(request: Request) -> dict[str, str]:
    """What an address picks of the form of an answer."""
    return {k: request.query_params.get(k, "") for k in PICKED}


def addresses(page: ViewPage, view: View, edition: str = "") -> At:
    """Where a view stands; pinned to an `edition` that is named."""
    name = (view.chosen.get("name") or ("",))[0]
    said = urlencode(
        [(k, v) for k, values in view.chosen.items() for v in values if k != "name" or "{" not in page.path]
    )
    return standing(page.path.replace("{name}", quote(name)), said, edition)


def standing(path: str, said: str = "", edition: str = "") -> At:
    """Where the forms of a page stand; `said` is what its address chooses, `edition` what it is pinned to."""

    def at(suffix: str = "", **picked: str) -> str:
        query = "&".join(filter(None, (said, _picked(**({EDITION: edition} | picked)))))
        return f"{'/overview' if path == '/' and suffix else path}{suffix}{f'?{query}' if query else ''}"

    return at


@lru_cache(maxsize=1_024)
def _picked(**picked: str) -> str:
    """What is picked of a view, as it stands in an address: of most views the same."""
    return urlencode([(k, v) for k, v in picked.items() if v])

"""Pages of the views, and the same at the same address plus a suffix: data, pictures, a frame to embed."""

from __future__ import annotations

import io
import json
import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from functools import lru_cache
from urllib.parse import quote, urlencode

import pyarrow.parquet as pq
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.convertors import Convertor, register_url_convertor
from starlette.exceptions import HTTPException

from modelcensus.measures import Result
from modelcensus.publish.charts import Chart
from modelcensus.publish.live_chart import live_chart
from modelcensus.publish.scene import Scene
from modelcensus.publish.section import Facts, Section
from modelcensus.publish.theme import darkened
from modelcensus.publish.views import Page as ViewPage
from modelcensus.publish.views import View
from modelcensus.publish.views import pages as view_pages
from modelcensus.publish.visible import visible
from modelcensus.serve.forms import SUFFIXES
from modelcensus.serve.pinned import EDITION, Check
from modelcensus.vocabulary import RequestError, nearest

PICTURES = (".svg", ".png", ".vega", ".embed", ".chart.js")
PICKED = ("table", "figure", "size", "theme")
"""What an address says of the form of an answer, not of its content."""
MOST_KEPT = 24
"""Pages whose content is held for their pictures and files; the one asked for longest ago gives way."""
LONGEST_QUERY = 4_000
SIZES = ("post", "social", "phone", "print")
THEMES = ("light", "dark")

Render = Callable[[View, ViewPage, str, str], str]
"""A page from its view; the last is the address at which the app was asked."""


class Views:
    """Views of one ledger, each built once; pictures are drawn without a desk."""

    def __init__(self, desk: Callable[[], AbstractContextManager[Scene]]) -> None:
        self._desk, self._drawing = desk, threading.Lock()
        self._kept: OrderedDict[str, View] = OrderedDict()

    def view(self, page: ViewPage, chosen: Mapping[str, tuple[str, ...]]) -> View:
        """The page's content for what was chosen."""
        key = f"{page.path} {json.dumps(chosen, sort_keys=True)}"
        with self._drawing:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        with self._desk() as scene:
            built = page.build(scene, chosen)
        with self._drawing:
            self._kept[key] = built
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        return built

    def drawn(self, view: View, name: str, size: str) -> Chart:
        """A picture of a view, drawn once."""
        figures = view.figures()
        if not figures:
            raise RequestError("this page has no picture", where=view.name, remedy="ask for .json, .csv or .parquet")
        if name and name not in figures:
            raise RequestError(f"no picture {name!r}", where=view.name, remedy=f"one of {', '.join(figures)}")
        figure = figures[name] if name else next(iter(figures.values()))
        with self._drawing:
            return figure.draw(size)


class _Form(Convertor[str]):
    """The end of an address that asks for another form of a page."""

    regex = "|".join(map(re.escape, SUFFIXES))

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("form", _Form())


def add_views(app: FastAPI, views: Views, render: Render, pinned: Check) -> None:
    """Every registered page, at its address and at the same with each suffix; `pinned` looks at the edition that it names.

    These are plain routes: what FastAPI reads for a typed one takes a twentieth of an answer.
    """
    for page in view_pages().values():
        _add(app, views, page, render, pinned)


def _add(app: FastAPI, views: Views, page: ViewPage, render: Render, pinned: Check) -> None:
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
            picked = {k: request.query_params.get(k, "") for k in PICKED}
            return _answer(views, view, suffix, picked, lambda: render(view, page, suffix, str(request.base_url)))

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
    for key, value in request.query_params.multi_items():
        if key in PICKED or key == EDITION:
            continue
        if key not in page.takes:
            raise RequestError(f"no choice {key!r}", where=page.path, remedy=nearest(key, [*page.takes, *PICKED]))
        if value:
            found[key] = (*found.get(key, ()), value)
    return {**found, "name": (name,)} if name is not None else found


def addresses(page: ViewPage, view: View, edition: str = "") -> Callable[..., str]:
    """Where a view stands: `at(suffix="", **picked)`, with what is picked of it; pinned to an `edition` that is named."""
    name = (view.chosen.get("name") or ("",))[0]
    said = urlencode(
        [(k, v) for k, values in view.chosen.items() for v in values if k != "name" or "{" not in page.path]
    )
    path = page.path.replace("{name}", quote(name))

    def at(suffix: str = "", **picked: str) -> str:
        query = "&".join(filter(None, (said, _picked(**({EDITION: edition} | picked)))))
        return f"{'/overview' if path == '/' and suffix else path}{suffix}{f'?{query}' if query else ''}"

    return at


@lru_cache(maxsize=1_024)
def _picked(**picked: str) -> str:
    """What is picked of a view, as it stands in an address: of most views the same."""
    return urlencode([(k, v) for k, v in picked.items() if v])


def _answer(views: Views, view: View, suffix: str, picked: Mapping[str, str], page: Callable[[], str]) -> Response:
    if suffix in ("", ".embed"):
        return HTMLResponse(page(), 422 if view.wrong else 200)
    if suffix == ".json":
        return Response(json.dumps(as_json(view), default=str), media_type=SUFFIXES[suffix])
    if suffix in PICTURES:
        size = picked["size"] or "post"
        if size not in SIZES:
            raise RequestError(f"no size {size!r}", where="size", remedy=f"one of {', '.join(SIZES)}")
        theme = picked["theme"] or "light"
        if theme not in THEMES:
            raise RequestError(f"no theme {theme!r}", where="theme", remedy=f"one of {', '.join(THEMES)}")
        chart = views.drawn(view, picked["figure"], size)
        light = chart.svg
        content = {
            ".svg": lambda: visible(darkened(light()) if theme == "dark" else light()),
            ".png": chart.png,
            ".vega": lambda: json.dumps(chart.spec),
            ".chart.js": lambda: live_chart(chart),
        }[suffix]()
        return Response(content, media_type=SUFFIXES[suffix])
    tables = view.tables()
    if not tables or (picked["table"] and picked["table"] not in tables):
        raise RequestError(
            f"no table {picked['table']!r}" if tables else "this page has no table", where=view.name,
            remedy=f"one of {', '.join(tables)}" if tables else "ask for .json",
        )  # fmt: skip
    table = tables[picked["table"]] if picked["table"] else next(iter(tables.values()))
    name = f"{view.name}{suffix}".encode("ascii", "replace").decode().replace("?", "_").replace('"', "_")
    headers = {"content-disposition": f'attachment; filename="{name}"', **_rests_on(table)}
    if suffix == ".csv":
        return Response(visible(table.to_csv()), media_type=SUFFIXES[suffix], headers=headers)
    sink = io.BytesIO()
    pq.write_table(table.to_arrow(), sink)
    return Response(sink.getvalue(), media_type=SUFFIXES[suffix], headers=headers)


def _rests_on(table: Result | Facts) -> dict[str, str]:
    return {"x-provenance": table.provenance.id} if isinstance(table, Result) else {}


def as_json(view: View) -> dict[str, object]:
    """A view as plain values: the question, the answers with their records, every row."""
    return {
        "question": view.question,
        "chosen": {k: list(v) for k, v in view.chosen.items()},
        "sections": [_section(s) for s in view.sections if s.id not in view.later],
        "remarks": list(view.remarks),
    }


def _section(section: Section) -> dict[str, object]:
    return {
        "id": section.id,
        "question": section.question,
        "statements": [{"text": s.text, "provenance": list(s.provenance)} for s in section.statements],
        "results": [{**r.as_dict(), "citation": r.cite()} for r in section.all_results()],
        "facts": {f.name: f.records() for f in section.facts},
        "remarks": section.remarks,
    }

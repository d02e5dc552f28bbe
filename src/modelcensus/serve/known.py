"""Addresses that nothing answers, and files that never change: told without the processes that compute."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Mapping
from importlib.resources import files
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route, compile_path
from starlette.staticfiles import StaticFiles
from starlette.types import Message, Receive, Scope, Send

from modelcensus.serve.refusing import API, not_so, nothing_there

ASSETS = "/assets"
METHODS, PAGE = "methods", "page"
"""What a desk tells of its addresses: by method a pattern of them all; and the page that says that there is none."""


def assets() -> Mount:
    """The files that pages load."""
    return Mount(ASSETS, StaticFiles(directory=str(files("modelcensus.serve") / "assets")), name="assets")


def patterns(routes: Iterable[tuple[str, BaseRoute]]) -> dict[str, str]:
    """By method the pattern of all addresses that routes answer; each comes with what stands before its own."""
    found: dict[str, list[str]] = {}
    for prefix, route in routes:
        if isinstance(route, Route):
            own = re.sub(r"\?P<\w+>", "?:", compile_path(prefix + route.path)[0].pattern)
            for method in sorted(route.methods or ()):
                found.setdefault(method, []).append(own)
    return {method: "|".join(dict.fromkeys(all_of_it)) for method, all_of_it in found.items()}


class Known:
    """What a desk told of the addresses that it answers."""

    def __init__(self, told: Mapping[str, Any]) -> None:
        self._methods = {method: re.compile(pattern) for method, pattern in told[METHODS].items()}
        self._page = told[PAGE]

    def refused(self, scope: Scope) -> Response | None:
        """The answer to a request that no desk has one for; nothing where one may have."""
        path, method = scope["path"], scope["method"]
        if method in self._methods and self._methods[method].match(path):
            return None
        if allowed := self._allowed(path):
            return not_so(path, allowed)
        if path != "/" and self._allowed(path.rstrip("/")):
            query = scope.get("query_string", b"").decode("latin-1")
            raw = (scope.get("raw_path") or path.encode()).decode("latin-1").rstrip("/")
            return RedirectResponse(raw + (f"?{query}" if query else ""))
        return nothing_there(path) if path.startswith(API) else HTMLResponse(self._page, 404)

    def _allowed(self, path: str) -> list[str]:
        return [method for method, pattern in self._methods.items() if pattern.match(path)]


class Assets:
    """Answers what pages load."""

    def __init__(self) -> None:
        self._files = assets()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def staying() -> Message:
            await asyncio.Event().wait()  # the file is kept for others though this one may go
            return {"type": "http.disconnect"}

        _, own = self._files.matches(scope)
        try:
            await self._files.handle({**scope, **own}, staying, send)
        except HTTPException as error:
            told = (
                not_so(scope["path"], ["GET", "HEAD"]) if error.status_code == 405 else nothing_there(scope["path"])
            )
            await told(scope, receive, send)

"""What a reader sees while an answer takes long: at once that it is being worked out, and then the answer by itself."""

from __future__ import annotations

import asyncio
from collections import OrderedDict

from starlette.datastructures import Headers
from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from modelcensus.serve.forms import SUFFIXES

PATIENCE = 20.0
"""Seconds after which a reader is told: on a busy machine pages of the sample take several, and a page is better than a notice."""
AGAIN = 2
"""Seconds after which the page is asked for again."""
MOST_HELD = 100
"""Answers that are held for those who ask again, where they are not kept: refusals."""
OTHERS = ("/api", "/assets/", "/badges/", "/check", "/feeds/")
"""Addresses that are no pages, or are a form alone."""
PAGE = f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Being worked out</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/style.css">
</head>
<body class="app">
<main id="main">
<h1>This is being worked out</h1>
<p role="status">The first answers of a large ledger take a while; what is read for them serves the next ones. The page is asked for again every {AGAIN} seconds, and comes by itself.</p>
<p><a href="/method">What the numbers mean</a></p>
</main>
</body>
</html>
"""
Answered = list[Message]
Asked = tuple[object, ...]


class Waiting:
    """Tells readers of pages that an answer takes long, and goes on working it out; programs wait for it."""

    def __init__(self, app: ASGIApp, patience: float | None = None) -> None:
        self._app, self._patience = app, PATIENCE if patience is None else patience
        self._under_way: dict[Asked, asyncio.Task[Answered]] = {}
        self._held: OrderedDict[Asked, Answered] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not _is_page(scope):
            return await self._app(scope, receive, send)
        asked = _asked(scope)
        answered = self._held.pop(asked, None)
        if answered is None:
            task = self._under_way.get(asked) or self._begin(asked, scope)
            done, _ = await asyncio.wait([task], timeout=self._patience)
            if not done:
                headers = {"refresh": str(AGAIN), "cache-control": "no-store", "retry-after": str(AGAIN)}
                return await HTMLResponse(PAGE, 202, headers)(scope, receive, send)
            answered = task.result()
            self._held.pop(asked, None)
        for message in answered:
            await send(message)

    def _begin(self, asked: Asked, scope: Scope) -> asyncio.Task[Answered]:
        task = asyncio.create_task(self._answered(scope))
        self._under_way[asked] = task

        def ended(task: asyncio.Task[Answered]) -> None:
            self._under_way.pop(asked, None)
            if task.cancelled() or task.exception():
                return
            if task.result()[0]["status"] != 200:  # those are kept
                self._held[asked] = task.result()
                while len(self._held) > MOST_HELD:
                    self._held.popitem(last=False)

        task.add_done_callback(ended)
        return task

    async def _answered(self, scope: Scope) -> Answered:
        found: Answered = []

        async def receive() -> Message:
            await asyncio.Event().wait()  # it is worked out whether its reader waits or asks again
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            found.append(message)

        await self._app(scope, receive, send)
        return found


def _asked(scope: Scope) -> Asked:
    """What a reader asks for, and all that an answer can depend on: that somebody else is refused, or has a page already, is
    no answer to this one. Questions that several ask at a time are worked out once further in."""
    headers = Headers(scope=scope)
    depends = (headers.get(n) for n in ("host", "accept-encoding", "if-none-match"))
    return (scope["path"], scope.get("query_string", b""), (scope.get("client") or ("",))[0], *depends)


def _is_page(scope: Scope) -> bool:
    """Whether a reader asks for a page, in a window of its own."""
    if scope["type"] != "http" or scope["method"] != "GET" or scope["path"].startswith(OTHERS):
        return False
    headers = Headers(scope=scope)
    if "text/html" not in headers.get("accept", "") or "hx-request" in headers:
        return False
    return not scope["path"].endswith(tuple(SUFFIXES))

"""Earlier editions of the ledger, each answered by an app of its own that is opened when somebody asks for it."""

from __future__ import annotations

import asyncio
import gc
import threading
from collections import OrderedDict
from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from modelcensus.publish.earlier import Earlier
from modelcensus.serve.desks import BusyError
from modelcensus.serve.pinned import edition_named
from modelcensus.serve.refusing import refuse
from modelcensus.serve.tester import Tester
from modelcensus.vocabulary import CensusError

MOST = 2
"""Editions that stay open; the one asked for longest ago gives way."""
PATIENCE = 5.0
"""Seconds that a request waits while another one is answered from an earlier edition: then it makes room for others."""


class PastEditions:
    """Gives requests that are pinned to an earlier edition to its app, one at a time, in a thread: what is asked of the
    newest edition goes on beside it. What the ledger never was is left to the newest app, which says so."""

    def __init__(self, app: ASGIApp, tester: Tester, open_app: Callable[[Earlier], ASGIApp]) -> None:
        self._app, self._tester, self._open = app, tester, open_app
        self._opened: OrderedDict[str, ASGIApp] = OrderedDict()
        self._one = threading.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        wanted = edition_named(scope)
        if not wanted or wanted == self._tester.edition:
            return await self._app(scope, receive, send)
        try:
            earlier = await run_in_threadpool(self._tester.earlier, wanted)
        except CensusError:
            return await self._app(scope, receive, send)
        body = await _body(receive)
        try:
            answered = await run_in_threadpool(self._answered, earlier, scope, body)
        except BusyError as error:
            remedy = f"ask again in {error.WAIT} seconds"
            return await refuse(scope, receive, send, 503, str(error), remedy, error.WAIT)
        for message in answered:
            await send(message)

    def _answered(self, earlier: Earlier, scope: Scope, body: bytes) -> list[Message]:
        if not self._one.acquire(timeout=PATIENCE):
            raise BusyError("another answer of an earlier edition is being worked out")
        try:
            return asyncio.run(_collected(self._app_of(earlier), scope, body))
        finally:
            self._one.release()

    def _app_of(self, earlier: Earlier) -> ASGIApp:
        app = self._opened.pop(earlier.id, None)
        if app is None:
            while len(self._opened) >= MOST:
                self._opened.popitem(last=False)
                gc.collect()  # what it held in memory is wanted for the next one
            app = self._open(earlier)
        self._opened[earlier.id] = app
        return app


async def _collected(app: ASGIApp, scope: Scope, body: bytes) -> list[Message]:
    found: list[Message] = []
    given = [body]

    async def receive() -> Message:
        if given:
            return {"type": "http.request", "body": given.pop(), "more_body": False}
        await asyncio.Event().wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        found.append(message)

    await app(scope, receive, send)
    return found


async def _body(receive: Receive) -> bytes:
    parts = bytearray()
    while True:
        message = await receive()
        parts += message.get("body", b"")
        if not message.get("more_body"):
            return bytes(parts)

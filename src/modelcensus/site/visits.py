"""Asking the app for its pages in this process: no port is opened."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any
from urllib.parse import unquote

from anyio.from_thread import start_blocking_portal
from starlette.types import ASGIApp, Message

from modelcensus.site.addresses import Address
from modelcensus.vocabulary import LedgerError

HOST = "127.0.0.1"
BASE = f"http://{HOST}"
"""How an address begins where the app tells it whole."""
PATIENCE, MOST_WAITS = 5.0, 60
"""Seconds to wait, and how often, where the app asks for fewer requests at a time."""
TOO_MANY = 429


@dataclass(frozen=True)
class Reply:
    """What the app answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def is_page(self) -> bool:
        """Whether it is a page that answers what was asked."""
        return self.status == 200 and self.headers.get("content-type", "").startswith("text/html")


class Visits:
    """A visitor of an app, one request at a time; used as a context. The app runs in a thread of its own, so that whoever
    writes a site may have an event loop already, as a notebook has."""

    def __init__(self, app: ASGIApp) -> None:
        self._app, self._running = app, start_blocking_portal()

    def __enter__(self) -> Visits:
        self._portal = self._running.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._running.__exit__(kind, error, trace)

    def get(self, address: Address) -> Reply:
        """The answer to a request; LedgerError where the app itself fails."""
        reply = self._portal.call(self._get, address.url)
        waits = 0
        while reply.status == TOO_MANY and waits < MOST_WAITS:
            waits += 1
            time.sleep(min(float(reply.headers.get("retry-after", 1)), PATIENCE))
            reply = self._portal.call(self._get, address.url)
        if reply.status >= 500:
            raise LedgerError(
                f"the page {address.url} fails: {reply.body[-300:].decode(errors='replace')}", where="site",
                remedy="modelcensus doctor says whether the ledger is whole",
            )  # fmt: skip
        return reply

    async def _get(self, url: str) -> Reply:
        path, _, query = url.partition("?")
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
            "path": unquote(path), "raw_path": path.encode(), "query_string": query.encode(), "root_path": "",
            "headers": [(b"host", HOST.encode())], "client": (HOST, 0), "server": (HOST, 80), "state": {},
        }  # fmt: skip
        asked, status, headers, body = False, 0, {}, bytearray()

        async def receive() -> Message:
            nonlocal asked
            if asked:
                await asyncio.Event().wait()  # this visitor never leaves before the answer is whole
            asked = True
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Any) -> None:
            nonlocal status, headers
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = {k.decode().lower(): v.decode("latin-1") for k, v in message["headers"]}
            elif message["type"] == "http.response.body":
                body.extend(message.get("body", b""))

        await self._app(scope, receive, send)
        return Reply(status, headers, bytes(body))

"""What stands before the app: it answers what is kept while the app is still being loaded."""

from __future__ import annotations

import asyncio
import html
import re
from collections.abc import Iterable

from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from modelcensus.serve.guard import Guard
from modelcensus.serve.keeping import Keeping
from modelcensus.serve.kept import KeptAnswers
from modelcensus.serve.limits import OWN, Limits, Rates

LOOPBACK = ("127.0.0.1", "localhost", "::1", "[::1]")
"""Names of this machine: a page elsewhere that points its own name here is refused."""
ANY_HOST = ("*",)
PREPARED = ("/", "/check", "/explore", "/compare", "/leaderboards", "/claims", "/health", "/method", "/style.css")
"""Pages that are worked out before anybody asks, with their pictures."""
PICTURE = re.compile(rb'(?:src|srcset)="(/[^"]+)"')
PAUSE = 0.05
"""Seconds between looks whether somebody is waiting."""


class Front:
    """The whole server: which names it answers to, what a page may do, what is kept, and what a client may ask for."""

    def __init__(
        self,
        app: ASGIApp,
        kept: KeptAnswers | None = None,
        hosts: Iterable[str] = LOOPBACK,
        rates: Rates | None = None,
    ) -> None:
        self._keeping = Keeping(Limits(app, rates or Rates()), kept or KeptAnswers())
        self._app = TrustedHostMiddleware(Guard(self._keeping), allowed_hosts=list(hosts), www_redirect=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)

    @property
    def idle(self) -> bool:
        """Whether nothing is being worked out."""
        return self._keeping.idle

    async def prepare(self, addresses: Iterable[str] = PREPARED) -> None:
        """Work out pages and their pictures one after another, while nobody waits for anything."""
        waiting, seen = list(addresses), set()
        while waiting:
            address = waiting.pop(0)
            if address in seen:
                continue
            seen.add(address)
            while not self._keeping.idle:
                await asyncio.sleep(PAUSE)
            try:
                body = await self._fetched(address)
            except Exception:  # whoever asks for that page is told
                continue
            waiting += [html.unescape(m.decode()) for m in PICTURE.findall(body) if not m.startswith(b"/assets")]

    async def _fetched(self, address: str) -> bytes:
        path, _, query = address.partition("?")
        parts: list[bytes] = []

        async def receive() -> Message:
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            parts.append(message.get("body", b""))

        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
            "path": path, "raw_path": path.encode(), "query_string": query.encode(), "headers": [], "root_path": "",
            "client": None, "server": None, OWN: True,
        }  # fmt: skip
        await self._keeping(scope, receive, send)
        return b"".join(parts)

"""What stands before the app: it answers what is kept while the app is still being loaded."""

from __future__ import annotations

import asyncio
import html
import re
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from threading import Thread

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
QUIET, LONGEST_TEST = 20.0, 15.0
"""Seconds without a request before a claim is tested that nobody asked for, and those that it may take."""
PAUSE = 0.05
"""Seconds between looks whether somebody is waiting."""


class Loading:
    """The app, once `load` has made it in a thread of its own; who asks before waits."""

    def __init__(self, load: Callable[[], ASGIApp]) -> None:
        self.done: Future[ASGIApp] = Future()
        self._load = load

    def start(self) -> None:
        """Begin to load; nobody who stops waiting can call it off."""
        self.done.set_running_or_notify_cancel()
        Thread(target=self._run, name="loading", daemon=True).start()

    def _run(self) -> None:
        try:
            self.done.set_result(self._load())
        except BaseException as error:
            self.done.set_exception(error)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = self.done.result() if self.done.done() else await asyncio.wrap_future(self.done)
        await app(scope, receive, send)


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
        self._asked_at = time.monotonic()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._asked_at = time.monotonic()
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

    async def prepare_claims(self, addresses: Iterable[str]) -> None:
        """Test claims one after another while nobody has asked for anything for a while; on a ledger where one of them
        takes long, the others are left to those who open them."""
        for address in addresses:
            while time.monotonic() - self._asked_at < QUIET or not self._keeping.idle:
                await asyncio.sleep(1)
            began = time.monotonic()
            try:
                await self._fetched(address)
            except Exception:  # whoever asks for that page is told
                continue
            if time.monotonic() - began > LONGEST_TEST:
                return

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

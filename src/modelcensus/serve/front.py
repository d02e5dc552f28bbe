"""What stands before the app: it answers what is kept while the app is still being loaded."""

from __future__ import annotations

import asyncio
import html
import re
import time
from collections import deque
from collections.abc import Iterable
from urllib.parse import unquote

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from modelcensus.serve.forms import SUFFIXES
from modelcensus.serve.guard import Guard
from modelcensus.serve.keeping import Keeping
from modelcensus.serve.kept import KeptAnswers
from modelcensus.serve.limits import OWN, BehindProxy, Limits, Rates
from modelcensus.serve.waiting import Waiting

LOOPBACK = ("127.0.0.1", "localhost", "::1", "[::1]")
"""Names of this machine: a page elsewhere that points its own name here is refused."""
ANY_HOST = ("*",)
PREPARED = ("/explore", "/", "/check", "/compare", "/leaderboards", "/claims", "/method", "/style.css", "/health")
"""Pages that are worked out before anybody asks, with their pictures; on a large ledger the first is the quickest and loads
what all need, the last takes minutes."""
PICTURE = re.compile(rb'(?:src|srcset)="(/[^"]+)"')
QUIET, LONGEST_TEST = 20.0, 15.0
"""Seconds without a request before a claim is tested that nobody asked for, and those that it may take."""
LINK = re.compile(
    rb'<a href="(/(?:families|organizations|regions|models|launch|explore|compare|leaderboards)[/?][^"#]+)"'
)
"""A link to a page that is worked out before anybody follows it."""
FORM = re.compile(rf"(?:{'|'.join(map(re.escape, SUFFIXES))})(?:\?|$)")
"""The end of an address that is another form of a page."""
MOST_PREPARED = 1_000
"""Pages that are worked out for the links that lead to them."""
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
        behind_proxy: bool = False,
    ) -> None:
        """`behind_proxy`: clients are told apart by what a proxy says of them."""
        self._kept = kept or KeptAnswers()
        self._keeping = Keeping(Limits(app, rates or Rates()), self._kept)
        self._app: ASGIApp = Guard(Waiting(self._keeping), hosts)
        if behind_proxy:
            self._app = BehindProxy(self._app)
        self._asked_at = time.monotonic()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._asked_at = time.monotonic()
        await self._app(scope, receive, send)

    @property
    def idle(self) -> bool:
        """Whether nothing is being worked out."""
        return self._keeping.idle

    async def write_kept(self) -> None:
        """Write the answers that wait for it, one after another, while nothing is being worked out; without end."""
        while True:
            await asyncio.sleep(PAUSE)
            while self._keeping.idle and await asyncio.to_thread(self._kept.write):
                pass

    async def prepare(self, addresses: Iterable[str] = PREPARED) -> None:
        """Work out pages and their pictures one after another, then the pages that links on them lead to, while nobody
        waits for anything."""
        main, linked, seen = deque(addresses), deque[str](), set[str]()
        while (main or linked) and len(seen) < MOST_PREPARED:
            own = bool(main)
            address = main.popleft() if own else linked.popleft()
            if address in seen:
                continue
            seen.add(address)
            while not self._keeping.idle:
                await asyncio.sleep(PAUSE)
            try:
                body = await self._fetched(address)
            except Exception:  # whoever asks for that page is told
                continue
            if own:
                main += [_plain(m) for m in PICTURE.findall(body) if not m.startswith(b"/assets")]
            linked += [a for m in LINK.findall(body) if not FORM.search(a := _plain(m))]

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
            "path": unquote(path), "raw_path": path.encode(), "query_string": query.encode(), "headers": [], "root_path": "",
            "client": None, "server": None, OWN: True,
        }  # fmt: skip
        await self._keeping(scope, receive, send)
        return b"".join(parts)


def _plain(address: bytes) -> str:
    """An address as it stands in a page."""
    return html.unescape(address.decode())

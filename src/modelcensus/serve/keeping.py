"""Answers from those kept: no lock, no computing; what is asked for by several at once is worked out once."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from modelcensus.serve.kept import Kept, KeptAnswers
from modelcensus.serve.same import holds

LONGEST = 4_096
"""Characters of an address whose answer is kept."""
NEVER = ("/check", "/api/v1/check")
"""Addresses whose answers are not kept: they carry what somebody pasted."""
OF_TODAY = "/feeds/"
"""Addresses whose answers say what holds today."""
AGAIN = (b"cache-control", b"no-cache")
"""A browser may hold the answer, and asks whether it is still the same."""


class Keeping:
    """Gives the answers that are kept, and keeps those that the app gives."""

    def __init__(self, app: ASGIApp, kept: KeptAnswers) -> None:
        self._app, self._kept = app, kept
        self._under_way: dict[tuple[int, str], asyncio.Event] = {}

    @property
    def idle(self) -> bool:
        """Whether nothing is being worked out."""
        return not self._under_way

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET":
            return await self._app(scope, receive, send)
        address = _address(scope)
        if not address:
            return await self._app(scope, receive, send)
        found = self._kept.find(address)
        if found is None:
            found = await self._lead_or_wait(address, scope, receive, send)
            if found is None:
                return None
        return await _answer(found, scope, send)

    async def _lead_or_wait(self, address: str, scope: Scope, receive: Receive, send: Send) -> Kept | None:
        """The answer that another request is working out; nothing where this one has worked it out and sent it."""
        key = id(asyncio.get_running_loop()), address
        while (other := self._under_way.get(key)) is not None:
            await other.wait()
            if found := self._kept.find(address):
                return found
        self._under_way[key] = asyncio.Event()
        try:
            await self._app(scope, receive, self._watched(address, scope, send))
        finally:
            self._under_way.pop(key).set()
        return None

    def _watched(self, address: str, scope: Scope, send: Send) -> Send:
        """`send`, which keeps what goes through it where it is a whole good answer, and gives it its tag."""
        start: list[Message] = []
        parts: list[bytes] = []

        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 200:
                headers = [(n.decode("latin-1").lower(), v.decode("latin-1")) for n, v in message["headers"]]
                if not any(name in ("cache-control", "set-cookie") for name, _ in headers):
                    start.append(message)
                    return
            elif message["type"] == "http.response.body" and start:
                parts.append(message.get("body", b""))
                if not message.get("more_body"):
                    await self._told(address, start[0], b"".join(parts), scope, send)
                return
            await send(message)

        return watched

    async def _told(self, address: str, start: Message, body: bytes, scope: Scope, send: Send) -> None:
        """Keep an answer that was worked out, and send it; not packed, which takes as long again."""
        headers = [(n.decode("latin-1").lower(), v.decode("latin-1")) for n, v in start["headers"]]
        found = Kept.of(tuple(h for h in headers if h[0] not in ("content-length", "cache-control")), body)
        if self._kept.later:
            self._kept.keep(address, found)
        else:
            await asyncio.to_thread(self._kept.keep, address, found)
        await _answer(found, scope, send, packed=False)


def _address(scope: Scope) -> str:
    """What the answer is kept under; nothing where it is not kept."""
    path, query = scope.get("raw_path") or scope["path"].encode(), scope.get("query_string", b"")
    address = path.decode("latin-1") + (f"?{query.decode('latin-1')}" if query else "")
    if scope["path"] in NEVER or len(address) > LONGEST:
        return ""
    return f"{datetime.now(UTC).date()} {address}" if scope["path"].startswith(OF_TODAY) else address


async def _answer(found: Kept, scope: Scope, send: Send, packed: bool = True) -> None:
    asked = Headers(scope=scope)
    headers = [(n.encode("latin-1"), v.encode("latin-1")) for n, v in found.headers]
    headers += [AGAIN, (b"vary", b"accept-encoding")]
    status, body = 200, found.body
    if holds(asked.get("if-none-match", ""), found.tag):
        status, body = 304, b""
        headers = [h for h in headers if h[0] != b"content-type"]
    else:
        if packed and "gzip" in asked.get("accept-encoding", "") and found.packed:
            body = found.packed
            headers.append((b"content-encoding", b"gzip"))
        headers.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})

"""What holds of every request and answer: its size, where it comes from, and what a page may do."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from modelcensus.serve.refusing import refuse

Refused = tuple[int, str, str]
"""Status, what is wrong, and what to do."""
STATE = "send it with a Content-Length"
MOST_BODY = 4_000_000
"""Bytes of a request: a text and the drafts made from it."""
POLICY = (
    "default-src 'none'; img-src 'self' data:; style-src 'self'; script-src 'self'; connect-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors {framed}"
)
FRAMES = ".embed"
"""End of the addresses that other pages may show in a frame, and load pictures from."""
HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",  # with no-referrer a browser would send `Origin: null` with the app's own forms
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}
LONGEST_LENGTH = 20
"""Digits of a length that is read as a number."""
MOST_HEADERS, LONGEST_HEADERS, LONGEST_QUERY = 100, 32_000, 32_000
"""Headers of a request, bytes of them all, and of what follows the `?` of its address."""
HOST = re.compile(rb"(\[[0-9a-fA-F:.]+\]|[^\[\]:@/?#\s]+)(?::\d+)?")
"""A name or an address of a machine, and a port."""


class Guard:
    """Refuses what is too large, comes from another site or is meant for another host, and says what pages may do."""

    def __init__(self, app: ASGIApp, hosts: Iterable[str]) -> None:
        """`hosts`: the names that are answered to, in small letters; `*`: any."""
        self._app, self._hosts = app, {h.encode() for h in hosts}
        self._any = b"*" in self._hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        bare = scope["method"] == "HEAD"
        if bare:  # asked for as with GET, and told without the body
            scope = {**scope, "method": "GET"}
        framed = "*" if scope["path"].endswith(FRAMES) else "'none'"
        policy = POLICY.format(framed=framed)

        async def headed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in {**HEADERS, "content-security-policy": policy}.items():
                    headers.setdefault(name, value)
            elif bare:
                message = {**message, "body": b""}
            await send(message)

        refused = self._refused(scope)
        if not refused and scope["method"] != "GET":
            refused = _refused_content(Headers(scope=scope))
        if refused:
            await refuse(scope, receive, headed, *refused)
        else:
            await self._app(scope, receive, headed)

    def _refused(self, scope: Scope) -> Refused | None:
        """Why a request is not looked at, whatever it asks for."""
        host, size = b"", 0
        for name, value in scope["headers"]:
            size += len(name) + len(value)
            if name == b"host":
                host = value
        if size > LONGEST_HEADERS or len(scope["headers"]) > MOST_HEADERS:
            most = f"send at most {MOST_HEADERS} headers of {LONGEST_HEADERS:,} bytes in all"
            return 431, "the headers of this request are too many or too long", most
        if not self._any:
            named = HOST.fullmatch(host)
            if not named or named[1].lower() not in self._hosts:
                return 400, "not the name of this server", "ask for it by the address that it says at its start"
        query = scope.get("query_string", b"")
        if len(query) > LONGEST_QUERY:
            return 414, f"the address is longer than {LONGEST_QUERY:,} characters", "ask for less at once"
        if not query.isascii():  # a URL has none; what reads them as UTF-8 further in would fail
            return 400, "an address in other letters than ASCII", "write them as %C3%A4"
        return None


def _refused_content(headers: Headers) -> Refused | None:
    """Why a request that would change or compute something may not."""
    origin, length = headers.get("origin"), headers.get("content-length")
    if origin is not None and _host(origin) != headers.get("host"):
        return 403, f"this form was sent from another site ({origin[:200]})", "send it from the app's own page"
    if length is None:
        chunked = "transfer-encoding" in headers
        return (411, "this request does not state its length", STATE) if chunked else None
    if not (length.isascii() and length.isdigit() and len(length) < LONGEST_LENGTH):
        return 411, "the length of this request is no number of bytes", STATE
    if int(length) > MOST_BODY:
        return 413, f"{int(length):,} bytes are more than {MOST_BODY:,}", "check a part of the text"
    return None


def _host(origin: str) -> str | None:
    """The host of an origin; None where it is no address, which is nobody's."""
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return None

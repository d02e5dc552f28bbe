"""What holds of every request and answer: its size, where it comes from, and what a page may do."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from modelcensus.serve.refusing import refuse

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
READS = ("GET", "HEAD")
LONGEST_LENGTH = 20
"""Digits of a length that is read as a number."""


class Guard:
    """Refuses what is too large or comes from another site, and says what pages may do."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        framed = "*" if scope["path"].endswith(FRAMES) else "'none'"
        policy = POLICY.format(framed=framed)

        async def headed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in {**HEADERS, "content-security-policy": policy}.items():
                    headers.setdefault(name, value)
            await send(message)

        if not scope.get(
            "query_string", b""
        ).isascii():  # a URL has none; what reads them as UTF-8 further in would fail
            await refuse(
                scope, receive, headed, 400, "an address in other letters than ASCII", "write them as %C3%A4"
            )
            return
        refused = None if scope["method"] in READS else _refused(Headers(scope=scope))
        await (refused or self._app)(scope, receive, headed)


def _refused(headers: Headers) -> PlainTextResponse | None:
    """The answer to a request that would change or compute something and may not."""
    origin, length = headers.get("origin"), headers.get("content-length", "")
    if origin is not None and _host(origin) != headers.get("host"):
        return PlainTextResponse(f"refused: this form was sent from another site ({origin[:200]})", 403)
    if not (length.isascii() and length.isdigit() and len(length) < LONGEST_LENGTH):
        return PlainTextResponse("refused: a request states its length", 411)
    if int(length) > MOST_BODY:
        return PlainTextResponse(
            f"refused: {int(length):,} bytes are more than {MOST_BODY:,}; check a part of the text", 413
        )
    return None


def _host(origin: str) -> str | None:
    """The host of an origin; None where it is no address, which is nobody's."""
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return None

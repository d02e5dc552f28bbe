"""A refusal that comes before any page: in words, and as RFC 9457 has it where a program asked."""

from __future__ import annotations

import json
from collections.abc import Sequence

from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

API = "/api/v1"
PROBLEM = "application/problem+json"


async def refuse(
    scope: Scope, receive: Receive, send: Send, status: int, what: str, remedy: str, wait: int = 0
) -> None:
    """Answer with a refusal; `wait` is after how many seconds to ask again."""
    await refusal(scope["path"], status, what, remedy, wait)(scope, receive, send)


FAULT, SAID = "this answer failed", "the server's own output says why"
NOTHING_THERE = "nothing stands at this address"
ADDRESSES = "the pages are those of the menu, the operations of programs those of /api"


def nothing_there(path: str) -> Response:
    """The refusal of an address that nobody answers."""
    return refusal(path, 404, NOTHING_THERE, ADDRESSES)


def not_so(path: str, allowed: Sequence[str]) -> Response:
    """The refusal of a method that an address does not take."""
    told = refusal(path, 405, "this address is not asked so", f"ask with {' or '.join(allowed)}")
    told.headers["allow"] = ", ".join(allowed)
    return told


def refusal(path: str, status: int, what: str, remedy: str, wait: int = 0) -> Response:
    """The refusal as an answer to what was asked at a path."""
    headers = {"cache-control": "no-store"} | ({"retry-after": str(wait)} if wait else {})
    if not path.startswith(API):
        return PlainTextResponse(f"{what}; {remedy}", status, headers)
    told = {"type": "about:blank", "title": what, "status": status, "detail": f"{what}; {remedy}", "where": "", "remedy": remedy, "search": ""}  # fmt: skip
    return Response(json.dumps(told), status, headers, media_type=PROBLEM)

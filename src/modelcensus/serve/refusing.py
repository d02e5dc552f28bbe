"""A refusal that comes before any page: in words, and as RFC 9457 has it where a program asked."""

from __future__ import annotations

import json

from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

API = "/api/v1"
PROBLEM = "application/problem+json"


async def refuse(
    scope: Scope, receive: Receive, send: Send, status: int, what: str, remedy: str, wait: int = 0
) -> None:
    """Answer with a refusal; `wait` is after how many seconds to ask again."""
    await refusal(scope["path"], status, what, remedy, wait)(scope, receive, send)


def refusal(path: str, status: int, what: str, remedy: str, wait: int = 0) -> Response:
    """The refusal as an answer to what was asked at a path."""
    headers = {"cache-control": "no-store"} | ({"retry-after": str(wait)} if wait else {})
    if not path.startswith(API):
        return PlainTextResponse(f"{what}; {remedy}", status, headers)
    told = {"type": "about:blank", "title": what, "status": status, "detail": f"{what}; {remedy}", "where": "", "remedy": remedy}  # fmt: skip
    return Response(json.dumps(told), status, headers, media_type=PROBLEM)

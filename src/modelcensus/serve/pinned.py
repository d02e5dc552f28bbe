"""Addresses that are pinned to an edition: they answer with its numbers, whatever the ledger has become since. What their
numbers rest on is kept for good."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Annotated
from urllib.parse import unquote_to_bytes

from fastapi import Query
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import QueryParams
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from modelcensus.serve.tester import Tester

EDITION = "edition"
"""What an address calls the edition that it is pinned to."""
Pinned = Annotated[str, Query(max_length=40, description="the id of an edition: the ledger answers as it was then")]

Check = Callable[[str], Awaitable[None]]


def pinned_to(tester: Tester) -> Check:
    """What every request goes through: RequestError where its address is pinned to what this ledger never was."""

    async def same_edition(edition: Pinned = "") -> None:  # most addresses name none: they need no thread for it
        if edition and edition != tester.edition:
            await run_in_threadpool(tester.earlier, edition)

    return same_edition


NAMED = EDITION.encode()
RECORD = re.compile(rb"\bp[0-9a-f]{12}\b")
"""The id of a record, wherever an answer names one."""


def edition_named(scope: Scope) -> str:
    """The edition that a request is pinned to, or nothing."""
    query = scope.get("query_string", b"")
    if scope["type"] != "http" or NAMED not in unquote_to_bytes(query):  # most name none: they are not read for it
        return ""
    return QueryParams(query).get(EDITION, "")


class Pinning:
    """Keeps the records behind every answer whose address is pinned."""

    def __init__(self, app: ASGIApp, tester: Tester) -> None:
        self._app, self._tester = app, tester

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not edition_named(scope):
            return await self._app(scope, receive, send)
        good, parts = [], list[bytes]()

        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 200:
                good.append(True)
                parts.extend(value for _, value in message["headers"])
            elif message["type"] == "http.response.body" and good:
                parts.append(message.get("body", b""))
                if not message.get("more_body"):
                    await run_in_threadpool(self._keep, b" ".join(parts))
            await send(message)

        return await self._app(scope, receive, watched)

    def _keep(self, told: bytes) -> None:
        for found in sorted(set(RECORD.findall(told))):
            self._tester.keep_record(found.decode())

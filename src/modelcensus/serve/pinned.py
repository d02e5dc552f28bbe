"""Addresses that are pinned to an edition: they answer with its numbers, or say which edition is needed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Query
from starlette.concurrency import run_in_threadpool

from modelcensus.serve.tester import Tester

EDITION = "edition"
"""What an address calls the edition that it is pinned to."""
Pinned = Annotated[str, Query(max_length=40, description="the id of an edition: numbers of any other are refused")]


def pinned_to(tester: Tester) -> Callable[[str], Awaitable[None]]:
    """What every request goes through: RequestError where its address is pinned to an edition that is not open."""

    async def same_edition(edition: Pinned = "") -> None:  # most addresses name none: they need no thread for it
        if edition:
            await run_in_threadpool(_must_be, tester, edition)

    return same_edition


def _must_be(tester: Tester, edition: str) -> None:
    if edition != tester.edition:
        tester.must_be_edition(edition)

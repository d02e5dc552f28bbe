"""Choices that an address may make: any other is refused, with those like it, by pages and by the API."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable, Sequence
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute

from modelcensus.serve.pinned import EDITION
from modelcensus.vocabulary import RequestError, nearest


def must_take(asked: Iterable[str], takes: Sequence[str], where: str) -> None:
    """RequestError where something is asked for that this address does not take."""
    for name in asked:
        if name not in takes:
            raise RequestError(f"no choice {name!r}", where=where, remedy=nearest(name, list(takes)))


class StrictRoute(APIRoute):
    """An operation that refuses parameters that it does not take."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """As of every route, after a look at the parameters' names."""
        handle, takes = super().get_route_handler(), (*(p.alias for p in self.dependant.query_params), EDITION)

        async def handled(request: Request) -> Response:
            must_take(request.query_params, takes, self.path)
            return await handle(request)

        return handled

"""How much one client may have worked out: answers that are kept cost nothing, tests of claims cost most."""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from starlette.types import ASGIApp, Receive, Scope, Send

from modelcensus.serve.refusing import refuse

CLIENTS = 10_000
"""Clients that are remembered; the one seen longest ago is forgotten."""
OWN = "modelcensus.own"
"""Set in the scope of what the program asks of itself."""
TESTED = ("/claims/", "/feeds/claims/", "/check", "/api/v1/claims/", "/api/v1/check")
"""Addresses at which claims are tested."""


@dataclass(frozen=True)
class Rates:
    """What a client may have worked out in a minute, and at once: answers of any kind, and tests of claims."""

    answers: int = 600
    tests: int = 60


class Allowance:
    """What each client has left; `clock` tells seconds."""

    def __init__(self, rates: Rates, clock: Callable[[], float] = time.monotonic) -> None:
        self._rates, self._clock = rates, clock
        self._left: OrderedDict[tuple[str, bool], tuple[float, float]] = OrderedDict()

    def spend(self, client: str, tests: bool) -> int:
        """Take one from what the client has left; the seconds to wait where there is none."""
        most = self._rates.tests if tests else self._rates.answers
        now, key = self._clock(), (client, tests)
        left, since = self._left.pop(key, (float(most), now))
        left = min(float(most), left + (now - since) * most / 60)
        self._left[key] = (left - 1 if left >= 1 else left, now)
        while len(self._left) > CLIENTS:
            self._left.popitem(last=False)
        return 0 if left >= 1 else max(1, math.ceil((1 - left) * 60 / most))


class BehindProxy:
    """Takes the client from the last address of `X-Forwarded-For`, which the proxy added; those before it say what anybody
    likes."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        told = [value for name, value in scope.get("headers", ()) if name == b"x-forwarded-for"]
        if told and (last := told[-1].rpartition(b",")[2].strip().decode("latin-1")):
            scope = {**scope, "client": (last, 0)}
        await self._app(scope, receive, send)


class Limits:
    """Refuses (429) a client that asks for more than it is allowed."""

    def __init__(self, app: ASGIApp, rates: Rates) -> None:
        self._app, self._allowed = app, Allowance(rates)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and OWN not in scope:
            wait = self._allowed.spend(str((scope.get("client") or ("",))[0]), tests(scope))
            if wait:
                remedy = f"ask again in {wait} seconds; answers that were given before are not counted"
                return await refuse(scope, receive, send, 429, "too many questions at once", remedy, wait)
        return await self._app(scope, receive, send)


def tests(scope: Scope) -> bool:
    """Whether a request asks for a claim to be tested."""
    return scope["path"].startswith(TESTED) and (scope["method"] == "POST" or scope["path"] not in ("/check",))

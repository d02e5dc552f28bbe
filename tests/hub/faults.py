"""What can go wrong between a client and the Hub; a fault is asked before each answer, and may spoil it."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Fault:
    """Nothing wrong."""


@dataclass(frozen=True)
class Status(Fault):
    """Another status; a 429 with the headers of a used-up window unless `headers` say otherwise."""

    code: int
    body: bytes = b'{"error":"Internal Error - We\'re working hard to fix this as soon as possible!"}'
    headers: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Drop(Fault):
    """The connection ends before a byte of the answer."""


@dataclass(frozen=True)
class Cut(Fault):
    """The connection ends inside the body."""

    share: float = 0.5


@dataclass(frozen=True)
class Garbage(Fault):
    """Status 200, and something else than JSON; `cut`: the JSON is cut off although its length is right."""

    body: bytes = b"<html><body>502 Bad Gateway</body></html>"
    cut: bool = False


@dataclass(frozen=True)
class Slow(Fault):
    """The answer comes after a while."""

    seconds: float


@dataclass(frozen=True)
class Drip(Fault):
    """The body comes in pieces, with pauses."""

    pieces: int = 10
    pause: float = 0.01


Plan = Callable[[str, int], Fault | None]
"""From the path and the number of the request to what goes wrong with it."""


class Random:
    """Faults at random, at most `in_a_row` of them one after the other."""

    KINDS = (
        Status(500), Status(502, b"<html>Bad Gateway</html>"), Status(503), Status(504, b""),
        Status(429, b'{"error":"We had to rate limit your IP"}', {"Retry-After": "0"}), Status(408, b""),
        Drop(), Cut(0.5), Cut(0.99), Cut(0.0), Garbage(), Garbage(cut=True), Garbage(b""), Slow(0.02), Drip(5, 0.005),
    )  # fmt: skip

    def __init__(self, seed: int, share: float = 0.3, in_a_row: int = 3) -> None:
        self._draw, self._share, self._most = random.Random(seed), share, in_a_row
        self._row = 0
        self.given: list[Fault] = []

    def __call__(self, path: str, number: int) -> Fault | None:
        if self._row >= self._most or self._draw.random() >= self._share:
            self._row = 0
            return None
        fault = self._draw.choice(self.KINDS)
        self._row += 1
        self.given.append(fault)
        return fault

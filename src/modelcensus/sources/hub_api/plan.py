"""How many requests a run takes, and how long: before it starts, and while it goes on."""

import math
from dataclasses import dataclass

from modelcensus.sources.hub_api.asking import Asked

SECONDS_A_REQUEST = 0.4
"""For a plan, before any was sent."""


@dataclass(frozen=True)
class Cost:
    """Requests, and seconds until the last of them is answered."""

    requests: int
    seconds: float

    @property
    def hours(self) -> str:
        """The seconds as people say them."""
        return duration(self.seconds)


def cost(requests: int, quota: int, window: int, left: int | None = None, each: float = SECONDS_A_REQUEST) -> Cost:
    """What `requests` take where `quota` of them fit into a window of so many seconds and one takes `each` seconds.

    >>> cost(3000, 500, 300).hours, cost(30000, 500, 300).hours
    ('29 minutes', '5.0 hours')
    """
    busy = requests * each
    now = quota if left is None else left
    if requests <= now or quota <= 0:
        return Cost(requests, busy)
    waits = math.ceil((requests - now) / quota)
    last = requests - now - (waits - 1) * quota
    return Cost(requests, max(busy, waits * window + last * each))


def requests_of(asked: Asked, repositories: int, page: int) -> int:
    """Requests of a run over so many repositories, where the Hub gives so many rows a page."""
    if asked.kind == "ids":
        return len(asked.values)
    if asked.kind == "top":
        return math.ceil(asked.top / min(page, asked.top))
    return max(1, math.ceil(repositories / page)) + (len(asked.values) - 1 if asked.kind == "author" else 0)


def duration(seconds: float) -> str:
    """Seconds as people say them.

    >>> duration(12), duration(90), duration(5400), duration(200000)
    ('12 seconds', '2 minutes', '1.5 hours', '2.3 days')
    """
    if seconds < 60:
        return f"{seconds:.0f} seconds"
    if seconds < 3600:
        minutes = math.ceil(seconds / 60)
        return f"{minutes} minutes" if minutes > 1 else "1 minute"
    return f"{seconds / 3600:.1f} hours" if seconds < 2 * 86400 else f"{seconds / 86400:.1f} days"

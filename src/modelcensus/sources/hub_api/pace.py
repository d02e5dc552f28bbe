"""Staying within the Hub's rate limit: requests are held back before a window is used up, not when one is refused.

The Hub counts requests in fixed windows and says with every answer how many are left and when the window ends. What it
said is kept in a file, so that runs after a kill, and other runs beside this one, start from it.
"""

import fcntl
import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_LEFT = re.compile(r"r\s*=\s*(\d{1,9})\s*;\s*t\s*=\s*(\d{1,9})(?!\d)")
_POLICY = re.compile(r"q\s*=\s*(\d{1,9})\b.*?w\s*=\s*(\d{1,9})(?!\d)")
RESERVE = 0.02
"""Share of a window that is left unused: other programs at the same address use it too. At least one request."""
ROUNDING = 1.0
"""Seconds; the Hub states whole ones."""


@dataclass(frozen=True)
class Limit:
    """What the headers of an answer say: requests left, seconds until the window ends, and the policy if stated."""

    left: int
    seconds: int
    quota: int | None = None
    window: int | None = None

    @classmethod
    def of(cls, headers: Mapping[str, str]) -> "Limit | None":
        """
        >>> Limit.of({"ratelimit": '"api";r=491;t=131', "ratelimit-policy": '"fixed window";"api";q=500;w=300'})
        Limit(left=491, seconds=131, quota=500, window=300)
        """
        found = _LEFT.search(headers.get("ratelimit", ""))
        policy = _POLICY.search(headers.get("ratelimit-policy", ""))
        if not found:
            return None
        quota, window = (int(policy[1]), int(policy[2])) if policy else (None, None)
        return cls(int(found[1]), int(found[2]), quota, window)


@dataclass
class Window:
    """Where the requests of an identity stand: `left` in the window that ends at `ends` (seconds since 1970)."""

    quota: int
    seconds: int
    left: int
    ends: float = 0.0

    @property
    def reserve(self) -> int:
        return max(1, int(self.quota * RESERVE))


class Pace:
    """The pace of one identity at one endpoint; `file` is shared by all runs on a ledger."""

    def __init__(
        self,
        file: Path,
        key: str,
        quota: int,
        seconds: int,
        waiting: Callable[[float], None] = lambda seconds: None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._file, self._key = file, key
        self._default = Window(quota, seconds, quota)
        self._waiting, self._sleep, self._clock = waiting, sleep, clock
        self.waited = 0.0

    @property
    def window(self) -> Window:
        """Where it stands now."""
        return self._read()

    def before(self) -> None:
        """Wait until a request may be sent, and write down that it is."""
        while (wait := self._spend()) > 0:
            self._waiting(wait)
            self._sleep(wait)
            self.waited += wait

    def after(self, limit: Limit | None) -> None:
        """Take what an answer said."""
        if limit is None:
            return
        with self._locked():
            window = self._read()
            window.quota = limit.quota or window.quota
            window.seconds = limit.window or window.seconds
            window.left, window.ends = limit.left, self._clock() + limit.seconds + ROUNDING
            self._write(window)

    def refused(self, retry_after: float | None, limit: Limit | None) -> None:
        """A 429: nothing is left until the window ends."""
        with self._locked():
            window = self._read()
            said = limit.seconds if limit and limit.left == 0 else retry_after
            window.left, window.ends = 0, self._clock() + (window.seconds if said is None else said) + ROUNDING
            self._write(window)

    def _spend(self) -> float:
        with self._locked():
            window, now = self._read(), self._clock()
            if (
                now >= window.ends or window.ends > now + window.seconds + 2 * ROUNDING
            ):  # over, or a clock that was turned
                window.left, window.ends = window.quota, now + window.seconds + ROUNDING
            if window.left <= window.reserve:
                return window.ends - now
            window.left -= 1
            self._write(window)
        return 0.0

    def _read(self) -> Window:
        try:
            return Window(**json.loads(self._file.read_text())[self._key])
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return Window(**vars(self._default))

    def _write(self, window: Window) -> None:
        try:
            content = json.loads(self._file.read_text())
        except (OSError, ValueError):
            content = {}
        content = content if isinstance(content, dict) else {}
        made = self._file.with_suffix(".new")  # made durable by nobody: after a power cut the window is over anyway
        made.write_text(json.dumps({**content, self._key: vars(window)}))
        made.replace(self._file)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with (self._file.parent / f"{self._file.name}.lock").open("a") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield

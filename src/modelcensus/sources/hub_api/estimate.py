"""How long a run will still take: by the pace of its last answers, and of the conversion that goes on beside them."""

import threading
import time
from collections import deque

from modelcensus.sources.hub_api.pace import Pace
from modelcensus.sources.hub_api.plan import cost

RECENT = 40
"""Answers by whose pace is told: later pages can be slower than the first ones."""
A_ROW = 1e-4
"""Seconds to convert a row, before any was."""
BESIDE = 2
"""Groups of answers that are converted beside each other."""
COMMITTING = 0.12
"""Time to find who is missing, and to commit, in that of converting the same rows."""


class Estimate:
    """Watches one crawl: it is told of answers by the one who asks, of conversions by those who convert."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._answers: deque[float] = deque([self._worked()], maxlen=RECENT)
        self._rows, self._seconds = 0, 0.0
        self._lock = threading.Lock()

    def answered(self) -> None:
        """An answer was taken."""
        self._answers.append(self._worked())

    def converted(self, rows: int, seconds: float) -> None:
        """So many rows were converted."""
        with self._lock:
            self._rows, self._seconds = self._rows + rows, self._seconds + seconds

    def left(self, requests: int, rows: int) -> float:
        """Seconds until `rows` are in the ledger, where so many requests are still to be made."""
        each = (self._answers[-1] - self._answers[0]) / max(len(self._answers) - 1, 1)
        window = self._pace.window
        usable = max(window.left - window.reserve, 0)
        reading = cost(requests, window.quota - window.reserve, window.seconds, usable, each).seconds
        a_row = self._seconds / self._rows if self._rows else A_ROW
        return remaining(reading, rows - self._rows, rows, a_row / BESIDE)

    def _worked(self) -> float:
        """Seconds, without those in which a new window was waited for."""
        return time.monotonic() - self._pace.waited


def remaining(reading: float, unconverted: int, rows: int, a_row: float) -> float:
    """Seconds until a batch is in the ledger: answers are converted beside the reading, at `a_row` seconds a row, and
    committed when all are.

    >>> remaining(60.0, 20_000, 100_000, 0.001)
    72.0
    >>> remaining(0.0, 20_000, 100_000, 0.001)
    32.0
    """
    return max(reading, unconverted * a_row) + COMMITTING * rows * a_row

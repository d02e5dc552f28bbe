"""Opened ledgers for the requests of one process: one for pages, and one for claims, so that no page waits for a claim.

Each is a census with a connection of its own. Cursors of one connection would not do: what a census registers, and the
temporary tables of an answer, belong to the connection that made them, and are dropped by the next answer.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from modelcensus.measures import Census
from modelcensus.publish.scene import Scene

MOST_WAITING = 8
"""Requests that may wait for the desk of claims; each may take a minute."""


class BusyError(Exception):
    """Too many wait already."""

    WAIT = 30
    """Seconds after which to ask again."""


class Desks:
    """A desk for pages and measures, whose sums stay in memory, and one for claims, opened when it is first needed."""

    def __init__(self, open_census: Callable[[], Census]) -> None:
        self._open, self._locks = open_census, {}
        self._made = threading.Lock()
        self.first = open_census().keep_sums()
        self._scene = Scene(self.first)
        self._claims: Census | None = None
        self._waiting = threading.Semaphore(MOST_WAITING + 1)
        self._testing = threading.Lock()

    @contextmanager
    def page(self) -> Iterator[Scene]:
        """The desk for a page, as soon as it is free."""
        with self._lock(self.first):
            yield self._scene

    @contextmanager
    def claims(self) -> Iterator[Census]:
        """The desk of claims; BusyError where too many wait for it."""
        if not self._waiting.acquire(blocking=False):
            raise BusyError("too many claims are waiting to be tested")
        try:
            with self._testing:
                self._claims = self._claims or self._open()
                with self._lock(self._claims):
                    yield self._claims
        finally:
            self._waiting.release()

    def _lock(self, census: Census) -> threading.Lock:
        """The lock of a census: one that was given twice serves one request at a time all the same."""
        with self._made:
            return self._locks.setdefault(id(census), threading.Lock())

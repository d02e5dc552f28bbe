"""Opened ledgers for requests: a bounded few for pages, and one for claims, so that no page waits for a claim.

Each desk is a census with a connection of its own. Cursors of one connection would not do: what a census registers,
and the temporary tables of an answer, belong to the connection that made them, and are dropped by the next answer.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import LifoQueue

from modelcensus.measures import Census
from modelcensus.publish.scene import Scene

MOST_WAITING = 8
"""Requests that may wait for the desk of claims; each may take a minute."""


class BusyError(Exception):
    """Too many wait already."""

    WAIT = 30
    """Seconds after which to ask again."""


class Desks:
    """`pages` desks for pages and measures, each opened when all others are taken; one for claims."""

    def __init__(self, open_census: Callable[[], Census], pages: int = 1) -> None:
        self._open, self._locks = open_census, {}
        self._free: LifoQueue[Scene | None] = LifoQueue()
        self._made = threading.Lock()
        self.first = open_census()
        for _ in range(pages - 1):
            self._free.put(None)
        self._free.put(Scene(self.first))
        self._claims: Census | None = None
        self._waiting = threading.Semaphore(MOST_WAITING + 1)
        self._testing = threading.Lock()

    @contextmanager
    def page(self) -> Iterator[Scene]:
        """A desk for a page, as soon as one is free."""
        desk = self._free.get()
        try:
            scene = desk or Scene(self._open())
        except BaseException:
            self._free.put(desk)
            raise
        try:
            with self._lock(scene.census):
                yield scene
        finally:
            self._free.put(scene)

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

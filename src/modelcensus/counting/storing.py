"""Storing batches in the order in which they were counted, each while the next one is."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from modelcensus.counting.before import Before
from modelcensus.vocabulary import Batch

Commit = Callable[[Batch], Before]
"""Stores a batch; returns what the ledger holds of it."""


class Storing:
    """Commits batches by a thread of its own, one after the other; after one that fails none is."""

    def __init__(self, commit: Commit, before: Before) -> None:
        self._commit, self._before = commit, before
        self._thread = ThreadPoolExecutor(1, "storing")
        self._last: Future[Before] | None = None
        self._ids = list(before.batches)

    def wait(self) -> Before:
        """What the ledger holds of the log, when all that was handed on is stored; the error, once, where that failed."""
        if self._last:
            last, self._last = self._last, None
            try:
                self._before = last.result()
            except BaseException:
                self._thread.shutdown()
                raise
            finally:
                del last  # or the error would hold itself, and all that was counted, to the end
        return self._before

    @property
    def ids(self) -> Sequence[str]:
        """The ids of the batches that were there, then of the last one of all that was handed on at a time."""
        self.wait()
        return self._ids

    def store(self, batches: Sequence[Batch]) -> None:
        """Hand batches on, when those before are stored: no more of them are in memory."""
        self._last = self._thread.submit(self._all, self.wait(), batches)

    def _all(self, before: Before, batches: Sequence[Batch]) -> Before:
        for batch in batches:
            stored = self._commit(batch)
            before = before.then(stored)
            self._ids += stored.batches
        return before

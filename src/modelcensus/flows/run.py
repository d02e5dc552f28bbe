"""One source being folded: from its kept fold, if there is one, to its last snapshot."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from modelcensus.flows.aged_edges import AgedEdges
from modelcensus.flows.calendar import Snapshot, usual_step
from modelcensus.flows.edges import Edges
from modelcensus.flows.fold import Fold
from modelcensus.flows.fold import Snapshot as Reading
from modelcensus.flows.intake import Listed
from modelcensus.flows.splices import Overlap
from modelcensus.flows.store import Store
from modelcensus.vocabulary.names import ALL_TIME, ROLLING

KEEP_EVERY = 7
"""Snapshots between two folds that are kept: what is folded again at most is little, and most days write nothing."""


class Run:
    """Takes the rows of one source's snapshots in their order."""

    def __init__(
        self, snapshots: list[Snapshot], edges: list[int] | AgedEdges, raw: bool, overlap: Overlap | None
    ) -> None:
        self.snapshots, self.overlap, self.done, self.kept = snapshots, overlap, 0, 0
        self.source = snapshots[0].source
        self.edges = edges if self.source[1] == ALL_TIME and isinstance(edges, list) else []
        passed = edges if isinstance(edges, AgedEdges) else Edges(self.edges)
        self.fold = Fold(self.source[1] == ROLLING, usual_step(snapshots), passed, raw)
        self.listed = Listed(snapshots)

    def resume(self, store: Store, calendar: list[Snapshot]) -> pa.Array | None:
        """Start from the newest kept fold; gives the ids that had an ordinal then."""
        folder = store.newest(self.source, calendar, self.edges)
        kept = folder and store.load(folder, self.edges)
        if folder is None or not kept or kept.fold.judge.step != usual_step(self.snapshots):
            return None
        if self.overlap is not None and not store.said(folder):
            return None
        names = store.names(folder)
        self.fold, self.done, self.kept = kept.fold, kept.number, kept.number
        passed = [s for s in self.snapshots if s.number <= kept.number]
        if not self.listed.resume(passed, self.fold.state.listed):
            self.fold = Fold(self.source[1] == ROLLING, usual_step(self.snapshots), Edges(self.edges))
            self.done = self.kept = 0
            return None
        if self.overlap is not None:
            self.overlap.restore(self.source, store.said(folder))
        return names

    def take(self, snapshot: Snapshot, ids: NDArray[np.int64], values: NDArray[np.int64]) -> None:
        """Fold the rows of the next snapshot."""
        change = self.listed.change(snapshot, ids, values)
        if self.overlap is not None:
            self.overlap.see(snapshot.source, snapshot.day, self.listed.now)
        self.fold.feed(Reading(snapshot.number, snapshot.day), change)
        self.done = snapshot.number

    def keep(self, store: Store, calendar: list[Snapshot], names: pa.Array) -> None:
        """Keep the fold for the next time, if enough is new and nothing in suspense."""
        if self.fold.settled and (not self.kept or self.done - self.kept >= KEEP_EVERY):
            state = self.fold.state
            seen = int(np.flatnonzero((state.value >= 0) | (state.listed >= 0)).max(initial=-1)) + 1
            said = self.overlap.said(self.source) if self.overlap else {}
            store.keep(self.source, self.fold, calendar, self.done, names[:seen], said)
            self.kept = self.done

"""Holds what was reported against what was injected: found, missed, false, by kind."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from flows.artefacts.series import Truth

KINDS = (
    "stall",
    "half_stall",
    "backlog",
    "rollback",
    "partial",
    "source_gap",
    "recount",
    "freeze",
    "spike",
    "rename",
    "conflict",
)
"""What is judged. A series_break is no artefact of a counter: it is dated knowledge about clients and the Hub."""

DATED = {"stall", "half_stall", "source_gap"}
"""Kinds of whole snapshots whose `from` must be right too."""
STALLS = {"stall", "half_stall"}
"""One kind where a copy shows one by itself: an injected rollback before a real stall lets some of it move."""
EDGE = {"freeze": 1, "spike": 2}
"""Snapshots by which the edges may be off: a freeze's move that other artefacts hide, a spike's rising flank."""


@dataclass
class Tally:
    """Counts of one kind, with what was missed and what was false in words."""

    found: int = 0
    missed: list[str] = field(default_factory=list)
    false: list[str] = field(default_factory=list)

    @property
    def recall(self) -> float:
        """Share of what was injected that was found; 1 where nothing was."""
        return self.found / (self.found + len(self.missed)) if self.found or self.missed else 1.0

    @property
    def precision(self) -> float:
        """Share of what was reported that was injected; 1 where nothing was reported."""
        return self.found / (self.found + len(self.false)) if self.found or self.false else 1.0

    def __str__(self) -> str:
        some = [f"missed {m}" for m in self.missed[:6]] + [f"false {f}" for f in self.false[:6]]
        counts = f"found {self.found}, missed {len(self.missed)}, false {len(self.false)}"
        return "\n  ".join([f"{counts}: recall {self.recall:.3f}, precision {self.precision:.3f}", *some])


Tallies = dict[str, Tally]
Event = Mapping[str, Any]
"""A row of `events`."""


def judge(
    events: Iterable[Event],
    truths: Sequence[Truth],
    days: np.ndarray,
    label: str = "",
    before: Iterable[Event] = (),
    real: Callable[[Event], bool] = lambda _: False,
) -> Tallies:
    """Tallies by kind; in what was missed or is false each begins with `label`.

    A real series has artefacts of its own, and those are not false: `before` are the events that are reported of it
    without the injected ones, `real` says whether its readings show the sign of an event by themselves.
    """
    rows = [e for e in events if e["kind"] in KINDS]
    reported = [_Reported(e, days) for e in rows]
    known = [_Reported(e, days) for e in before if e["kind"] in KINDS]
    tallies = {k: Tally() for k in KINDS}
    matched: set[int] = set()
    for truth in truths:
        hits = [i for i, r in enumerate(reported) if r.tells(truth)]
        matched |= set(hits)
        if truth.optional:
            continue
        if hits:
            tallies[truth.kind].found += 1
        else:
            tallies[truth.kind].missed.append(f"{label}{truth.since}..{truth.day} {truth.repository or ''}")
    for i, r in enumerate(reported):
        if i not in matched and not any(r.same(k) for k in known) and not real(rows[i]):
            tallies[r.kind].false.append(f"{label}{r.since}..{r.day} {r.repository or ''}: {r.evidence[:80]}")
    return tallies


def pooled(parts: Iterable[Tallies]) -> Tallies:
    """Several tallies as one."""
    total = {k: Tally() for k in KINDS}
    for part in parts:
        for kind, tally in part.items():
            total[kind].found += tally.found
            total[kind].missed += tally.missed
            total[kind].false += tally.false
    return total


class _Reported:
    """One row of `events`."""

    def __init__(self, row: Event, days: np.ndarray) -> None:
        self.kind, self.days = row["kind"], days
        self.day = np.datetime64(row["to"], "D")
        self.since = np.datetime64(row["from"], "D") if row["from"] is not None else self.day
        self.repository = row["repository"]
        self.evidence = str(row["evidence"] or "")

    def tells(self, truth: Truth) -> bool:
        """Whether this row is that event."""
        if self.kind != truth.kind or _name(self.repository) != _name(truth.repository):
            return False
        if truth.day is None:
            return True
        if self.kind == "rename":
            return _name(truth.former) in _name(self.evidence)
        if self.kind == "conflict":
            return truth.since is not None and self.since <= truth.day and truth.since <= self.day
        if self.kind in EDGE:
            return self._spans(truth, EDGE[self.kind])
        return self.day == truth.day and (self.kind not in DATED or truth.since in (None, self.since))

    def _spans(self, truth: Truth, edge: int) -> bool:
        """A freeze lies there to within `edge` snapshots; a spike lies inside its days, widened by as many."""
        assert truth.since is not None and truth.day is not None
        since, day, a, b = (
            int(np.searchsorted(self.days, d)) for d in (self.since, self.day, truth.since, truth.day)
        )
        if self.kind == "freeze":
            return abs(since - a) <= edge and abs(day - b) <= edge
        return a - edge <= since <= b and a <= day <= b + edge

    def same(self, other: "_Reported") -> bool:
        """Whether the series without artefacts had this event too: that day, or for a repository days in common."""
        if _name(self.repository) != _name(other.repository):
            return False
        if self.kind != other.kind and not {self.kind, other.kind} <= STALLS:
            return False
        if self.repository is None:
            return self.day == other.day
        return self.since <= other.day and other.since <= self.day


def _name(text: str | None) -> str:
    return "" if text is None else text.casefold()

"""What a fold finds, before it is put into words: events of snapshots and of repositories."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

DAY = int
"""Days since 1970."""


@dataclass(frozen=True)
class SnapshotEvent:
    """Something that a whole snapshot suffered. `part` of the `of` repositories it was judged by."""

    kind: str
    number: int
    since: DAY
    day: DAY
    part: int
    of: int
    detail: str = ""
    resting: NDArray[np.int64] | None = field(default=None, compare=False)
    """Of a half stall: the busy repositories that stand, and those that count."""
    counting: NDArray[np.int64] | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Break:
    """The counter of a repository fell from `before` (read on `since`) to `after` (read on `day`)."""

    repository: int
    since: DAY
    before: int
    day: DAY
    after: int


@dataclass(frozen=True)
class Freeze:
    """The counter of a repository stood at `value` from its last move, `since`, to `day`, over so many readings.
    `missed`: downloads that its usual rate would have brought (of windows: that they would have exchanged)."""

    repository: int
    since: DAY
    day: DAY
    value: int
    missed: float
    snapshots: int


@dataclass(frozen=True)
class Spike:
    """The rate of a repository between `since` and `day` left `usual` (downloads a day) and came back. `level` is the
    highest rate in it, `extra` what it brought beyond the usual rate."""

    repository: int
    since: DAY
    day: DAY
    usual: float
    level: float
    extra: int


@dataclass(frozen=True)
class Listing:
    """How many repositories a snapshot listed; `gone` were listed by the one before, `returned` had been absent."""

    number: int
    day: DAY
    listed: int
    gone: int
    returned: int

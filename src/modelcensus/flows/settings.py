"""Thresholds of the event detectors, each with its source."""

BUSY = 20
"""Downloads that a repository must be expected to have moved by since the last reading for an unchanged
counter to be implausible (docs/method.md, stall). A Poisson count with mean 20 stays put with probability
e^-20; two 30-day windows that exchange 20 downloads agree by chance in about one of eleven cases."""

FEWEST_BUSY = 5
"""Busy repositories that a snapshot needs before a share of them says anything about it: at 3 % unchanged on a
normal day, two of five reach the threshold by chance on one day of a hundred."""

STALL = 0.25
"""Share of busy repositories unchanged in one snapshot; normal days have 0.1 % (99th percentile 3 %), half
stalls 25-90 % (Model Pulse's study of 493 daily snapshots, docs/method.md)."""

FULL_STALL = 0.95
"""From this share on the whole snapshot is an old one."""

ROLLBACK = 0.5
"""Share of the repositories that moved, or should have, that stand below their highest value so far; published
rollbacks show 72-95 % (docs/method.md)."""

FEWEST_FALLEN = 20
"""Repositories that such a share is taken of, at least."""

LONGEST_ROLLBACK = 14
"""Days that snapshots in a row may stand below: the longest published rollback lasted six (2026-06-12 to 17). What
stays below for longer was not served by mistake: every repository's fall is then a recount."""

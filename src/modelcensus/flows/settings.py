"""Thresholds of the event detectors, each with its source."""

BUSY = 20
"""Downloads that a repository must be expected to have moved by since the last reading for an unchanged
counter to be implausible (docs/method.md, stall). A Poisson count with mean 20 stays put with probability
e^-20; two 30-day windows that exchange 20 downloads agree by chance in about one of eleven cases."""

STALL = 0.25
"""Share of busy repositories unchanged in one snapshot; normal days have 0.1 % (99th percentile 3 %), half
stalls 25-90 % (Model Pulse's study of 493 daily snapshots, docs/method.md)."""

FULL_STALL = 0.95
"""From this share on the whole snapshot is an old one."""

ROLLBACK = 0.5
"""Share of moved repositories that fell; published rollbacks show 72-95 % (docs/method.md)."""

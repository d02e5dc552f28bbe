"""Thresholds of the event detectors, each with its source; what a series' own normal days say comes on top."""

BUSY = 20
"""Downloads that a repository must be expected to have moved by since the last snapshot for an unchanged
counter to be implausible (docs/method.md, stall). A Poisson count with mean 20 stays put with probability
e^-20; two 30-day windows that exchange 20 downloads agree by chance in about one of eleven cases."""

MEMORY = 14
"""Snapshots that a repository's usual rate is taken from (Model Pulse's study used 14, docs/method.md)."""

NORMAL = 60
"""Snapshots whose median says what is normal for a series."""

STALL = 0.10
"""Least share of busy repositories unchanged in one snapshot that is a half stall. Normal days have 0.1 % (99th
percentile 3 %), half stalls 25-90 % of the repositories above 2,000 downloads a day (docs/method.md), and fewer
of all busy ones: 16 % on 2026-07-23."""

STALL_OVER_NORMAL = 3.0
"""How many times the series' own normal share it must be, besides `STALL_MARGIN` more."""

STALL_MARGIN = 0.05
"""See `STALL_OVER_NORMAL`."""

FALSE_ALARM = 1e-6
"""Probability that a normal snapshot reaches the share by chance (a binomial tail at the series' normal share, 2 %
at least): one false stall in a million snapshots if repositories rest independently of each other."""

LEAST_NORMAL = 0.02
"""Share unchanged that is counted as normal even where the series' own is smaller: dying repositories come in groups."""

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

CATCH_UP = 0.5
"""Least share of busy repositories at one and a half times their usual rate, or more, that is a double booking;
published ones show 70-90 % at about twice (docs/method.md). A release is one or a few."""

CATCH_UP_RATE = 1.5
"""See `CATCH_UP`."""

CATCH_UP_REACH = 10
"""Days between a stall and the catch-up that makes up for it, at most (published: 2025-03-04 -> 03-09)."""

PAID = 0.65
"""A stall is made up for when the rate over it and the next snapshot together is at least this part of the usual."""

PARTIAL = 0.02
"""Least part of its repositories that a partial snapshot lacks, of those listed before and after it (published: 3.4 %
and 75 %). Who goes and comes back tells it, whatever the source grows by."""

GAP = 3
"""A hole is a source gap when it is longer than that many usual steps of the source, and `GAP_DAYS` days longer."""

GAP_DAYS = 6
"""See `GAP`."""

FREEZE_DAYS = 14
"""Days that a counter must stand, at least, to be called frozen (published: 1,316 ids identical for 35 days)."""

FREEZE_SNAPSHOTS = 2
"""Good snapshots that it must stand through, at least."""

FREEZE_MISSED = 1_000
"""Downloads that the usual rate would have brought meanwhile, at least, where a repository is busy."""

HUB_OPENED = 19053
"""2022-03-02, the Hub's earliest day of creation, in days since 1970: what a counter that was never seen to move stands
at came since then. All 1,800 repositories above 300 downloads of the Hub's dump of summer 2026 moved within 58 days,
save three, which are frozen."""

FREEZE_HABIT = 0.9
"""Where it is not busy, it must have moved at that part of the snapshots before, at least."""

FREEZE_RESTED = 200
"""... and its usual rate must have brought that many downloads meanwhile: a launch that fades stands still, too, but
not from one snapshot to the next."""

FREEZE_COMMON = 0.25
"""Part of the busy repositories standing on a usual snapshot from which on a source is one that repeats old values."""

FREEZE_ALARM = 0.01
"""Of a counter of windows: false freezes expected among all readings of busy repositories."""

FREEZE_ODDS = 4
"""Of a counter of windows: how many times likelier a freeze must be than chance agreement of the windows."""

SPIKE = 8.0
"""A spike's rate over the repository's usual one, at least; the published case is 90-fold (docs/method.md)."""

SPIKE_CLUMPS = 2.5
"""Of a usual rate below that many times a busy repository's, that much counts as usual: small ones are pulled in clumps.
Without it all 14 false spikes of the clean daily series of tests/flows/test_detection.py were days of 150 to 190 downloads
in repositories of 2 to 20 a day."""

SPIKE_KNOWN = 4
"""Rates that a neighbourhood is made of, at least (of a counter of windows two), over `SPIKE_AGE` days or more."""

SPIKE_AGE = 10
"""See `SPIKE_KNOWN`: a launch has no neighbourhood."""

SPIKE_OVER_HIGH = 3.0
"""How many times the highest tenth of the repository's own rates it must be: uneven ones often leave their median. Spikes
injected into hub-alltime stand at 7 times it and more."""

SPIKE_SPREADS = 5.0
"""Of a counter of windows: how many of the spreads of its own steps the step must be above the usual."""

SPIKE_BACK = 3.0
"""A spike is over when the rate is below that many times the usual one."""

SPIKE_LEFT = 0.3
"""Of a counter of windows: its last day is that on which more than this part of the rise is left."""

SPIKE_LEVEL = 6.0
"""Of a counter of windows: the least that a spike lifts it to, over what it was and what it comes back to. In gguf-daily
what rises by less is a new level as often as it comes back; the published case is 90-fold."""

SPIKE_SETTLED = 3, 1.25
"""Of a counter of windows: a rise is a new level, which another can leave, when so many snapshots lie within that
factor of each other."""

LONGEST_SPIKE = 60
"""Days after which a higher rate is no spike but a new level (a rolling counter keeps one 30 days longer)."""

RENAME_TOLERANCE = 0.01
"""An id that comes with the all-time count of one that goes, this close, and its time of creation, is the same."""

RENAME_LEAST = 50
"""Downloads below which counts agree too often for that to say anything."""

RENAME_REACH = 45
"""Days between the last reading of the one and the first of the other, at most."""

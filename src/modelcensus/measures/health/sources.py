"""How fresh each source is, by its own usual step; and the command that reads more of it."""

import re
import shlex
from dataclasses import dataclass
from datetime import date

from modelcensus.flows import settings as s
from modelcensus.ledger import Manifest

NEEDS_ACTION = ("stale", "stalled")
"""States of a source about which somebody has to do something."""
FEWEST = 3
"""Snapshots that make a usual step."""


@dataclass(frozen=True)
class Freshness:
    """When a source was read. `sound`: the last time that the counters themselves moved on (`last`, or before a stall
    or rollback); `step`: usual days between two snapshots, of at least three."""

    first: date
    last: date
    sound: date | None
    snapshots: int
    step: float | None


def days_allowed(step: float) -> float:
    """Days without a sound snapshot that a source may have: as many as would be a `source_gap`.

    >>> days_allowed(1), days_allowed(7), days_allowed(30)
    (7, 21, 90)
    """
    return max(s.GAP * step, step + s.GAP_DAYS)


def status(read: Freshness, today: date, stale_after: int | None) -> tuple[str, int, float | None]:
    """State of a source, days since its last sound snapshot, and how many it may have.

    `fresh`; `due`: a usual step has passed; `stale`: more has passed than it may; `stalled`: the same, although
    snapshots kept coming; `no step`: too few snapshots to have a usual step.
    """
    since = max((today - (read.sound or read.first)).days, 0)
    allowed = stale_after if stale_after is not None else None if read.step is None else days_allowed(read.step)
    if allowed is None:
        return "no step", since, None
    if since > allowed:
        kept_coming = max((today - read.last).days, 0) <= allowed
        return "stalled" if kept_coming else "stale", since, allowed
    return "due" if read.step is not None and since >= read.step else "fresh", since, allowed


def source_row(
    manifests: list[Manifest], counter: str | None, read: Freshness, today: date, stale_after: int | None
) -> dict[str, object]:
    """One source as a row of the report; `manifests` are its batches, oldest first."""
    state, since, allowed = status(read, today, stale_after)
    newest = manifests[-1]
    return {
        "source": newest.name,
        "channel": newest.channel or "list",
        "counter": counter,
        "status": state,
        "from": str(read.first),
        "to": str(read.last),
        "last_sound": None if read.sound is None else str(read.sound),
        "days_since": since,
        "usual_step": read.step,
        "days_allowed": allowed,
        "snapshots": read.snapshots,
        "batches": len(manifests),
        "batch": newest.id,
        "rows": sum(n for m in manifests for t, n in m.rows.items() if t != "set_aside"),
        "set_aside": sum(m.rows.get("set_aside", 0) for m in manifests),
        "license": newest.terms.get("license", ""),
        "cadence": newest.terms.get("cadence", ""),
        "committed_at": f"{newest.committed_at:%Y-%m-%dT%H:%M:%SZ}",
    }


def import_command(like: Manifest, day: str) -> str:
    """The command that imports one more reading, of `day`, the way a batch was imported; FILE stands for its file (and
    DATES for its file of days). Columns of `tables` that are called what they are need no mention."""
    words = ["modelcensus", "import", "FILE", "--source", like.source, "--name", like.name]
    if like.channel not in ("", "hub") and like.source != "reported":
        words += ["--channel", like.channel]
    mapped = dict(p.split("=", 1) for p in re.split(r"; (?=[a-z0-9_]+=)", like.options.get("map", "")) if "=" in p)
    for target, column in mapped.items():
        if target != column or like.source != "tables":
            words += ["--map", f"{target}={column}"]
    if "dates" in like.options:
        words += ["--dates", "DATES"]
    elif "observed_on" not in mapped and "period_end" not in mapped and like.source != "reported":
        words += ["--date", day]
    for option in ("scope", "delimiter"):
        if option in like.options:
            words += [f"--{option}", like.options[option]]
    for text in filter(None, like.options.get("missing", "").split(", ")):
        words += ["--missing", text]
    return shlex.join(words)

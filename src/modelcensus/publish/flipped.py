"""Whether published claims flipped, in one sentence."""

from __future__ import annotations

from modelcensus.claims import Compared
from modelcensus.measures import period_text


def flipped(compared: Compared) -> str:
    """How many claims have another verdict than when they were last told, and since when that is looked at.

    >>> flipped(Compared({}, {}))
    'No published claim was tested on these data yet.'
    """
    if not compared.now:
        return "No published claim was tested on these data yet."
    since = compared.since
    tested = _claims(len(compared.now))
    if since is None:
        return f"None can have flipped yet: {tested} tested, and none on earlier data of this ledger."
    when = f"edition {since.edition} (newest batch of {period_text(since.newest.isoformat())})"
    before = _claims(len(compared.before))
    if not compared.flips:
        return f"None of {before} that had been tested before flipped since {when}."
    return f"{len(compared.flips):,} of {before} that had been tested before flipped since {when}."


def _claims(many: int) -> str:
    return f"{many:,} claim{'s' if many != 1 else ''}"

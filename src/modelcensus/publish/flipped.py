"""Whether published claims flipped: since they were last told, or since a published edition."""

from __future__ import annotations

from modelcensus.claims import Compared
from modelcensus.measures import period_text
from modelcensus.publish.editions import verdicts_of
from modelcensus.publish.prose import Prose, prose, resting
from modelcensus.publish.tested import Tested, page_of
from modelcensus.publish.verdict_words import CLAIMS, verdict_as_worded


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
        return f"None can have flipped yet: {tested} tested, all on the newest data of this ledger alone."
    when = f"edition {since.edition} (newest batch of {period_text(since.newest.isoformat())})"
    before = _claims(len(compared.before))
    if not compared.flips:
        return f"None of {before} that had been tested before flipped since {when}."
    return f"{len(compared.flips):,} of {before} that had been tested before flipped since {when}."


def flips_since(previous: str, tested: Tested) -> list[Prose]:
    """How many claims have another verdict than in a published edition, and each that has; nothing where no such edition
    is compared with, or it tells of none of them."""
    found = verdicts_of(previous)
    before = found[1] if found else {}
    both = [a for a in tested.accounts if a.id in before]
    if found is None or not both:
        return []
    told = [(a, before[a.id], (verdict_as_worded(a), a.verdict)) for a in both]
    flips = [(a, was, now) for a, was, now in told if was != now]
    many = f"{len(flips):,} of {_claims(len(both))}" if flips else f"None of {_claims(len(both))}"
    lines = [resting(f"{many} flipped since the edition {found[0]}.", CLAIMS)]
    for one, was, now in flips:
        moved = f" It was {was[0]} as worded and {was[1]} over all readings; now it is {now[0]} and {now[1]}."
        lines.append(prose(resting(one.claim.statement, page_of(one)), moved))
    return lines


def _claims(many: int) -> str:
    return f"{many:,} claim{'s' if many != 1 else ''}"

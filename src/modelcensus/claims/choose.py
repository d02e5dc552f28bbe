"""Which of the readings a wording means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product

from modelcensus.claims.entries import Claim, Freedom, Worded
from modelcensus.claims.freedoms import EVIDENCE
from modelcensus.claims.outcomes import Outcome
from modelcensus.claims.verdicts import UNTESTABLE
from modelcensus.vocabulary import RequestError, nearest


def check_choices(claim: Claim, worded: Worded, open_: Mapping[str, Freedom]) -> None:
    """Refuse a choice that the claim does not leave open."""
    for name, choices in worded.choices.items():
        if name not in open_:
            raise RequestError(
                f"no degree of freedom {name!r}", where=f"claim {claim.id}", remedy=nearest(name, list(open_))
            )
        for choice in choices:
            if choice not in open_[name].choices and name != EVIDENCE:
                raise RequestError(
                    f"{name} has no choice {choice!r}",
                    where=f"claim {claim.id}",
                    remedy=nearest(choice, list(open_[name].choices)),
                )


def chosen(found: Sequence[Outcome], worded: Worded, open_: Mapping[str, Freedom]) -> Outcome | None:
    """The outcome of the reading that is worded so: of its preferences the first that the evidence decides, else the
    first with evidence. What it does not name is as by default."""
    by_choices = {o.specification.choices: o for o in found}
    by_names = {frozenset((n, c) for n, c in choices if c): o for choices, o in by_choices.items()}
    wanted = {n: worded.choices.get(n) or (next(iter(f.choices)),) for n, f in open_.items() if n != EVIDENCE}
    channels = worded.choices.get(EVIDENCE) or tuple(open_[EVIDENCE].choices)
    candidates = []
    for combined in product(*wanted.values()):
        for channel in channels:
            names = dict(zip(wanted, combined, strict=True)) | {EVIDENCE: channel}
            outcome = by_names.get(frozenset(names.items())) or _with_absent(found, names)
            if outcome:
                candidates.append(outcome)
    decided = [o for o in candidates if o.is_decided]
    tested = [o for o in candidates if o.verdict != UNTESTABLE]
    return next(iter(decided or tested or candidates), None)


def _with_absent(found: Sequence[Outcome], names: Mapping[str, str]) -> Outcome | None:
    """The outcome with these choices, some of which the evidence leaves no other one beside."""
    for outcome in found:
        told = outcome.specification
        if all(names.get(n) == c for n, c in (*told.choices, *told.alone) if c):
            return outcome
    return None

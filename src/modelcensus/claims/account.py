"""The whole account of a claim: its verdict, what the words mean, what decides, and what is true instead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from statistics import median

from modelcensus.claims.chain import TestedLink, test_chain
from modelcensus.claims.choose import check_choices, chosen
from modelcensus.claims.entries import Claim, Freedom, Pack
from modelcensus.claims.figures import Published, find_figures
from modelcensus.claims.freedoms import freedoms
from modelcensus.claims.outcomes import Outcome, outcomes
from modelcensus.claims.specify import specifications
from modelcensus.claims.verdicts import UNTESTABLE, Tally, deciders, deciders_within, flips, shares_of_variance
from modelcensus.claims.wanting import Wanting, wanting
from modelcensus.measures import Census


@dataclass(frozen=True)
class Account:
    """Everything that is known of one claim on one ledger."""

    pack: Pack
    claim: Claim
    freedoms: Mapping[str, Freedom]
    outcomes: tuple[Outcome, ...]
    tally: Tally
    as_worded: Outcome | None
    publisher: Outcome | None
    decided_by: tuple[str, ...]
    decided_within: tuple[str, ...]
    """Degrees of freedom that must be read as worded for that; mostly none."""
    flips: tuple[tuple[str, str], ...]
    variance: Mapping[str, float]
    chain: tuple[TestedLink, ...] = ()
    figures: tuple[Published, ...] = ()
    wanting: tuple[Wanting, ...] = ()
    untested: Mapping[str, int] = field(default_factory=dict)
    """Why readings have no evidence, with how many."""

    @property
    def id(self) -> str:
        """PACK/CLAIM."""
        return f"{self.pack.id}/{self.claim.id}"

    @property
    def verdict(self) -> str:
        """The verdict over all readings."""
        return self.tally.verdict

    @property
    def tested(self) -> list[Outcome]:
        """The readings with evidence, smallest number first."""
        known = [o for o in self.outcomes if o.verdict != UNTESTABLE]
        return sorted(known, key=lambda o: (_middle(o), o.specification.choices))

    @property
    def changed(self) -> bool:
        """Whether the claim was pinned to another verdict."""
        return self.claim.pinned is not None and self.claim.pinned != self.verdict

    @property
    def range(self) -> tuple[float, float, float] | None:
        """Smallest, median and largest number over the readings."""
        values = sorted(o.value for o in self.outcomes if o.value is not None)
        return (values[0], median(values), values[-1]) if values else None


def _middle(outcome: Outcome) -> float:
    known = [v for v in (outcome.value, outcome.low, outcome.high) if v is not None]
    return known[0] if known else 0.0


def account(census: Census, pack: Pack, claim: Claim) -> Account:
    """Test a claim under every reading."""
    figures = tuple(find_figures(claim.figures, f"claim {claim.id}"))
    if claim.untestable:
        none = Tally(0, 0, 0, 0)
        return Account(pack, claim, {}, (), none, None, None, (), (), (), {}, figures=figures)
    assert claim.compare and claim.as_worded
    open_ = freedoms(claim, census.knowledge, census.channels)
    for worded in (claim.as_worded, claim.publisher):
        if worded:
            check_choices(claim, worded, open_)
    found = tuple(outcomes(census, specifications(claim, census, open_), claim.compare))
    decided = [(o.choices, o.holds) for o in found if o.is_decided]
    as_worded = chosen(found, claim.as_worded, open_)
    within, decided_by = (), deciders(decided)
    if as_worded and not decided_by:
        within, decided_by = deciders_within(decided, as_worded.choices)
    untested: dict[str, int] = {}
    for outcome in found:
        if outcome.verdict == UNTESTABLE:
            untested[outcome.reason] = untested.get(outcome.reason, 0) + 1
    return Account(
        pack,
        claim,
        open_,
        found,
        Tally.of(o.verdict for o in found),
        as_worded,
        chosen(found, claim.publisher, open_) if claim.publisher else None,
        decided_by,
        within,
        tuple(flips(decided, as_worded.choices)) if as_worded else (),
        shares_of_variance([(o.choices, o.value) for o in found if o.value is not None]),
        test_chain(claim, found, open_),
        figures,
        wanting(census, found, claim.compare),
        untested,
    )

"""Who quoted whom: the wording of each link tested, and the link at which the meaning changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from modelcensus.claims.choose import chosen
from modelcensus.claims.entries import Claim, Freedom, Link, Worded
from modelcensus.claims.outcomes import Outcome
from modelcensus.claims.verdicts import UNTESTABLE, judge

NUMBER = "number"
"""What changed where a link states another number."""


@dataclass(frozen=True)
class TestedLink:
    """A link with the outcome of its own wording, and what it says otherwise than the link before it: degrees of
    freedom by name, or `number`."""

    link: Link
    outcome: Outcome | None
    verdict: str
    changed: tuple[str, ...]


def test_chain(claim: Claim, found: Sequence[Outcome], open_: Mapping[str, Freedom]) -> tuple[TestedLink, ...]:
    """Every link of a claim's chain under its own wording."""
    assert claim.as_worded and claim.compare
    tested: list[TestedLink] = []
    for link in claim.chain:
        worded = Worded(choices={**claim.as_worded.choices, **link.says}, because=link.fragment)
        outcome = chosen(found, worded, open_)
        compare = link.compare or claim.compare
        known = outcome is not None and outcome.verdict != UNTESTABLE
        verdict = judge(compare, outcome.low, outcome.high) if outcome and known else UNTESTABLE
        tested.append(TestedLink(link, outcome, verdict, _changed(claim, tested[-1].link, link) if tested else ()))
    return tuple(tested)


def _changed(claim: Claim, before: Link, link: Link) -> tuple[str, ...]:
    names = [n for n in {**before.says, **link.says} if before.says.get(n) != link.says.get(n) and n in link.says]
    number = [NUMBER] if (link.compare or claim.compare) != (before.compare or claim.compare) else []
    return (*names, *number)

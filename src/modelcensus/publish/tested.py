"""The claims of packs on one ledger: which could be tested, what came of it, and where their accounts stand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from modelcensus.claims import Account, Pack, account
from modelcensus.measures import Census, Result
from modelcensus.vocabulary import RequestError

REASONS = 3
"""Reasons that a sentence names; the account has them all."""


@dataclass(frozen=True)
class Tested:
    """Accounts in the order of their packs; `refused` are claims that this ledger cannot be asked, and why."""

    accounts: tuple[Account, ...] = ()
    refused: tuple[str, ...] = ()

    @classmethod
    def of(cls, census: Census, packs: Sequence[Pack], progress: Callable[[str], None]) -> Tested:
        """Test every claim of the packs."""
        known: dict[str, Pack] = {}
        for pack in packs:
            if known.setdefault(pack.id, pack) != pack:
                raise RequestError(f"two packs {pack.id!r}", where="claims", remedy="give one of them another id")
        claims = [(p, c) for p in known.values() for c in p.claims]
        accounts, refused = [], []
        for place, (pack, claim) in enumerate(claims, 1):
            progress(f"testing claim {place} of {len(claims)}: {pack.id}/{claim.id}")
            try:
                accounts.append(account(census, pack, claim))
            except RequestError as error:
                refused.append(f"claim {pack.id}/{claim.id}: {error}")
        return cls(tuple(accounts), tuple(refused))

    @cached_property
    def with_evidence(self) -> list[Account]:
        """Accounts of which at least one reading has evidence."""
        return [a for a in self.accounts if a.tally.total]

    @cached_property
    def without_evidence(self) -> list[Account]:
        """Accounts that nothing here could test."""
        return [a for a in self.accounts if not a.tally.total]

    @cached_property
    def shown(self) -> bool:
        """Whether there is anything to show: a section of untested statements tells nothing."""
        return bool(self.with_evidence)

    @property
    def results(self) -> dict[str, Result]:
        """What the readings rest on, by provenance id."""
        return {o.id: o.result for a in self.with_evidence for o in a.tested if o.result}

    @property
    def readings(self) -> tuple[int, int]:
        """Readings with evidence, and all, of the claims that could be tested."""
        return sum(a.tally.total for a in self.with_evidence), sum(len(a.outcomes) for a in self.with_evidence)

    @property
    def reasons(self) -> list[tuple[str, int]]:
        """Why readings lack evidence, with how many, the most frequent first."""
        found: Counter[str] = Counter()
        for one in self.with_evidence:
            found.update(one.untested)
        return found.most_common()

    def see_also(self, one: Account) -> list[Account]:
        """Accounts of its pack that rest on the same published figures, or on the same number as worded."""
        figures, own = {f.id for f in one.figures}, one.as_worded.id if one.as_worded else ""
        return [
            a
            for a in self.accounts
            if a is not one
            and a.pack.id == one.pack.id
            and (figures & {f.id for f in a.figures} or (own and a.as_worded and a.as_worded.id == own))
        ]


def page_of(one: Account, ending: str = "html") -> str:
    """Where the account stands in the folder of the report."""
    return f"claims/{one.id}.{ending}"


def why_untestable(one: Account) -> str:
    """Which data would test a claim, or why no reading has evidence, the most frequent reason first."""
    if one.claim.untestable:
        return one.claim.untestable
    return "; ".join(sorted(one.untested, key=lambda r: -one.untested[r])[:REASONS]) or "no reading has evidence"

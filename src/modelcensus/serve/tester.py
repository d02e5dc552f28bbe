"""What requests share: the opened ledger's desks, the packs, and the accounts of claims that were tested."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime
from functools import cached_property

from modelcensus.catalog import Knowledge
from modelcensus.claims import Account, Claim, Compared, Pack, ToldEdition, ToldVerdict, ToldVerdicts, account
from modelcensus.claims.figures import Published, find_figures
from modelcensus.ledger import Manifest
from modelcensus.measures import Census, Result, usual_sums
from modelcensus.publish.earlier import Earlier, Editions
from modelcensus.publish.editions import citation_of
from modelcensus.publish.scene import Scene
from modelcensus.serve.desks import Desks
from modelcensus.vocabulary import Request

LONG = 10_000
"""Rows beyond which an answer is given in parts: the last one stays, so that the next part is not worked out anew."""


class Tester:
    """Answers of one ledger, which is opened now; `packs` are those that can be browsed. `past`: the edition that it is
    opened as, where the ledger has become another one since."""

    def __init__(self, open_census: Callable[[], Census], packs: list[Pack], past: Earlier | None = None) -> None:
        self.past = past
        self._desks = Desks(open_census)
        self.packs = packs
        self._census = self._desks.first
        self.knowledge: Knowledge = self._census.knowledge
        self.manifests: list[Manifest] = self._census.manifests
        self._editions = Editions(self._census)
        self._accounts: dict[str, Account] = {}
        self._told = ToldVerdicts(self._census.ledger.root)
        self._long: tuple[Request, Result] | None = None
        self._usual = usual_sums(self._census)

    def test(self, pack: Pack, claim: Claim, lasting: bool = False) -> Account:
        """The account of a claim; its records stay for good where it is `lasting`, else as long as those of pages."""
        with self._desks.claims() as census:
            passing, census.passing = census.passing, census.passing and not lasting
            try:
                return account(census, pack, claim)
            finally:
                census.passing = passing

    def kept(self, pack: Pack, claim: Claim) -> Account:
        """The account of a claim of the packs, worked out once."""
        name = f"{pack.id}/{claim.id}"
        if name not in self._accounts:
            self._accounts[name] = self.test(pack, claim, lasting=True)
            if not self.past:
                self._told.keep(self.edition, self.day(), {name: ToldVerdict.of(self._accounts[name])})
        return self._accounts[name]

    def told(self) -> Compared:
        """The verdicts that were told of the edition that is open, and those told of the same claims before."""
        return self._told.compared(self.edition)

    def history(self, one: Account) -> list[ToldEdition]:
        """The editions that told a verdict of a claim of the packs, up to the one that is open."""
        told = {one.id: ToldVerdict.of(one)}
        return self._told.history(ToldEdition(edition=self.edition, place=0, newest=self.day(), claims=told), one.id)

    @property
    def committed(self) -> datetime:
        """When the newest batch was committed (UTC)."""
        return self.manifests[-1].committed_at.astimezone(UTC)

    def day(self) -> date:
        """The day (UTC) of the newest batch."""
        return self.committed.date()

    def page(self) -> AbstractContextManager[Scene]:
        """A desk for a page, for as long as it is needed."""
        return self._desks.page()

    def make_sums(self) -> bool:
        """Make some of the sums that most questions choose from, at the desk for pages; whether there were any to make."""
        with self.page():
            return next(self._usual, None) is not None

    def answer(self, request: Request) -> Result:
        """The answer to a request for a measure."""
        with self.page() as scene:
            if self._long is not None and self._long[0] == request:
                return self._long[1]
            result = scene.census.answer(request)
            if len(result.rows) > LONG:
                self._long = request, result
            return result

    def record(self, record_id: str) -> dict[str, object] | None:
        """The record of a number, or nothing."""
        return self._census.ledger.provenance(record_id)

    def keep_record(self, record_id: str) -> None:
        """Keep the record of a number for good, where there is one."""
        self._census.ledger.keep_record(record_id)

    def batch(self, batch_id: str) -> Manifest | None:
        """The manifest of a batch, or nothing."""
        return next((m for m in self.manifests if m.id == batch_id), None)

    @property
    def edition(self) -> str:
        """The id of the edition that is open."""
        return self._editions.newest

    @cached_property
    def citation(self) -> str:
        """How to cite what was read from it, and is no result of a measure."""
        return citation_of(self._census)

    def earlier(self, wanted: str) -> Earlier:
        """The edition of that id; RequestError where the ledger never was it."""
        return self._editions.find(wanted)

    def opened_as(self, past: Earlier) -> Census:
        """The ledger opened anew, as it was in the past."""
        census = Census(self._census.ledger, self._census.folders, inputs=past.inputs, past=True)
        census.passing = self._census.passing
        return census

    def figure(self, figure_id: str) -> Published | None:
        """A figure that others published, of those that claims name, or nothing."""
        return next((f for f in self._figures() if f.id == figure_id), None)

    def _figures(self) -> Iterator[Published]:
        yield from find_figures(tuple({f: None for p in self.packs for c in p.claims for f in c.figures}), "figures")

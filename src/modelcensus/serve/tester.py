"""One opened census for all requests: claims are tested one at a time, by whichever thread asks."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import cached_property

from modelcensus.catalog import Knowledge
from modelcensus.claims import Account, Claim, Pack, account
from modelcensus.claims.figures import Published, find_figures
from modelcensus.ledger import Manifest
from modelcensus.measures import Census, Result
from modelcensus.publish.editions import edition_of, must_be_edition
from modelcensus.publish.scene import Scene
from modelcensus.vocabulary import Request


class Tester:
    """A census behind a lock: its connection belongs to one thread at a time. `packs` are those that can be browsed."""

    def __init__(self, census: Census, packs: list[Pack]) -> None:
        self._census, self.lock = census, threading.Lock()
        self.scene = Scene(census)
        self.packs = packs
        self.knowledge: Knowledge = census.knowledge
        self.manifests: list[Manifest] = census.manifests
        self._accounts: dict[str, Account] = {}

    def test(self, pack: Pack, claim: Claim) -> Account:
        """The account of a claim."""
        with self.lock:
            return account(self._census, pack, claim)

    def kept(self, pack: Pack, claim: Claim) -> Account:
        """The account of a claim of the packs, worked out once."""
        name = f"{pack.id}/{claim.id}"
        if name not in self._accounts:
            self._accounts[name] = self.test(pack, claim)
        return self._accounts[name]

    def answer(self, request: Request) -> Result:
        """The answer to a request for a measure."""
        with self.lock:
            return self._census.answer(request)

    def record(self, record_id: str) -> dict[str, object] | None:
        """The record of a number, or nothing."""
        return self._census.ledger.provenance(record_id)

    def batch(self, batch_id: str) -> Manifest | None:
        """The manifest of a batch, or nothing."""
        return next((m for m in self.manifests if m.id == batch_id), None)

    @cached_property
    def edition(self) -> str:
        """The id of the edition that is open."""
        return edition_of(self._census)

    def must_be_edition(self, wanted: str) -> None:
        """RequestError where another edition is open; it says where the one that is wanted can be had."""
        must_be_edition(self._census, wanted)

    def figure(self, figure_id: str) -> Published | None:
        """A figure that others published, of those that claims name, or nothing."""
        return next((f for f in self._figures() if f.id == figure_id), None)

    def _figures(self) -> Iterator[Published]:
        yield from find_figures(tuple({f: None for p in self.packs for c in p.claims for f in c.figures}), "figures")

"""Editions that a ledger was before: its first batches in order of commit, with knowledge that it kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date
from functools import cached_property

from modelcensus.measures import Census, Inputs, kept_files
from modelcensus.publish.editions import edition_id, edition_of
from modelcensus.vocabulary import RequestError


@dataclass(frozen=True)
class Earlier:
    """One of them: what its numbers are computed with, and how many batches came since."""

    id: str
    inputs: Inputs
    newer: int

    @property
    def day(self) -> date:
        """The day (UTC) of its newest batch."""
        return self.inputs.manifests[-1].committed_at.astimezone(UTC).date()


class Editions:
    """The editions of a ledger, up to the one that a census opened; each is looked for once."""

    def __init__(self, census: Census) -> None:
        self._census = census
        self._found: dict[str, Earlier] = {}

    @cached_property
    def newest(self) -> str:
        """The id of the one that is open."""
        return edition_of(self._census)

    def find(self, wanted: str) -> Earlier:
        """The edition of that id; RequestError where the ledger never was it."""
        if wanted not in self._found:
            for many, digest in self._of_the_ledger():
                if edition_id(self._census.manifests[:many], digest) == wanted:
                    self._found[wanted] = self._read(wanted, many, digest)
                    break
            else:
                raise RequestError(
                    f"this is pinned to the edition {wanted[:40]}, which this ledger never was; now it is {self.newest}",
                    where="edition",
                    remedy="leave the edition out for its newest numbers, or open the ledger that it was made from",
                )
        return self._found[wanted]

    def _of_the_ledger(self) -> Iterator[tuple[int, str]]:
        """How many batches, and the digest of the knowledge; the newest first."""
        digests = dict.fromkeys((self._census.inputs.digest, *self._census.ledger.vintages.digests()))
        for many in range(len(self._census.manifests), 0, -1):
            yield from ((many, digest) for digest in digests)

    def _read(self, wanted: str, many: int, digest: str) -> Earlier:
        now = self._census.inputs
        inputs = replace(now, manifests=now.manifests[:many])
        if digest != now.digest:
            inputs = replace(inputs, base=kept_files(self._census.ledger, digest), given=())
        return Earlier(wanted, inputs, len(now.manifests) - many)

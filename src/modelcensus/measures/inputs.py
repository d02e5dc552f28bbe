"""What a census computes with: the batches and the knowledge, of today or as they were on a day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from modelcensus.catalog import (
    Files,
    Knowledge,
    bundled_files,
    files_digest,
    folder_files,
    keep_knowledge,
    load_files,
    own_files,
)
from modelcensus.ledger import Ledger, Manifest
from modelcensus.measures.withheld import Withheld
from modelcensus.vocabulary import KnowledgeError, LedgerError


@dataclass(frozen=True)
class Inputs:
    """Batches, and the knowledge: `base` (the program's and the ledger's own files), and on top of it what was
    `given` with the request. `note` says where the knowledge is not that of the day."""

    manifests: tuple[Manifest, ...]
    base: Files
    given: Files = ()
    note: str = ""
    withheld: Withheld | None = None

    @property
    def knowledge(self) -> Knowledge:
        """The knowledge, validated."""
        return load_files((*self.base, *self.given))

    @property
    def digest(self) -> str:
        """The digest of the knowledge."""
        return files_digest((*self.base, *self.given))

    @property
    def key(self) -> tuple[object, ...]:
        """The same for inputs that give the same numbers."""
        return tuple(sorted(m.id for m in self.manifests)), self.digest, self.withheld is not None

    @classmethod
    def of(cls, ledger: Ledger, folders: Iterable[Path] = (), as_of: date | None = None) -> Inputs:
        """The inputs of today, or as of the end of a day (UTC).

        The knowledge of a day is the one that the ledger kept as the last one used by then. `folders` are part of
        the request: they lie on top of it as they are now.
        """
        base, note = (*bundled_files(), *own_files(ledger)), ""
        if as_of is not None:
            digest = ledger.vintages.in_use(as_of)
            if digest:
                base = kept_files(ledger, digest)
            else:
                note = f"no knowledge was kept by {as_of}: the present one is used"
        given = tuple(f for folder in folders for f in folder_files(folder))
        return cls(tuple(ledger.manifests(as_of)), base, given, note)

    def keep(self, ledger: Ledger, day: date | None = None) -> bool:
        """Keep the knowledge with the ledger, as in use today (UTC); false where it cannot be written, or not read."""
        return keep_knowledge(ledger, self.base, self.given, day)


def kept_files(ledger: Ledger, digest: str) -> Files:
    """The files of the knowledge that the ledger kept under a digest; an error where this program cannot read it."""
    vintage = ledger.vintages.find(digest)
    where = str(ledger.vintages.folder / f"{digest}.json.gz")
    if vintage is None:
        raise LedgerError("this knowledge was not kept", where=where, remedy="restore the file")
    try:
        load_files(vintage.files)
    except KnowledgeError as error:
        raise KnowledgeError(
            f"knowledge first used on {vintage.first_used} cannot be read by this program ({error.what})",
            where=where,
            remedy=f"use modelcensus {vintage.software.get('modelcensus')}, or leave out the date",
        ) from error
    return vintage.files

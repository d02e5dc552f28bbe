"""The append-only store of everything observed, and the records that explain what was computed from it."""

from modelcensus.ledger.manifest import Manifest, StoredFile
from modelcensus.ledger.store import Ledger, batch_identity

__all__ = ["Ledger", "Manifest", "StoredFile", "batch_identity"]

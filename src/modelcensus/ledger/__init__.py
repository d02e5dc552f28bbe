"""The append-only store of everything observed, and the records that explain what was computed from it."""

from modelcensus.ledger.manifest import Manifest, StoredFile
from modelcensus.ledger.store import Ledger, batch_identity
from modelcensus.ledger.vintages import Vintage, Vintages

__all__ = ["Ledger", "Manifest", "StoredFile", "Vintage", "Vintages", "batch_identity"]

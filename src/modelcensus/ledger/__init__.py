"""The append-only store of everything observed, and the records that explain what was computed from it."""

from modelcensus.ledger.cache import Cache
from modelcensus.ledger.manifest import Manifest, StoredFile
from modelcensus.ledger.notebook import batches_html, batches_line
from modelcensus.ledger.store import Ledger, batch_identity
from modelcensus.ledger.views import BATCHES, chosen_views, stored_views
from modelcensus.ledger.vintages import Vintage, Vintages

__all__ = [
    "BATCHES",
    "Cache",
    "Ledger",
    "Manifest",
    "StoredFile",
    "Vintage",
    "Vintages",
    "batch_identity",
    "batches_html",
    "batches_line",
    "chosen_views",
    "stored_views",
]

"""The append-only store of everything observed, and the records that explain what was computed from it."""

from modelcensus.ledger.aside import Broken, SetAside, all_aside, broken_batches, set_aside
from modelcensus.ledger.cache import Cache
from modelcensus.ledger.manifest import Manifest, StoredFile
from modelcensus.ledger.notebook import batches_html, batches_line
from modelcensus.ledger.store import Ledger, batch_identity
from modelcensus.ledger.views import BATCHES, chosen_views, stored_views
from modelcensus.ledger.vintages import Vintage, Vintages

__all__ = [
    "BATCHES",
    "Broken",
    "Cache",
    "Ledger",
    "Manifest",
    "SetAside",
    "StoredFile",
    "Vintage",
    "Vintages",
    "all_aside",
    "batch_identity",
    "batches_html",
    "batches_line",
    "broken_batches",
    "chosen_views",
    "set_aside",
    "stored_views",
]

"""The health of a ledger: what was read when, what is missing, which source is late, and what to collect next."""

from modelcensus.measures.health.ledger_health import health
from modelcensus.measures.health.sources import NEEDS_ACTION, import_command

__all__ = ["NEEDS_ACTION", "health", "import_command"]

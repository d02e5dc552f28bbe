"""The app: pages that answer on this machine, without a network and without scripts. `app` holds what computes."""

from modelcensus.serve.front import ANY_HOST, LOOPBACK, Front
from modelcensus.serve.kept import KeptAnswers
from modelcensus.serve.limits import Rates
from modelcensus.serve.relay import Desk, OpeningError, Relay
from modelcensus.serve.stamp import stamp

__all__ = ["ANY_HOST", "LOOPBACK", "Desk", "Front", "KeptAnswers", "OpeningError", "Rates", "Relay", "stamp"]

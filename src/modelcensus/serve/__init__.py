"""The app: pages that answer on this machine, without a network and without scripts."""

from modelcensus.serve.app import ANY_HOST, LOOPBACK, create_app

__all__ = ["ANY_HOST", "LOOPBACK", "create_app"]

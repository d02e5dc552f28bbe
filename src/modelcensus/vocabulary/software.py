"""Which software computed something."""

from functools import cache
from importlib.metadata import version


@cache
def own_version() -> str:
    """The version of this package; read from its metadata once."""
    return version("modelcensus")

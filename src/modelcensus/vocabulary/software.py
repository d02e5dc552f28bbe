"""Which software computed something."""

import platform
from functools import cache
from importlib.metadata import version

ENGINES = ("duckdb", "ibis-framework", "pyarrow")
"""The distributions that compute numbers; with the interpreter, what a report of a wrong number has to name."""


@cache
def own_version() -> str:
    """The version of this package; read from its metadata once."""
    return version("modelcensus")


def software_versions() -> dict[str, str]:
    """The versions of this package, of what it computes with, and of the interpreter."""
    return {
        "modelcensus": own_version(),
        **{name: version(name) for name in ENGINES},
        "python": platform.python_version(),
    }

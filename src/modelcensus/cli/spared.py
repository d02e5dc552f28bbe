"""Arrow and others without modules that they would only look at."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType


class _Without(MetaPathFinder):
    def __init__(self, name: str) -> None:
        self._name = name

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname == self._name:
            raise ModuleNotFoundError(name=fullname)
        return None


@contextmanager
def spared(name: str) -> Iterator[None]:
    """While this runs a module that was not imported yet cannot be found; afterwards it can.

    For what is imported only to see what is there, and takes longer than most of what is done.
    """
    absent = _Without(name)
    sys.meta_path.insert(0, absent)
    try:
        yield
    finally:
        sys.meta_path.remove(absent)


def spare_pandas() -> None:
    """Let Arrow make its first array while pandas cannot be found: it imports all of it to see whether a list that it is given is
    one of pandas' own. Who asks for a data frame later still gets one."""
    if "pandas" in sys.modules:
        return
    import pyarrow as pa  # here: --version does without

    with spared("pandas"):
        pa.array([0])

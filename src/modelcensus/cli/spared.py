"""What commands do without: modules that others would only look at, and what helps no count of logs."""

import gc
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

COUNTING = {"ARROW_DEFAULT_MEMORY_POOL": "system", "NUMPY_MADVISE_HUGEPAGE": "0", "OPENBLAS_NUM_THREADS": "1"}
"""How libraries use the machine where logs are counted, unless they are told otherwise: what a batch took is given back (Arrow's own
pool keeps an eighth of all memory to itself), huge pages that are never full are not filled, and no threads wait for matrices."""


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


@contextmanager
def for_counting() -> Iterator[None]:
    """While logs are counted: libraries that are loaded now use the machine as COUNTING says, no memory is searched for circles, of
    which batches hold none, and scipy cannot be found, half of which numba would import to see whether it is there."""
    for name, value in COUNTING.items():
        os.environ.setdefault(name, value)
    gc.disable()
    try:
        with spared("scipy"):
            yield
    finally:
        gc.enable()

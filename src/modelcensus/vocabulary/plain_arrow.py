"""Arrow without pandas: it imports all of pandas to see whether a list that it is given is one of pandas' own."""

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

import pyarrow as pa


class _NoPandas(MetaPathFinder):
    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname == "pandas":
            raise ModuleNotFoundError(name=fullname)
        return None


def spare_pandas() -> None:
    """Let Arrow make its first array while pandas cannot be found; who asks for a data frame later still gets one.

    For programs that hand Arrow nothing of pandas: the import takes longer than most of what they do.
    """
    if "pandas" in sys.modules:
        return
    absent = _NoPandas()
    sys.meta_path.insert(0, absent)
    try:
        pa.array([0])
    finally:
        sys.meta_path.remove(absent)

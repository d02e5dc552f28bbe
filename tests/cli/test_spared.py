"""What would only be looked at is not imported, and is there for who asks."""

import subprocess
import sys

import pytest

PROGRAM = """
import sys
from modelcensus.cli.spared import spare_pandas
spare_pandas()
import pyarrow as pa
rows = pa.table({"a": [1, 2]})
assert "pandas" not in sys.modules
assert rows.to_pandas()["a"].tolist() == [1, 2]
import pandas
assert pa.array(pandas.Series([3])).to_pylist() == [3]
spare_pandas()
print("spared")
"""


def test_pandas_comes_when_it_is_asked_for():
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "spared", done.stderr


def test_counting_starts_without_what_it_does_not_need():
    program = """
import sys
from modelcensus.cli.spared import spare_pandas
spare_pandas()
import modelcensus.cli.count
print([m for m in ("pandas", "ibis", "sqlglot", "networkx", "modelcensus.measures") if m in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "[]", done.stderr


def test_commands_that_need_scipy_have_it():
    """Projections do; counting does without."""
    pytest.importorskip("scipy", reason="no extra that needs it is installed")
    program = """
import sys, importlib
from importlib.util import find_spec
main = importlib.import_module("modelcensus.cli.main")
main.app = lambda: print(sys.argv[1], find("scipy"))
def find(name):
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:
        return False
for command in ("measure", "count"):
    sys.argv = ["modelcensus", command]
    main.main()
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert done.stdout.split() == ["measure", "True", "count", "False"], done.stderr

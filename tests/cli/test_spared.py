"""What would only be looked at is not imported, and is there for who asks."""

import subprocess
import sys

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

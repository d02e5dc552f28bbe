"""What `make bench` compares: one line an entry. A new one needs its module's sides, and what makes its input."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.collecting import served
from bench.frame import Entry, Side
from bench.hub import make_hub
from bench.sides import apart

DAYS, ROWS_EACH = 240, 25


@contextmanager
def logs(size: int, folder: Path) -> Iterator[dict[str, str]]:
    """Access logs of so many lines, in four compressed files."""
    apart("bench.logs", "made", folder, str(size), "4")
    yield {"input": str(folder)}


@contextmanager
def hub(size: int, folder: Path) -> Iterator[dict[str, str]]:
    """A ledger of the Hub's shape with about so many observations."""
    make_hub(folder / "hub", max(500, size // ROWS_EACH), DAYS, size)
    yield {"input": str(folder / "hub")}


@contextmanager
def listing(size: int, folder: Path) -> Iterator[dict[str, str]]:
    """A server of so many repositories, in a process of its own."""
    with served(size, 1000) as url, tempfile.TemporaryDirectory() as home:
        os.environ |= {"EXPECTED": str(size), "HF_ENDPOINT": url, "HF_HOME": home}
        yield {"input": url}


ENTRIES = (
    Entry("logs", "counting access logs", "lines", logs, "bench.logs", Side("count", "ours"), (Side("polars by hand", "polars"), Side("DuckDB by hand", "duckdb"), Side("pandas by hand", "pandas")), (15_000, 45_000, 135_000), (300_000, 1_000_000, 3_000_000), same=("total",)),
    Entry("flows", "monthly flows with bounds and events", "observations", hub, "bench.flows", Side("flows", "ours", ("{input}", "{out}")), (Side("differences in DuckDB, unrepaired, without bounds", "plain", ("{input}", "{out}")),), (40_000, 120_000, 360_000), (2_000_000, 6_600_000, 20_000_000)),
    Entry("claims", "a claim under a thousand readings", "observations", hub, "bench.claims", Side("together", "together"), (Side("one request after the other", "singly"),), (), (2_000_000, 6_600_000, 20_000_000), same=("numbers",)),
    Entry("collecting", "a whole listing into a ledger", "repositories", listing, "bench.collecting", Side("collect hub", "ours", ("{input}", "{out}")), (Side("the bare loop over list_models", "bare", ("{input}", "{out}")),), (3_000, 9_000, 27_000), (30_000, 100_000, 300_000), same=("rows", "rolling_30d", "all_time")),
)  # fmt: skip
"""In the order of the page. Sizes: for `--quick` (none: left out of it), and for the whole run."""

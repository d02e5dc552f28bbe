"""What a mirror answers without knowing it: counters of its own making, and repositories that it does not hold."""

from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from modelcensus.sources.hub_api.client import HUB, HUB_HOSTS
from modelcensus.sources.hub_api.known import paths
from modelcensus.sources.hub_api.shape import Census
from modelcensus.vocabulary import InputError

CONSTANT = "downloads"
KNOWN_TO_THE_HUB = "downloadsAllTime"
"""A mirror of files has no counters: it leaves out what it does not know of, and says 0 where its answers want a number."""


def refuse_the_ignorant(
    endpoint: str, census: Census, observations: Sequence[Path], statuses: pa.Table, db: duckdb.DuckDBPyConnection
) -> None:
    """InputError where nothing in these answers can have come from the Hub; they would be zeros and disappearances."""
    if urlsplit(endpoint).hostname in HUB_HOSTS:
        return
    missing = statuses.num_rows and pc.all(pc.equal(statuses["status"], "missing")).as_py()  # type: ignore[attr-defined]
    if not census.rows and missing:
        raise InputError(
            f"none of the {statuses.num_rows:,} repositories is there, which is what a mirror says of those it does not hold",
            where=endpoint,
            remedy=f"ask the Hub ({HUB}), or a mirror that passes api/models on to it",
        )
    if not census.rows or census.types.get(KNOWN_TO_THE_HUB):
        return
    ((largest,),) = db.execute(f"select max(value) from read_parquet([{paths(observations)}])").fetchall()
    if not largest:
        raise InputError(
            f"no counters: {CONSTANT} is 0 in all of {census.rows:,} repositories, {KNOWN_TO_THE_HUB} is missing",
            where=endpoint,
            remedy=f"ask the Hub ({HUB}), or a mirror that passes api/models on to it",
        )

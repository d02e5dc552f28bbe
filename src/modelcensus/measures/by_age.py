"""Downloads since release of a large ledger: the flows of every age and what the repositories are, kept with it.

One row per repository, with columns for each age, so that what a repository is stands there once. A request reads the
columns that it names. What departs from the release day or from what the events do to the counters is worked out from
the readings of the repositories in question, where those are few.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import ibis.expr.types as ir
import pyarrow.parquet as pq

from modelcensus.catalog import catalog_key
from modelcensus.engine import kept_folder
from modelcensus.flows import MOST_KEPT, keep_ages, readings_of, totals_upto
from modelcensus.vocabulary import RequestError

if TYPE_CHECKING:
    from modelcensus.measures.census import Census
    from modelcensus.measures.frame import Frame

KEPT_AGES = (1, 3, 7, 14, 30, 60, 90, 180, 365)
"""Ages that measures ask for, in days."""

RELEASED = "select repository, released as zero_on from catalog where released is not null"
TOLD = "select k.*, c.* exclude (repository) from read_parquet('{path}') k join catalog c using (repository)"
FORMAT = 2
ROW_GROUP = 100_000
"""The most downloaded stand first: whoever looks for them reads a few row groups."""
AT_AGE = """
    select {span} as span, {age} as days, c.repository as unit, c.low_{age} as low, c.high_{age} as high,
           c.open_{age} as open, c.broken_{age} as broken, c.instrument, {catalog}, c.zero_on, c.first_read,
           c.total_low, c.total, c.total_high,
           case when not c.open_{age} and c.first_read <= c.zero_on + {twice} * {age} then c.estimate_{age} end as estimate
    from aged_told c where c.zero_on + {age} <= date '{last}' and ({where})
"""

CHOSEN = """
    with asked as (select distinct repository from ({starts}))
    select repository from asked
    union
    select m.former from renames m join asked a using (repository) where m.joined
"""


FEW = "_of_aged_chosen"
"""Suffix of the readings that `few_readings` registers."""


def kept_by_age(census: Census) -> bool:
    """Register `aged_told`, as it is kept or made now and then kept; false where the ledger is small, or its all-time
    counter is not read by one source on known days."""
    if census.counters.small or not census.counters.certain:
        return False
    if census.aged_of != census.prepared:
        batches = [m.id for m in census.manifests]
        folder = census.kept_in(census.prepared) or _until_closed(census)
        content = json.dumps([FORMAT, census.prepared, KEPT_AGES, catalog_key(census.knowledge, batches)])
        key = hashlib.sha256(content.encode()).hexdigest()[:16]

        def write(made: Path) -> None:
            path = keep_ages(census.counters, RELEASED, KEPT_AGES, folder, batches)
            census.engine.query("telling", TOLD.format(path=str(path).replace("'", "''")), keep=False)
            census.engine.save_parquet("telling", made / "aged.parquet", ROW_GROUP, as_written=True)
            census.engine.drop("telling")

        path = kept_folder(folder / "aged", key, write) / "aged.parquet"
        census.engine.read_parquet("aged_told", [path], pq.read_schema(path))
        census.aged_of = census.prepared
    return True


def _until_closed(census: Census) -> Path:
    """A folder that goes with the census, of a ledger that cannot be written to or is asked as of an earlier day."""
    if census.scratch is None:
        census.scratch = TemporaryDirectory(prefix="modelcensus-")
    return Path(census.scratch.name)


def kept_at_ages(frame: Frame, ages: Sequence[int], where: str, name: str, twice: int, last: date) -> ir.Table:
    """Register `name` as a view: quantities of the repositories `where` at each age, as `downloads_at` gives them, with
    total_low, total, total_high up to the last reading."""
    catalog = ", ".join(f"c.{c}" for c in frame.engine.table("catalog").columns)
    parts = [
        AT_AGE.format(span=i, age=age, catalog=catalog, twice=twice, last=last, where=where)
        for i, age in enumerate(ages)
    ]
    return frame.engine.query(name, " union all ".join(parts), keep=False)


def kept_totals(frame: Frame, cut: date, where: str, name: str) -> ir.Table:
    """Register `name`: unit, total_low, total, total_high of the repositories `where` up to a day."""
    frame.engine.register(f"{name}_upto", totals_upto(frame.more.census.counters, cut))
    return frame.engine.query(
        name,
        f"select repository as unit, t.* exclude (repository) from {name}_upto t join catalog using (repository) where {where}",
    )


def few_readings(frame: Frame, starts: str) -> str:
    """The suffix of the readings of the repositories that `starts` (SQL) names, registered alone; refused where they are
    too many to be worked with row by row."""
    counters, engine = frame.more.census.counters, frame.engine
    chosen = engine.query("aged_chosen", CHOSEN.format(starts=starts))
    most = MOST_KEPT // max(1, len(counters.calendar))
    asked = len(engine.fetch(chosen))
    if asked > most:
        raise RequestError(
            f"in a large ledger these downloads since release are worked out row by row, of {most:,} repositories at"
            f" most, and {asked:,} are asked for",
            where=frame.request.measure,
            remedy="leave out the readings repair and spikes, or choose fewer repositories (--of, --within, cohort=)",
        )
    return readings_of(counters, "aged_chosen")

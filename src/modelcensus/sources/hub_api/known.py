"""What the ledger knows of a series before a run: who was listed, and how the counters stood."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import duckdb

from modelcensus.sources.hub_api.asking import Asked
from modelcensus.sources.reader import quote_text
from modelcensus.vocabulary import FACTS, OBSERVATIONS, STATUSES, Schema

BUSY = 60_000
"""Downloads in 30 days: 2,000 a day, from which on a counter that stands still is one that was not counted."""
STALLED = 0.25
"""Share of busy repositories at a standstill from which on a whole source stands (docs/method.md: 0.13 % on ordinary
days, 25 % and more on stalled ones)."""
JUDGED = 20
"""Busy repositories without which nothing is said."""
LAST_LISTINGS = 4
"""Whole listings that the counters are compared with; a sparse one alone holds only what moved."""
APART = 2
"""Days between two readings from which on every busy counter has to have moved."""

STANDING = """
    with said as (
        select coalesce(hub_id, repository) as key, hub_id, repository, observed_on from read_parquet([{facts}], union_by_name = true)),
    last as (
        select key, any_value(hub_id) as hub_id, arg_max(repository, observed_on) as repository, max(observed_on) as day
        from said group by key)
    select hub_id, repository from last
    where not exists (
        select 1 from ({statuses}) s
        where s.repository = last.repository and s.observed_on >= last.day
          and s.status in ('missing', 'unlisted', 'replaced', 'renamed', 'disabled'))
"""
"""Who is there as far as the ledger knows: under the last name, and not known to be gone since."""


@dataclass(frozen=True)
class Known:
    """The files of the batches of one series: all their facts and statuses; of its last whole ones the observations,
    and how many repositories the last one listed."""

    facts: Sequence[Path] = ()
    statuses: Sequence[Path] = ()
    observations: Sequence[Path] = ()
    listed: int | None = None

    def standing_sql(self) -> str:
        """SQL of (hub_id, repository) of who is there; of nobody where there is no batch."""
        if not self.facts:
            return "select null::varchar as hub_id, null::varchar as repository where false"
        none = "select null::varchar as repository, null::date as observed_on, null::varchar as status where false"
        said = f"select repository, observed_on, status from read_parquet([{paths(self.statuses)}])"
        return STANDING.format(facts=paths(self.facts), statuses=said if self.statuses else none)

    def standstill(self, db: duckdb.DuckDBPyConnection, observations: Sequence[Path]) -> str:
        """What is wrong where the counters that were read now are the old ones; nothing where they moved."""
        if not self.observations or not observations:
            return ""
        ((busy, still, since),) = db.execute(
            f"""with before as (
                    select repository, arg_max(value, observed_on) as value, max(observed_on) as day
                    from read_parquet([{paths(self.observations)}]) where counter = 'all_time' group by repository),
                now as (select * from read_parquet([{paths(observations)}])),
                judged as (
                    select n.value = b.value as still, b.day from now n join before b using (repository)
                    where n.counter = 'all_time' and n.observed_on >= b.day + {APART} and n.repository in (
                        select repository from now where counter = 'rolling_30d' and value >= {BUSY}))
                select count(*), count(*) filter (where still), max(day) from judged"""
        ).fetchall()
        if busy < JUDGED or still < STALLED * busy:
            return ""
        return (
            f"downloadsAllTime stands where it stood on {since} in {still:,} of {busy:,} repositories"
            " with 2,000 downloads a day and more"
        )


class Store(Protocol):
    """A ledger, as far as a source needs to know of it."""

    def manifests(self) -> Iterable[Any]:
        """The committed batches, oldest first."""
        ...

    def paths(self, table: Schema, manifests: Iterable[Any]) -> list[Path]:
        """The files of a table in these batches."""
        ...


def known_of(store: Store, asked: Asked) -> Known:
    """What the ledger holds of the series."""
    batches = [m for m in store.manifests() if m.source == "hub_api" and m.name == asked.name]
    whole = [m for m in batches if m.options.get("coverage") == "whole"]
    listed = whole[-1].options.get("listed", "") if whole else ""
    return Known(
        store.paths(FACTS, batches),
        store.paths(STATUSES, batches),
        store.paths(OBSERVATIONS, whole[-LAST_LISTINGS:]),
        int(listed) if listed.isdigit() and asked.kind != "ids" else None,
    )


def paths(files: Sequence[Path]) -> str:
    """Files as a list of SQL."""
    return ", ".join(quote_text(str(f)) for f in files)

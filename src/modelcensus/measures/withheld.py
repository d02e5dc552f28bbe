"""A census without some of its observations: what the numbers would be had single counters not fallen."""

from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from modelcensus.engine import Engine
from modelcensus.ledger import Ledger, Manifest
from modelcensus.vocabulary import OBSERVATIONS

Fall = tuple[str, str, str, date]
"""Series, counter, repository, and the day of the reading that stands below the one before it (a recount)."""

FALLS = pa.schema(
    [("series", pa.string()), ("counter", pa.string()), ("repository", pa.string()), ("fell_on", pa.date32())]
)

WITHOUT = """
    with marked as (
        select o.*, o.batch_id in (select batch_id from touched) and coalesce(o.observed_on >= f.fell_on, false) as fell,
               o.batch_id in ({sparse}) as sparse
        from all_observations o join batches b using (batch_id)
        left join falls f on f.series = b.name and f.counter = o.counter and f.repository = o.repository)
    select * exclude (fell, sparse) replace (case when not fell then value end as value)
    from marked where sparse or not fell
"""
"""Where rows stand only for what changed, a row that is left out would say that nothing did: there it is emptied."""


@dataclass(frozen=True)
class Withheld:
    """Observations that a census leaves out, to tell what recounts alone do: of these batches the rows of a counter
    from its fall on. Each counter stands once in `falls`, with its first one."""

    batches: tuple[Manifest, ...]
    falls: tuple[Fall, ...]


def register_without(engine: Engine, ledger: Ledger, manifests: list[Manifest], withheld: Withheld) -> None:
    """Register `observations` without what is withheld; needs `batches`, and `listings` where there are any.

    Such observations are no batch's: what is kept of a ledger's flows by its batches must not be used with them.
    """
    rows = [dict(zip(FALLS.names, fall, strict=True)) for fall in withheld.falls]
    engine.register("falls", pa.Table.from_pylist(rows, schema=FALLS))
    engine.register("touched", pa.table({"batch_id": pa.array([m.id for m in withheld.batches], pa.string())}))
    ledger.read(engine, OBSERVATIONS, manifests, "all_observations")
    sparse = "select batch_id from listings" if engine.has("listings") else "select '' where false"
    engine.query("observations", WITHOUT.format(sparse=sparse))

"""The sums that most questions on a large ledger choose from, made before anybody asks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

from modelcensus.measures.registry import find_measure
from modelcensus.vocabulary import Request, RequestError
from modelcensus.vocabulary.names import HUB

if TYPE_CHECKING:
    from modelcensus.measures.census import Census

LARGEST = "select organization from catalog where ({where}) and organization is not null group by 1 order by count(*) desc, 1 limit 1"


def usual_sums(census: Census) -> Iterator[str]:
    """Make those of every named scope, by what has few values and by organization: each step makes some, and says of which
    scope. The first opens what is kept. No step on a ledger that keeps no months, or whose sums do not stay."""
    sums, measure, reading = census.from_sums, find_measure("downloads"), {"channel": HUB}
    if sums is None or not census.batches(HUB):
        return
    census.prepare(HUB)
    if census.by_month is None:
        return
    for name in census.knowledge.scopes:
        with suppress(RequestError):  # a scope of a list that is not here, or of nobody
            scope = census.scope(name)
            sums.told(Request.build("downloads", {}, name, ("region", "month"), reading=reading), measure)
            yield name
            for row in census.engine.rows(LARGEST.format(where=scope.where or "true")):
                of = {"organization": row["organization"]}
                sums.told(Request.build("downloads", of, name, ("month",), reading=reading), measure)
            yield name

"""What can be asked for, as the API and the tools of agents list it."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import BaseModel

from modelcensus.claims import Pack
from modelcensus.measures import measures


class MeasureEntry(BaseModel):
    """A measure that can be asked for."""

    name: str
    definition: str
    unit: str
    readings: list[str]
    citation: str


class Claimed(BaseModel):
    """A published claim that can be tested."""

    pack: str
    id: str
    statement: str
    measure: str
    untestable: str


def measures_listed() -> list[MeasureEntry]:
    """Every measure, by name."""
    return [
        MeasureEntry(name=m.name, definition=m.text, unit=m.unit, readings=list(m.parameters), citation=m.citation)
        for m in sorted(measures().values(), key=lambda m: m.name)
    ]


def claims_listed(packs: Iterable[Pack]) -> list[Claimed]:
    """The claims of all packs."""
    return [
        Claimed(pack=p.id, id=c.id, statement=c.statement, measure=c.measure or "", untestable=c.untestable or "")
        for p in packs
        for c in p.claims
    ]

"""From a request to a result: scope, quantities, measure, and the record that explains the number."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, replace
from datetime import UTC
from functools import lru_cache
from typing import TYPE_CHECKING

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from modelcensus.catalog import Scope
from modelcensus.measures.frame import ABSENT_NOTE, Frame
from modelcensus.measures.many_rows import MANY, ManyRows
from modelcensus.measures.quantities import Quantities
from modelcensus.measures.registry import Measure, find_measure
from modelcensus.measures.reported import own_scope, published_name
from modelcensus.measures.result import Provenance, Result
from modelcensus.measures.row import Row
from modelcensus.measures.rows import Known, in_order, rows_of
from modelcensus.measures.sentence import spoken, subject_terms
from modelcensus.measures.told import Told, recorded_sql
from modelcensus.vocabulary import Reading, Request, RequestError, nearest, own_version
from modelcensus.vocabulary.names import COUNTED
from modelcensus.vocabulary.naming import told_apart

if TYPE_CHECKING:
    from modelcensus.measures.census import Census

RECORDED = 500
"""Rows kept with the record of a result: enough to check it, small enough to keep for every request."""


def evaluate(census: Census, request: Request) -> Result:
    """The answer to a request on an opened ledger: from its cache, else computed and kept there."""
    request = named(census, request)
    measure = find_measure(request.measure)
    sums = census.from_sums
    at_once = sums is not None and sums.standing
    told = sums.told(request, measure) if sums and at_once else None
    kept = census.answers.find(request, measure) if census.answers and told is None else None
    if kept is not None:
        census.keep_knowledge()
        return kept
    if sums and not at_once:
        told = sums.told(request, measure)
    return finish(census, request, measure, told or _compute(census, request, measure))


def named(census: Census, request: Request) -> Request:
    """The request with its channel named, and the grain that its measure needs; refused where it has readings of others."""
    measure = find_measure(request.measure)
    channel = census.channel(request.reading.channel)
    if channel != request.reading.channel:
        request = replace(request, reading=replace(request.reading, channel=channel))
    if request.measure == "crossover" and not request.grain:
        request = replace(request, by=(*request.by, "month"))
    _own_readings(measure, request)
    return request


def _compute(census: Census, request: Request, measure: Measure) -> Told:
    census.prepare(request.reading.channel)
    census.flows.trim()
    quantities = Quantities.of(census, request, _mark(census, request))
    running = measure.cumulative and not request.reading.counter
    frame = quantities.frame(cumulative=running) if measure.basis == "periods" else quantities.repositories()
    for dimension in frame.dimensions:
        frame.require(dimension)
    table = _ordered(frame, measure, measure.compute(frame))
    records = _fetched(census, frame, measure, table)
    sql = recorded_sql(census.engine, *(frame.evidence or [table])) if census.records else ""
    return Told(frame, records, None, sql)


def _ordered(frame: Frame, measure: Measure, table: ir.Table) -> ir.Table:
    """What a measure gives, put in order on the way where it may be `MANY` rows: a copy less."""
    if measure.ordered or frame.reported or frame.scope.size < MANY:
        return table
    return in_order(table, frame.request.measure == "rank")


def _fetched(census: Census, frame: Frame, measure: Measure, table: ir.Table) -> list[dict] | pa.Table:
    """The records of a measure; columns in their order where there are `MANY`."""
    found = census.engine.fetch(table)
    if len(found) < MANY or measure.ordered or frame.reported:
        return found.to_pylist()
    if frame.scope.size >= MANY:
        return found
    return census.engine.fetch(in_order(ibis.memtable(found), frame.request.measure == "rank"))


def finish(census: Census, request: Request, measure: Measure, told: Told) -> Result:
    """The result of what a measure said, recorded and kept."""
    frame, channel = told.frame, request.reading.channel
    scope = frame.scope
    rows = rows_of(frame, scope, told.records, told.size, measure, told.known)
    if not rows:
        raise _nothing(request)
    used = _used(census, channel, scope, frozenset(frame.also))
    provenance = Provenance(
        id=_identity(census, request, scope, used),
        batches=used.batches,
        scope_id=scope.id,
        scope_digest=scope.digest,
        scope_text=scope.text,
        knowledge=f"{census.knowledge.version} {census.knowledge.digest[:12]}",
        software={"modelcensus": own_version(), **census.engine.software},
        sources=used.sources,
        newest=used.newest,
    )
    shared = _shared(census, request, rows[0])
    result = Result(
        measure=measure.name,
        unit=_counted(census, channel, measure.unit),
        definition=measure.text,
        citation=measure.citation,
        phrase=_counted(census, channel, measure.phrase),
        request=request,
        rows=rows,
        notes=tuple(
            dict.fromkeys(
                filter(None, (census.inputs.note, *frame.notes, *_notes(census, frame, channel, scope, told.known)))
            )
        ),
        subject_text=subject_terms(request, census.knowledge.place, shared),
        whole_text=_whole_text(frame, scope, measure),
        provenance=provenance,
        places=_places(census, request),
        shared=shared,
        happened=census.happenings.of(request, rows),
    )
    _record(census, result, measure, told.sql)
    if census.answers and not isinstance(rows, ManyRows) and told.known is None:  # from sums it is had as quickly
        census.answers.keep(result, measure)
    return result


def _nothing(request: Request) -> RequestError:
    if request.measure == "share" and request.reading.peers:
        return RequestError(
            "the denominator has nothing of the subject in these periods",
            where="reading peers",
            remedy="name peers that have some of it, or ask for the ratio",
        )
    return RequestError("no data for this request", where=request.measure, remedy="widen --period, --of or --within")


def _counted(census: Census, channel: str, text: str) -> str:
    """A unit or a phrase in terms of what the channel counts, by the unit that its batches state."""
    return _in_terms_of(" ".join(str(m.terms.get("unit", "")) for m in census.batches(channel)[:1]), text)


@lru_cache(maxsize=256)
def _in_terms_of(stated: str, text: str) -> str:
    noun = next((n for n in COUNTED if re.search(rf"\b{n}\b", stated)), COUNTED[0])
    return re.sub(rf"\b{COUNTED[0]}\b", noun, text)


def _places(census: Census, request: Request) -> dict[str, str]:
    """What the regions that an answer is by, or of, are called."""
    known = census.knowledge
    by_region = any(d.endswith("region") for d in (*request.dimensions, *(d for d, _ in request.of)))
    return dict(known.groupings[known.grouping].labels) if by_region else {}


def _shared(census: Census, request: Request, first: Row) -> tuple[str, ...]:
    """The names of several meanings, where an answer is by organizations or families, or of them."""
    asked = {*first.dimensions, *(d for d, _ in request.of)}
    return tuple(sorted(census.knowledge.shared_names)) if asked & {"organization", "family"} else ()


def _own_readings(measure: Measure, request: Request) -> None:
    """Refuse the readings of other measures."""
    asked = [n for n in ("peers", "origin") if getattr(request.reading, n) != getattr(Reading(), n)]
    for name in (*asked, *request.reading.special):
        if name not in measure.parameters:
            raise RequestError(
                f"{measure.name} has no reading {name}",
                where=f"reading {name}",
                remedy=nearest(name, list(measure.parameters)),
            )


def _notes(census: Census, frame: Frame, channel: str, scope: Scope, known: Known | None) -> list[str]:
    if not frame.reported:
        return []
    listed = known.listed if known else _organizations(frame, frame.quantities)
    notes = [f"{channel.partition(':')[2]} lists {len(listed)} organizations: {', '.join(listed)}"]
    own = own_scope(census, channel)
    if scope.id != own and frame.whole is not None:
        notes.append(f"organizations are counted over {published_name(census, own)}, not over {scope.short}")
    if frame.request.of:
        members = known.members if known else _organizations(frame, frame.subject())
        if len(members) > 1 or frame.request.of[0][0] != "organization":
            notes.append(f"the subject is: {', '.join(members)}")
    return notes


def _organizations(frame: Frame, table: ir.Table) -> tuple[str, ...]:
    """The organizations that rows are of."""
    rows = frame.engine.fetch(table.select("organization").distinct().order_by("organization"))
    return tuple(rows["organization"].to_pylist())


def _whole_text(frame: Frame, scope: Scope, measure: Measure) -> str:
    peers = frame.request.reading.peers
    known = frame.knowledge
    if measure.name == "mix" and frame.request.of:
        return f"{subject_terms(frame.request, known.place, known.shared_names)} within {scope.short}"
    if "peers" not in measure.parameters or not peers:
        return scope.short
    if peers.startswith("ranks:"):
        first, _, last = peers.removeprefix("ranks:").partition("..")
        return f"ranks {first} to {last or first} of {scope.short}"
    named = known.peers.get(peers)
    dimension, members = frame.peer_list(peers)
    if named:
        absent = next((n for n in frame.notes if n.startswith(ABSENT_NOTE)), "")
        said = told_apart(named.dimension, named.members, known.shared_names)
        return f"{said} ({absent})" if absent else said
    return spoken(dimension, members, known.place, known.shared_names)


def _mark(census: Census, request: Request) -> str:
    """What tells the tables of a request's quantities from those of others."""
    content = [replace(request, measure="").canonical(), census.knowledge.digest, [m.id for m in census.manifests]]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:12]


@dataclass(frozen=True)
class Used:
    """The batches behind a result: their ids, what they cite, the day of the newest, and the sorted ids as text."""

    batches: tuple[str, ...]
    sources: tuple[str, ...]
    newest: str
    text: str


def _used(census: Census, channel: str, scope: Scope, also: frozenset[str]) -> Used:
    """Those of the channel, of the scope's list, and those that the measure named; worked out once."""
    key = channel, scope.id, also
    if key not in census.used:
        own = census.batches(channel)
        ids = {m.id for m in own}
        used = own + [m for m in census.manifests if m.id not in ids and (m.name == scope.id or m.id in also)]
        census.used[key] = Used(
            tuple(m.id for m in used),
            tuple(dict.fromkeys(m.cited for m in used)),
            max(m.committed_at for m in used).astimezone(UTC).date().isoformat(),
            json.dumps(sorted(m.id for m in used)),
        )
    return census.used[key]


def _identity(census: Census, request: Request, scope: Scope, used: Used) -> str:
    parts = (request.canonical(), None, scope.digest, census.knowledge.digest, own_version())
    content = f"[{', '.join(used.text if p is None else json.dumps(p) for p in parts)}]"
    return "p" + hashlib.sha256(content.encode()).hexdigest()[:12]


def _record(census: Census, result: Result, measure: Measure, sql: str) -> None:
    if not census.records:
        return
    record = {
        **result.as_dict(RECORDED),
        "row_count": len(result.rows),
        "id": result.provenance.id,
        "definition": measure.text,
        "citation": measure.citation,
        "sql": sql,
    }
    try:
        census.record(record)
    except OSError:
        result.unrecorded = True

"""From a request to a result: scope, quantities, measure, and the record that explains the number."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import UTC
from typing import TYPE_CHECKING

from modelcensus.catalog import Scope
from modelcensus.measures.ages import age_sql
from modelcensus.measures.frame import ABSENT_NOTE, WITH_ROOTS, Frame, Span, add_up, terms_sql
from modelcensus.measures.quantities import Quantities
from modelcensus.measures.registry import Measure, find_measure
from modelcensus.measures.reported import own_scope, published_name
from modelcensus.measures.result import Provenance, Result, Row
from modelcensus.measures.sentence import spoken, subject_terms
from modelcensus.vocabulary import Reading, Request, RequestError, nearest, own_version
from modelcensus.vocabulary.names import DIMENSIONS, ROOT_DIMENSIONS

if TYPE_CHECKING:
    from modelcensus.measures.census import Census

RECORDED = 500
"""Rows kept with the record of a result: enough to check it, small enough to keep for every request."""

BASES = (
    "observations",
    "facts",
    "reported",
    "lists",
    "batches",
    "catalog",
    "shared_roots",
    "lineage",
    "missing_parents",
    "readings",
    "readings_raw",
    "snapshots",
)
"""Tables at which the SQL of a record ends; docs/data-model.md describes them."""

KNOWN_COLUMNS = {
    "span",
    "value",
    "low",
    "high",
    "estimate",
    "closed",
    "open",
    "opened",
    "open_part",
    "broken",
    "observed",
}


@dataclass(frozen=True)
class Told:
    """What a measure said: its frame, the records that it computed, and where several requests were answered together
    also how many repositories the subject has and the SQL."""

    frame: Frame
    records: list[dict]
    size: int | None = None
    sql: str = ""


def evaluate(census: Census, request: Request) -> Result:
    """The answer to a request on an opened ledger: from its cache, else computed and kept there."""
    request = named(census, request)
    measure = find_measure(request.measure)
    kept = census.answers.find(request, measure) if census.answers else None
    if kept is not None:
        census.keep_knowledge()
        return kept
    return finish(census, request, measure, _compute(census, request, measure))


def named(census: Census, request: Request) -> Request:
    """The request with its channel named, and the grain that its measure needs; refused where it has readings of others."""
    measure = find_measure(request.measure)
    channel = census.channel(request.reading.channel)
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
    table = measure.compute(frame)
    records = census.engine.fetch(table).to_pylist()
    sql = ""
    if census.records:
        tables = frame.evidence or [table]
        sql = "\n\n".join(
            f"-- {name}\n{text}" for t in tables for name, text in census.engine.steps(t, BASES).items()
        )
    return Told(frame, records, None, sql)


def finish(census: Census, request: Request, measure: Measure, told: Told) -> Result:
    """The result of what a measure said, recorded and kept."""
    frame, channel = told.frame, request.reading.channel
    scope = frame.scope
    rows = _rows(frame, scope, told, measure)
    if not rows:
        raise RequestError(
            "no data for this request", where=request.measure, remedy="widen --period, --of or --within"
        )
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
    result = Result(
        measure=measure.name,
        unit=measure.unit,
        definition=measure.text,
        citation=measure.citation,
        phrase=measure.phrase,
        request=request,
        rows=tuple(rows),
        notes=tuple(
            dict.fromkeys(filter(None, (census.inputs.note, *frame.notes, *_notes(census, frame, channel, scope))))
        ),
        subject_text=subject_terms(request, census.knowledge.place),
        whole_text=_whole_text(frame, scope, measure),
        provenance=provenance,
    )
    _record(census, result, measure, told.sql)
    if census.answers:
        census.answers.keep(result, measure)
    return result


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


def _rows(frame: Frame, scope: Scope, told: Told, measure: Measure) -> list[Row]:
    rows, records = [], told.records
    names = [c for c in (records[0] if records else {}) if c not in KNOWN_COLUMNS]
    listed = {} if frame.is_total and not names else _listed(frame)
    sizes, keys = ({}, []) if told.size is not None else (_sizes(frame, scope, names), _keys(frame, names))
    for record in records:
        span: Span = (frame.labels or frame.spans)[record["span"]]
        observed = record.get("observed")
        is_open = bool(record.get("open"))
        size = sizes.get(tuple(record[k] for k in keys)) if sizes else scope.size or None
        size = told.size if told.size is not None else size
        rows.append(
            Row(
                dimensions={n: record[n] for n in names},
                period=span.label,
                start=span.start,
                end=span.end,
                span=record["span"],
                value=record["value"],
                low=None if frame.reported else record["low"],
                high=None if frame.reported else record["high"],
                coverage=listed.get(record["span"]) if frame.reported else _part(observed, size),
                observed=observed,
                scope_size=size,
                flags=_flags(span, record, is_open),
            )
        )
    if not measure.ordered:
        ranked = frame.request.measure == "rank"
        rows.sort(key=lambda r: (r.span, r.value or 0 if ranked else 0, [str(r.dimensions[n]) for n in names]))
    return rows


def _sizes(frame: Frame, scope: Scope, names: list[str]) -> dict[tuple[object, ...], int]:
    """How many repositories of the scope each row's subject has; of a share or a mix the denominator's are meant."""
    if frame.reported or frame.request.measure == "share" or ("variant" in names and frame.request.measure != "mix"):
        return {}
    keys = _keys(frame, names)
    chosen = "".join(f"{k}, " for k in keys)
    shared = set(ROOT_DIMENSIONS) & {*keys, *(d for d, _ in frame.request.of)}
    told = f"({WITH_ROOTS})" if shared else "catalog"
    if "span" in keys:
        starts = ", ".join(f"({i}, date '{s.start}')" for i, s in enumerate(frame.labels or frame.spans))
        told = f"(select c.*, s.span, {age_sql('s.start')} as age from {told} c, (values {starts}) s(span, start))"
    rows = frame.engine.rows(
        f"select {chosen}count({'distinct repository' if shared else '*'}) as size from {told} where ({scope.where}) and {terms_sql(frame.request.of)} group by all"
    )
    return {tuple(r[k] for k in keys): r["size"] for r in rows}


def _keys(frame: Frame, names: list[str]) -> list[str]:
    """What tells sizes apart; ages differ from span to span."""
    if frame.request.measure == "mix":
        names = []
    aged = "age" in (*names, *(d for d, _ in frame.request.of))
    return [n for n in names if n in DIMENSIONS] + ["span"] * aged


def _part(observed: int | None, size: int | None) -> float | None:
    return observed / size if observed is not None and size else None


def _listed(frame: Frame) -> dict[int, float]:
    """How much of the published total the listed organizations are, per span: a reported series' coverage."""
    if not frame.reported or frame.whole is None:
        return {}
    sums = add_up(frame.quantities, ("span",)).select("span", listed="estimate")
    both = frame.engine.fetch(sums.join(frame.whole, "span").select("span", "listed", "estimate")).to_pylist()
    return {r["span"]: r["listed"] / r["estimate"] for r in both if r["estimate"]}


def _flags(span: Span, record: dict, is_open: bool) -> tuple[str, ...]:
    flags = list(span.flags)
    if is_open:
        flags.append(f"open: {record['opened']:,} repositories without a reading at or after the end")
    if record.get("broken"):
        flags.append("recount")
    return tuple(flags)


def _notes(census: Census, frame: Frame, channel: str, scope: Scope) -> list[str]:
    if not frame.reported:
        return []
    listed = census.engine.fetch(frame.quantities.select("organization").distinct().order_by("organization"))[
        "organization"
    ].to_pylist()
    notes = [f"{channel.partition(':')[2]} lists {len(listed)} organizations: {', '.join(listed)}"]
    own = own_scope(census)
    if scope.id != own and frame.whole is not None:
        notes.append(f"organizations are counted over {published_name(census, own)}, not over {scope.short}")
    if frame.request.of:
        chosen = frame.engine.fetch(frame.subject().select("organization").distinct().order_by("organization"))
        members = chosen["organization"].to_pylist()
        if len(members) > 1 or frame.request.of[0][0] != "organization":
            notes.append(f"the subject is: {', '.join(members)}")
    return notes


def _whole_text(frame: Frame, scope: Scope, measure: Measure) -> str:
    peers = frame.request.reading.peers
    if measure.name == "mix" and frame.request.of:
        return f"{subject_terms(frame.request, frame.knowledge.place)} within {scope.short}"
    if "peers" not in measure.parameters or not peers:
        return scope.short
    if peers.startswith("ranks:"):
        first, _, last = peers.removeprefix("ranks:").partition("..")
        return f"ranks {first} to {last or first} of {scope.short}"
    named = frame.knowledge.peers.get(peers)
    dimension, members = frame.peer_list(peers)
    if named:
        absent = next((n for n in frame.notes if n.startswith(ABSENT_NOTE)), "")
        listed = f"{', '.join(named.members[:-1])} and {named.members[-1]}"
        return f"{listed} ({absent})" if absent else listed
    return spoken(dimension, members, frame.knowledge.place)


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
        cited = (
            f"{m.name}: {m.terms.get('citation') or 'no citation stated'} ({m.terms.get('license')})" for m in used
        )
        census.used[key] = Used(
            tuple(m.id for m in used),
            tuple(dict.fromkeys(cited)),
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
    content = result.as_dict()
    record = {
        **content,
        "rows": [r.as_dict() for r in result.rows[:RECORDED]],
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

"""Answers chosen from sums that stay in memory; whatever they cannot tell is left to be computed as ever."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

import ibis
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from modelcensus.engine import DuckDBEngine
from modelcensus.measures.by_month import ByMonth
from modelcensus.measures.finding import Found
from modelcensus.measures.frame import ABSENT_NOTE, Frame, Span, peers_of
from modelcensus.measures.many_rows import MANY
from modelcensus.measures.observed import kept_of, spans_of
from modelcensus.measures.outlines import ASKED, TOTAL, WHOLE, Outline, Peers, Values, outline
from modelcensus.measures.quantities import Quantities
from modelcensus.measures.registry import Measure
from modelcensus.measures.reported import reported_scope, reported_spans
from modelcensus.measures.rows import Known, in_order, size_keys
from modelcensus.measures.standing import Basis, Spans, StandingSums, Sums
from modelcensus.measures.told import Told
from modelcensus.vocabulary import Request, RequestError
from modelcensus.vocabulary.names import ORGANIZATION_DIMENSIONS, REPORTED, ROOT_DIMENSIONS

if TYPE_CHECKING:
    from modelcensus.catalog import Scope
    from modelcensus.measures.census import Census

MOST_OUTLINES = 500
MOST_SPANS = 400
"""Spans of a request that is answered from sums: of days there can be thousands."""
MOST_REPOSITORIES = 50_000
"""Repositories of a scope that are told apart one by one."""
SIZES = "select {dimensions}count(*) as size from catalog where {where} group by all"


class FromSums:
    """Answers of one census from the sums that it keeps."""

    def __init__(self, census: Census) -> None:
        self._census = census
        self._sums = StandingSums(census)
        self._outlines: dict[str, Outline] = {}
        self._sizes: dict[tuple[str, tuple[str, ...]], Found] = {}
        self._scopes: dict[tuple[str, str], tuple[Scope, str]] = {}

    def told(self, request: Request, measure: Measure) -> Told | None:
        """What the measure says; nothing where it has to be computed from quantities, or the request makes no sense."""
        try:
            peers = (
                peers_of(self._census.knowledge, request, request.reading.peers) if request.reading.peers else None
            )
            if (
                not measure.made_of
                or not _chooses(request, peers)
                or not isinstance(self._census.engine, DuckDBEngine)
            ):
                return None
            return self._told(request, measure, peers)
        except RequestError:  # it is computed anew, and says which of its faults comes first
            return None

    def _told(self, request: Request, measure: Measure, peers: Peers) -> Told | None:
        census, reading = self._census, request.reading
        reported = reading.channel.startswith(REPORTED)
        dimensions = _dimensions(request, peers, measure)
        if reported and not set(dimensions) <= set(ORGANIZATION_DIMENSIONS):
            return None
        census.prepare(reading.channel)
        census.flows.trim()
        scope, total = self._scope(request)
        running = measure.cumulative and not reading.counter
        if reported:
            periods, days, labels = reported_spans(census, request, running)
            spans, alone, dimensions = list(zip(periods, days, strict=True)), False, ORGANIZATION_DIMENSIONS
        elif reading.counter:
            spans, alone, labels = [], False, ()
        else:
            periods, days = spans_of(census, request, running)
            spans, labels = list(zip(periods, days, strict=True)), ()
            kept = kept_of(census, request)
            alone = kept is None
            if kept is None and not census.counters.small:
                return None
            if kept is not None and not _reaches(kept, days, running, dimensions):
                return None
        if "repository" in dimensions and scope.size > MOST_REPOSITORIES:
            return None
        if len(spans) > MOST_SPANS or not all(a < b for _, (a, b) in spans):
            return None
        places = tuple((str(p), *d) for p, d in spans) if alone else ()
        basis = Basis.of(request, scope, total, dimensions, running, places)
        monthly = request.grain == "month"
        sums, whole = self._sums.of(basis, spans, monthly), self._sums.of(basis.without(), spans, monthly)
        if sums is None or whole is None:
            return None
        return self._answer(request, measure, peers, scope, total, sums, whole, spans, labels)

    def _answer(
        self, request: Request, measure: Measure, peers: Peers, scope: Scope, total: str, sums: Sums, whole: Sums,
        spans: Spans, labels: Sequence[Span],
    ) -> Told | None:  # fmt: skip
        census = self._census
        places = _places(request, sums, spans)
        if not places or len(set(places)) < len(places):
            return None
        of_all = [whole.places[k] for k in _keys(sums, places)]
        own = _rows_named(request, measure, peers, sums.found)
        asked = sums.chosen(places, own)
        values = Values(request, peers)
        published = sums.published(places)
        written = self._outline(measure, values, scope, sums)
        notes = self._notes(written.lacking(values), sums, places)
        if notes is None:
            return None
        tables = {ASKED: asked, TOTAL: whole.chosen(of_all)}
        if published is not None:
            tables[WHOLE] = published
        sql = written.filled(values)
        found = self._over(sql, {n: t for n, t in tables.items() if n in sql}).cast(written.schema)
        if len(found) >= MANY and not request.reading.channel.startswith(REPORTED):
            records: list[dict] | pa.Table = census.engine.fetch(
                in_order(ibis.memtable(found), measure.name == "rank")
            )
        else:
            records = found.to_pylist()
        reported = request.reading.channel.startswith(REPORTED)
        frame = Frame(
            request, census.engine, census.knowledge, sums.quantities,
            tuple(labels) or tuple(sums.labels[p] for p in places), reported,
            sums.given, Quantities(census, request, scope, total, ASKED), scope, notes,
        )  # fmt: skip
        known = self._known(request, measure, frame, scope, sums, tables, places)
        chosen = "; ".join(str(p) for p, _ in spans[:12]) or "as read"
        told = f"{whole.steps}\n\n{sums.steps}\n\n-- {ASKED}: of the sums above ({chosen}), added up before\n\n-- answer\n{sql}"
        return Told(frame, records, None, told if census.records else "", known)

    def _over(self, sql: str, tables: dict[str, pa.Table]) -> pa.Table:
        engine = self._census.engine
        assert isinstance(engine, DuckDBEngine)
        return engine.over(sql, tables)

    def _scope(self, request: Request) -> tuple[Scope, str]:
        channel = request.reading.channel
        if not channel.startswith(REPORTED):
            return self._census.scope(request.within or "hub"), ""
        key = channel, request.within
        if key not in self._scopes:
            self._scopes[key] = reported_scope(self._census, channel, request.within)
        return self._scopes[key]

    def _outline(self, measure: Measure, values: Values, scope: Scope, sums: Sums) -> Outline:
        key = f"{values.shape} {sums.columns}"
        if key not in self._outlines:
            made = outline(self._census, measure, values, scope, sums.quantities, sums.given)
            while len(self._outlines) >= MOST_OUTLINES:
                del self._outlines[next(iter(self._outlines))]
            self._outlines[key] = made
        return self._outlines[key]

    def _notes(
        self, notes: Sequence[str | tuple[str, tuple[str, ...]]], sums: Sums, places: Sequence[int]
    ) -> list[str] | None:
        """The notes of an answer; nothing where all values of a term are lacking."""
        told: list[str] = []
        spans = sums.found.table["span"].to_numpy()
        there = np.isin(np.arange(len(sums.labels)), list(places))
        for note in notes:
            if isinstance(note, str):
                told.append(note)
                continue
            dimension, values = note
            lacking = [v for v in values if not there[spans[sums.found.having(dimension, [v])]].any()]
            if len(lacking) == len(values):
                return None
            if lacking:
                told.append(f"{ABSENT_NOTE}{', '.join(lacking)}")
        return told

    def _known(
        self, request: Request, measure: Measure, frame: Frame, scope: Scope, sums: Sums, tables: dict[str, pa.Table],
        places: Sequence[int],
    ) -> Known:  # fmt: skip
        if not frame.reported:
            return Known(lambda names: self._sized(request, measure, scope, names))
        everybody = sums.chosen(places) if request.of else tables[ASKED]
        listed = sorted(set(everybody["organization"].to_pylist()))
        subject = sums.found.all_having(request.of)
        members = set(sums.chosen(places, subject)["organization"].to_pylist()) if subject is not None else set()
        covered: dict[int, float] = {}
        if WHOLE in tables:
            given = {r["span"]: r["estimate"] for r in tables[WHOLE].to_pylist()}
            own = {r["span"]: r["estimate"] for r in tables[TOTAL].to_pylist()}
            covered = {s: own[s] / v for s, v in given.items() if v and s in own}
        return Known(None, covered, tuple(listed), tuple(sorted(members)))

    def _sized(
        self, request: Request, measure: Measure, scope: Scope, names: list[str]
    ) -> dict[tuple[object, ...], int] | None:
        """How many repositories of the scope each row's subject has, as `rows` asks; nothing where it has to look itself."""
        keys = size_keys(request, names)
        used = tuple(sorted({*keys, *(d for d, _ in request.of)}))
        if "span" in used or "age" in used:
            return None
        if (scope.where, used) not in self._sizes:
            chosen = "".join(f"{d}, " for d in used)
            sql = SIZES.format(dimensions=chosen, where=scope.where)
            self._sizes[scope.where, used] = Found(self._over(sql, {}))
        found = self._sizes[scope.where, used]
        rows = found.all_having(request.of)
        table = found.table if rows is None else found.table.take(pa.array(rows))
        sizes: dict[tuple[object, ...], int] = {}
        columns = [table[k].to_pylist() for k in keys]
        for *key, size in zip(*columns, table["size"].to_pylist(), strict=True):
            sizes[tuple(key)] = sizes.get(tuple(key), 0) + size
        return sizes if keys else {(): sizes.get((), 0)}


def _chooses(request: Request, peers: Peers) -> bool:
    """Whether a request's numbers are sums over rows that are told apart by what it names."""
    reading = request.reading
    used = {*request.dimensions, *(d for d, _ in request.of), *([peers[0]] if peers else [])}
    return (
        not reading.peers.startswith("ranks:")
        and reading.panel == "moving"
        and not used & {*ROOT_DIMENSIONS}
        and not request.within.startswith("where:")
        and request.as_of is None
    )


def _reaches(kept: ByMonth, days: Sequence[tuple[date, date]], running: bool, dimensions: Sequence[str]) -> bool:
    """Whether the flows that a large ledger keeps have these spans, told apart like this."""
    return kept.covers(days) and not running if "repository" in dimensions else kept.reaches(days)


def _dimensions(request: Request, peers: Peers, measure: Measure) -> tuple[str, ...]:
    """What sums have to be told apart by."""
    among = {measure.among} if measure.among and not request.dimensions and not request.of else set()
    return tuple(sorted({*request.dimensions, *(d for d, _ in request.of), *([peers[0]] if peers else []), *among}))


def _places(request: Request, sums: Sums, spans: Spans) -> list[int]:
    """Which of the spans of sums a request asks for; of a counter those that were read in its periods."""
    if not request.reading.counter:
        return [sums.places[str(p), *days] for p, days in spans]
    asked = request.periods
    return [
        i
        for (_label, _first, last), i in sums.places.items()
        if not asked or any(p.start <= last < p.end for p in asked)
    ]


def _keys(sums: Sums, places: Sequence[int]) -> list[tuple]:
    named = {place: key for key, place in sums.places.items()}
    return [named[p] for p in places]


def _rows_named(request: Request, measure: Measure, peers: Peers, found: Found) -> NDArray[np.int64] | None:
    """The rows that the measure looks at, where it looks at those of the subject and of the peers alone."""
    if measure.made_of != "parts" or not request.of:
        return None
    own = [found.having(*request.of[0])]
    if peers:
        own.append(found.having(*peers))
    return np.unique(np.concatenate(own))

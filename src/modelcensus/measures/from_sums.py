"""Answers chosen from sums that stay in memory; whatever they cannot tell is left to be computed as ever."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from modelcensus.catalog import CATALOG
from modelcensus.engine import DuckDBEngine
from modelcensus.measures.finding import Found
from modelcensus.measures.formulas import FORMULAS, Asked, Parts
from modelcensus.measures.frame import ABSENT_NOTE, Frame, Span, none_of, peers_of, terms_sql
from modelcensus.measures.many_rows import MANY
from modelcensus.measures.observed import kept_of, spans_of
from modelcensus.measures.quantities import Quantities
from modelcensus.measures.registry import Measure
from modelcensus.measures.reported import reported_scope, reported_spans
from modelcensus.measures.rows import Known, size_keys
from modelcensus.measures.share import contained
from modelcensus.measures.standing import Basis, Spans, StandingSums
from modelcensus.measures.sums import Sums
from modelcensus.measures.told import Told
from modelcensus.vocabulary import Request, RequestError
from modelcensus.vocabulary.names import ORGANIZATION_DIMENSIONS, REPORTED, ROOT_DIMENSIONS

if TYPE_CHECKING:
    from modelcensus.catalog import Scope
    from modelcensus.measures.census import Census

Terms = tuple[tuple[str, tuple[str, ...]], ...]
Peers = tuple[str, tuple[str, ...]] | None
MOST_SPANS = 400
"""Spans of a request that is answered from sums: of days there can be thousands."""
MOST_REPOSITORIES = 50_000
"""Repositories of a scope that are told apart one by one."""
MOST_SIZES = 200
"""Tables of how many repositories there are that stay in memory."""
SIZES = "select {dimensions}count(*) as size from catalog where {where} group by all"


class FromSums:
    """Answers of one census from the sums that it keeps."""

    def __init__(self, census: Census) -> None:
        self._census = census
        self._sums = StandingSums(census)
        self._sizes: dict[tuple[str, tuple[str, ...]], Found] = {}
        self._scopes: dict[tuple[str, str], tuple[Scope, str]] = {}

    @property
    def standing(self) -> bool:
        """Whether there are sums already, so that an answer from them is had as quickly as one that is kept."""
        return self._sums.any

    def told(self, request: Request, measure: Measure) -> Told | None:
        """What the measure says; nothing where it has to be computed from quantities, or the request makes no sense.
        RequestError where nobody in these data is whom it asks about: its most frequent fault, which costs no statement."""
        try:
            peers = (
                peers_of(self._census.knowledge, request, request.reading.peers) if request.reading.peers else None
            )
            if (
                measure.name not in FORMULAS
                or not _chooses(request, measure, peers)
                or not isinstance(self._census.engine, DuckDBEngine)
            ):
                return None
            found = self._told(request, measure, peers)
        except RequestError:  # it is computed anew, and says which of its faults comes first
            return None
        if isinstance(found, RequestError):
            raise found
        return found

    def _told(self, request: Request, measure: Measure, peers: Peers) -> Told | RequestError | None:
        census, reading = self._census, request.reading
        reported = reading.channel.startswith(REPORTED)
        dimensions = _dimensions(request, peers, measure)
        if reported and not set(dimensions) <= set(ORGANIZATION_DIMENSIONS):
            return None
        census.prepare(reading.channel)
        census.flows.trim()
        scope, total = self._scope(request)
        running = measure.cumulative and not reading.counter
        few = "repository" in dimensions and scope.size > MOST_REPOSITORIES
        if reported:
            periods, days, labels = reported_spans(census, request, running)
            spans, alone, dimensions = list(zip(periods, days, strict=True)), False, ORGANIZATION_DIMENSIONS
        elif reading.counter:
            spans, alone, labels = [], False, ()
        else:
            periods, days = spans_of(census, request, running)
            spans, labels = list(zip(periods, days, strict=True)), ()
            kept = kept_of(census, request)
            alone = kept is None or (request.grain != "month" and not kept.covers(days))
            if kept is None and not census.counters.small:
                return None
            single = "repository" in dimensions and not few
            if kept is not None and not (kept.covers(days) and not running if single else kept.reaches(days)):
                return None
        if few and (peers or measure.name == "rank" or all(d != "repository" for d, _ in request.of)):
            return None
        if len(spans) > MOST_SPANS or not all(a < b for _, (a, b) in spans):
            return None
        # Sums of other spans than months are sums of their own: beside those of all months they would be too many.
        places = tuple((str(p), *d) for p, d in spans) if alone else ()
        told = request if reported or request.within else replace(request, within="hub")  # what is meant, said or not
        basis = Basis.of(told, scope, total, dimensions, running, places)
        monthly = request.grain == "month"
        whole = self._sums.some(basis.without(), spans, ()) or self._sums.of(basis.without(), spans, monthly)
        if few:
            sums = self._sums.of(basis.among(request.of), spans, monthly)
            if sums is None or not len(sums.found.table):
                return None
        else:
            sums = self._named(request, measure, peers, basis, spans) or self._sums.of(basis, spans, monthly)
        if sums is None and request.of and not peers and measure.name != "rank":
            sums = self._sums.of(basis.among(request.of), spans, monthly)  # too many: those of the subject alone
            if sums is not None and not len(sums.found.table):
                return None
        if sums is None or whole is None:
            return None
        return self._answer(request, measure, peers, scope, total, sums, whole, spans, labels)

    def _named(self, request: Request, measure: Measure, peers: Peers, basis: Basis, spans: Spans) -> Sums | None:
        """Sums of what a request names alone, from a large ledger's levels; nothing where it rests on all that there is, or
        nobody is whom it names."""
        terms = _looked_for(request, peers, measure) if request.of else ()
        if measure.name == "rank" and all(d == _ranked(request) for d, _ in terms):
            terms = ()
        sums = self._sums.some(basis, spans, terms)
        return sums if sums is None or all(len(sums.found.having(*term)) for term in terms) else None

    def _answer(
        self, request: Request, measure: Measure, peers: Peers, scope: Scope, total: str, sums: Sums, whole: Sums,
        spans: Spans, labels: Sequence[Span],
    ) -> Told | RequestError | None:  # fmt: skip
        census, found = self._census, sums.found
        places = _places(request, sums, spans)
        if not places or len(set(places)) < len(places):
            return None
        of_all = [whole.places[sums.keys[p]] for p in places]
        notes = self._notes(request, _looked_for(request, peers, measure), sums, places, scope)
        if not isinstance(notes, list):
            return notes
        dimension = _ranked(request)
        ranked = measure.name == "rank"
        terms = [t for t in request.of if not ranked or t[0] != dimension]
        mine = found.all_having(terms)
        published = sums.published(places)
        scoped = whole.parts(of_all)
        given = published if published is not None else scoped
        if ranked and mine is None:
            found_places = sums.ranked(places, dimension, _wanted(request, dimension))
            if len(found_places.value) >= MANY:  # these stay columns
                return None
            records = found_places.told(dimension)
        else:
            if published is not None and not request.of and not request.dimensions:
                subject = given  # all of a scope whose total the publisher gives
            else:
                subject = sums.parts(places, mine, (dimension,) if ranked else request.dimensions)
            if len(subject.span) >= MANY:
                return None
            others = (
                None
                if peers is None
                else sums.parts(places, found.having(peers[0], _others(request, measure, peers)))
            )
            asked = Asked(
                subject, lambda: sums.parts(places, mine) if measure.name == "mix" else given, others, dimension,
                _wanted(request, dimension) if ranked else None,
            )  # fmt: skip
            records = FORMULAS[measure.name](asked)
        reported = request.reading.channel.startswith(REPORTED)
        frame = Frame(
            request, census.engine, census.knowledge, sums.quantities,
            tuple(labels) or tuple(sums.labels[p] for p in places), reported,
            sums.given, Quantities(census, request, scope, total, "sums"), scope, notes,
        )  # fmt: skip
        known = self._known(request, measure, frame, scope, sums, places, scoped, published)
        return Told(frame, records, None, self._sql(measure, spans, sums, whole), known)

    def _sql(self, measure: Measure, spans: Spans, sums: Sums, whole: Sums) -> str:
        """Where the sums came from, and what was done with them."""
        if not self._census.records:
            return ""
        chosen = ", ".join(str(p) for p, _ in spans[:12]) + (", ..." if len(spans) > 12 else "")
        return (
            f"-- of these sums {chosen or 'as read'}; {measure.name}: {measure.text}\n\n{whole.steps}\n\n{sums.steps}"
        )

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

    def _notes(
        self, request: Request, looked_for: Terms, sums: Sums, places: Sequence[int], scope: Scope
    ) -> list[str] | RequestError | None:
        """What is said of the values that no quantity has; where that is all of a term's why it is refused, and nothing
        where they are peers."""
        told: list[str] = []
        spans = sums.columns.span
        there = np.zeros(len(sums.labels), bool)
        there[list(places)] = True
        for term in looked_for:
            dimension, values = term
            lacking = [v for v in values if not there[spans[sums.found.having(dimension, [v])]].any()]
            if len(lacking) == len(values):
                known = sums.found.values(dimension, there[spans])
                return self._refused(request, term, known, scope) if term in request.of else None
            if lacking:
                told.append(f"{ABSENT_NOTE}{', '.join(lacking)}")
        return told

    def _refused(
        self, request: Request, term: tuple[str, tuple[str, ...]], known: set[str], scope: Scope
    ) -> RequestError:
        """Why a request is refused of which no quantity has a value of this term."""
        dimension, values = term
        within = scope.id if scope.where not in ("", "true") else ""
        return none_of(
            dimension, values, known, within, "--of", lambda: self._elsewhere(request, dimension, values[0])
        )

    def _elsewhere(self, request: Request, dimension: str, value: str) -> bool:
        """Whether the ledger has a value, outside of a scope too."""
        if request.reading.channel.startswith(REPORTED) or dimension not in CATALOG.names:
            return False
        return bool(
            self._census.engine.rows(
                f"select 1 as one from catalog where {terms_sql([(dimension, (value,))])} limit 1"
            )
        )

    def _known(
        self, request: Request, measure: Measure, frame: Frame, scope: Scope, sums: Sums, places: Sequence[int],
        scoped: Parts, published: Parts | None,
    ) -> Known:  # fmt: skip
        if not frame.reported:
            return Known(lambda names: self._sized(request, measure, scope, names))
        listed = sums.names("organization", sums.chosen(places)[0])
        subject = sums.found.all_having(request.of)
        members = sums.names("organization", sums.chosen(places, subject)[0]) if subject is not None else []
        covered: dict[int, float] = {}
        if published is not None:
            counted = dict(zip(scoped.span.tolist(), scoped.sums["estimate"].tolist(), strict=True))
            given = zip(published.span.tolist(), published.sums["estimate"].tolist(), strict=True)
            covered = {span: counted[span] / value for span, value in given if value and span in counted}
        return Known(None, covered, tuple(sorted(listed)), tuple(sorted(members)))

    def _sized(
        self, request: Request, measure: Measure, scope: Scope, names: list[str]
    ) -> dict[tuple[object, ...], int] | None:
        """How many repositories of the scope each row's subject has, as `rows` asks; nothing where it has to look itself."""
        keys = size_keys(request, names)
        among = [
            t for t in request.of if t[0] == "repository"
        ]  # a table of all of them would be as long as the catalog
        where = f"({scope.where}) and {terms_sql(among)}" if among else scope.where
        used = tuple(sorted({*keys, *(d for d, _ in request.of)}))
        if "span" in used or "age" in used:
            return None
        if (where, used) not in self._sizes:
            chosen = "".join(f"{d}, " for d in used)
            sql = SIZES.format(dimensions=chosen, where=where)
            while len(self._sizes) >= MOST_SIZES:
                del self._sizes[next(iter(self._sizes))]
            self._sizes[where, used] = Found(self._over(sql, {}))
        found = self._sizes[where, used]
        rows = found.all_having(request.of)
        if not keys:
            counted = found.table["size"].to_numpy()
            return {(): int((counted if rows is None else counted[rows]).sum())}
        table = found.table if rows is None else found.table.take(pa.array(rows))
        sizes: dict[tuple[object, ...], int] = {}
        columns = [table[k].to_pylist() for k in keys]
        for *key, size in zip(*columns, table["size"].to_pylist(), strict=True):
            sizes[tuple(key)] = sizes.get(tuple(key), 0) + size
        return sizes


def _chooses(request: Request, measure: Measure, peers: Peers) -> bool:
    """Whether a request's numbers are sums over rows that are told apart by what it names."""
    reading = request.reading
    used = {*request.dimensions, *(d for d, _ in request.of), *([peers[0]] if peers else [])}
    if peers and measure.name == "share":
        contained(request, *peers)
    return (
        not reading.peers.startswith("ranks:")
        and reading.panel == "moving"
        and not used & {*ROOT_DIMENSIONS}
        and "variant" not in (*request.dimensions, *(peers or ())[:1])
        and not request.within.startswith("where:")
        and bool(peers or measure.name != "ratio")
        and bool(request.dimensions or measure.name != "mix")
    )


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


def _looked_for(request: Request, peers: Peers, measure: Measure) -> Terms:
    """The values that have to be there, in the order in which a measure looks for them."""
    if measure.name == "rank":
        return tuple(sorted(request.of, key=lambda term: term[0] == _ranked(request)))
    return (*request.of, *([peers] if peers else []))


def _ranked(request: Request) -> str:
    """The dimension whose members are ranked."""
    return (*request.dimensions, *(d for d, _ in request.of), "organization")[0]


def _wanted(request: Request, dimension: str) -> frozenset[str] | None:
    """The members of a ranked dimension that a request asks for; nothing where it asks for all."""
    named = [frozenset(values) for d, values in request.of if d == dimension]
    return frozenset.intersection(*named) if named else None


def _others(request: Request, measure: Measure, peers: tuple[str, tuple[str, ...]]) -> list[str]:
    """The peers that count; a ratio leaves the subject itself out."""
    own = {v for _, values in request.of for v in values} if measure.name == "ratio" else set()
    return [v for v in peers[1] if v not in own]

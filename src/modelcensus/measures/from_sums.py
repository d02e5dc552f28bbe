"""Answers chosen from sums that stay in memory; whatever they cannot tell is left to be computed as ever."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from modelcensus.catalog import CATALOG
from modelcensus.engine import DuckDBEngine
from modelcensus.measures.choosing import (
    Peers,
    chooses,
    counted,
    looked_for,
    other_peers,
    ranked_dimension,
    told_apart_by,
    wanted_members,
)
from modelcensus.measures.formulas import FORMULAS, Asked, Parts
from modelcensus.measures.frame import ABSENT_NOTE, Frame, Span, Terms, none_of, peers_of, terms_sql
from modelcensus.measures.many_rows import MANY
from modelcensus.measures.observed import kept_of, spans_of
from modelcensus.measures.quantities import Quantities
from modelcensus.measures.registry import Measure
from modelcensus.measures.reported import reported_scope, reported_spans
from modelcensus.measures.rows import Known
from modelcensus.measures.sizes import Sizes
from modelcensus.measures.standing import Basis, Spans, StandingSums
from modelcensus.measures.sums import Sums
from modelcensus.measures.told import Told
from modelcensus.vocabulary import Request, RequestError
from modelcensus.vocabulary.names import ORGANIZATION_DIMENSIONS, REPORTED

if TYPE_CHECKING:
    from modelcensus.catalog import Scope
    from modelcensus.measures.census import Census

MOST_SPANS = 400
"""Spans of a request that is answered from sums: of days there can be thousands."""
MOST_REPOSITORIES = 50_000
"""Repositories of a scope that are told apart one by one."""


class FromSums:
    """Answers of one census from the sums that it keeps."""

    def __init__(self, census: Census) -> None:
        self._census = census
        self._sums = StandingSums(census)
        self._sizes = Sizes(census)
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
                or not chooses(request, measure, peers)
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
        dimensions = told_apart_by(request, peers, measure)
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
        terms = looked_for(request, peers, measure) if request.of else ()
        if measure.name == "rank" and all(d == ranked_dimension(request) for d, _ in terms):
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
        notes = self._notes(request, looked_for(request, peers, measure), sums, places, scope)
        if not isinstance(notes, list):
            return notes
        dimension = ranked_dimension(request)
        ranked = measure.name == "rank"
        terms = [t for t in counted(request, measure, peers) if not ranked or t[0] != dimension]
        mine = found.all_having(terms)
        published = sums.published(places)
        scoped = whole.parts(of_all)
        given = published if published is not None else scoped
        if ranked and mine is None:
            found_places = sums.ranked(places, dimension, wanted_members(request, dimension))
            if len(found_places.value) >= MANY:  # these stay columns
                return None
            records = found_places.told(dimension)
        else:
            if published is not None and mine is None and not request.dimensions:
                subject = given  # all of a scope whose total the publisher gives
            else:
                subject = sums.parts(places, mine, (dimension,) if ranked else request.dimensions)
            if len(subject.span) >= MANY:
                return None
            others = (
                None
                if peers is None
                else sums.parts(places, found.having(peers[0], other_peers(request, measure, peers)))
            )
            asked = Asked(
                subject, lambda: sums.parts(places, mine) if measure.name == "mix" else given, others, dimension,
                wanted_members(request, dimension) if ranked else None,
            )  # fmt: skip
            records = FORMULAS[measure.name](asked)
        reported = request.reading.channel.startswith(REPORTED)
        frame = Frame(
            request, census.engine, census.knowledge, sums.quantities,
            tuple(labels) or tuple(sums.labels[p] for p in places), reported,
            sums.given, Quantities(census, request, scope, total, "sums"), scope, notes,
        )  # fmt: skip
        known = self._known(request, frame, scope, sums, places, scoped, published)
        return Told(frame, records, None, self._sql(measure, spans, sums, whole), known)

    def _sql(self, measure: Measure, spans: Spans, sums: Sums, whole: Sums) -> str:
        """Where the sums came from, and what was done with them."""
        if not self._census.records:
            return ""
        chosen = ", ".join(str(p) for p, _ in spans[:12]) + (", ..." if len(spans) > 12 else "")
        return (
            f"-- of these sums {chosen or 'as read'}; {measure.name}: {measure.text}\n\n{whole.steps}\n\n{sums.steps}"
        )

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
        self, request: Request, frame: Frame, scope: Scope, sums: Sums, places: Sequence[int], scoped: Parts,
        published: Parts | None,
    ) -> Known:  # fmt: skip
        if not frame.reported:
            return Known(lambda terms, keys: self._sizes.of(scope, terms, keys))
        listed = sums.names("organization", sums.chosen(places)[0])
        subject = sums.found.all_having(request.of)
        members = sums.names("organization", sums.chosen(places, subject)[0]) if subject is not None else []
        covered: dict[int, float] = {}
        if published is not None:
            counted = dict(zip(scoped.span.tolist(), scoped.sums["estimate"].tolist(), strict=True))
            given = zip(published.span.tolist(), published.sums["estimate"].tolist(), strict=True)
            covered = {span: counted[span] / value for span, value in given if value and span in counted}
        return Known(None, covered, tuple(sorted(listed)), tuple(sorted(members)))


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

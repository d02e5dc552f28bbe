"""Many requests answered together: those that choose from the same quantities share one pass over them.

Requests that differ in subject, scope and peers alone are sums over parts of the same quantities. So every value and every
scope that they name becomes a mark (a true or false column), the quantities are added up once per combination of marks
(a *cell*), and each request's sums are those of the cells that it chooses. The measure then runs once over the sums of
all requests, stacked: its own code, so that every answer is that of a single request. What a large ledger keeps is the
same whichever periods are asked for together, so there requests may differ in their periods, too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np

from modelcensus.measures.cells import CellTable
from modelcensus.measures.evaluate import evaluate, finish, named
from modelcensus.measures.frame import ABSENT_NOTE, Frame, Span, peers_of
from modelcensus.measures.marks import Asked, Bools, Cells, Marks
from modelcensus.measures.observed import kept_of, labelled, spans_of
from modelcensus.measures.quantities import Quantities
from modelcensus.measures.registry import find_measure
from modelcensus.measures.result import Result
from modelcensus.measures.share import contained
from modelcensus.measures.span_sums import summed_flows
from modelcensus.measures.stacked import Parts, Stacked
from modelcensus.measures.told import Told, recorded_sql
from modelcensus.vocabulary import Period, Request, RequestError
from modelcensus.vocabulary.names import QUANTITY_DIMENSIONS, REPORTED, ROOT_DIMENSIONS

if TYPE_CHECKING:
    from modelcensus.measures.census import Census

TOGETHER = ("share", "ratio", "downloads", "cumulative")
"""Measures of which every number is made of sums over a subject, a scope, or peers."""
SEVERAL = 3
"""Requests from which on a pass of their own is worth it."""

CELLS = """
    select span, {marks}, cast(sum(low) as bigint) as low, cast(sum(estimate) as bigint) as estimate,
           cast(sum({closed}) as bigint) as closed, cast(sum({opened}) as bigint) as opened,
           cast(sum({observed}) as bigint) as observed, bool_or(broken) as broken
    from {quantities} group by all
"""

Answer = Result | RequestError


def answer_together(census: Census, requests: Sequence[Request]) -> list[Answer]:
    """The answers to requests, in their order; of one that makes no sense, its error."""
    answers: dict[str, Answer] = {}
    groups: dict[str, list[tuple[Request, bool]]] = defaultdict(list)
    for request in requests:
        key = request.canonical()
        if key in answers:
            continue
        try:
            told = named(census, request)
            kept = census.answers.find(told, find_measure(told.measure)) if census.answers else None
        except RequestError as error:
            answers[key] = error
            continue
        if kept is not None:
            answers[key] = kept
        else:
            shares = _shares(census, told)
            groups[_basis(census, told, shares)].append((request, shares))
    for members in groups.values():
        shared = [r for r, shares in members if shares]
        if len({r.canonical() for r in shared}) >= SEVERAL:
            answers |= dict(_group(census, shared))
        for request, _ in members:  # one after another: they ask for the same flows
            if request.canonical() not in answers:
                answers[request.canonical()] = _alone(census, request)
    return [answers[r.canonical()] for r in requests]


def _alone(census: Census, request: Request) -> Answer:
    try:
        return evaluate(census, request)
    except RequestError as error:
        return error


def _shares(census: Census, request: Request) -> bool:
    """Whether a request's numbers are sums over cells."""
    reading = request.reading
    used = {d for d, _ in request.of} | ({_peers(census, request)[0]} if reading.peers else set())
    return (
        request.measure in TOGETHER
        and not reading.channel.startswith(REPORTED)
        and not request.dimensions
        and not reading.peers.startswith("ranks:")
        and not used & {*ROOT_DIMENSIONS, *QUANTITY_DIMENSIONS}
    )


def _basis(census: Census, request: Request, shares: bool) -> str:
    """What requests on the same quantities have in common."""
    cumulative = find_measure(request.measure).cumulative
    reading = replace(request.reading, peers="", origin=request.reading.origin if cumulative else "first")
    basis = replace(request, measure="cumulative" if cumulative else "downloads", of=(), within="", reading=reading)
    if shares and _reached(census, request):
        basis = replace(basis, periods=(), by=())
    return basis.canonical()


def _reached(census: Census, request: Request) -> bool:
    """Whether the flows of all spans of a request are those that a large ledger keeps."""
    if request.reading.counter:
        return False
    census.prepare(request.reading.channel)
    kept = kept_of(census, request)
    try:
        return kept is not None and kept.reaches(spans_of(census, request, _cumulative(request))[1])
    except RequestError:
        return False


def _cumulative(request: Request) -> bool:
    return find_measure(request.measure).cumulative and not request.reading.counter


def _peers(census: Census, request: Request) -> tuple[str, tuple[str, ...]]:
    """Dimension and members of the peers that a reading names."""
    return peers_of(census.knowledge, request, request.reading.peers)


class _Spans:
    """The periods of all requests of a group, each once, with the days between which it is counted."""

    def __init__(self) -> None:
        self._places: dict[tuple[Period, tuple[date, date]], int] = {}

    def places(self, periods: Sequence[Period], days: Sequence[tuple[date, date]]) -> tuple[int, ...]:
        """Where these are among them."""
        return tuple(self._places.setdefault(p, len(self._places)) for p in zip(periods, days, strict=True))

    @property
    def periods(self) -> list[Period]:
        """All of them."""
        return [p for p, _ in self._places]

    @property
    def days(self) -> list[tuple[date, date]]:
        """Their days."""
        return [d for _, d in self._places]


def _group(census: Census, members: Sequence[Request]) -> Iterator[tuple[str, Answer]]:
    """The answers to requests on the same quantities."""
    asked, marks, spans = [], Marks(), _Spans()
    reached = _reached(census, named(census, members[0]))
    for request in {r.canonical(): r for r in members}.values():
        try:
            told = named(census, request)
            census.prepare(told.reading.channel)
            one = Asked(
                told,
                find_measure(told.measure),
                census.scope(told.within or "hub"),
                spans.places(*spans_of(census, told, _cumulative(told))) if reached else (),
                _peers(census, told) if told.reading.peers else None,
            )
            if one.peers and told.measure == "share":
                contained(told, *one.peers)
        except RequestError:
            yield request.canonical(), _alone(census, request)  # it says which of its faults comes first
            continue
        marks.see(one)
        asked.append((request.canonical(), one))
    if not asked:
        return
    first = asked[0][1].request
    census.flows.trim()
    base = replace(first, of=(), within="", reading=replace(first.reading, peers=""))
    quantities = Quantities.of(census, base, f"together_{crc32(base.canonical().encode()):08x}")
    try:
        group = _of_kept(census, quantities, spans, marks) if reached else _of_flows(census, quantities, marks)
    except RequestError as error:
        yield from ((key, error) for key, _ in asked)
        return
    yield from _answers(census, group, marks, asked)


@dataclass(frozen=True)
class _Group:
    """The cells that requests choose from, their frame, and how the cells came about."""

    frame: Frame
    cells: Cells
    sql: str


def _of_kept(census: Census, quantities: Quantities, spans: _Spans, marks: Marks) -> _Group:
    """Of flows that a large ledger keeps, of all spans in one."""
    engine, counters = census.engine, census.counters
    kept = kept_of(census, quantities.request)
    assert kept
    cells = CellTable.read(engine, counters.ordinals.count, marks.columns, "true")
    sums = summed_flows(engine, kept, counters, spans.days, cells, quantities.name)
    labels = labelled(census, quantities.request, spans.periods, spans.days)
    frame = quantities.over(quantities.request, sums, labels)
    named = "".join(f",\n--   {name}: {where}" for where, name in marks.names.items())
    sql = f"-- the flows that the ledger keeps by month, and those between its months, added up by span{named}"
    return _Group(frame, Cells.of(engine.fetch(sums), cells.parts, marks), sql)


def _of_flows(census: Census, quantities: Quantities, marks: Marks) -> _Group:
    """Of the quantities of the periods that all requests have in common."""
    engine = census.engine
    frame = quantities.frame(cumulative=_cumulative(quantities.request))
    columns = ", ".join(f"{sql} as {name}" for name, sql in marks.columns.items())
    parts = {"closed": "coalesce(high, 0)", "opened": "open::integer", "observed": "(not open)::integer"}
    summed = CELLS.format(marks=columns, quantities=frame.quantities.get_name(), **parts)
    cells = engine.query("cells", summed, keep=False)
    sizes = engine.query("sizes", f"select {columns}, count(*) as size from catalog group by all", keep=False)
    return _Group(frame, Cells.of(engine.fetch(cells), engine.fetch(sizes), marks), recorded_sql(engine, cells))


def _answers(
    census: Census, group: _Group, marks: Marks, asked: Sequence[tuple[str, Asked]]
) -> Iterator[tuple[str, Answer]]:
    """The answers of a group: the measure once over the stacked sums, then row by row back to the requests."""
    frame, cells, count = group.frame, group.cells, len(group.frame.spans)
    flags = {one.scope.where: frame.more.labels_within(frame, one.scope) for _, one in asked}
    stacks: dict[tuple[str, bool], list[tuple[str, Asked, list[str], Parts]]] = defaultdict(list)
    for key, one in asked:
        choice = marks.chosen(cells.marks, one)
        there = np.isin(cells.spans, one.places) if one.places else np.ones_like(choice.scope)
        absent = _absent(cells, marks, one, choice.scope & there)
        if absent is None or (choice.peers is not None and not (choice.peers & there).any()):
            yield key, _alone(census, one.request)  # it says what is wrong
            continue
        chosen = {"subject": choice.subject, "total": choice.scope}
        if choice.peers is not None:
            chosen["peers"] = choice.peers
        own = list(one.places) or slice(None)
        parts = {name: {n: v[own] for n, v in cells.add_up(rows, count).items()} for name, rows in chosen.items()}
        stacks[one.measure.name, choice.peers is not None].append((key, one, absent, parts))
    for (_, with_peers), stack in stacks.items():
        stacked = Stacked([parts for *_, parts in stack], stack[0][1], with_peers)
        table = stack[0][1].measure.compute(stacked)  # type: ignore[arg-type]
        rows: dict[int, list[dict]] = defaultdict(list)
        for row in census.engine.fetch(table).to_pylist():
            place, span = stacked.place(row["span"])
            rows[place].append({**row, "span": span})
        sql = census.engine.steps(table, ()).values()
        for place, (key, one, absent, _) in enumerate(stack):
            told = Told(
                replace(
                    frame,
                    request=one.request,
                    scope=one.scope,
                    spans=_own(flags[one.scope.where], one),
                    notes=list(absent),
                ),
                rows[place],
                _size(cells, marks, one),
                "\n\n".join([group.sql, marks.told(one), *sql]),
            )
            try:
                yield key, finish(census, one.request, one.measure, told)
            except RequestError as error:
                yield key, error


def _own(spans: Sequence[Span], one: Asked) -> tuple[Span, ...]:
    """A request's own of all spans."""
    return tuple(spans[i] for i in one.places) if one.places else tuple(spans)


def _size(cells: Cells, marks: Marks, one: Asked) -> int:
    """How many repositories of the catalog the subject has; of a share those under the line."""
    columns, counts = cells.sized
    choice = marks.chosen(columns, one)
    under = choice.scope if choice.peers is None else choice.peers
    return int(counts[under if one.measure.name == "share" else choice.subject].sum())


def _absent(cells: Cells, marks: Marks, one: Asked, scope: Bools) -> list[str] | None:
    """Notes on the values that no quantity in scope has; nothing where that is all of a term's."""
    found = []
    for dimension, values in (*one.request.of, *([one.peers] if one.peers else [])):
        lacking = [v for v in values if not (cells.marks[marks.of_value(dimension, v)] & scope).any()]
        if len(lacking) == len(values):
            return None
        if lacking:
            found.append(f"{ABSENT_NOTE}{', '.join(lacking)}")
    return found

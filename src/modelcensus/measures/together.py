"""Many requests answered together: those that choose from the same quantities share one pass over them.

Requests that differ in subject, scope and peers alone are sums over parts of the same quantities. So every value and every
scope that they name becomes a mark (a true or false column), the quantities are added up once per combination of marks
(a *cell*), and each request's sums are those of the cells that it chooses. The measure then runs once over the sums of
all requests, stacked: its own code, so that every answer is that of a single request.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import and_, or_
from typing import TYPE_CHECKING
from zlib import crc32

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from modelcensus.catalog import Scope
from modelcensus.measures.evaluate import Told, evaluate, finish, named
from modelcensus.measures.frame import ABSENT_NOTE, Frame, terms_sql
from modelcensus.measures.quantities import Quantities
from modelcensus.measures.registry import Measure, find_measure
from modelcensus.measures.result import Result
from modelcensus.measures.share import contained
from modelcensus.vocabulary import Request, RequestError
from modelcensus.vocabulary.names import DIMENSIONS, QUANTITY_DIMENSIONS, REPORTED, ROOT_DIMENSIONS

if TYPE_CHECKING:
    from modelcensus.measures.census import Census

TOGETHER = ("share", "ratio", "downloads", "cumulative")
"""Measures of which every number is made of sums over a subject, a scope, or peers."""
SUMS = ("low", "estimate", "high", "closed", "opened", "observed")
SEVERAL = 3
"""Requests from which on a pass of their own is worth it."""

CELLS = """
    select span, {marks}, cast(sum(low) as bigint) as low, cast(sum(estimate) as bigint) as estimate,
           cast(sum({closed}) as bigint) as high, cast(sum({opened}) as bigint) as opened,
           cast(sum({observed}) as bigint) as observed, bool_or(broken) as broken
    from {quantities} group by all
"""

Answer = Result | RequestError
Bools = NDArray[np.bool_]


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
            groups[_basis(told)].append((request, _shares(census, told)))
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


def _basis(request: Request) -> str:
    """What requests on the same quantities have in common."""
    cumulative = find_measure(request.measure).cumulative
    reading = replace(request.reading, peers="", origin=request.reading.origin if cumulative else "first")
    return replace(
        request, measure="cumulative" if cumulative else "downloads", of=(), within="", reading=reading
    ).canonical()


def _peers(census: Census, request: Request) -> tuple[str, tuple[str, ...]]:
    """Dimension and members of the peers that a reading names."""
    listed = census.knowledge.peers.get(request.reading.peers)
    if listed:
        return listed.dimension, listed.members
    dimension, separator, members = request.reading.peers.partition(":")
    if separator and dimension in DIMENSIONS:
        return dimension, tuple(v.strip() for v in members.split(","))
    subject = request.of[0][0] if request.of else "organization"
    return subject, tuple(v.strip() for v in request.reading.peers.split(","))


@dataclass(frozen=True)
class _Asked:
    """A request of a group with its scope, and what it chooses: marks by name."""

    request: Request
    measure: Measure
    scope: Scope
    peers: tuple[str, tuple[str, ...]] | None


class _Marks:
    """Names of the true or false columns, by their SQL over the catalog."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {}

    def of_scope(self, scope: Scope) -> str:
        """The mark of a scope."""
        return self.names.setdefault(scope.where or "true", f"mark{len(self.names)}")

    def of_value(self, dimension: str, value: str) -> str:
        """The mark of a value of a dimension."""
        return self.names.setdefault(terms_sql([(dimension, (value,))]), f"mark{len(self.names)}")

    @property
    def sql(self) -> str:
        """The marks as columns."""
        return ", ".join(f"coalesce(({where}), false) as {name}" for where, name in self.names.items())


@dataclass(frozen=True)
class _Cells:
    """Sums per span and combination of marks."""

    spans: NDArray[np.int64]
    marks: Mapping[str, Bools]
    sums: Mapping[str, NDArray[np.int64]]
    broken: Bools

    def add_up(self, chosen: Bools, count: int) -> dict[str, NDArray]:
        """The sums of the chosen cells per span, and which spans have any."""
        spans = self.spans[chosen]
        found: dict[str, NDArray] = {n: _totals(spans, v[chosen], count) for n, v in self.sums.items()}
        found["broken"] = _totals(spans, self.broken[chosen].astype(np.int64), count) > 0
        found["present"] = np.bincount(spans, minlength=count) > 0
        return found


def _totals(spans: NDArray[np.int64], values: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    total = np.zeros(count, np.int64)
    np.add.at(total, spans, values)
    return total


def _group(census: Census, members: Sequence[Request]) -> Iterator[tuple[str, Answer]]:
    """The answers to requests on the same quantities."""
    asked, marks = [], _Marks()
    for request in {r.canonical(): r for r in members}.values():
        try:
            told = named(census, request)
            census.prepare(told.reading.channel)
            one = _Asked(
                told,
                find_measure(told.measure),
                census.scope(told.within or "hub"),
                _peers(census, told) if told.reading.peers else None,
            )
            if one.peers and told.measure == "share":
                contained(told, *one.peers)
        except RequestError:
            yield request.canonical(), _alone(census, request)  # it says which of its faults comes first
            continue
        marks.of_scope(one.scope)
        for dimension, values in (*told.of, *([one.peers] if one.peers else [])):
            for value in values:
                marks.of_value(dimension, value)
        asked.append((request.canonical(), one))
    if not asked:
        return
    first = asked[0][1]
    census.flows.trim()
    base = replace(first.request, of=(), within="", reading=replace(first.request.reading, peers=""))
    quantities = Quantities.of(census, base, f"together_{crc32(base.canonical().encode()):08x}")
    cumulative = first.measure.cumulative and not base.reading.counter
    try:
        frame = quantities.frame(cumulative=cumulative, marks=marks.names)
    except RequestError as error:
        yield from ((key, error) for key, _ in asked)
        return
    cells = _cells(census, frame, marks)
    sizes = _sizes(census, marks)
    yield from _answers(census, frame, cells, sizes, marks, asked)


def _cells(census: Census, frame: Frame, marks: _Marks) -> _Cells:
    columns = set(frame.quantities.columns)
    listed = ", ".join(n if n in columns else f"coalesce(({w}), false) as {n}" for w, n in marks.names.items())
    units = "units" if "units" in columns else "1"
    parts = {"closed": "coalesce(high, 0)", "opened": "open::integer", "observed": f"(not open)::integer * {units}"}
    if "observed" in columns:  # added up before
        parts = {n: n for n in parts}
    name = frame.quantities.get_name()
    table = census.engine.fetch(
        census.engine.query("cells", CELLS.format(marks=listed, quantities=name, **parts), keep=False)
    )
    numbers = {
        n: table[n].fill_null(0).to_numpy().astype(np.int64)
        for n in ("low", "estimate", "high", "opened", "observed")
    }
    flags = {n: np.asarray(table[n].fill_null(False)).astype(bool) for n in marks.names.values()}
    return _Cells(
        table["span"].to_numpy().astype(np.int64),
        flags,
        numbers,
        np.asarray(table["broken"].fill_null(False)).astype(bool),
    )


def _sizes(census: Census, marks: _Marks) -> tuple[Mapping[str, Bools], NDArray[np.int64]]:
    """How many repositories of the catalog each combination of marks has."""
    table = census.engine.fetch(
        census.engine.query("sizes", f"select {marks.sql}, count(*) as size from catalog group by all", keep=False)
    )
    return {n: np.asarray(table[n]).astype(bool) for n in marks.names.values()}, table["size"].to_numpy().astype(
        np.int64
    )


def _chosen(marks: _Marks, columns: Mapping[str, Bools], one: _Asked) -> tuple[Bools, Bools, Bools | None]:
    """Which cells are in scope, which are the subject's, and which the peers'."""
    scope = columns[marks.of_scope(one.scope)]
    terms = [reduce(or_, (columns[marks.of_value(d, v)] for v in values)) for d, values in one.request.of]
    subject = reduce(and_, terms, scope)
    if not one.peers:
        return scope, subject, None
    dimension, values = one.peers
    left = _others(one)
    peers = reduce(or_, (columns[marks.of_value(dimension, v)] for v in values if v in left), np.zeros_like(scope))
    return scope, subject, peers & scope


def _others(one: _Asked) -> tuple[str, ...]:
    """The peers that count; a ratio leaves the subject itself out."""
    assert one.peers
    own = {v for _, values in one.request.of for v in values} if one.measure.name == "ratio" else set()
    return tuple(v for v in one.peers[1] if v not in own)


def _answers(
    census: Census, frame: Frame, cells: _Cells, sizes: tuple[Mapping[str, Bools], NDArray[np.int64]], marks: _Marks,
    asked: Sequence[tuple[str, _Asked]],
) -> Iterator[tuple[str, Answer]]:  # fmt: skip
    """The answers of a group: the measure once over the stacked sums, then row by row back to the requests."""
    count = len(frame.spans)
    scopes = {one.scope.where: one.scope for _, one in asked}
    flags = {where: frame.more.labels_within(frame, scope) for where, scope in scopes.items()}
    stacks: dict[tuple[str, bool], list[tuple[str, _Asked, list[str], dict]]] = defaultdict(list)
    for key, one in asked:
        scope, subject, peers = _chosen(marks, cells.marks, one)
        absent = _absent(cells, marks, one, scope)
        if absent is None or (peers is not None and not peers.any()):
            yield key, _alone(census, one.request)  # it says what is wrong
            continue
        parts = {"subject": cells.add_up(subject, count), "total": cells.add_up(scope, count)}
        if peers is not None:
            parts["peers"] = cells.add_up(peers, count)
        stacks[one.measure.name, peers is not None].append((key, one, absent, parts))
    for (_, with_peers), stack in stacks.items():
        stacked = _Stacked(frame, [parts for *_, parts in stack], stack[0][1], with_peers)
        table = stack[0][1].measure.compute(stacked)  # type: ignore[arg-type]
        rows: dict[int, list[dict]] = defaultdict(list)
        for row in census.engine.fetch(table).to_pylist():
            place, span = divmod(row["span"], count)
            rows[place].append({**row, "span": span})
        sql = "\n\n".join(census.engine.steps(table, ()).values())
        for place, (key, one, absent, _) in enumerate(stack):
            size_of, counts = sizes
            in_scope, subject, _ = _chosen(marks, size_of, one)
            size = int(counts[in_scope if one.measure.name == "share" else subject].sum())
            told = Told(
                replace(frame, request=one.request, scope=one.scope, spans=flags[one.scope.where], notes=list(absent)),
                rows[place], size, sql,
            )  # fmt: skip
            try:
                yield key, finish(census, one.request, one.measure, told)
            except RequestError as error:
                yield key, error


def _absent(cells: _Cells, marks: _Marks, one: _Asked, scope: Bools) -> list[str] | None:
    """Notes on the values that no quantity in scope has; nothing where that is all of a term's."""
    found = []
    for dimension, values in (*one.request.of, *([one.peers] if one.peers else [])):
        lacking = [v for v in values if not (cells.marks[marks.of_value(dimension, v)] & scope).any()]
        if len(lacking) == len(values):
            return None
        if lacking:
            found.append(f"{ABSENT_NOTE}{', '.join(lacking)}")
    return found


class _Stacked:
    """What a measure asks of its frame, for several requests at once: the span of request i is i * spans + span."""

    def __init__(self, frame: Frame, parts: Sequence[Mapping[str, Mapping]], one: _Asked, with_peers: bool) -> None:
        self.request = replace(
            one.request, of=(), reading=replace(one.request.reading, peers="x" if with_peers else "")
        )
        self.dimensions: tuple[str, ...] = ()
        self.notes: list[str] = []
        self.evidence: list[ir.Table] = []
        self.reported = frame.reported
        self._count, self._parts, self._with_peers = len(frame.spans), parts, with_peers

    def sums(self) -> ir.Table:
        """The subjects' sums."""
        return self._table("subject")

    def total(self) -> ir.Table:
        """The scopes' sums."""
        return self._table("total")

    def peers(self, exclude: tuple[str, ...] = ()) -> ir.Table | None:
        """The peers' sums."""
        return self._table("peers") if self._with_peers else None

    def peer_list(self, _reading: str) -> tuple[str, tuple[str, ...]]:
        """Checked before, request by request."""
        return "organization", ()

    def _table(self, part: str) -> ir.Table:
        columns: dict[str, list[NDArray]] = defaultdict(list)
        for place, parts in enumerate(self._parts):
            sums = parts[part]
            here = np.flatnonzero(sums["present"])
            columns["span"].append(here + place * self._count)
            for name in ("low", "estimate", "high", "opened", "observed", "broken"):
                columns[name].append(sums[name][here])
        joined = {n: np.concatenate(v) for n, v in columns.items()}
        is_open = joined["opened"] > 0
        return ibis.memtable(
            pa.table(
                {
                    "span": pa.array(joined["span"], pa.int64()),
                    "low": pa.array(joined["low"], pa.int64()),
                    "estimate": pa.array(joined["estimate"], pa.int64(), mask=is_open),
                    "high": pa.array(joined["high"], pa.int64(), mask=is_open),
                    "closed": pa.array(joined["high"], pa.int64()),
                    "open": pa.array(is_open),
                    "opened": pa.array(joined["opened"], pa.int64()),
                    "broken": pa.array(joined["broken"]),
                    "open_part": pa.array(np.zeros(len(is_open), bool)),
                    "observed": pa.array(joined["observed"], pa.int64()),
                }
            )
        )

"""What a measure computes from: quantities of units in spans, with their dimensions, and who stands under the line.

A *quantity* is one unit (a repository, or an organization of a reported series) in one span: columns
`span` (ordinal), `unit`, `low`, `estimate`, `high` (downloads), `open`, `broken`, and every dimension.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

import ibis
import ibis.expr.types as ir
import pyarrow as pa
from ibis import Deferred, _

from modelcensus.catalog import Knowledge, Scope
from modelcensus.catalog.patterns import text
from modelcensus.engine import Engine
from modelcensus.vocabulary import Period, Request, RequestError, UnknownError, near, nearest
from modelcensus.vocabulary.names import DIMENSIONS, ORGANIZATION_DIMENSIONS, QUANTITY_DIMENSIONS, ROOT_DIMENSIONS

if TYPE_CHECKING:
    from modelcensus.measures.quantities import Quantities


Terms = Sequence[tuple[str, tuple[str, ...]]]
"""Dimensions, each with the values of which one is wanted."""
ABSENT_NOTE = "not in these data: "
"""How a note begins that names the values that no quantity has."""

WITH_ROOTS = f"""
    select c.* replace ({", ".join(f"coalesce(s.{d}, c.{d}) as {d}" for d in ROOT_DIMENSIONS)}),
           coalesce(s.share, 1.0) as part
    from catalog c left join shared_roots s using (repository)
"""
"""The catalog with a row per root of a repository that has several, and the part of the repository that is the root's."""


@dataclass(frozen=True)
class Span:
    """One column of time in the answer: a period, or the reading of a snapshot."""

    label: str
    start: str
    end: str
    flags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Frame:
    """Quantities in scope, and how to group them. `whole` replaces the sum of the scope where a reported
    series gives its own total (columns span, low, estimate, high). A measure that finishes outside the engine
    puts the tables that it fetched into `evidence`, for the record; one whose rows are no periods of the request puts
    what they are into `labels`, and their place there into the column `span`; batches that it uses beside the
    channel's go into `also`, by id."""

    request: Request
    engine: Engine
    knowledge: Knowledge
    quantities: ir.Table
    spans: tuple[Span, ...]
    reported: bool
    whole: ir.Table | None
    more: "Quantities"
    scope: Scope
    notes: list[str] = field(default_factory=list)
    evidence: list[ir.Table] = field(default_factory=list)
    labels: list[Span] = field(default_factory=list)
    also: list[str] = field(default_factory=list)

    def calendar(self, periods: Sequence[Period], flags: tuple[str, ...] = ()) -> ir.Table:
        """Make these the spans of the answer; a table of them: span, start, end (days)."""
        self.labels.extend(Span(str(p), p.start.isoformat(), p.end.isoformat(), flags) for p in periods)
        columns = {
            "span": pa.array(range(len(periods)), pa.int64()),
            "start": pa.array([p.start for p in periods], pa.date32()),
            "end": pa.array([p.end for p in periods], pa.date32()),
        }
        return ibis.memtable(pa.table(columns))

    def cumulate(self) -> "Frame":
        """The same from the origin on up to each period's end."""
        return replace(self.more.frame(cumulative=True), notes=self.notes, evidence=self.evidence)

    def over(self, periods: Sequence[Period]) -> "Frame":
        """The same of other periods."""
        return replace(self.more.frame(periods), notes=self.notes, evidence=self.evidence)

    @property
    def dimensions(self) -> tuple[str, ...]:
        """The dimensions that rows are grouped by."""
        return self.request.dimensions

    def grouped(self) -> ir.Table:
        """Quantities with a row per variant where that is asked for (a repository can carry several), and per root
        where roots are asked for (a repository of several roots is shared among them)."""
        table = self.told((*self.dimensions, *(d for d, _ in self.request.of)))
        if "variant" not in self.dimensions:
            return table
        listed = table.mutate(variant=ibis.ifelse(_.variant.length() == 0, ibis.array(["none"]), _.variant))
        return listed.mutate(variant=_.variant.unnest())

    def told(self, dimensions: tuple[str, ...]) -> ir.Table:
        """Quantities that can be told apart by these dimensions."""
        if self.reported or not set(dimensions) & set(ROOT_DIMENSIONS):
            return self.quantities
        return share_among_roots(self.quantities, self.engine.table("shared_roots"))

    def subject(self) -> ir.Table:
        """The quantities of the request's subject."""
        return self.where(self.grouped(), self.request.of)

    @property
    def is_total(self) -> bool:
        """Whether all of a scope is asked for whose total the publisher gives."""
        return self.whole is not None and not self.request.of and not self.dimensions

    def sums(self, among: Terms = ()) -> ir.Table:
        """What the subject adds up to, per group and span, or what it has among some; of a whole scope the total that is
        published for it."""
        if self.is_total and not among:
            assert self.whole is not None
            return self.whole.mutate(broken=ibis.literal(False), open_part=ibis.literal(False))
        return add_up(chosen(self.subject(), among), (*self.dimensions, "span"))

    def where(self, table: ir.Table, terms: Terms) -> ir.Table:
        """The rows whose dimensions have one of the values asked for; an unknown value is an error."""
        for dimension, values in terms:
            self.require(dimension)
            self.must_exist(dimension, values)
        return chosen(table, terms)

    def require(self, dimension: str) -> None:
        """Refuse a dimension that the channel or the measure lacks."""
        if dimension in QUANTITY_DIMENSIONS and not self.reported and dimension not in self.quantities.columns:
            raise RequestError(
                f"{self.request.measure} goes by time since release: its rows have no {dimension} of their own",
                where=f"dimension {dimension}",
                remedy="leave it out, or ask for the downloads of periods",
            )
        if self.reported and dimension not in ORGANIZATION_DIMENSIONS:
            raise RequestError(
                f"a reported series by organization has no {dimension}",
                where=f"channel {self.request.reading.channel}",
                remedy=nearest(dimension, list(ORGANIZATION_DIMENSIONS)),
            )

    def total(self) -> ir.Table:
        """What stands under the line by default: the whole scope, per span."""
        return self.whole if self.whole is not None else add_up(self.quantities, ("span",))

    def peers(self, exclude: tuple[str, ...] = ()) -> ir.Table | None:
        """The sum of the peers that the reading names, per span; nothing where it names none."""
        reading = self.request.reading.peers
        if not reading:
            return None
        if reading.startswith("ranks:"):
            return add_up(self.ranked(reading)[1], ("span",))
        dimension, values = self.peer_list(reading)
        self.require(dimension)
        self.must_exist(dimension, values, where="reading peers")
        chosen = self.told((dimension,)).filter(_[dimension].isin([v for v in values if v not in exclude]))
        return add_up(chosen, ("span",))

    def peer_list(self, reading: str) -> tuple[str, tuple[str, ...]]:
        """Dimension and members of a named list, `dimension:a,b`, or plain values of the subject's dimension."""
        return peers_of(self.knowledge, self.request, reading)

    def ranked(self, reading: str) -> tuple[str, ir.Table]:
        """The dimension of `ranks:A..B`, and the sums of its members at these places of each span."""
        try:
            first, _dots, last = reading.removeprefix("ranks:").partition("..")
            a, b = int(first), int(last or first)
            if not 1 <= a <= b:
                raise ValueError(reading)
        except ValueError as error:
            raise RequestError(
                f"{reading!r} is no range of ranks", where="reading peers", remedy="use for example ranks:2..9"
            ) from error
        dimension = self.request.of[0][0] if self.request.of else "organization"
        self.require(dimension)
        sums = add_up(self.told((dimension,)), ("span", dimension))
        order = ibis.window(group_by="span", order_by=[sums.estimate.desc(), sums[dimension]])
        placed = sums.mutate(place=ibis.row_number().over(order) + 1)
        return dimension, placed.filter(_.place.between(a, b))

    def must_exist(self, dimension: str, values: tuple[str, ...], where: str = "--of") -> None:
        """Name the values that no quantity has; an error where that is all of them."""
        table = self.told((dimension,))
        column = table[dimension]
        column = column.unnest() if isinstance(column, ir.ArrayColumn) else column
        names = table.select(v=column).distinct()
        asked = names.filter(_.v.cast("string").isin(values)) if "None" not in values else names
        there = {str(v) for v in self.engine.fetch(asked)["v"].to_pylist()}
        absent = [v for v in values if v not in there]
        if absent and len(absent) == len(values):
            known = {str(v) for v in self.engine.fetch(names)["v"].to_pylist()}
            within = self.scope.id if self.scope.where not in ("", "true") else ""
            raise none_of(
                dimension,
                absent,
                known,
                within,
                where,
                lambda: not self.reported and self._in_catalog(dimension, absent[0]),
            )
        if absent:
            self.notes.append(f"{ABSENT_NOTE}{', '.join(absent)}")

    def _in_catalog(self, dimension: str, value: str) -> bool:
        catalog = self.engine.table("catalog")
        if dimension not in catalog.columns:
            return False
        column = catalog[dimension]
        test = column.contains(ibis.literal(value)) if isinstance(column, ir.ArrayColumn) else column == value
        return len(self.engine.fetch(catalog.filter(test).limit(1).select("repository"))) > 0


def chosen(table: ir.Table, terms: Terms) -> ir.Table:
    """The rows that have one of the values of every term."""
    for dimension, values in terms:
        if isinstance(table[dimension], ir.ArrayColumn):
            table = table.filter(reduce(or_, (_[dimension].contains(v) for v in values)))
        else:
            table = table.filter(_[dimension].isin(values))
    return table


def none_of(
    dimension: str, absent: Sequence[str], known: set[str], within: str, where: str, elsewhere: Callable[[], bool]
) -> RequestError:
    """Why values of which no quantity has one are refused: the nearest of those that are `known`. `within` names a scope
    that is not everything; `elsewhere` tells whether the ledger has the first of them outside of it."""
    choices = sorted(known - {"None"})
    alike = near(absent[0], choices)
    remedy = nearest(absent[0], choices, alike)
    if within and elsewhere():
        remedy = f"the ledger has it: choose a scope that contains it. {remedy}"
    inside = f" within {within}" if within else ""
    what = f"no {dimension} {', '.join(absent)!r} in these data{inside}"
    if within:  # the scope may be what is wrong
        return RequestError(what, where=where, remedy=remedy)
    return UnknownError(what, name=absent[0], near=alike, where=where, remedy=remedy)


def peers_of(knowledge: Knowledge, request: Request, reading: str) -> tuple[str, tuple[str, ...]]:
    """Dimension and members of the peers that a reading of a request names."""
    named = knowledge.peers.get(reading)
    if named:
        return named.dimension, named.members
    dimension, separator, listed = reading.partition(":")
    if separator and dimension in DIMENSIONS:
        return dimension, tuple(v.strip() for v in listed.split(","))
    subject = request.of[0][0] if request.of else "organization"
    return subject, tuple(v.strip() for v in reading.split(","))


def terms_sql(terms: Terms) -> str:
    """SQL of whoever has one of the values of every term, over the catalog.

    >>> terms_sql([("organization", ("a", "b")), ("variant", ("coder",))])
    "organization in ('a', 'b') and list_has_any(variant, ['coder'])"
    """
    tests = []
    for dimension, values in terms:
        listed = ", ".join(text(v) for v in values)
        tests.append(f"list_has_any(variant, [{listed}])" if dimension == "variant" else f"{dimension} in ({listed})")
    return " and ".join(tests) or "true"


def share_among_roots(table: ir.Table, shared: ir.Table) -> ir.Table:
    """Quantities with a row per root of each repository.

    The parts of an estimate are whole and add up to it; each part of the bounds holds what the share of the bounds
    holds, so that sums over all roots may be wider than the whole by less than one download a part.
    """
    names = {c: f"shared_{c}" for c in ("repository", *ROOT_DIMENSIONS)}
    told = shared.rename({v: k for k, v in names.items()})
    joined = table.left_join(told, [("repository", "shared_repository")])
    part, upto = _.share.fill_null(1.0), _.upto.fill_null(1.0)
    split = joined.mutate(
        low=(_.low * part).round(2).floor().cast("int64"),
        high=(_.high * part).round(2).ceil().cast("int64"),
        estimate=((_.estimate * upto).round(2).floor() - (_.estimate * (upto - part)).round(2).floor()).cast("int64"),
        **{c: ibis.coalesce(joined[names[c]], joined[c]) for c in ROOT_DIMENSIONS},
    )
    return split.mutate(shared=part < 1).drop("share", "upto", *names.values())


def add_up(table: ir.Table, keys: tuple[str, ...], **also: Deferred) -> ir.Table:
    """Sums of disjoint units, with their bounds; a sum that contains an open one is open and has no estimate.

    `observed` counts the units that are not open, `opened` those that are; `closed` is the sum of the highs that
    there are, so that what is left of a sum without some of its units has a high where only those were open. `also` are
    further aggregates.
    """
    counted = "observed" in table.columns
    weight = _.units if "units" in table.columns else 1  # of a large ledger's months a row can stand for many
    shared = _.open & _.shared if "shared" in table.columns else _.open & ~_.open
    closed = ((~_.open).cast("int64") * weight).sum()
    if "shared" in table.columns:  # a repository of several roots is counted once
        closed = _.unit.nunique(where=~_.open)
        if "units" in table.columns:
            closed = closed + (_.units * (_.unit.isnull() & ~_.open).cast("int64")).sum()
    return table.group_by(list(keys)).aggregate(
        low=_.low.sum().cast("int64"),
        estimate=ibis.ifelse(_.open.any(), ibis.null("int64"), _.estimate.sum().cast("int64")),
        high=ibis.ifelse(_.open.any(), ibis.null("int64"), _.high.sum().cast("int64")),
        closed=(_.closed if counted else _.high.fill_null(0)).sum().cast("int64"),
        open=_.open.any(),
        opened=(_.opened if counted else _.open.cast("int64")).sum().cast("int64"),
        broken=_.broken.any(),
        open_part=(_.open_part if counted else shared).any(),
        observed=(_.observed.sum() if counted else closed).cast("int64"),
        **also,
    )

"""What requests on the same quantities choose by: every value and scope that they name as a true or false column."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from modelcensus.catalog import Scope
from modelcensus.measures.choosing import counted, other_peers
from modelcensus.measures.frame import Terms, terms_sql
from modelcensus.measures.registry import Measure
from modelcensus.vocabulary import Request

Bools = NDArray[np.bool_]
COUNTED = {"low": "low", "estimate": "estimate", "high": "closed", "opened": "opened", "observed": "observed"}
"""Name of a sum -> the column of `add_up` that it is of; an open flow's high is what is known of it."""


@dataclass(frozen=True)
class Asked:
    """A request with its measure and scope, its places among the spans of all requests, and its peers."""

    request: Request
    measure: Measure
    scope: Scope
    places: tuple[int, ...]
    peers: tuple[str, tuple[str, ...]] | None

    @property
    def counted(self) -> Terms:
        """Whom its numbers are of."""
        return counted(self.request, self.measure, self.peers)

    @property
    def others(self) -> tuple[str, ...]:
        """The peers that count; a ratio leaves the subject itself out."""
        assert self.peers
        return tuple(other_peers(self.request, self.measure, self.peers))


class Marks:
    """Names of the true or false columns, by their SQL over the catalog."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {}

    def see(self, one: Asked) -> None:
        """Mark what a request names."""
        self.of_scope(one.scope)
        for dimension, values in (*one.request.of, *([one.peers] if one.peers else [])):
            for value in values:
                self.of_value(dimension, value)

    def of_scope(self, scope: Scope) -> str:
        """The mark of a scope."""
        return self.names.setdefault(scope.where or "true", f"mark{len(self.names)}")

    def of_value(self, dimension: str, value: str) -> str:
        """The mark of a value of a dimension."""
        return self.names.setdefault(terms_sql([(dimension, (value,))]), f"mark{len(self.names)}")

    @property
    def columns(self) -> dict[str, str]:
        """The marks as columns: name -> SQL."""
        return {name: f"coalesce(({where}), false)" for where, name in self.names.items()}

    def told(self, one: Asked) -> str:
        """What a request chooses, as a remark in SQL."""
        terms = [" or ".join(self.of_value(d, v) for v in values) for d, values in one.counted]
        said = [
            f"scope: {self.of_scope(one.scope)}",
            f"subject: {' and '.join(f'({t})' for t in terms) or 'all of it'}",
        ]
        if one.peers:
            said.append(f"peers: {', '.join(self.of_value(one.peers[0], v) for v in one.others)}")
        return "-- " + "; ".join(said)

    def chosen(self, columns: Mapping[str, Bools], one: Asked) -> Choice:
        """What a request chooses among rows that these columns mark."""
        scope = columns[self.of_scope(one.scope)]
        terms = [reduce(or_, (columns[self.of_value(d, v)] for v in values)) for d, values in one.counted]
        subject = reduce(and_, terms, scope)
        if not one.peers:
            return Choice(scope, subject, None)
        dimension, values = one.peers
        named = (columns[self.of_value(dimension, v)] for v in values if v in one.others)
        return Choice(scope, subject, reduce(or_, named, np.zeros_like(scope)) & scope)


@dataclass(frozen=True)
class Choice:
    """Which rows are in scope, which are the subject's, and which the peers'."""

    scope: Bools
    subject: Bools
    peers: Bools | None


@dataclass(frozen=True)
class Cells:
    """Sums per span and combination of marks, and how many repositories of the catalog have each combination."""

    spans: NDArray[np.int64]
    marks: Mapping[str, Bools]
    sums: Mapping[str, NDArray[np.int64]]
    broken: Bools
    sized: tuple[Mapping[str, Bools], NDArray[np.int64]]

    @classmethod
    def of(cls, sums: pa.Table, sizes: pa.Table, marks: Marks) -> Cells:
        """From tables with a column per mark: `span` and the sums of `add_up`, and `size`."""
        return cls(
            _numbers(sums["span"]),
            {n: _flags(sums[n]) for n in marks.names.values()},
            {n: _numbers(sums[column]) for n, column in COUNTED.items()},
            _flags(sums["broken"]),
            ({n: _flags(sizes[n]) for n in marks.names.values()}, _numbers(sizes["size"])),
        )

    def add_up(self, chosen: Bools, count: int) -> dict[str, NDArray]:
        """The sums of the chosen cells per span, and which spans have any."""
        spans = self.spans[chosen]
        found: dict[str, NDArray] = {n: _totals(spans, v[chosen], count) for n, v in self.sums.items()}
        found["broken"] = _totals(spans, self.broken[chosen].astype(np.int64), count) > 0
        found["present"] = np.bincount(spans, minlength=count) > 0
        return found


def _numbers(column: pa.ChunkedArray) -> NDArray[np.int64]:
    return column.fill_null(0).to_numpy().astype(np.int64)


def _flags(column: pa.ChunkedArray) -> Bools:
    return np.asarray(column.fill_null(False)).astype(bool)


def _totals(spans: NDArray[np.int64], values: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    total = np.zeros(count, np.int64)
    np.add.at(total, spans, values)
    return total

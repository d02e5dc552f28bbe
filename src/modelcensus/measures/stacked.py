"""What a measure asks of its frame, for several requests at once: their sums below each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from modelcensus.measures.frame import Terms
from modelcensus.measures.marks import Asked

Parts = Mapping[str, Mapping[str, NDArray]]
"""`subject`, `total`, and `peers` where there are any -> the sums of the request's spans, in their order."""


class Stacked:
    """A stand-in for a frame: the span of request i is `offsets[i]` + span."""

    def __init__(self, parts: Sequence[Parts], one: Asked, with_peers: bool) -> None:
        """`one` of the requests; they differ in subject, scope, peers and periods alone."""
        reading = replace(one.request.reading, peers="x" if with_peers else "")
        self.request = replace(one.request, of=(), reading=reading)
        self.dimensions: tuple[str, ...] = ()
        self.notes: list[str] = []
        self.evidence: list[ir.Table] = []
        self.reported = False
        self.offsets = np.cumsum([0, *(len(p["subject"]["present"]) for p in parts)])
        self._parts, self._with_peers = parts, with_peers

    def place(self, span: int) -> tuple[int, int]:
        """The request that a span is of, and which of its own spans it is."""
        place = int(np.searchsorted(self.offsets, span, "right")) - 1
        return place, span - int(self.offsets[place])

    def sums(self, among: Terms = ()) -> ir.Table:
        """The subjects' sums, which are those among their peers where a share is asked for."""
        return self._table("subject")

    def total(self) -> ir.Table:
        """The scopes' sums."""
        return self._table("total")

    def peers(self, exclude: tuple[str, ...] = ()) -> ir.Table | None:
        """The peers' sums."""
        return self._table("peers") if self._with_peers else None

    def peer_list(self, _reading: str) -> tuple[str, tuple[str, ...]]:
        """Checked and applied before, request by request."""
        return "organization", ()

    def _table(self, part: str) -> ir.Table:
        columns: dict[str, list[NDArray]] = defaultdict(list)
        for offset, parts in zip(self.offsets, self._parts, strict=False):
            sums = parts[part]
            here = np.flatnonzero(sums["present"])
            columns["span"].append(here + offset)
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

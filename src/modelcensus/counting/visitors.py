"""Hashes of addresses and sessions, keyed by the key of their day: what tells visitors apart and leads to no address."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from modelcensus.counting.line_arrays import NOTHING
from modelcensus.counting.requests import Requests
from modelcensus.counting.slices import mixed

if TYPE_CHECKING:
    from modelcensus.counting.reduction import Reduction

HASHED = """
    select n, cast('0x' || sha256(k.key || '{name} ' || {text})[1:15] as bigint) as hashed
    from heard h join day_keys k using (day) {source}
"""
NAMED = {"visitor": ("a.address", "join addresses a on a.address_key = h.key"), "session": ("h.key::varchar", "")}


@dataclass(frozen=True)
class Visitors:
    """Of each request who asked, as keyed hashes; NOTHING: not known. `known`: whether they are kept at all."""

    visitor: np.ndarray
    session: np.ndarray
    known: bool = True

    @classmethod
    def unknown(cls) -> "Visitors":
        """Where none are kept."""
        return cls(np.zeros(0, np.int64), np.zeros(0, np.int64), False)


def key_visitors(reduction: "Reduction", requests: Requests) -> Visitors:
    """Who asked, and in which session where one is stated."""
    days = np.unique(requests.day).tolist()
    keys = pa.array(map(reduction.salts.of, days), pa.string())
    reduction.db.register("day_keys", pa.table({"day": pa.array(days, pa.int64()), "key": keys}))
    found = [
        _keyed(reduction, name, requests.day, k)
        for name, k in (("visitor", requests.address), ("session", requests.session))
    ]
    reduction.db.unregister("day_keys")
    return Visitors(found[0], found[1])


def _keyed(reduction: "Reduction", name: str, day: np.ndarray, keys: np.ndarray) -> np.ndarray:
    """Each hash keyed by its day."""
    text, source = NAMED[name]
    own = np.flatnonzero(keys)
    numbers, first = reduction.meanings.numbering().of(mixed(day[own], keys[own]))
    heard = pa.table({"n": np.arange(len(first)), "day": day[own][first], "key": keys[own][first]})
    reduction.db.register("heard", heard)
    rows = reduction.db.sql(HASHED.format(name=name, text=text, source=source)).to_arrow_table()
    reduction.db.unregister("heard")
    hashed = np.full(len(first), NOTHING, np.int64)
    hashed[rows["n"].to_numpy()] = rows["hashed"].fill_null(NOTHING).to_numpy()
    found = np.full(len(keys), NOTHING, np.int64)
    found[own] = hashed[numbers]
    return found

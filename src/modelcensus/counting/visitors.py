"""Hashes of addresses and sessions, keyed by the key of their day: what tells visitors apart and leads to no address."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from modelcensus.counting.requests import Requests, occurring
from modelcensus.counting.slices import mixed

if TYPE_CHECKING:
    from modelcensus.counting.reduction import Reduction

HASHED = """
    select n, cast('0x' || sha256(k.key || '{name} ' || {text})[1:15] as bigint) as hashed
    from heard h join day_keys k using (day) {source} where {text} is not null
"""
NAMED = {"visitor": ("a.address", "join addresses a on a.address_key = h.key"), "session": ("h.key::varchar", "")}


@dataclass(frozen=True)
class Keyed:
    """Keyed hashes of requests: `of` each the place among the `different` ones, which are in order; their number: none."""

    of: np.ndarray
    different: np.ndarray

    def hashes(self, places: np.ndarray | slice = slice(None)) -> pa.Array:
        """Those of some requests; null where there is none."""
        at = self.of[places]
        return pa.array(np.append(self.different, 0)[at], mask=at == len(self.different))


@dataclass(frozen=True)
class Visitors:
    """Of each request who asked, and in which session where one is stated; `known`: whether these are kept at all."""

    visitor: Keyed
    session: Keyed
    known: bool = True

    @classmethod
    def unknown(cls) -> "Visitors":
        """Where none are kept."""
        none = Keyed(np.zeros(0, np.int32), np.zeros(0, np.int64))
        return cls(none, none, False)


def key_visitors(reduction: "Reduction", requests: Requests) -> Visitors:
    """Who asked, and in which session where one is stated."""
    day = requests.day
    days = occurring(day - day.min()) + day.min() if len(day) else day
    keys = pa.array(map(reduction.salts.of, days.tolist()), pa.string())
    reduction.db.register("day_keys", pa.table({"day": days, "key": keys}))
    found = [
        _keyed(reduction, name, day, k) for name, k in (("visitor", requests.address), ("session", requests.session))
    ]
    reduction.db.unregister("day_keys")
    return Visitors(found[0], found[1])


def _keyed(reduction: "Reduction", name: str, day: np.ndarray, keys: np.ndarray) -> Keyed:
    """Each hash keyed by its day."""
    text, source = NAMED[name]
    own = np.flatnonzero(keys)
    numbers, first = reduction.meanings.numbering().of(mixed(day[own], keys[own]))
    heard = pa.table({"n": np.arange(len(first)), "day": day[own][first], "key": keys[own][first]})
    reduction.db.register("heard", heard)
    rows = reduction.db.sql(HASHED.format(name=name, text=text, source=source)).to_arrow_table()
    reduction.db.unregister("heard")
    hashes, place = np.unique(rows["hashed"].to_numpy(), return_inverse=True)
    places = np.full(len(first), len(hashes), np.int32)
    places[rows["n"].to_numpy()] = place
    found = np.full(len(keys), len(hashes), np.int32)
    found[own] = places[numbers]
    return Keyed(found, hashes)

"""Reduced requests as the ledger keeps them: numbered by what they are, not by when they were met.

The same lines give the same tables, whatever their order and wherever they were read.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from modelcensus.counting.agents import Agent
from modelcensus.counting.line_arrays import NOT_SAID, NOTHING, YES
from modelcensus.counting.requests import Requests, counted_in, occurring, packed, ranked
from modelcensus.counting.shapes import MARKS, PARTS
from modelcensus.counting.slices import Slices, mixed
from modelcensus.counting.visitors import Visitors, key_visitors
from modelcensus.vocabulary import AGENTS, PLACES, REQUESTS, RESTS, VISITS, Schema

if TYPE_CHECKING:
    from modelcensus.counting.reduction import Reduction

AGENT = ", ".join(Agent.__dataclass_fields__)
_ALPHABETIC = np.argsort(np.argsort(np.array(PARTS))).astype(np.int8)
"""The places of PARTS in the order of their names."""
ORDERED = "select {number}, {columns} from {table} semi join used on {number} = number order by {columns}"


@dataclass(frozen=True)
class Targets:
    """What was asked for: repositories and what of them, each in order and by number from 1; `place` and `rest` of each
    target that was met (0: it was not)."""

    places: pa.Table
    rests: pa.Table
    place: np.ndarray
    rest: np.ndarray

    @classmethod
    def of(cls, reduction: "Reduction", met: np.ndarray) -> "Targets":
        """Those of the targets of these numbers."""
        pairs, count = reduction.meanings.targets[met], len(reduction.meanings.targets)
        place, rest = np.zeros(count, np.int64), np.zeros(count, np.int64)
        place[met], places = _ordered(reduction, PLACES, pairs[:, 0])
        rest[met], rests = _ordered(reduction, RESTS, pairs[:, 1])
        return cls(places, rests, place, rest)


def reduced_tables(reduction: "Reduction") -> dict[str, pa.Table]:
    """The requests that a reduction read so far, as the tables of the ledger."""
    requests = Requests.together(reduction.requests)
    reduction.requests.clear()
    targets = Targets.of(reduction, occurring(requests.target))
    met = set(occurring(requests.agent).tolist())
    numbers = numbered_agents(a for a, n in reduction.meanings.agents.items() if n in met)
    who = visitors_of(reduction, requests)
    agent = np.zeros(max(met, default=0) + 1, np.int64)
    agent[[reduction.meanings.agents[a] for a in numbers]] = list(numbers.values())
    place = targets.place[requests.target]
    return {
        REQUESTS.name: _grouped(requests, place, targets.rest[requests.target], agent[requests.agent], who),
        PLACES.name: targets.places,
        RESTS.name: targets.rests,
        AGENTS.name: agents_table(numbers),
        VISITS.name: _visits(reduction, requests, place, targets.places.num_rows + 1),
    }


def _ordered(reduction: "Reduction", schema: Schema, met: np.ndarray) -> tuple[np.ndarray, pa.Table]:
    """The number of each among the different ones in order, and these."""
    number, *columns = schema.names
    reduction.db.register("used", pa.table({"number": np.unique(met)}))
    sql = ORDERED.format(number=number, columns=", ".join(columns), table=schema.name)
    held = reduction.db.sql(sql).to_arrow_table()
    reduction.db.unregister("used")
    numbers = np.zeros(int(met.max(initial=0)) + 1, np.int64)
    numbers[held[number].to_numpy()] = np.arange(1, held.num_rows + 1)
    renumbered = {number: np.arange(1, held.num_rows + 1), **{c: held[c] for c in columns}}
    return numbers[met], as_declared(renumbered, schema.arrow)


def _grouped(requests: Requests, place: np.ndarray, rest: np.ndarray, agent: np.ndarray, who: Visitors) -> pa.Table:
    """Requests that are alike in everything, once."""
    part = _ALPHABETIC[requests.part]
    own = (
        [requests.instant, who.visitor.view(np.uint64), who.session.view(np.uint64)] if who.known else []
    )  # none last
    keys = packed([requests.day, place, rest, agent, requests.status, part, requests.marked, requests.counter, *own])
    order = np.argsort(keys)
    keys = keys[order]
    begins = np.flatnonzero(np.concatenate([np.ones(min(len(keys), 1), bool), keys[1:] != keys[:-1]]))
    first = order[begins]
    size = requests.bytes[order]
    said = size != NOTHING
    size[~said] = 0
    sums, stated = (np.add.reduceat(a, begins) if len(begins) else a for a in (size, said.astype(np.int64)))
    counter = requests.counter[first]
    nothing = pa.nulls(len(first), pa.int64())
    kept = {"instant": nothing, "visitor": nothing, "session": nothing}
    if who.known:
        visitor, session = who.visitor[first], who.session[first]
        kept = {
            "instant": pa.array(requests.instant[first]),
            "visitor": pa.array(visitor, mask=visitor == NOTHING), "session": pa.array(session, mask=session == NOTHING),
        }  # fmt: skip
    columns = {
        "day": pa.array(requests.day[first].astype(np.int32)).cast(pa.date32()),
        "place": place[first], "rest": rest[first], "agent": agent[first], "status": requests.status[first],
        "part": named(PARTS, requests.part[first]), "marked": named(MARKS, requests.marked[first]),
        "counter": pa.array(counter == YES, mask=counter == NOT_SAID),
        "requests": np.diff(begins, append=len(keys)), "bytes": pa.array(sums, mask=stated == 0), **kept,
    }  # fmt: skip
    return as_declared(columns, REQUESTS.arrow)


def _visits(reduction: "Reduction", requests: Requests, place: np.ndarray, size: int) -> pa.Table:
    """How many asked for a repository on a day; places are below `size`."""
    day = requests.day
    least = int(day.min()) if len(day) else 0
    groups, inverse = ranked((day - least) * size + place)
    groups = groups + least * size
    stated = np.flatnonzero(requests.address)
    addresses = counted_in(inverse[stated], len(groups), requests.address[stated])
    sessions = counted_in(inverse, len(groups), sessions_of(reduction, requests))
    columns = {
        "day": pa.array((groups // size).astype(np.int32)).cast(pa.date32()),
        "place": groups % size,
        "addresses": pa.array(addresses, mask=addresses == 0), "sessions": sessions,
    }  # fmt: skip
    return as_declared(columns, VISITS.arrow)


def visitors_of(reduction: "Reduction", requests: Requests) -> Visitors:
    """Who asked, where that is kept."""
    return key_visitors(reduction, requests) if reduction.policies.keep == "visits" else Visitors.unknown()


def sessions_of(reduction: "Reduction", requests: Requests) -> np.ndarray:
    """Hashes of the session of each request: the one stated, else address and agent."""
    told = ["\x1f".join(map(str, vars(a).values())) for a in reduction.meanings.agents]
    prints = np.concatenate([np.zeros(1, np.uint64), Slices.of(pa.array(told, pa.string())).hashes()])
    return np.where(requests.session != 0, requests.session, mixed(requests.address, prints[requests.agent]))


def named(names: tuple[str, ...], places: np.ndarray) -> pa.Array:
    """Names by their places."""
    return pa.DictionaryArray.from_arrays(pa.array(places, pa.int8()), pa.array(names)).cast(pa.string())


def numbered_agents(agents: Iterable[Agent]) -> dict[Agent, int]:
    """Agents by number, from 1."""
    return {a: n for n, a in enumerate(sorted(agents, key=lambda a: tuple(vars(a).values())), 1)}


def agents_table(agents: dict[Agent, int]) -> pa.Table:
    """Numbered agents as the ledger keeps them."""
    rows = [(n, *vars(a).values()) for a, n in agents.items()]
    return pa.table(list(zip(*rows, strict=True)) or [[]] * len(AGENTS.names), schema=AGENTS.arrow)


def as_declared(columns: dict[str, object], schema: pa.Schema) -> pa.Table:
    """The columns in the order, with the names and types of a schema."""
    return pa.table({n: columns[n] for n in schema.names}).cast(schema)

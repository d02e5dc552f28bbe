"""Reduced requests as the ledger keeps them: numbered by what they are, not by when they were met.

The same lines give the same tables, whatever their order and wherever they were read.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from modelcensus.counting.agents import Agent
from modelcensus.counting.line_arrays import NOT_SAID, YES, place_and_rest
from modelcensus.counting.requests import Answers, Requests, occurring
from modelcensus.counting.rows import Grouped, Loops, Numbers, Rows, Visits
from modelcensus.counting.shapes import MARKS, PARTS
from modelcensus.counting.slices import Slices
from modelcensus.counting.visitors import Visitors, key_visitors
from modelcensus.vocabulary import AGENTS, PLACES, REQUESTS, RESTS, VISITS, Schema

if TYPE_CHECKING:
    from modelcensus.counting.reduction import Reduction

AGENT = ", ".join(Agent.__dataclass_fields__)
ORDERED = "select rest, {columns} from rests semi join used on rest = number order by {columns}"


@dataclass(frozen=True)
class Targets:
    """What was asked for: repositories and what of them, each in order and by number from 1; `place` and `rest`: these
    numbers, by those of the reduction."""

    places: pa.Table
    rests: pa.Table
    place: np.ndarray
    rest: np.ndarray

    @classmethod
    def of(cls, reduction: "Reduction", target: np.ndarray) -> "Targets":
        """Those of requests."""
        place, rest = (occurring(n) for n in place_and_rest(target))
        places, rests = reduction.meanings.places.in_order(place), _rests(reduction, rest)
        return cls(_numbered(PLACES, *places), _numbered(RESTS, *rests), _in_order(places[0]), _in_order(rests[0]))


@dataclass(frozen=True)
class Reduced:
    """The requests that a reduction read so far, with all that is to be known of them, so that it can read on meanwhile.

    `agents`: numbered as in the tables; `numbers`: in the tables, by those of the reduction; `answers`: the different ones;
    `prints`: hashes of agents by the numbers of the reduction.
    """

    requests: Requests
    targets: Targets
    agents: dict[Agent, int]
    answers: np.ndarray
    numbers: Numbers
    prints: np.ndarray
    who: Visitors
    loops: Loops

    @classmethod
    def of(cls, reduction: "Reduction") -> "Reduced":
        """What was read, which the reduction keeps no longer."""
        requests, known = reduction.gathered.all, reduction.meanings.agents
        met = set(occurring(requests.agent).tolist())
        agents = numbered_agents(a for a, n in known.items() if n in met)
        agent = np.zeros(max(met, default=0) + 1, np.int32)
        agent[[known[a] for a in agents]] = list(agents.values())
        targets, who = Targets.of(reduction, requests.target), visitors_of(reduction, requests)
        answers = occurring(requests.answer)
        answer = np.zeros(int(answers.max(initial=0)) + 1, np.int32)
        answer[answers] = np.arange(len(answers))
        numbers = Numbers(targets.place, targets.rest, agent, answer)
        return cls(requests, targets, agents, answers, numbers, prints_of(reduction), who, reduction.meanings.loops)

    def tables(self) -> dict[str, pa.Table]:
        """As the tables of the ledger."""
        rows = Rows.of(self.requests, self.numbers, self.loops.pack)
        kept = [self.requests.instant, self.who.visitor.of, self.who.session.of] if self.who.known else []
        grouped = self.loops.group(rows, self.requests, kept, self.prints)
        return {
            REQUESTS.name: _grouped(self, grouped),
            PLACES.name: self.targets.places,
            RESTS.name: self.targets.rests,
            AGENTS.name: agents_table(self.agents),
            VISITS.name: _visits(rows, grouped.visits),
        }


def _rests(reduction: "Reduction", met: np.ndarray) -> tuple[np.ndarray, pa.Table]:
    """The numbers of rests that were met in their order, and these."""
    reduction.db.register("used", pa.table({"number": met}))
    held = reduction.db.sql(ORDERED.format(columns=", ".join(RESTS.names[1:]))).to_arrow_table()
    reduction.db.unregister("used")
    return held["rest"].to_numpy(), held


def _in_order(numbers: np.ndarray) -> np.ndarray:
    """By each number its place among those in order, from 1."""
    places = np.zeros(int(numbers.max(initial=0)) + 1, np.int32)
    places[numbers] = np.arange(1, len(numbers) + 1)
    return places


def _numbered(schema: Schema, numbers: np.ndarray, rows: pa.Table) -> pa.Table:
    """Rows by their places from 1."""
    number, *columns = schema.names
    return as_declared({number: np.arange(1, len(numbers) + 1), **{c: rows[c] for c in columns}}, schema.arrow)


def _grouped(reduced: Reduced, grouped: Grouped) -> pa.Table:
    """Requests that are alike in everything, once."""
    told = Answers.of(reduced.answers)
    day, place, rest, agent, of = grouped.told
    counter, count = told.counter, len(day)
    nothing = pa.nulls(count, pa.int64())
    kept = {"instant": nothing, "visitor": nothing, "session": nothing}
    if reduced.who.known and grouped.first is not None:
        kept = {
            "instant": pa.array(reduced.requests.instant[grouped.first]),
            "visitor": reduced.who.visitor.hashes(grouped.first),
            "session": reduced.who.session.hashes(grouped.first),
        }
    columns = {
        "day": pa.array(day.astype(np.int32)).cast(pa.date32()), "place": place, "rest": rest, "agent": agent,
        "status": told.status.astype(np.int64)[of], "part": named(PARTS, told.part.astype(np.int8)[of]),
        "marked": named(MARKS, told.marked.astype(np.int8)[of]),
        "counter": pa.array((counter == YES)[of], mask=(counter == NOT_SAID)[of]),
        "requests": grouped.counts, "bytes": pa.array(grouped.sums, mask=grouped.stated == 0), **kept,
    }  # fmt: skip
    return as_declared(columns, REQUESTS.arrow)


def _visits(rows: Rows, visits: Visits) -> pa.Table:
    """How many asked for a repository on a day."""
    day, place = rows.day_and_place(visits.asked)
    columns = {
        "day": pa.array(day.astype(np.int32)).cast(pa.date32()), "place": place,
        "addresses": pa.array(visits.addresses, mask=visits.addresses == 0), "sessions": visits.sessions,
    }  # fmt: skip
    return as_declared(columns, VISITS.arrow)


def visitors_of(reduction: "Reduction", requests: Requests) -> Visitors:
    """Who asked, where that is kept."""
    return key_visitors(reduction, requests) if reduction.policies.keep == "visits" else Visitors.unknown()


def prints_of(reduction: "Reduction") -> np.ndarray:
    """Hashes of the agents of a reduction, by their numbers."""
    told = ["\x1f".join(map(str, vars(a).values())) for a in reduction.meanings.agents]
    return np.concatenate([np.zeros(1, np.uint64), Slices.of(pa.array(told, pa.string())).hashes()])


def named(names: tuple[str, ...], places: np.ndarray) -> pa.Array:
    """Names by their places."""
    return pa.DictionaryArray.from_arrays(pa.array(places, pa.int8()), pa.array(names))


def numbered_agents(agents: Iterable[Agent]) -> dict[Agent, int]:
    """Agents by number, from 1."""
    return {a: n for n, a in enumerate(sorted(agents, key=lambda a: tuple(vars(a).values())), 1)}


def agents_table(agents: dict[Agent, int]) -> pa.Table:
    """Numbered agents as the ledger keeps them."""
    rows = [(n, *vars(a).values()) for a, n in agents.items()]
    return pa.table(list(zip(*rows, strict=True)) or [[]] * len(AGENTS.names), schema=AGENTS.arrow)


def as_declared(columns: dict[str, object], schema: pa.Schema) -> pa.Table:
    """The columns in the order, with the names and types of a schema; names by their places stay so."""
    given = pa.table({n: columns[n] for n in schema.names})
    types = [t if pa.types.is_dictionary(t) else f.type for t, f in zip(given.schema.types, schema, strict=True)]
    return given.cast(pa.schema(list(zip(schema.names, types, strict=True))))

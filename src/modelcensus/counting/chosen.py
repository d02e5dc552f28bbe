"""Which requests count: those of models whose route, method, status, part and client do under the policies, and whose path is a
query file of their repository's library under the rules.

What numbers stand for is judged in SQL, once for each; requests, of which there are many, look it up.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from modelcensus.counting.libraries import Libraries, keys_of
from modelcensus.counting.line_arrays import NOT_SAID, YES
from modelcensus.counting.numbering import Learned
from modelcensus.counting.policies import Policies
from modelcensus.counting.requests import occurring
from modelcensus.counting.shapes import MARKS, PARTS
from modelcensus.counting.slices import Slices, mixed
from modelcensus.engine import Tables


class CountingRules(Protocol):
    """Which files count, as it was published by a day."""

    def counts(self, path: str, library: str) -> str:
        """SQL: whether a request of a path in a repository of a library counts; a null library: the default rule."""
        ...


ROUTES = {"resolve": ("resolve",), "any-hop": ("resolve", "cache"), "final-hop": ("resolve", "cache")}
TAKEN = {"all": PARTS, "first": ("whole", "probe", "start", "part"), "whole": ("whole", "start")}
"""Parts of a file that count."""
SHARD = r"-\d{5}-of-\d{5}\."
SHARDS = f"and not (regexp_matches(path, '{SHARD}') and not contains(path, '-00001-of-'))"
STATUSES = 600
RESTS = """
    select rest, coalesce(pinned, false) as pinned, method in ({methods}) and route in ('repository', {routes}) as counts,
           route = 'info' and method = 'GET' as asks
    from asked_rests
"""
HITS = "select coalesce(route = 'repository' or ({counts} {shards}), false) as hit from asked_pairs order by pair"
AGENTS = """
    select agent, {automated} as counts, coalesce(asks_first, false) as asks_first,
           coalesce(asks_first and client <> 'huggingface_hub', false) as asks
    from asked_agents
"""


@dataclass(frozen=True)
class Asked:
    """The requests of a batch and what their numbers stand for, in the columns of the ledger."""

    requests: pa.Table
    places: pa.Table
    rests: pa.Table
    agents: pa.Table


@dataclass(frozen=True)
class Chosen:
    """What counts of a batch. `models`: who is asked for, with the hashes `keys`; `model`: of each of its requests which of
    them it is, or -1; `hits`: the places of requests that count as downloads, `told_before`: which of these no load begins
    with; `loads`: the places of others that a load begins with."""

    asked: Asked
    models: pa.ChunkedArray
    keys: np.ndarray
    model: np.ndarray
    hits: np.ndarray
    told_before: np.ndarray
    loads: np.ndarray


class Choosing:
    """Says what counts under policies and rules, of repositories with their libraries."""

    def __init__(self, engine: Tables, policies: Policies, rules: CountingRules, libraries: Libraries) -> None:
        self._engine, self._libraries = engine, libraries
        self._unknown = policies.unknown != "drop"
        methods = [m for m in policies.methods if m != "HEAD" or policies.head == "on"]
        self._rests = RESTS.format(methods=_listed(methods or [""]), routes=_listed(ROUTES[policies.chain]))
        self._hits = HITS.format(
            counts=rules.counts("path", "nullif(library, '')"), shards=SHARDS if policies.shards == "once" else ""
        )
        self._judged = Learned()
        """Whether a path counts in repositories of a library, by hashes of the two."""
        dropped = [k for k in ("bot", "ci") if getattr(policies, f"{k}s" if k == "bot" else k) == "drop"]
        self._agents = AGENTS.format(automated=f"automated not in ({_listed(dropped)})" if dropped else "true")
        final = "and status // 100 = 2" if policies.chain == "final-hop" else ""
        self._statuses = engine.arrow(
            f"select {policies.status_test('status')} {final} as counts from range({STATUSES}) as every(status) order by status"
        )["counts"].to_numpy()
        self._parts = np.isin(PARTS, TAKEN[policies.ranges])
        self._marks = ~np.isin(MARKS, [*dropped, "mirror"])

    def of(self, asked: Asked) -> Chosen:
        """What counts of a batch."""
        requests = asked.requests
        place, rest, agent, status = _columns(requests, "place", "rest", "agent", "status")
        models = asked.places.filter(pc.field("kind") == "model")
        keys, number = keys_of(models["repository"]), models["place"].to_numpy()
        most = int(asked.places["place"].to_numpy().max(initial=0))
        model = _by_number(np.arange(len(number)) + 1, number, most)[place] - 1
        library = _by_number(self._library(keys), number, most)[place]
        for name in ("rests", "agents"):
            self._engine.hold(f"asked_{name}", getattr(asked, name))
        rests, agents = self._engine.arrow(self._rests), self._engine.arrow(self._agents)
        number, *meant = _columns(rests, "rest", "counts", "pinned", "asks")
        counts, pinned, asks = (_by_number(of, number) for of in meant)
        number, *meant = _columns(agents, "agent", "counts", "asks_first", "asks")
        taken, first, first_asks = (_by_number(of, number) for of in meant)
        marked = self._marks[_places(requests["marked"], MARKS)] & taken[agent]
        hit = self._pairs(counts, rest, library, asked.rests)
        hit &= marked & self._statuses[status] & self._parts[_places(requests["part"], PARTS)]
        hits = np.flatnonzero(hit)
        loads = np.flatnonzero(asks[rest])
        loads = loads[marked[loads] & (model[loads] >= 0) & (status[loads] >= 200) & (status[loads] < 400)]
        said = requests["counter"].take(pa.array(loads)).cast(pa.int8()).fill_null(NOT_SAID).to_numpy()
        loads = loads[np.where(said == NOT_SAID, first_asks[agent[loads]], said == YES)]
        for name in ("rests", "agents"):
            self._engine.drop(f"asked_{name}")
        told_before = first[agent[hits]] & pinned[rest[hits]]
        return Chosen(asked, models["repository"], keys, model, hits, told_before, loads)

    def _library(self, keys: np.ndarray) -> np.ndarray:
        """The numbers of the libraries of models, from 1; 0: it is not asked what counts of it."""
        places = self._libraries.places(keys)
        numbers = self._libraries.numbers(places) + 1
        return numbers if self._unknown else np.where(places >= 0, numbers, 0)

    def _pairs(self, counts: np.ndarray, rest: np.ndarray, library: np.ndarray, rests: pa.Table) -> np.ndarray:
        """Which requests are of files that count: the rules are asked once about each path with each library that it has.
        `counts`: by the numbers of rests, whether they can."""
        names = ["", *self._libraries.names]
        pair = (counts * np.arange(len(counts)) * len(names))[rest]
        pair += library
        met = occurring(pair)
        of, by = np.divmod(met, len(names))
        asking = (of > 0) & (by > 0)
        met, of, by = met[asking], of[asking], by[asking]
        number = rests["rest"].to_numpy()
        asked = rests.select(["route", "path"]).take(pa.array(_by_number(np.arange(len(number)), number)[of]))
        asked = asked.append_column("library", [pa.array(names, pa.string()).take(pa.array(by))])
        texts = pc.call_function(
            "binary_join_element_wise", [*asked.columns[:2], "/"], pc.JoinOptions("replace", null_replacement="")
        )
        hit = np.zeros(int(pair.max(initial=0)) + 1, bool)
        hit[met] = self._judged.of(
            mixed(Slices.of(texts).hashes(), by), lambda new: self._judge(asked.take(pa.array(new)))
        )
        return hit[pair]

    def _judge(self, asked: pa.Table) -> np.ndarray:
        """Whether paths count (columns route, path and library)."""
        self._engine.hold("asked_pairs", asked.append_column("pair", [np.arange(asked.num_rows)]))
        found = self._engine.arrow(self._hits)["hit"].to_numpy()
        self._engine.drop("asked_pairs")
        return found


def _by_number(values: np.ndarray, numbers: np.ndarray, most: int | None = None) -> np.ndarray:
    """Values by the numbers that they belong to; 0 where there is none."""
    found = np.zeros(int(numbers.max(initial=0) if most is None else most) + 1, values.dtype)
    found[numbers] = values
    return found


def _columns(rows: pa.Table, *names: str) -> list[np.ndarray]:
    return [rows[n].to_numpy() for n in names]


def _places(column: pa.ChunkedArray, names: tuple[str, ...]) -> np.ndarray:
    """The places of names, which may come by their places already."""
    if pa.types.is_dictionary(column.type):
        column = column.combine_chunks().indices
    else:
        column = pc.call_function("index_in", [column], pc.SetLookupOptions(pa.array(names)))
    return column.to_numpy()


def _listed(values: tuple[str, ...] | list[str]) -> str:
    return ", ".join(f"'{v}'" for v in values)

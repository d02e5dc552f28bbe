"""What texts in logs mean: agents, addresses and targets, each worked out once, however many lines say it."""

from collections.abc import Callable

import duckdb
import numpy as np
import pyarrow as pa

from modelcensus.counting.agents import Agent, told, unescaped
from modelcensus.counting.formats import LogFormat
from modelcensus.counting.networks import Networks
from modelcensus.counting.policies import Policies
from modelcensus.counting.shapes import MARKS
from modelcensus.counting.slices import Learned, Slices, different
from modelcensus.counting.targets import targets_sql

Texts = Callable[[np.ndarray], list[str | None]]
"""Gives the texts at some places."""
TABLES = (
    "addresses (address_key ubigint, address varchar)",
    "places (place bigint, kind varchar, repository varchar)",
    "rests (rest bigint, route varchar, path varchar, method varchar, pinned boolean)",
)
"""Addresses by their hash; repositories, and what is asked for in them, by number."""
REST = "route, path, method, pinned"
NEW_PLACES = """
    insert into places select {known} + row_number() over (), kind, repository
    from (select distinct kind, repository from told_targets where kind is not null and problem is null)
    anti join places using (kind, repository)
"""
NEW_RESTS = """
    insert into rests select {known} + row_number() over (), {rest} from (
        select {rest} from told_targets where kind is not null and problem is null
        except select {rest} from rests)
"""
FOUND = """
    select n.asked_key, coalesce(p.place, 0) as place, coalesce(r.rest, 0) as rest, n.problem
    from told_targets n left join places p on p.kind = n.kind and p.repository = n.repository and n.problem is null
    left join rests r on r.route = n.route and r.method = n.method and r.pinned = n.pinned
         and r.path is not distinct from n.path and n.problem is null
"""
MOST_TARGETS = 2_000_000
"""Targets that are remembered from one batch to the next."""


class Meanings:
    """The texts met so far, by their hashes."""

    def __init__(self, db: duckdb.DuckDBPyConnection, policies: Policies) -> None:
        self.db, self.prefix = db, policies.prefix
        self.networks = Networks.of(policies)
        self.names_addresses = bool(self.networks) or policies.keep == "visits"
        self.forget()

    def forget(self) -> None:
        """Start with nothing met."""
        for table in TABLES:
            self.db.execute(f"create or replace temp table {table}")
        self.agents: dict[Agent, int] = {}
        self.problems: list[str] = []
        self._agents, self._addresses, self._asked, self._targets = Learned(), Learned(), Learned(), Learned()
        self.targets = np.zeros((1, 2), np.int64)
        """Place and rest of each target; target 0: no repository."""

    @property
    def full(self) -> bool:
        """Whether it is time to forget."""
        return len(self._asked) > MOST_TARGETS or len(self._addresses) > MOST_TARGETS

    def agents_of(self, form: LogFormat, keys: np.ndarray, texts: Texts) -> np.ndarray:
        """The number of each agent."""
        return _looked_up(self._agents, keys, texts, lambda _, said: [self._agent(t, form) for t in said])

    def _agent(self, text: str | None, form: LogFormat) -> int:
        return self.agents.setdefault(told(text, form.escapes), len(self.agents) + 1)

    def marks_of(self, keys: np.ndarray, texts: Texts) -> np.ndarray:
        """What the networks of addresses are, as places in MARKS."""
        return _looked_up(self._addresses, keys, texts, self._learn_addresses)

    def _learn_addresses(self, keys: np.ndarray, said: list[str | None]) -> list[int]:
        self.db.register("new_rows", pa.table({"address_key": keys, "address": pa.array(said, pa.string())}))
        self.db.execute("insert into addresses select address_key, address from new_rows")
        self.db.unregister("new_rows")
        return [MARKS.index(self.networks.mark(a)) for a in said] if self.networks else [0] * len(said)

    def targets_of(self, form: LogFormat, keys: np.ndarray, texts: Texts) -> np.ndarray:
        """The target of each request: 0 where it is of no repository, below 0 a problem (-1 the first of `problems`)."""
        return _looked_up(self._asked, keys, texts, lambda new, said: self._learn_targets(form, new, said))

    def _learn_targets(self, form: LogFormat, keys: np.ndarray, said: list[str | None]) -> np.ndarray:
        if form.escapes == "backslash":
            said = [unescaped(a, "backslash").partition("?")[0] if a and "\\" in a else a for a in said]
        self.db.register("told_asked", pa.table({"asked_key": keys, "asked": pa.array(said, pa.string())}))
        sql = targets_sql("told_asked", form.has_paths, self.prefix)
        self.db.execute(f"create or replace temp table told_targets as {sql}")
        self.db.unregister("told_asked")
        for table, new in (("places", NEW_PLACES), ("rests", NEW_RESTS)):
            known = self.db.execute(f"select count(*) from {table}").fetchall()[0][0]
            self.db.execute(new.format(known=known, rest=REST))
        found = self.db.sql(FOUND).to_arrow_table()
        order = np.searchsorted(keys, found["asked_key"].to_numpy())
        place, rest = (found[n].to_numpy() for n in ("place", "rest"))
        target = np.empty(len(keys), np.int64)
        target[order] = self._numbered(place, rest)
        problems = found["problem"]
        for place in np.flatnonzero(problems.is_valid().to_numpy()).tolist():
            target[order[place]] = self._problem(problems[place].as_py())
        return target

    def _numbered(self, place: np.ndarray, rest: np.ndarray) -> np.ndarray:
        """The numbers of targets; 0 where there is no place."""
        keys, first, inverse = different((place.astype(np.uint64) << np.uint64(32)) | rest.astype(np.uint64))
        numbers, known = self._targets.of(keys)
        known |= keys == 0
        new = np.flatnonzero(~known)
        numbers[new] = len(self.targets) + np.arange(len(new))
        self._targets.add(keys[new], numbers[new])
        pairs = np.stack([place[first[new]], rest[first[new]]], axis=1)
        self.targets = np.concatenate([self.targets, pairs])
        numbers[keys == 0] = 0
        return numbers[inverse]

    def _problem(self, text: str) -> int:
        if text not in self.problems:
            self.problems.append(text)
        return -1 - self.problems.index(text)


def _looked_up(
    learned: Learned,
    keys: np.ndarray,
    texts: Texts,
    learn: Callable[[np.ndarray, list[str | None]], np.ndarray | list[int]],
) -> np.ndarray:
    """The value of each key; those that were not met are learned from their texts."""
    keys, first, inverse = different(keys)
    values, known = learned.of(keys)
    if not known.all():
        new = np.flatnonzero(~known)
        values[new] = learn(keys[new], texts(first[new]))
        learned.add(keys[new], values[new])
    return values[inverse]


def seed_of(form: LogFormat) -> int:
    """Tells the texts of formats apart that mean something else by the same."""
    return ("none", "backslash", "url").index(form.escapes) * 2 + form.has_paths


def text_at(parts: list[Slices | None], sizes: list[int]) -> Texts:
    """The texts at places that count through several stretches; null where one has none."""
    ends = np.cumsum(sizes)

    def texts(places: np.ndarray) -> list[str | None]:
        found: list[str | None] = [None] * len(places)
        part = np.searchsorted(ends, places, side="right")
        for number in np.unique(part).tolist():
            own = np.flatnonzero(part == number)
            held = parts[number]
            if held is None:
                continue
            said = held.texts(places[own] - (ends[number] - sizes[number]))
            for at, text in zip(own.tolist(), said, strict=True):
                found[at] = text
        return found

    return texts

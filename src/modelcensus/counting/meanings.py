"""What texts in logs mean: agents, addresses and targets, each worked out once, however many lines say it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from modelcensus.counting.agents import Agent, told, unescaped
from modelcensus.counting.formats import LogFormat
from modelcensus.counting.line_arrays import NOT_PLAIN, Asking, Cut, Meaning, target_of
from modelcensus.counting.networks import Networks
from modelcensus.counting.numbering import Learned, Numbering, Sorted
from modelcensus.counting.places import Places
from modelcensus.counting.policies import Policies
from modelcensus.counting.rows import BY_ARRAYS
from modelcensus.counting.shapes import MARKS
from modelcensus.counting.slices import Said, Slices
from modelcensus.counting.targets import targets_sql

if TYPE_CHECKING:
    from modelcensus.counting.plain_targets import PlainTargets

TABLES = (
    "addresses (address_key ubigint, address varchar)",
    "rests (rest bigint, route varchar, path varchar, method varchar, pinned boolean)",
)
"""Addresses by their hash; what is asked for in repositories, by number."""
REST = "route, path, method, pinned"
NEW_RESTS = """
    insert into rests select {known} + row_number() over (), {rest} from (
        select {rest} from told_targets where kind is not null and problem is null
        except select {rest} from rests)
"""
FOUND = """
    select coalesce(r.rest, 0) as rest, n.problem, n.kind, n.repository,
           n.problem is null and n.kind is not null and n.repository is not null as good
    from told_targets n
    left join rests r on r.route = n.route and r.method = n.method and r.pinned = n.pinned
         and r.path is not distinct from n.path and n.problem is null
    order by n.asked_key
"""
MOST_TEXTS = 2_000_000
"""Texts of a kind that are remembered from one batch to the next."""


class Meanings:
    """The texts met so far, by their hashes."""

    def __init__(self, db: duckdb.DuckDBPyConnection, policies: Policies, quick: bool) -> None:
        self.db, self.prefix, self.quick = db, policies.prefix, quick
        self.networks = Networks.of(policies)
        self.names_addresses = bool(self.networks) or policies.keep == "visits"
        self.forget()

    def forget(self) -> None:
        """Start with nothing met."""
        for table in TABLES:
            self.db.execute(f"create or replace temp table {table}")
        self.agents: dict[Agent, int] = {}
        self.problems: list[str] = []
        self.numbering: type[Numbering] = Sorted
        self.loops = BY_ARRAYS
        if self.quick:
            from modelcensus.counting import (
                grouping_loops,
                hashed,
            )  # with numba, which is optional, and slow to import

            self.numbering, self.loops = hashed.Hashed, grouping_loops.by_loops()
        self.places = Places(self.numbering())
        self._plain: PlainTargets | None = None
        if self.quick:
            from modelcensus.counting import plain_targets  # with numba, as above

            self._cutting, self._plain = plain_targets.Cutting(), plain_targets.PlainTargets(self._meant, self.places)
        self._agents, self._addresses, self._asked = (Learned(self.numbering) for _ in range(3))

    @property
    def full(self) -> bool:
        """Whether it is time to forget."""
        plain = len(self._plain) if self._plain else 0
        return max(plain, len(self._asked), len(self._addresses)) > MOST_TEXTS

    def met(self, asking: Asking, agents: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Write the agents and targets of requests whose texts were all met before; the places of the others."""
        if self._plain is None or self.prefix or not isinstance(asking.asked_keys, Cut):
            return np.arange(len(asking))
        return self._plain.met(self._agents, asking.agent_keys, asking.asked_keys, agents, targets)

    def agents_of(self, form: LogFormat, keys: np.ndarray, texts: Said) -> np.ndarray:
        """The number of each agent."""
        return self._agents.of(keys, lambda new: [self._agent(t, form) for t in texts(new).to_pylist()])

    def _agent(self, text: str | None, form: LogFormat) -> int:
        return self.agents.setdefault(told(text, form.escapes), len(self.agents) + 1)

    def marks_of(self, keys: np.ndarray, texts: Said) -> np.ndarray:
        """What the networks of addresses are, as places in MARKS."""
        return self._addresses.of(keys, lambda new: self._learn_addresses(keys[new], texts(new)))

    def _learn_addresses(self, keys: np.ndarray, said: pa.StringArray) -> list[int]:
        self.db.register("new_rows", pa.table({"address_key": keys, "address": said}))
        self.db.execute("insert into addresses select address_key, address from new_rows")
        self.db.unregister("new_rows")
        marks = [self.networks.mark(a) for a in said.to_pylist()] if self.networks else [""] * len(said)
        return [MARKS.index(m) for m in marks]

    def targets_of(self, form: LogFormat, keys: np.ndarray, texts: Said) -> np.ndarray:
        """The target of each request (see `target_of`): below 0 a problem (-1 the first of `problems`)."""
        return self._asked.of(keys, lambda new: self._learn_asked(form, texts(new)))

    def targets_cut(self, form: LogFormat, cuts: Sequence[Cut], texts: Said) -> np.ndarray:
        """The same of requests that are cut into their parts."""
        if self._plain is None or self.prefix:
            every = np.arange(sum(map(len, cuts)))
            return self.targets_of(form, Slices.of(texts(every)).hashes(seed_of(form)), texts)
        targets = self._plain.of(cuts)
        left = np.flatnonzero(targets == NOT_PLAIN)
        if len(left):
            said = texts(left)
            keys = Slices.of(said).hashes(seed_of(form))
            targets[left] = self._asked.of(keys, lambda new: self._learn_by_forms(form, said.take(pa.array(new))))
        return targets

    def _learn_asked(self, form: LogFormat, asked: pa.StringArray) -> np.ndarray:
        if self._plain is None or self.prefix or not form.has_paths:
            return self._learn_by_forms(form, asked)
        asked = _unescaped(form, asked)
        targets = self._plain.of([self._cutting.cut(Slices.of(asked))])
        left = np.flatnonzero(targets == NOT_PLAIN)
        targets[left] = self._learn_by_forms(form, asked.take(pa.array(left)))
        return targets

    def _learn_by_forms(self, form: LogFormat, asked: pa.StringArray) -> np.ndarray:
        if not len(asked):
            return np.zeros(0, np.int64)
        found = self._understood(_unescaped(form, asked), form.has_paths)
        place, good = np.zeros(found.num_rows, np.int64), found["good"]
        asked_for = found.filter(good)
        place[good.to_numpy()] = self.places.of(asked_for["kind"], asked_for["repository"])
        target, problems = target_of(place, found["rest"].to_numpy()), found["problem"]
        for place in np.flatnonzero(problems.is_valid().to_numpy()).tolist():
            target[place] = self._problem(problems[place].as_py())
        return target

    def _understood(self, asked: pa.StringArray, has_paths: bool) -> pa.Table:
        """Of each request the place, the rest, or the problem, by the forms of addresses."""
        numbered = {"asked_key": np.arange(len(asked)), "asked": asked}
        self.db.register("told_asked", pa.table(numbered))
        sql = targets_sql("told_asked", has_paths, self.prefix)
        self.db.execute(f"create or replace temp table told_targets as {sql}")
        self.db.unregister("told_asked")
        known = self.db.execute("select count(*) from rests").fetchall()[0][0]
        self.db.execute(NEW_RESTS.format(known=known, rest=REST))
        return self.db.sql(FOUND).to_arrow_table()

    def _meant(self, asked: Sequence[str]) -> list[Meaning]:
        """What requests of plain addresses mean."""
        found = self._understood(pa.array(asked, pa.string()), True)
        return [
            (row["kind"] or "", (row["problem"] is None and row["repository"]) or "", row["rest"])
            for row in found.to_pylist()
        ]

    def _problem(self, text: str) -> int:
        if text not in self.problems:
            self.problems.append(text)
        return -1 - self.problems.index(text)


def _unescaped(form: LogFormat, asked: pa.StringArray) -> pa.StringArray:
    """Requests as they were before the log's own escapes."""
    if form.escapes != "backslash":
        return asked
    escaped = pc.call_function("match_substring", [asked], pc.MatchSubstringOptions("\\"))
    if not pc.call_function("any", [escaped]).as_py():
        return asked
    plain = [unescaped(a, "backslash").partition("?")[0] for a in asked.filter(escaped).to_pylist()]
    return pc.call_function("replace_with_mask", [asked, escaped, pa.array(plain, pa.string())])


def seed_of(form: LogFormat) -> int:
    """Tells the texts of formats apart that mean something else by the same."""
    return ("none", "backslash", "url").index(form.escapes) * 2 + form.has_paths

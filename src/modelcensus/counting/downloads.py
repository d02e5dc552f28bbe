"""Downloads by repository and day, and loads beside them: what counts of the requests (chosen.py), summed under the policy of
deduplication."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from modelcensus.counting.chosen import Chosen
from modelcensus.counting.policies import Policies
from modelcensus.counting.requests import occurring
from modelcensus.counting.spelling import Spelling
from modelcensus.counting.windows import downloads_from_first_hits
from modelcensus.engine import Tables

COUNTED = """
    select 0::bigint as id, current_date as day, 0::bigint as requests, 0::bigint as instant, 0::bigint as visitor,
           0::hugeint as session
    where false
"""
"""Requests that count: where visitors are told apart, those of all batches together."""
HELD = ["day", "requests", "instant", "visitor", "session", "agent"]
MORE = """
    insert into counted
    select id, day, requests, instant, visitor,
           coalesce(session::hugeint, case when visitor is not null then hash(visitor, print)::hugeint end)
    from more join (
        select agent, md5_number(row(client, version, hub, generation, automated, container)::varchar) as print
        from more_agents) using (agent)
"""
"""With the session that a request states, else that of its address and agent."""
ALONE = "coalesce(sum(requests) filter (where {who} is null), 0)"
"""Where the log has no address nothing tells two visitors apart: every request counts."""


@dataclass(frozen=True)
class Sums:
    """How many of each repository (by a number) on each day (since 1970), in order."""

    id: np.ndarray
    day: np.ndarray
    value: np.ndarray

    @classmethod
    def of(cls, id: np.ndarray, day: np.ndarray, value: np.ndarray) -> "Sums":
        """Those of rows, in any order."""
        if not len(id):
            return cls(id, day, value)
        first = int(day.min())
        span = int(day.max()) - first + 1
        key = id.astype(np.int64) * span + (day - first)
        if (key[1:] < key[:-1]).any():
            order = np.argsort(key, kind="stable")
            key, value = key[order], value[order]
        begins = np.flatnonzero(np.append(True, key[1:] != key[:-1]))
        ids, days = np.divmod(key[begins], span)
        return cls(ids, days + first, np.add.reduceat(value, begins))

    @classmethod
    def together(cls, parts: "Sequence[Sums]") -> "Sums":
        """The sums of several."""
        if len(parts) == 1:
            return parts[0]
        columns = zip(*((p.id, p.day, p.value) for p in parts), strict=True)
        return cls.of(*map(np.concatenate, columns)) if parts else cls(*[np.zeros(0, np.int64)] * 3)

    def on(self, days: np.ndarray) -> "Sums":
        """Those of some days."""
        there = np.isin(self.day, days)
        return Sums(self.id[there], self.day[there], self.value[there])

    @property
    def by_day(self) -> dict[int, int]:
        """Of all repositories."""
        if not len(self.day):
            return {}
        first = int(self.day.min())
        sums = np.bincount(self.day - first, self.value).astype(np.int64)
        return {first + n: value for n, value in enumerate(sums.tolist()) if value}


class Downloads:
    """Takes what counts of batches, one after the other, and says what it comes to; repositories are numbered as they are met."""

    def __init__(self, engine: Tables, policies: Policies, spelling: Spelling) -> None:
        self._engine, self._policies, self._spelling = engine, policies, spelling
        self._loads: list[Sums] = []
        self._downloads: list[Sums] = []
        self._met = np.zeros(0, bool)
        """By the numbers of repositories."""
        if policies.dedup != "none":
            engine.make("counted", COUNTED)

    def add(self, chosen: Chosen) -> tuple[Sums, ...]:
        """What counts of one more batch; its loads and downloads where these add up, else nothing."""
        begins = np.concatenate([chosen.hits[~chosen.told_before], chosen.loads])
        met = occurring(chosen.model[np.concatenate([chosen.hits, chosen.loads])])
        ids = np.zeros(len(chosen.keys), np.int64)
        ids[met] = self._spelling.learn(chosen.keys[met], chosen.models.take(pa.array(met)))
        self._met = np.append(self._met, np.zeros(max(len(self._spelling) + 1 - len(self._met), 0), bool))
        self._met[ids[met]] = True
        loads = _sums(chosen, ids, begins)
        if self._policies.dedup != "none":
            self._loads.append(loads)
            self._hold(chosen, ids)
            return ()
        sums = loads, _sums(chosen, ids, chosen.hits)
        self.more(*sums)
        return sums

    def more(self, loads: Sums, downloads: Sums) -> None:
        """What another batch came to, of repositories that were met then."""
        self._loads.append(loads)
        self._downloads.append(downloads)

    def told(self) -> tuple[np.ndarray, Sums, Sums]:
        """The numbers of the repositories that are met in either, the loads and the downloads."""
        if self._policies.dedup != "none":
            self._downloads.append(self._apart())
            self._engine.drop("counted")
        return np.flatnonzero(self._met), Sums.together(self._loads), Sums.together(self._downloads)

    def _hold(self, chosen: Chosen, ids: np.ndarray) -> None:
        """Keep the requests that count, to be told apart together with those of other batches."""
        rows = chosen.asked.requests.select(HELD).take(pa.array(chosen.hits))
        rows = rows.append_column("id", [pa.array(ids[chosen.model[chosen.hits]])])
        self._engine.hold("more", rows)
        self._engine.hold("more_agents", chosen.asked.agents)
        self._engine.connection.execute(MORE)
        self._engine.drop("more", "more_agents")

    def _apart(self) -> Sums:
        """Downloads where those of one visitor count once in a window, or in a session."""
        rows, who = "counted", "visitor"
        if self._policies.dedup == "session":
            value, who = "count(distinct session)", "session"
        elif self._policies.dedup == "tumbling":
            value = (
                f"count(distinct (visitor, instant // {self._policies.window})) filter (where visitor is not null)"
            )
        else:
            downloads_from_first_hits(self._engine, self._policies.window)
            rows, value = "counted_by_visitor", "coalesce(sum(windows) filter (where visitor is not null), 0)"
        value = f"cast({value} + {ALONE.format(who=who)} as bigint)"
        found = self._engine.arrow(f"select id, day, {value} as value from {rows} group by id, day")
        return Sums.of(found["id"].to_numpy(), days_of(found["day"]), found["value"].to_numpy())


def days_of(column: pa.ChunkedArray) -> np.ndarray:
    """Days since 1970."""
    return column.cast(pa.int32()).to_numpy()


def _sums(chosen: Chosen, ids: np.ndarray, places: np.ndarray) -> Sums:
    """The requests at some places, by the numbers of repositories."""
    requests = chosen.asked.requests
    day, count = days_of(requests["day"])[places], requests["requests"].to_numpy()[places]
    sums = Sums.of(chosen.model[places], day, count)  # as they stand, they are mostly in order
    return Sums.of(ids[sums.id], sums.day, sums.value)

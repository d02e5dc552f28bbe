"""What was read of the repositories that counters of windows count, as arrays, and the constraints that it makes."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from modelcensus.engine import Engine
from modelcensus.flows.all_time import chain_sql
from modelcensus.flows.calendar import days
from modelcensus.flows.clocks import Clock
from modelcensus.flows.constraints import BEGINNING, Constraints, Ints, at_most, levels, windows
from modelcensus.flows.splices import Splice
from modelcensus.vocabulary.names import ALL_TIME, PERIOD, ROLLING

WINDOWED = "select distinct repository from {readings} where counter <> 'all_time' and not aside {only}"
OF_WINDOWED = "and repository in (select repository from windowed)"
READ = """
    with said as (
        select repository, series, counter, value, t_from, t_to, t_best, period_start, 0 as chain
        from {readings} semi join windowed using (repository) where counter <> 'all_time' and not aside
        union all by name
        select repository, '' as series, 'all_time' as counter, value, t_from, t_to, t_best, breaks as chain,
               case when fell and breaks > 0 then before end as before, bottom, stood_on
        from windowed_chain)
    select dense_rank() over (order by repository) - 1 as id, * from said
    order by 1, counter, chain, t_best, value, t_from, t_to, series
"""
CREATED_OF = """
    select repository, min(created_at) as created_at from {facts}
    where created_at is not null group by repository
"""


@dataclass(frozen=True)
class Told:
    """What is told of repositories `ids`, which count from 0 in the others: the constraints on their downloads, and what
    estimates keep to (see Windowed.said), both in their order."""

    ids: Ints
    constraints: Constraints
    said: tuple[np.ndarray, ...]

    def part(self, first: int, end: int) -> "Told":
        """The repositories from place `first` to before `end`, counted from 0 again."""
        ids = self.ids[first:end]
        a, b = np.searchsorted(self.said[0], [first, first + len(ids)])
        said = (self.said[0][a:b] - first, *(column[a:b] for column in self.said[1:]))
        return Told(ids, self.constraints.of(first, first + len(ids)), said)


class Windowed:
    """What was read of the repositories that have a counter of windows, as arrays sorted by repository."""

    def __init__(self, engine: Engine, clock: Clock, only: str) -> None:
        engine.query("windowed", WINDOWED.format(readings=clock.readings, only=only))
        engine.query("windowed_chain", chain_sql(clock, OF_WINDOWED, use_creation=False))
        rows = engine.fetch(engine.query("windowed_readings", READ.format(readings=clock.readings)))
        self.id = rows["id"].to_numpy().astype(np.int64)
        first = np.flatnonzero(np.diff(self.id, prepend=-1))
        self.names = rows["repository"].take(pa.array(first)).combine_chunks()
        self.count = len(self.names)
        self.counter = np.asarray(rows["counter"].to_pylist(), dtype=object)
        self.series = np.asarray(rows["series"].to_pylist(), dtype=object)
        self.value = rows["value"].to_numpy().astype(float)
        self.since, self.until = _days(rows["t_from"]), _days(rows["t_to"])
        start = _days(rows["period_start"].cast(pa.int32()).fill_null(0).cast(pa.date32()))
        period = self.counter == PERIOD
        self.start_from = np.where(period, start, self.since - 30)
        self.start_to = np.where(period, start, self.until - 30)
        self.chain = rows["chain"].to_numpy().astype(np.int64)
        self.best = _days(rows["t_best"])
        self.fell = np.flatnonzero(~np.asarray(rows["before"].is_null()))
        self.before, self.bottom = (rows[c].fill_null(0).to_numpy().astype(float) for c in ("before", "bottom"))
        self.stood = _days(rows["stood_on"].cast(pa.int32()).fill_null(0))
        self.born = np.full(self.count, -1, np.int64)
        if not clock.raw:
            born = engine.fetch(engine.query("created_of", CREATED_OF.format(facts=clock.facts)))
            known = dict(zip(born["repository"].to_pylist(), born["created_at"].to_pylist(), strict=True))
            # a window read during a day reaches into it: downloads of the day of creation can be before its start
            stated = np.array([days(known[n]) - 1 if n in known else -1 for n in self.names.to_pylist()], np.int64)
            opened = np.full(self.count, np.iinfo(np.int64).max)
            np.minimum.at(opened, self.id, self.until)
            self.born = np.where(stated <= opened, np.minimum(stated, opened - 1), -1)

    def has(self, counter: str) -> np.ndarray:
        """Whether each repository has readings of a counter."""
        found = np.zeros(self.count, bool)
        found[self.id[self.counter == counter]] = True
        return found

    def counted(self, chosen: np.ndarray, splices: list[Splice] | None) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Rows of windows to use, and between what their downloads lie: as read, or widened to the `all_time` scale."""
        rows = np.flatnonzero(chosen[self.id] & (self.counter != ALL_TIME))
        low, high = self.value[rows].copy(), self.value[rows].copy()
        if splices is not None:
            rolling = self.counter[rows] == ROLLING
            ratio = scales(splices)
            known = np.array([s in ratio for s in self.series[rows]], bool)
            pairs = np.array([ratio.get(s, (1.0, 1.0)) for s in self.series[rows]], float).reshape(-1, 2)
            low = np.where(rolling, np.ceil(low / pairs[:, 1] - 1e-9), low)
            high = np.where(rolling, np.floor(high / pairs[:, 0] + 1e-9), high)
            keep = known | ~rolling
            rows, low, high = rows[keep], low[keep], high[keep]
        return rows, low, high

    def said(self, chosen: np.ndarray, splices: list[Splice] | None) -> tuple[np.ndarray, ...]:
        """What estimates keep to: repository, first day, last day (the middle of those possible), low, high."""
        rows, low, high = self.counted(chosen, splices)
        start = (self.start_from[rows] + self.start_to[rows]) // 2
        end = (self.since[rows] + self.until[rows]) // 2
        said = self.id[rows], start, end, low, high
        if splices is not None:
            ids, start, end, flow = self.steps(chosen)
            said = tuple(np.concatenate([a, b]) for a, b in zip(said, (ids, start, end, flow, flow), strict=True))
        later = said[2] > said[1]
        return tuple(part[later] for part in said)

    def told(self, chosen: np.ndarray, splices: list[Splice] | None, born: Ints | None = None) -> Told:
        """All of the chosen repositories; with `splices` what `all_time` says, too. `born`: the last day without
        downloads of each in the stead of the one known."""
        ids = np.flatnonzero(chosen)
        number = np.full(self.count, -1, np.int64)
        number[ids] = np.arange(len(ids))
        found = self.constraints(chosen, splices, self.born if born is None else born)
        said = self.said(chosen, splices)
        order = np.argsort(said[0], kind="stable")
        said = (number[said[0][order]], *(part[order] for part in said[1:]))
        return Told(ids, Constraints(number[found.repository], found.u, found.v, found.weight), said)

    def constraints(self, chosen: np.ndarray, splices: list[Splice] | None, born: Ints) -> Constraints:
        """All constraints on the chosen repositories; with `splices` those of `all_time`, too."""
        rows, low, high = self.counted(chosen, splices)
        parts = [
            windows(
                self.id[rows],
                self.start_from[rows],
                self.start_to[rows],
                self.since[rows],
                self.until[rows],
                low,
                high,
            )
        ]
        if splices is not None:
            at = np.flatnonzero(chosen[self.id] & (self.counter == ALL_TIME))
            parts.append(levels(self.id[at], self.chain[at], self.since[at], self.until[at], self.value[at]))
            fell = self.fell[chosen[self.id[self.fell]]]
            one, other = BEGINNING - self.chain[fell] + 1, BEGINNING - self.chain[fell]
            parts.append(at_most(self.id[fell], one, other, self.before[fell]))
            parts.append(at_most(self.id[fell], other, one, self.bottom[fell] - self.before[fell]))
        known = np.flatnonzero(chosen & (born >= 0))
        beginning = np.full(len(known), BEGINNING, np.int64)
        parts.append(at_most(known, beginning, born[known], np.zeros(len(known))))
        return Constraints.together(parts).sorted()

    def steps(self, chosen: np.ndarray) -> tuple[np.ndarray, ...]:
        """From one reading of `all_time` to the next, and to the first from the day of creation: repository, first day,
        last day, downloads."""
        at = np.flatnonzero(chosen[self.id] & (self.counter == ALL_TIME))
        same = (np.diff(self.id[at]) == 0) & (np.diff(self.chain[at]) == 0)
        a, b = at[:-1][same], at[1:][same]
        first = at[np.diff(self.id[at], prepend=-1) > 0]
        first = first[self.born[self.id[first]] >= 0]
        return (
            np.concatenate([self.id[first], self.id[b]]),
            np.concatenate([self.born[self.id[first]], self.best[a]]),
            np.concatenate([self.best[first], self.best[b]]),
            np.concatenate([self.value[first], self.value[b] - self.value[a]]),
        )

    def broken(self, chosen: np.ndarray, spans: list[tuple[int, int]]) -> np.ndarray:
        """(repositories x spans) whether a recount lies between the readings around the span."""
        found = np.zeros((self.count, len(spans)), bool)
        fell = self.fell[chosen[self.id[self.fell]]]
        for i, (start, end) in enumerate(spans):
            found[self.id[fell[(start < self.until[fell]) & (self.stood[fell] < end)]], i] = True
        return found


def scales(splices: list[Splice]) -> dict[str, tuple[float, float]]:
    """Between what R / dA lies, by the series of R: over every series of A that it was compared with."""
    found: dict[str, tuple[float, float]] = {}
    for s in splices:
        lower, upper = found.get(s.rolling, (s.lower, s.upper))
        found[s.rolling] = min(lower, s.lower), max(upper, s.upper)
    return found


def _days(column: pa.ChunkedArray) -> np.ndarray:
    return column.cast(pa.int32()).to_numpy().astype(np.int64)

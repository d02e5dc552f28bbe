"""What happened in the time that an answer is about: events of the counters, and releases of whom it names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from modelcensus.catalog.patterns import text
from modelcensus.flows import Counters
from modelcensus.flows.series_breaks import KIND
from modelcensus.measures.row import Row
from modelcensus.measures.since_release import ORIGINAL
from modelcensus.vocabulary import Request
from modelcensus.vocabulary.names import REPORTED

if TYPE_CHECKING:
    from modelcensus.measures.census import Census

RELEASE = "release"
OF_COUNTERS = f"""
    select kind, counter, "from" as start, max("to") as until from events
    where repository is null and kind <> '{KIND}' group by all order by start, until, kind
"""
OF_RELEASES = f"""
    select family, organization, generation, coalesce(generation, repository) as what, min(released) as day
    from catalog where first_party and {ORIGINAL} and released is not null group by all order by day, what
"""
OF_MODELS = (
    "select repository as what, released as day from catalog where repository in ({names}) and released is not null"
)
TOLD_BY = ("generation", "family", "organization")
"""Dimensions by which releases are found; what tells fewest apart comes last."""
MOST_NAMED = 5
"""Repositories of one request whose days of release are looked up."""
MOST_KEPT = 1_000
"""Repositories whose days are kept."""


@dataclass(frozen=True)
class Happened:
    """One event: its kind (that of the table `events`, or `release`), its days, and what was released."""

    kind: str
    start: str
    until: str
    what: str = ""


@dataclass(frozen=True)
class Released:
    """The first day on which a generation, or a repository without one, was published by its own makers."""

    of: dict[str, str | None]
    what: str
    day: str


class Happenings:
    """What happened, of one census: read once, then chosen from in memory."""

    def __init__(self, census: Census) -> None:
        self._census = census
        self._befell: dict[Counters, list[tuple[str, Happened]]] = {}
        self._models: dict[str, str] = {}

    def of(self, request: Request, rows: Sequence[Row]) -> tuple[Happened, ...]:
        """What happened between the first and the last day of rows; nothing where they are of one period, or of ages."""
        if not request.grain:
            return ()
        first, last = rows[0].start, rows[-1].end
        if request.reading.counter and first == rows[-1].start:
            return ()
        found = [*self._events(request), *self._releases(request)]
        return tuple(h for h in found if h.until >= first and h.start <= last)

    def _events(self, request: Request) -> list[Happened]:
        """Those of the channel that is asked, and of its counter where one is taken as it was read."""
        census, reading = self._census, request.reading
        if reading.channel.startswith(REPORTED) or census.prepared != reading.channel:
            return []
        counters = census.counters
        if counters not in self._befell:
            rows = census.engine.rows(OF_COUNTERS)
            befell = [(r["counter"], Happened(r["kind"], str(r["start"]), str(r["until"]))) for r in rows]
            self._befell = {counters: befell}
        told = (h for counter, h in self._befell[counters] if not reading.counter or counter == reading.counter)
        return list(dict.fromkeys(told))

    def _releases(self, request: Request) -> list[Happened]:
        """Those of the families, organizations, generations or repositories that are named."""
        named = dict(request.of)
        if "repository" in named:
            return self._of_models(named["repository"])
        terms = [(d, named[d]) for d in TOLD_BY if d in named]
        if not terms:
            return []
        first, values = terms[0]
        found = (one for v in dict.fromkeys(values) for one in self._released.get((first, v), ()))
        chosen = [one for one in found if all(one.of[d] in values for d, values in terms[1:])]
        days: dict[str, str] = {}
        for one in sorted(chosen, key=lambda one: (one.day, one.what)):  # of several makers the first
            days.setdefault(one.what, one.day)
        return [Happened(RELEASE, day, day, what) for what, day in days.items()]

    @cached_property
    def _released(self) -> dict[tuple[str, str], list[Released]]:
        """All releases, by dimension and its value; looked for once, also where there are none."""
        found: dict[tuple[str, str], list[Released]] = {}
        for r in self._census.engine.rows(OF_RELEASES):
            one = Released({d: r[d] for d in TOLD_BY}, r["what"], str(r["day"]))
            for dimension, value in one.of.items():
                if value is not None:
                    found.setdefault((dimension, value), []).append(one)
        return found

    def _of_models(self, names: tuple[str, ...]) -> list[Happened]:
        unknown = [n for n in names if n not in self._models]
        if len(names) > MOST_NAMED:
            return []
        if unknown:
            if len(self._models) > MOST_KEPT:
                self._models = {}
            self._models |= dict.fromkeys(names, "")
            sql = OF_MODELS.format(names=", ".join(map(text, names)))
            self._models |= {r["what"]: str(r["day"]) for r in self._census.engine.rows(sql)}
        return [Happened(RELEASE, day, day, n) for n in names if (day := self._models[n])]

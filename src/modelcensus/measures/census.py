"""An opened ledger: everything that measures read, registered once with the engine."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping
from datetime import UTC, date, timedelta
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pyarrow as pa

from modelcensus.catalog import Knowledge, Scope, build_catalog, catalog_key, keep_catalog, resolve_scope
from modelcensus.engine import DuckDBEngine, Engine
from modelcensus.flows import MOST_KEPT, Counters, build_events, build_readings, keep_levels, keep_months
from modelcensus.ledger import Ledger, Manifest
from modelcensus.measures.answers import Answers
from modelcensus.measures.by_month import ByMonth, keep_by_month
from modelcensus.measures.evaluate import Used, evaluate
from modelcensus.measures.extents import Extent, extent_of
from modelcensus.measures.from_sums import FromSums
from modelcensus.measures.happened import Happenings
from modelcensus.measures.inputs import Inputs
from modelcensus.measures.kept_flows import KeptFlows
from modelcensus.measures.notebook import census_html, census_line
from modelcensus.measures.reported import Month
from modelcensus.measures.result import Result
from modelcensus.measures.together import answer_together
from modelcensus.measures.views import connect
from modelcensus.measures.withheld import register_without
from modelcensus.vocabulary import (
    FACTS,
    LISTINGS,
    LISTS,
    OBSERVATIONS,
    REPORTED,
    ROUNDINGS,
    SCORES,
    LedgerError,
    Period,
    Request,
    RequestError,
    nearest,
)
from modelcensus.vocabulary.names import HUB
from modelcensus.vocabulary.names import REPORTED as REPORTED_PREFIX

MOST_DAYS = 4
"""Other days as of which a census holds itself open; the one opened longest ago gives way."""

BATCHES = pa.schema(
    [
        ("batch_id", pa.string()),
        ("name", pa.string()),
        ("channel", pa.string()),
        ("committed_at", pa.timestamp("us", tz="UTC")),
    ]
)

LARGE = MOST_KEPT
"""Observations beyond which what is derived is kept with the ledger, so that a day more is worked out for that day alone."""


class Census:
    """A ledger as of a day, with the knowledge to attribute it.

    Tables are read, and the catalog built, when something first needs them: an answer that the ledger's cache has
    needs neither. `also` names repositories to attribute although the ledger may not have seen them; `unseen` are those
    of them. `inputs` are computed with instead of what the ledger held on the day; such a census keeps no records, unless
    they are what the ledger was in the `past`.
    `cache`: answers may come from the ledger's cache, and go there.

    Example: `modelcensus.open("ledger").measure("share", of={"organization": "Qwen"}, by="month")`.
    """

    def __init__(
        self,
        ledger: Ledger,
        knowledge: Iterable[Path] = (),
        as_of: date | None = None,
        engine: Engine | None = None,
        also: Iterable[str] = (),
        inputs: Inputs | None = None,
        cache: bool = True,
        past: bool = False,
    ) -> None:
        self.ledger = ledger
        self.as_of = as_of
        self.folders = tuple(knowledge)
        self.inputs = inputs or Inputs.of(ledger, self.folders, as_of)
        self.manifests: list[Manifest] = list(self.inputs.manifests)
        if not self.manifests:
            until = f" committed by {as_of}" if as_of else ""
            raise LedgerError(f"no batch{until}", where=str(ledger.root), remedy="import or collect something first")
        self._as_of: dict[date, Census] = {}
        self.records, self._kept = inputs is None or past, as_of is not None or past
        self._past = past
        self.passing = False
        """Whether records give way to newer ones: those of an app, which gives thousands in a minute."""
        self._prepared_channel = ""
        self._batches: dict[str, list[Manifest]] = {}
        self._by_month: dict[str, ByMonth] = {}
        self.aged_of = ""
        """The channel whose downloads since release the table `aged_told` has."""
        self.scratch: TemporaryDirectory[str] | None = None
        """A folder of this census alone, for what is derived and cannot be kept."""
        self._kept_catalog: Path | None = None
        self._scopes: dict[str, Scope | RequestError] = {}
        self.flows = KeptFlows(self)
        self.used: dict[tuple[str, str, frozenset[str]], Used] = {}
        """The batches behind results, by channel, scope, and what their measures named."""
        self.reported_channel = ""
        """Whose months the table `reported_rows` has."""
        self.published: dict[str, tuple[Month, ...]] = {}
        """The months of the reported series that were asked about."""
        self.counted_over: dict[str, str] = {}
        """The scopes that their organizations are counted over."""
        self.from_sums: FromSums | None = None
        """What answers from sums that stay in memory; see `keep_sums`."""
        self.happenings = Happenings(self)
        """Events of the counters and releases, for the plots over time."""
        self.bounded = False
        """Whether what takes minutes is refused: somebody else waits for it."""
        self.extents: dict[Counters, tuple[date, date]] = {}
        """First and last day of reading, of the counters that were asked about."""
        self._also, self._given_engine, self._cache = list(also), engine, cache
        plain = self.records and not self._also and engine is None
        self.answers = Answers(ledger, self.inputs, self.knows_record) if cache and plain else None

    def __repr__(self) -> str:
        return census_line(self)

    def _repr_html_(self) -> str:
        return census_html(self)

    @cached_property
    def knowledge(self) -> Knowledge:
        """The knowledge, validated."""
        return self.inputs.knowledge

    @cached_property
    def stored(self) -> Engine:
        """The engine with the stored tables of the batches, and `batches`; no catalog."""
        engine = self._given_engine or DuckDBEngine()
        self._register(engine)
        return engine

    @cached_property
    def engine(self) -> Engine:
        """The engine with the stored tables and the catalog."""
        if self._derived and not self._also:
            batches = [m.id for m in self.manifests]
            self._kept_catalog = keep_catalog(self.stored, self.knowledge, batches, self._derived)
        else:
            build_catalog(self.stored, self.knowledge, self.unseen)
        return self.stored

    @cached_property
    def _derived(self) -> Path | None:
        """Where what is derived from a large ledger is kept: folds, flows by month, the catalog."""
        rows = sum(m.rows.get(OBSERVATIONS.name, 0) for m in self.manifests)
        kept = (
            rows > LARGE
            and self.records
            and self.as_of is None
            and not self._past
            and os.access(self.ledger.root, os.W_OK)
        )
        return self.ledger.root / "derived" if kept else None

    def kept_in(self, channel: str) -> Path | None:
        """The folder of what is derived from a channel of a large ledger."""
        return self._derived / hashlib.sha256(channel.encode()).hexdigest()[:12] if self._derived else None

    @property
    def by_month(self) -> ByMonth | None:
        """Of a large ledger whose all-time counters one source read: the flows of its months, with the catalog."""
        channel = self._prepared_channel
        if channel not in self._by_month:
            months, folder = self._months(), self.kept_in(channel)
            if not months or not folder or not self.counters.certain:
                return None
            batches = [m.id for m in self.manifests]
            flows = keep_months(self.counters, months, folder, batches)
            at = sorted(
                {*self._folded_at(channel), extent_of(self, channel).end}
            )  # a whole ledger ends on its last day
            levels = keep_levels(self.counters, at, folder, batches)
            key = catalog_key(self.knowledge, batches)
            self._by_month[channel] = keep_by_month(self.engine, months, at, flows, levels, folder, key)
        return self._by_month[channel]

    @cached_property
    def unseen(self) -> list[str]:
        """Those of `also` that the ledger has not seen."""
        if not self._also:
            return []
        self.stored.register("also", pa.table({"repository": pa.array(self._also, pa.string())}))
        known = " union ".join(f"select repository from {t}" for t in ("observations", "facts", "lists"))
        return [r["repository"] for r in self.stored.rows(f"select repository from also except ({known})")]

    def measure(
        self,
        measure: str,
        *,
        of: Mapping[str, str | Iterable[str]] | Iterable[str] = (),
        within: str = "",
        by: str | Iterable[str] = (),
        period: str | Iterable[str] = (),
        reading: Mapping[str, str] | Iterable[str] = (),
        as_of: str | date | None = None,
    ) -> Result:
        """Compute one measure; the arguments are those of the command line (docs/measures.md).

        Raises RequestError with the nearest valid choice where the request makes no sense for the data.
        """
        return self.answer(Request.build(measure, of, within, by, period, reading, as_of))

    def answer(self, request: Request) -> Result:
        """Compute a request."""
        if request.as_of and request.as_of != self.as_of and not (self._past and self._ended_by(request.as_of)):
            if request.as_of not in self._as_of:
                while len(self._as_of) >= MOST_DAYS:
                    del self._as_of[next(iter(self._as_of))]
                then = Census(self.ledger, self.folders, request.as_of, cache=self._cache)
                then.passing, then.bounded = self.passing, self.bounded
                self._as_of[request.as_of] = then
            return self._as_of[request.as_of].answer(request)
        return evaluate(self, request)

    def _ended_by(self, day: date) -> bool:
        """Whether the newest batch was committed by the end of that day: the ledger of the day is then this one."""
        return self.manifests[-1].committed_at.astimezone(UTC).date() <= day

    def answers_to(self, requests: Iterable[Request]) -> list[Result | RequestError]:
        """Compute requests together, each as `answer` would; of one that makes no sense, its error."""
        return answer_together(self, list(requests))

    def keep_sums(self) -> Census:
        """Keep sums in memory from now on, for who is asked many questions: the next one is a choice among them. What takes
        minutes is refused."""
        self.from_sums = self.from_sums or FromSums(self)
        self.bounded = True
        return self

    def record(self, record: dict[str, object]) -> None:
        """Keep a provenance record, and the knowledge that it rests on; OSError where the ledger cannot be written."""
        self.keep_knowledge()
        if self.passing:
            self.ledger.record_passing(record)
        else:
            self.ledger.record(record)

    def knows_record(self, record_id: str) -> bool:
        """Whether the ledger has a record of an answer; it is kept for good unless records pass."""
        return self.ledger.has_record(record_id) if self.passing else self.ledger.keep_record(record_id)

    def keep_knowledge(self) -> None:
        """Keep the knowledge with the ledger, for a later `as_of`; nothing where it is that of an earlier day."""
        if self.records and not self._kept:
            self._kept = self.inputs.keep(self.ledger)

    def spelled(self, repository: str) -> str:
        """The id in the letters in which the ledger has it; ids are the same whatever their letters."""
        if repository in self.unseen:
            same = self.engine.rows("select repository from catalog except select repository from also")
            return next((r["repository"] for r in same if r["repository"].lower() == repository.lower()), repository)
        return repository

    @cached_property
    def channels(self) -> list[str]:
        """The channels that the ledger holds."""
        return sorted({m.channel for m in self.manifests if m.channel})

    def channel(self, asked: str) -> str:
        """The channel meant: the one asked for, else the Hub's counters, else the only one."""
        if not asked:
            if HUB in self.channels or not self.channels:
                return HUB
            if len(self.channels) == 1:
                return self.channels[0]
            raise RequestError(
                "several channels, none of them the Hub's counters",
                where="reading channel",
                remedy=f"choose one: {', '.join(self.channels)}",
            )
        if asked not in self.channels:
            raise RequestError(f"no channel {asked!r}", where="reading channel", remedy=nearest(asked, self.channels))
        return asked

    def scope(self, name: str) -> Scope:
        """The scope of that name, resolved once."""
        if name not in self._scopes:
            try:
                self._scopes[name] = resolve_scope(self.engine, self.knowledge, name, self._kept_catalog)
            except RequestError as error:
                self._scopes[name] = error
        found = self._scopes[name]
        if isinstance(found, RequestError):
            raise found
        return found

    def extent(self, channel: str) -> Extent:
        """The days that a channel covers."""
        return extent_of(self, channel)

    def batches(self, channel: str) -> list[Manifest]:
        """The batches of a channel."""
        if channel not in self._batches:
            self._batches[channel] = [m for m in self.manifests if m.channel == channel]
        return self._batches[channel]

    def prepare(self, channel: str = HUB, *, attributed: bool = True) -> None:
        """Register readings and events of an observed channel; the catalog before them where `attributed`."""
        engine = self.engine if attributed else self.stored
        if channel.startswith(REPORTED_PREFIX) or self._prepared_channel == channel:
            return
        self.counters = build_readings(engine, channel, self._folded_at(channel), self._derived)
        build_events(self.counters)
        self._prepared_channel = channel

    @property
    def prepared(self) -> str:
        """The observed channel whose readings and events are registered."""
        return self._prepared_channel

    def _months(self) -> tuple[date, ...]:
        """Of a large ledger: the first days of all its months, of the one before (what grew into the first month came from
        it), and of the one after."""
        days = [date.fromisoformat(d) for m in self.manifests for d in (m.first_day, m.last_day) if d]
        if not self._derived or not days:
            return ()
        before = (min(days).replace(day=1) - timedelta(days=1)).replace(day=1)
        months = Period(before, max(days) + timedelta(days=31)).split("month")
        return (*(m.start for m in months), months[-1].end)

    def _folded_at(self, channel: str) -> tuple[date, ...]:
        """The days at which the counters of a large ledger are folded: those of its months, and that of the channel's first
        reading, from which cumulative counts run."""
        first = [date.fromisoformat(m.first_day) for m in self.batches(channel) if m.first_day]
        return tuple(sorted({*self._months(), *([min(first)] if first else [])})) if self._months() else ()

    def connect(self, channel: str = "", views: Iterable[str] = ()) -> duckdb.DuckDBPyConnection:
        """A DuckDB connection over the views of docs/sql.md, or over some of them; it can write nothing and reads no
        file. `channel`: whose readings, events and flows; the Hub's, else the only one."""
        return connect(self, channel, views)

    def _register(self, engine: Engine) -> None:
        for table in (OBSERVATIONS, LISTINGS, ROUNDINGS, FACTS, REPORTED, LISTS, SCORES):
            self.ledger.read(engine, table, self.manifests)
        rows = [
            {"batch_id": m.id, "name": m.name, "channel": m.channel, "committed_at": m.committed_at}
            for m in self.manifests
        ]
        engine.register("batches", pa.Table.from_pylist(rows, schema=BATCHES))
        if self.inputs.withheld:
            register_without(engine, self.ledger, self.manifests, self.inputs.withheld)

"""What this ledger can be asked: its channels, its newest period, and who leads in it. Found, never assumed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from modelcensus.catalog import lists as dated_lists
from modelcensus.claims import Pack, find_packs
from modelcensus.measures import Census, Result, Row, Side, spoken
from modelcensus.vocabulary import Period, RequestError
from modelcensus.vocabulary.names import ALL_TIME, HUB, REPORTED, ROLLING

MAKERS = "makers"
NOBODY = ("unknown", "unattributed", "unreviewed", "other")
"""Members of dimensions that are nobody in particular."""


@dataclass
class Scene:
    """An opened ledger with the choices that the report's questions share, and the `previous` edition, if any."""

    census: Census
    previous: Side | None = None
    _members: dict[str, list[str]] = field(default_factory=dict)
    _examples: dict[str, list[str]] = field(default_factory=dict)

    @cached_property
    def reported(self) -> str:
        """The first reported channel, or nothing."""
        return next((c for c in self.census.channels if c.startswith(REPORTED)), "")

    @cached_property
    def counters(self) -> list[str]:
        """The counters of the Hub that the ledger observed."""
        if HUB not in self.census.channels:
            return []
        rows = self.census.engine.rows(f"select distinct counter from {self._readings} order by 1")
        return [r["counter"] for r in rows]

    @property
    def _readings(self) -> str:
        """What tells days and counters of the Hub's readings: of a large ledger the snapshots, not row by row."""
        self.census.prepare(HUB)
        return "readings_raw" if self.census.counters.small else "snapshots"

    @cached_property
    def packs(self) -> list[Pack]:
        """The claim packs: the bundled ones, and those of the folder `claims`."""
        return find_packs()

    def members(self, dimension: str) -> list[str]:
        """The values of a dimension that repositories of this ledger have, in order; organizations of reported series too."""
        if dimension not in self._members:
            also = " union select organization from reported" if dimension == "organization" else ""
            rows = self.census.engine.rows(f"select distinct {dimension} as name from catalog{also} order by 1")
            self._members[dimension] = [str(r["name"]) for r in rows if r["name"] is not None]
        return self._members[dimension]

    def examples(self, dimension: str, most: int = 2) -> list[str]:
        """Members of a dimension that have most repositories here, for readers who look for what to write."""
        if dimension not in self._examples:
            rows = self.census.engine.rows(
                f"select {dimension} as name from catalog where {dimension} is not null and {dimension} not in {NOBODY}"
                " group by 1 order by count(*) desc, 1 limit 9"
            )
            self._examples[dimension] = [str(r["name"]) for r in rows]
        return [n for n in self._examples[dimension] if not set(n) & set(",;=")][:most]

    @cached_property
    def lists(self) -> list[str]:
        """The dated lists of repositories that the ledger holds, as scopes."""
        return dated_lists(self.census.engine)

    @property
    def counter(self) -> str:
        """The counter whose readings are shown as they are: rolling windows first, since each is exact. None of a ledger
        that keeps its months: there are too many readings, and what they say is in the months."""
        if self.keeps_months:
            return ""
        return next((c for c in (ROLLING, ALL_TIME) if c in self.counters), "")

    @cached_property
    def keeps_months(self) -> bool:
        """Whether this is a large ledger, which keeps the flows of its months."""
        return bool(self.all_time_months) and not self.census.counters.small and self.census.by_month is not None

    @cached_property
    def all_time_months(self) -> list[Period]:
        """The whole months between the first and the last reading of the all-time counter."""
        if ALL_TIME not in self.counters:
            return []
        row = self.census.engine.rows(
            f"select min(observed_on) as first, max(observed_on) as last from {self._readings} where counter = '{ALL_TIME}'"
        )[0]
        return Period(row["first"], row["last"]).split("month") if row["first"] < row["last"] else []

    @cached_property
    def monthly(self) -> Result | None:
        """Downloads by organization and month of the reported channel, makers only; all where none is known as a maker."""
        if not self.reported:
            return None
        try:
            return self.ask("downloads", by=["organization", "month"], within=MAKERS)
        except RequestError:
            return self.ask("downloads", by=["organization", "month"])

    @cached_property
    def months(self) -> list[str]:
        """Months of the reported series."""
        return list(dict.fromkeys(r.period for r in self.monthly.rows)) if self.monthly else []

    @property
    def month(self) -> str:
        """The newest month."""
        return self.months[-1]

    @cached_property
    def first_exact(self) -> str:
        """The first month that the publisher counted exactly; empty where all or none are."""
        if not self.monthly:
            return ""
        inexact = {r.period for r in self.monthly.rows if any("earlier method" in f for f in r.flags)}
        later = [m for m in self.months if m not in inexact]
        return later[0] if inexact and later else ""

    @cached_property
    def readings(self) -> Result | None:
        """Share by organization at each reading of the observed counter, within `scope`."""
        if not self.counter:
            return None
        return self.census.measure(
            "share",
            by=["organization", "day"],
            within=self.scope,
            reading={"channel": HUB, "counter": self.counter},
        )

    @cached_property
    def scope(self) -> str:
        """What observed shares are shares of: first-party language models, or everything where there are none."""
        reading = {"channel": HUB, "counter": self.counter}
        try:
            self.census.measure("downloads", within="mainline", reading=reading)
        except RequestError:
            return "hub"
        return "mainline"

    @cached_property
    def leader(self) -> str:
        """The maker with the most downloads in the newest month, else at the newest reading."""
        rows = self.monthly.rows if self.monthly else self.readings.rows if self.readings else ()
        return str(max(self.newest(rows), key=lambda r: r.value or 0).dimensions["organization"]) if rows else ""

    def newest(self, rows: Sequence[Row]) -> list[Row]:
        """The rows of the last period."""
        return [r for r in rows if r.span == rows[-1].span]

    def ask(self, measure: str, **request: object) -> Result:
        """A measure on the reported channel."""
        reading = {"channel": self.reported, **request.pop("reading", {})}  # type: ignore[dict-item]
        return self.census.measure(measure, reading=reading, **request)  # type: ignore[arg-type]

    def name(self, namespace: str) -> str:
        """What an organization is called in prose and pictures: its display name without what stands in brackets."""
        known = self.census.knowledge.organizations.get(namespace)
        return known.name.split(" (")[0] if known else namespace

    def called(self, dimension: str, *names: str) -> str:
        """Members of a dimension in prose, by their display names, and with what they are where a name is of several
        meanings."""
        shown = [self.name(n) if dimension == "organization" else n for n in names]
        return spoken(dimension, shown, self.place, self.census.knowledge.shared_names)

    def maker(self, namespace: str) -> str:
        """An organization in a sentence of its own."""
        return self.called("organization", namespace)

    def place(self, region: str) -> str:
        """What a region is called."""
        return self.census.knowledge.place(region)

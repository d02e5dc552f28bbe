"""The state of the data themselves: what each source gave, when, what its counters suffered, and what is missing."""

from datetime import date, timedelta

from modelcensus.flows import event_summary
from modelcensus.flows.calendar import Snapshot, day_of, usual_step
from modelcensus.ledger import Manifest
from modelcensus.measures.census import Census
from modelcensus.measures.health.coverage import (
    PERIOD_DAYS,
    known_then,
    median_step,
    missing_months,
    period_rows,
    reported_rows,
    with_known,
)
from modelcensus.measures.health.next_readings import by_downloads, edge_reading, missing_reading, newer_reading
from modelcensus.measures.health.sources import FEWEST, Freshness, source_row
from modelcensus.measures.health.watched import Watched, known_since, watched
from modelcensus.measures.reported import read_reported
from modelcensus.vocabulary import Period
from modelcensus.vocabulary.names import PERIOD, REPORTED

PUBLISHED = """
    select min(period_start) as first, max(period_end) as last, count(distinct period_start) as months,
           list(distinct period_start order by period_start) as starts from reported_rows
"""
LISTED = """
    select b.name, min(l.listed_on) as first, max(l.listed_on) as last, count(distinct l.listed_on) as lists
    from lists l join batches b using (batch_id) group by all order by all
"""


class Health:
    """Looks through a census; `today` is the day against which sources are late (default: the ledger's last day)."""

    def __init__(self, census: Census, today: date | None = None, stale_after: int | None = None) -> None:
        self.census, self.engine = census, census.engine
        self.today = today or max(date.fromisoformat(m.last_day or "1970-01-01") for m in census.manifests)
        self.stale_after = stale_after
        self.coverage: list[dict] = []
        self.reported: list[dict] = []
        self.gaps: list[dict] = []
        self.events: list[dict] = []
        self.sources: list[dict] = []
        self.next: list[dict] = []
        self._seen: list[str] = []

    def look(self) -> dict[str, list]:
        """`coverage`, `reported`, `gaps`, `events`, `sources` (stalest first), `next` (most width first)."""
        for channel in self.census.channels:
            (self._published if channel.startswith(REPORTED) else self._observed)(channel)
        self._lists()
        months = sorted({r["month"] for r in self.coverage})
        then = known_then(known_since(self.census, self._seen), months)
        self.engine.drop(*self._seen)
        known = self.engine.rows("select count(*) as n from catalog")[0]["n"]
        self.coverage = with_known(self.coverage, known, then)
        self.coverage.sort(key=lambda r: (r["source"], r["counter"], r["month"]))
        return {
            "coverage": self.coverage,
            "reported": self.reported,
            "gaps": sorted(self.gaps, key=lambda g: (g["from"], g["source"], g["counter"])),
            "events": self.events,
            "sources": sorted(self.sources, key=lambda s: (-s["days_since"], s["source"], str(s["counter"]))),
            "next": by_downloads(self.next),
        }

    def _observed(self, channel: str) -> None:
        self.census.prepare(channel)
        events = event_summary(self.engine).to_pylist()
        self.events += [
            {**e, "from": str(e["from"]), "to": str(e["to"]), "repositories": int(e["repositories"])} for e in events
        ]
        self.gaps += [
            {
                "kind": "source_gap", "source": e["source"], "counter": e["counter"], "from": str(e["from"]),
                "to": str(e["to"]), "days": (e["to"] - e["from"]).days,
            }
            for e in events if e["kind"] == "source_gap"
        ]  # fmt: skip
        table = f"seen{len(self._seen)}"
        for one in watched(self.census, table):
            self._add_months(one.months)
            self._add_source(channel, one, self.census.counters.snapshots(one.source))
        self._seen += [table] if self.census.counters.folded else []
        self._periods(channel)

    def _add_months(self, rows: list[dict]) -> None:
        self.coverage += rows
        for months in missing_months(r["month"] for r in rows):
            self.gaps.append(_no_reading(rows[0]["source"], rows[0]["counter"], months))

    def _add_source(self, channel: str, watch: Watched, calendar: list[Snapshot]) -> None:
        series, counter = calendar[0].source
        sound = None if watch.sound_day < 0 else day_of(watch.sound_day)
        step = usual_step(calendar) if len(calendar) >= FEWEST else None
        read = Freshness(day_of(calendar[0].day_from), day_of(calendar[-1].day), sound, len(calendar), step)
        batches = self._batches(channel, series, "observations")
        row = source_row(batches, counter, read, self.today, self.stale_after)
        self.sources.append(row)
        newer = newer_reading(row, watch.downloads_a_day, watch.listed_last, batches[-1], self.today)
        self.next += [newer] if newer else []
        self.next += [edge_reading(e, row, batches[-1]) for e in watch.open_edges]

    def _periods(self, channel: str) -> None:
        """Sources of counts over periods: read on the day after the last one counted."""
        rows = period_rows(self.engine)
        read = self.engine.rows(PERIOD_DAYS)
        for series in sorted({r["source"] for r in rows}):
            self._add_months([r for r in rows if r["source"] == series])
            ends = [r["observed_on"] for r in read if r["series"] == series]
            step = median_step([e.toordinal() for e in ends]) if len(ends) >= FEWEST else None
            batches = self._batches(channel, series, "observations")
            freshness = Freshness(ends[0], ends[-1], ends[-1], len(ends), step)
            self.sources.append(source_row(batches, PERIOD, freshness, self.today, self.stale_after))
            newer = newer_reading(self.sources[-1], 0, 0, batches[-1], self.today)
            self.next += [newer] if newer else []

    def _published(self, channel: str) -> None:
        """A reported series: nothing of it is a counter; months are there or not."""
        read_reported(self.census, channel)
        name = channel.removeprefix(REPORTED)
        rows = reported_rows(self.engine, name)
        self.reported += rows
        found = self.engine.rows(PUBLISHED)[0]
        if not found["months"]:
            return
        starts = [d.toordinal() for d in found["starts"]]
        read = Freshness(
            found["first"], found["last"], found["last"], found["months"],
            median_step(starts) if len(starts) >= FEWEST else None,
        )  # fmt: skip
        batches = self._batches(channel, name, "reported")
        row = source_row(batches, "reported", read, self.today, self.stale_after)
        self.sources.append(row)
        newer = newer_reading(row, 0, 0, batches[-1], self.today)
        self.next += [newer] if newer else []
        for months in missing_months(Period.parse(r["month"]) for r in rows):
            self.gaps.append(_no_reading(name, "reported", months))
            self.next.append(missing_reading(row, months, batches[-1]))

    def _lists(self) -> None:
        """Dated lists: they have a day, and no cadence that they could miss."""
        for r in self.engine.rows(LISTED):
            read = Freshness(r["first"], r["last"], r["last"], r["lists"], None)
            batches = self._batches("", r["name"], "lists") or [
                m for m in self.census.manifests if m.name == r["name"] and m.rows.get("lists")
            ]
            self.sources.append(source_row(batches, None, read, self.today, None))

    def _batches(self, channel: str, series: str, table: str) -> list[Manifest]:
        return [m for m in self.census.manifests if (m.channel, m.name) == (channel, series) and m.rows.get(table)]


def health(census: Census, today: date | None = None, stale_after: int | None = None) -> dict[str, list]:
    """What `modelcensus doctor` shows (docs/operating.md): `coverage`, `reported`, `gaps`, `events`, `sources`, `next`.

    Without `today` the same ledger gives the same answer at any time: sources are then late against its last day.
    """
    return Health(census, today, stale_after).look()


def _no_reading(source: str, counter: str, months: Period) -> dict[str, object]:
    last = months.end - timedelta(days=1)
    return {
        "kind": "no_reading", "source": source, "counter": counter, "from": str(months.start), "to": str(last),
        "days": months.days,
    }  # fmt: skip

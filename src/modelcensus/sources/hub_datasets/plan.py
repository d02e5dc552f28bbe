"""Which states are fetched, and what that costs, said before anything is."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from modelcensus.sources.hub_datasets.known import known
from modelcensus.sources.hub_datasets.versions import Version
from modelcensus.vocabulary import InputError

EVERY = {"all": 0, "day": 1, "week": 7, "month": 30}
"""`--every` -> least days between two states."""


@dataclass(frozen=True)
class Wanted:
    """What was asked for: the newest state, those nearest to days, or a stretch of the history."""

    around: tuple[date, ...] = ()
    since: date | None = None
    until: date | None = None
    every: str = "all"

    @property
    def newest(self) -> bool:
        """Whether the newest state is meant: then it matters how old it is."""
        return not self.around and self.since is None and self.until is None and self.every == "all"

    def choose(self, days: Sequence[tuple[date, str]]) -> list[tuple[date, str]]:
        """The states meant, oldest first."""
        if self.newest:
            return [days[-1]]
        if self.around:
            return sorted({min(days, key=lambda d: (abs((d[0] - day).days), d[0])) for day in self.around})
        chosen: list[tuple[date, str]] = []
        for day, place in days:
            inside = (self.since is None or day >= self.since) and (self.until is None or day <= self.until)
            if inside and (not chosen or (day - chosen[-1][0]).days >= EVERY[self.every]):
                chosen.append((day, place))
        if not chosen:
            raise InputError(
                f"no state between {self.since or days[0][0]} and {self.until or days[-1][0]}",
                where="--since, --until",
                remedy=f"there are states from {days[0][0]} to {days[-1][0]}",
            )
        return chosen


@dataclass(frozen=True)
class Plan:
    """What is fetched, what is in the ledger already, and what repeats the state before it."""

    fetch: list[Version]
    held: list[Version]
    repeats: list[tuple[Version, str]]

    @property
    def bytes(self) -> int:
        """Over the network."""
        return sum(size for _, size in {(v.digest or v.revision, v.bytes) for v in self.fetch})

    @property
    def largest(self) -> int:
        """On disk at a time."""
        return max((v.bytes for v in self.fetch), default=0)

    def lines(self) -> list[str]:
        """What it costs, in words."""
        speed = known().speed
        seconds = self.bytes / speed.network + sum(v.bytes for v in self.fetch) / speed.reading
        files = len({v.digest or v.revision for v in self.fetch})
        if not files:
            said = ["nothing to fetch"]
        else:
            said = [
                f"{files:,} files to fetch, {size(self.bytes)}; at most {size(self.largest)} of them on disk at a time",
                f"about {duration(seconds)} at {size(speed.network)} a second, reading and storing included",
            ]
        if self.held:
            said.append(f"{len(self.held):,} are in the ledger already")
        said += [f"{v.day} repeats {before}, byte for byte: not taken" for v, before in self.repeats]
        return said


def made_plan(versions: Sequence[Version], digests: Mapping[str, str], days: Collection[str]) -> Plan:
    """`digests` are those of the files that the series' batches were read from, with the day of each; `days` its days."""
    plan = Plan([], [], [])
    seen = dict(digests)
    for version in versions:
        if version.only is not None or not version.digest:
            (plan.held if version.day in days else plan.fetch).append(version)
        elif version.digest not in seen:
            seen[version.digest] = version.day
            plan.fetch.append(version)
        elif seen[version.digest] == version.day:
            plan.held.append(version)
        else:
            plan.repeats.append((version, seen[version.digest]))
    return plan


def stale(day: date, step: int, today: date) -> bool:
    """Whether a source's newest state is older than three of its usual steps, and than a step and six days."""
    return today - day > timedelta(max(3 * step, step + 6))


def size(count: float) -> str:
    """Bytes for readers.

    >>> size(1_572_863_800), size(900)
    ('1.6 GB', '900 bytes')
    """
    for unit, width in (("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= width:
            return f"{count / width:,.1f} {unit}"
    return f"{count:.0f} bytes"


def duration(seconds: float) -> str:
    """Seconds for readers.

    >>> duration(40), duration(600), duration(9000)
    ('1 minute', '10 minutes', '2.5 hours')
    """
    if seconds >= 7200:
        return f"{seconds / 3600:.1f} hours"
    minutes = max(1, round(seconds / 60))
    return f"{minutes} minute{'s' if minutes > 1 else ''}"

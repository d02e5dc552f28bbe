"""`python -m bench.hub FOLDER`: a ledger of the Hub's shape, in sparse storage, with the artefacts of its counters.

One hidden truth, many repositories' downloads a day, is read by two counters, which stall, roll back, miss
repositories and days, and count single ones wrongly. What was put in stands in `injected.json` beside the ledger.
Files are laid out as `Ledger.commit` does, at a lower level of compression, and a second thread writes them.
"""

import argparse
import hashlib
import json
import resource
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, timedelta
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from bench.names import made_ids, real_ids
from modelcensus.engine.parquet import ROW_GROUP
from modelcensus.ledger import Ledger, Manifest, StoredFile, batch_identity
from modelcensus.vocabulary import FACTS, LISTINGS, OBSERVATIONS, Batch, Terms

START = date(2025, 1, 1)
WINDOW, NEVER = 30, 1_000_000
OLDEST = (date(2022, 3, 2) - START).days  # creation days are known from then on; older ones carry this day
ALL_TIME_FROM = (date(2025, 2, 27) - START).days
FACTOR_FROM = (date(2025, 6, 1) - START).days
EPOCH = (START - date(1970, 1, 1)).days

OLD, ON_FIRST_DAY, TRACKED, BIGGEST = 0.03, 13 / 30, 0.10, 2_000
SPREAD, MOST, OLD_BONUS = 3.4, 4e6, 6.0
LAUNCH, FADE = 12.0, 0.94
WEEK = (1.03, 1.04, 1.04, 1.03, 1.01, 0.93, 0.92)  # from Monday

GAPS = ((date(2025, 6, 4), date(2025, 7, 9)), (date(2026, 4, 7), date(2026, 4, 23)))
"""First and last day without a snapshot."""
STALLS = (
    (date(2025, 3, 5), 0.55, date(2025, 3, 9)),
    (date(2025, 8, 16), 1.0, date(2025, 8, 17)),
    (date(2025, 9, 24), 0.45, date(2025, 9, 25)),
    (date(2025, 10, 15), 1.0, date(2025, 10, 16)),
    (date(2026, 3, 18), 0.80, date(2026, 3, 19)),
    (date(2026, 7, 20), 1.0, date(2026, 7, 21)),
    (date(2026, 7, 29), 0.65, date(2026, 8, 2)),
)
"""Day, share of the busy repositories that stand still, day on which what they missed is booked."""
ROLLBACKS = ((date(2025, 5, 19), 2, date(2025, 5, 15)), (date(2026, 6, 15), 1, date(2026, 6, 10)))
"""First day, snapshots, day whose state is served again."""
PARTIALS = ((date(2025, 11, 24), 0.75), (date(2026, 2, 5), 0.034))
"""Day, share of the repositories that is missing."""
STILL_COUNTING = ((2022.2, 0.98), (2023.9, 0.60), (2024.9, 0.25), (2025.3, 0.003))
"""Year of creation, share that keeps counting in a half stall (Model Pulse, 2026)."""
BUSY, RECOUNTS, FREEZES, SPIKES, RENAMES = 20, 200, 1_300, 25, 300


@dataclass(frozen=True)
class Population:
    """Repositories in the order of their ids, as arrays: day of creation (0: START), downloads a day (times a
    scale) without launch, growth of them a day (log), launch (times the rate on the first day), factor of
    rolling_30d, whether rolling_30d is read."""

    created: np.ndarray
    rate: np.ndarray
    growth: np.ndarray
    launch: np.ndarray
    factor: np.ndarray
    tracked: np.ndarray

    def take(self, places: np.ndarray) -> "Population":
        return Population(**{name: values[places] for name, values in vars(self).items()})


@dataclass(frozen=True)
class Single:
    """Something that befalls one repository on the days [first, until); `into`: the repository it becomes."""

    kind: str
    place: int
    first: int
    until: int
    size: float = 0.0
    into: int = -1


@dataclass(frozen=True)
class Changes:
    """What one snapshot of one counter says that the one before did not: places and values (-1: not listed)."""

    places: np.ndarray
    values: np.ndarray
    listed: int
    since: int | None


def made_population(repositories: int, days: int, random: np.random.Generator) -> Population:
    """Repositories of a heavy-tailed rate: 43 % exist on the first day, the last one appears on the last."""
    age = random.random(repositories)
    before = np.maximum(OLDEST, -1 + 330 * np.log(np.maximum(age, 1e-9) / ON_FIRST_DAY)).astype(np.int32)
    after = ((age - ON_FIRST_DAY) / (1 - ON_FIRST_DAY) * (days - 1)).astype(np.int32)
    created = np.where(age < OLD, OLDEST, np.where(age < ON_FIRST_DAY, before, after)).astype(np.int32)
    rate = np.exp(SPREAD * random.standard_normal(repositories)) * np.where(created == OLDEST, OLD_BONUS, 1.0)
    growth = random.normal(-0.3, 0.8, repositories) / 365
    launch = LAUNCH * random.exponential(1.0, repositories)
    volume = rate * np.exp(growth * days / 2) * np.minimum(days, days - created)
    tracked = random.random(repositories) < TRACKED
    tracked[np.argsort(-volume)[:BIGGEST]] = True
    return Population(created, rate, growth, launch, random.uniform(0.91, 0.98, repositories), tracked)


def made_singles(world: Population, days: int, random: np.random.Generator) -> list[Single]:
    """Recounts, freezes, spikes and renames, each of a repository of its own out of the busiest twentieth.

    A rename's `into` is a place behind all others. A ledger too short for a freeze has none of them.
    """
    first, last, repositories = ALL_TIME_FROM + 3, days - 37, world.created.size
    if last <= first:
        return []
    quiet = [d for d in range(first, days) if not _disturbed(d)]
    busiest = np.argsort(-np.where(world.created < first - WINDOW, world.rate, 0))[: repositories // 20]
    wanted = {"recount": RECOUNTS, "freeze": FREEZES, "rename": RENAMES, "spike": SPIKES}
    kinds = [kind for kind, n in wanted.items() for _ in range(min(n, repositories // 200))]
    key = random.random(busiest.size) * (np.arange(busiest.size) + BIGGEST)  # the busier, the likelier
    places = random.permutation(busiest[np.argsort(key)[: len(kinds)]]).tolist()
    found: list[Single] = []
    for kind, place in zip(kinds, places, strict=True):
        day, length, size, into = int(random.integers(first, last)), 1, 0.0, -1
        if kind == "recount":
            size = float(random.uniform(0.05, 0.6))
        elif kind == "freeze":
            length = min(days - day, int(random.integers(36, 150)))
        elif kind == "spike":
            length, size = int(random.integers(5, 30)), float(random.uniform(20, 100))
        else:
            day, into = int(random.choice(quiet)), repositories + sum(f.kind == kind for f in found)
        found.append(Single(kind, place, day, day + length, size, into))
    return found


def _day(on: date) -> int:
    return (on - START).days


def _disturbed(day: int) -> bool:
    """Whether a dated artefact is under way, so that a rename could not carry its value over."""
    spans = [(a, b + timedelta(1)) for a, b in GAPS] + [(a, b) for a, _, b in STALLS]
    spans += [(kept, a + timedelta(n)) for a, n, kept in ROLLBACKS] + [(a, a + timedelta(1)) for a, _ in PARTIALS]
    return any(_day(a) <= day <= _day(b) for a, b in spans)


class Truth:
    """What was downloaded, day by day, up to the start of a day."""

    def __init__(self, world: Population, scale: float, random: np.random.Generator) -> None:
        self.random, self.world = random, world
        self.rate = np.minimum(world.rate * scale, MOST)
        self.grown = np.exp(world.growth)
        age = np.maximum(0, -WINDOW - world.created)
        self.base = np.where(age > 0, self.rate, 0.0)
        faded = FADE ** np.minimum(age, 400.0)
        self.launch = np.where((age > 0) & (age < 200), self.rate * world.launch * faded, 0.0)
        past = self.rate * 0.7 * age + self.rate * world.launch / (1 - FADE) * (1 - faded)
        self.total = random.poisson(np.where(age > 0, past, 0.0))
        self.exists = age > 0
        self.tracked = np.flatnonzero(world.tracked)
        self.ring = np.tile(self.total[self.tracked], (WINDOW, 1))
        by_day = np.argsort(world.created, kind="stable")
        self.births = (by_day, world.created[by_day])

    def remember(self, day: int) -> np.ndarray:
        """The totals of the tracked; returns how much they grew in the last 30 days."""
        now = self.total[self.tracked]
        grown = now - self.ring[day % WINDOW]
        self.ring[day % WINDOW] = now
        return grown

    def rename(self, old: int, new: int) -> None:
        for values in (self.base, self.launch, self.total, self.exists):
            values[new], values[old] = values[old], 0
        self.grown[new] = self.grown[old]
        a, b = np.searchsorted(self.tracked, (old, new))
        if self.world.tracked[old]:
            self.ring[:, b], self.ring[:, a] = self.ring[:, a], 0

    def live(self, day: int, spikes: list[Single]) -> None:
        """One day's downloads, and the births of that day."""
        places, created = self.births
        born = places[np.searchsorted(created, day) : np.searchsorted(created, day, "right")]
        self.base[born] = self.rate[born]
        self.launch[born] = self.rate[born] * self.world.launch[born]
        rates = self.base + self.launch
        rates *= WEEK[(START + timedelta(day)).weekday()]
        for spike in spikes:
            rates[spike.place] *= spike.size
        self.total += self.random.poisson(rates)
        self.base *= self.grown
        self.launch *= FADE
        self.exists[born] = True


class Shown:
    """One counter as its source shows it; one that `books` gives later what a stall held back."""

    def __init__(self, places: np.ndarray, books: bool, freezes: list[Single]) -> None:
        self.places, self.books = places, books
        self.values = np.full(places.size, -1, dtype=np.int64)
        self.since: int | None = None
        self.withheld: np.ndarray | None = None
        self.kept: np.ndarray | None = None
        at = np.searchsorted(places, [f.place for f in freezes])
        here = [(int(p), f) for p, f in zip(at, freezes, strict=True) if p < places.size and places[p] == f.place]
        self.frozen = np.array([p for p, _ in here], dtype=np.int64)
        self.freeze_days = np.array([(f.first, f.until) for _, f in here], dtype=np.int64).reshape(-1, 2)
        self.held = np.full(len(here), -1, dtype=np.int64)

    def show(self, day: int, value: np.ndarray, exists: np.ndarray, stalled: np.ndarray | None) -> Changes:
        """Publish a snapshot of true values (which are overwritten)."""
        booking = any(day == _day(booked) for _, _, booked in STALLS)
        self.withheld = None if booking else self.withheld
        value -= 0 if self.withheld is None else self.withheld
        if stalled is not None:
            still = np.where(stalled, np.maximum(self.values, 0), value)
            if self.books:
                self.withheld = value - still + (0 if self.withheld is None else self.withheld)
            value = still
        active = (self.freeze_days[:, 0] <= day) & (day < self.freeze_days[:, 1])
        starting = active & (self.held < 0)
        self.held[starting] = np.maximum(self.values[self.frozen[starting]], 0)
        value[self.frozen[active]] = self.held[active]
        for first, snapshots, kept in ROLLBACKS:
            if day == _day(kept):
                self.kept = value.copy()
            if _day(first) <= day < _day(first) + snapshots and self.kept is not None:
                value = self.kept.copy()
        value[~exists] = -1
        changed = np.flatnonzero(value != self.values)
        changes = Changes(self.places[changed], value[changed], int(np.count_nonzero(exists)), self.since)
        self.values, self.since = value, day
        return changes


def snapshots(
    world: Population, days: int, scale: float, singles: list[Single], seed: int
) -> Iterator[tuple[int, dict[str, Changes]]]:
    """Every day that has a snapshot, with what changed in each counter."""
    random = np.random.Generator(np.random.SFC64([seed, 2]))
    truth = Truth(world, scale, random)
    of = {kind: [s for s in singles if s.kind == kind] for kind in ("recount", "freeze", "spike", "rename")}
    everyone = np.arange(world.created.size, dtype=np.int32)
    all_time = Shown(everyone, True, of["freeze"])
    rolling = Shown(everyone[truth.tracked], False, of["freeze"])
    cut = np.zeros(len(of["recount"]), dtype=np.int64)
    recounted = np.array([s.place for s in of["recount"]], dtype=np.int64)
    for day in range(-WINDOW, days):
        for one in (s for s in of["rename"] if s.first == day):
            truth.rename(one.place, one.into)
        for i, one in enumerate(of["recount"]):
            if one.first == day:
                cut[i] = int(truth.total[one.place] * one.size)
        grown = truth.remember(day)
        if day >= 0 and not any(_day(a) <= day <= _day(b) for a, b in GAPS):
            exists = truth.exists.copy()
            for on, share in PARTIALS:
                if day == _day(on):
                    exists &= random.random(exists.size) >= share
            stalled = _stalled(day, world, truth, random)
            if day >= FACTOR_FROM:
                grown = np.rint(grown * world.factor[truth.tracked]).astype(np.int64)
            said = {}
            if day >= ALL_TIME_FROM:
                value = truth.total.copy()
                value[recounted] -= cut
                said["all_time"] = all_time.show(day, value, exists, stalled)
            of_tracked = None if stalled is None else stalled[truth.tracked]
            said["rolling_30d"] = rolling.show(day, grown, exists[truth.tracked], of_tracked)
            yield day, said
        truth.live(day, [s for s in of["spike"] if s.first <= day < s.until])


def _stalled(day: int, world: Population, truth: Truth, random: np.random.Generator) -> np.ndarray | None:
    """Which repositories stand still on that day: all, or the newer the likelier, so many of the busy ones."""
    share = {_day(on): share for on, share, _ in STALLS}.get(day)
    if share is None or share == 1:
        return None if share is None else np.ones(world.created.size, dtype=bool)
    counting = np.interp(START.year + world.created / 365.25, *np.array(STILL_COUNTING).T)
    busy = counting[truth.base + truth.launch >= BUSY]
    low, high = 0.01, 100.0
    for _ in range(40):
        middle = (low * high) ** 0.5
        low, high = (middle, high) if 1 - (busy**middle).mean() < share else (low, middle)
    return random.random(counting.size) >= counting**low


def tuned_scale(world: Population, days: int, rows: int, seed: int, sample: int = 30_000) -> float:
    """The scale of the rates at which so many rows change, found on a sample that has the same distribution."""
    born = np.flatnonzero(world.created < NEVER)
    places = born[np.argsort(world.rate[born])][:: max(1, born.size // sample)]
    part = world.take(np.sort(places))
    scale, step, counted = 0.015, 3.0, 0.0
    above: bool | None = None
    for _ in range(25):
        seen = sum(c.places.size for _, said in snapshots(part, days, scale, [], seed) for c in said.values())
        counted = seen * born.size / places.size
        if abs(counted / rows - 1) < 0.003:
            return scale
        if above is not None and above != (counted > rows):
            step **= 0.4
        above = counted > rows
        scale *= 1 / step if above else step
    raise ValueError(f"{rows:,} rows cannot come of {born.size:,} repositories on {days} days, but {counted:,.0f}")


def make_hub(
    folder: Path,
    repositories: int = 3_000_000,
    days: int = 600,
    rows: int = 200_000_000,
    seed: int = 7,
    real: bool = False,
) -> Ledger:
    """Write the ledger; `folder` must not hold one. The same arguments give the same bytes.

    `real`: the repositories bear the names of the sample's.

    Raises:
        ValueError: there is a ledger, or so many rows cannot come of so few repositories and days.
    """
    ledger = Ledger(folder)
    if ledger.manifests():
        raise ValueError(f"{folder} holds a ledger already")
    random = np.random.Generator(np.random.SFC64([seed, 1]))
    world = made_population(repositories, days, random)
    singles = made_singles(world, days, random)
    owners, names = (real_ids if real else made_ids)(repositories, random)
    ids, world, singles = _in_order(owners, names, world, singles)
    scale = tuned_scale(world, days, rows, seed)
    asked = {"repositories": str(repositories), "days": str(days), "rows": str(rows), "seed": str(seed)}
    asked |= {"names": "real"} if real else {}
    written = {"observations": 0, "all_time": 0, "rolling_30d": 0, "snapshots": 0}
    pending: list[Future[None]] = []
    with ThreadPoolExecutor(1) as writer:
        for day, said in snapshots(world, days, scale, singles, seed):
            for counter, changes in said.items():
                for name in (counter, "observations"):
                    written[name] += changes.places.size
            written["snapshots"] += 1
            pending.append(writer.submit(_store_day, ledger, ids, day, said, asked))
            if len(pending) > 2:
                pending.pop(0).result()
        for future in pending:
            future.result()
    _store_facts(ledger, ids, world, singles, days, asked)
    injected = _injected(ids, singles, days) | {"asked": asked, "scale": scale, "written": written}
    (folder / "injected.json").write_text(json.dumps(injected, indent=1))
    return ledger


def _in_order(
    owners: pa.StringArray, names: pa.StringArray, world: Population, singles: list[Single]
) -> tuple[pa.StringArray, Population, list[Single]]:
    """Ids, arrays and events in the order of the ids, with a place for every name that a repository takes on."""
    renames = sorted((s for s in singles if s.kind == "rename"), key=lambda s: s.into)
    old = np.array([s.place for s in renames], dtype=np.int64)
    owners = pa.concat_arrays([owners, pa.array([f"{owners[p]}-org" for p in old.tolist()], pa.string())])
    names = pa.concat_arrays([names, names.take(pa.array(old))])
    ids = pc.binary_join_element_wise(owners, names, "/")
    order = pc.sort_indices(ids).to_numpy()
    place = np.argsort(order)
    unborn = replace(world.take(old), created=np.full(old.size, NEVER, dtype=np.int32))
    both = {name: np.concatenate([values, vars(unborn)[name]])[order] for name, values in vars(world).items()}
    moved = [replace(s, place=int(place[s.place]), into=int(place[s.into]) if s.into >= 0 else -1) for s in singles]
    return ids.take(pa.array(order)), Population(**both), moved


def _store_day(ledger: Ledger, ids: pa.Array, day: int, said: dict[str, Changes], asked: dict[str, str]) -> None:
    on = START + timedelta(day)
    parts = []
    for counter, changes in sorted(said.items()):
        values = pa.array(changes.values, mask=changes.values < 0)
        parts.append(_rows(OBSERVATIONS.arrow, changes.places.size, {
            "repository": ids.take(pa.array(changes.places)), "counter": counter, "value": values,
            "observed_from": on, "observed_on": on, "batch": "",
        }))  # fmt: skip
    counters = sorted(said)
    listings = _rows(LISTINGS.arrow, len(counters), {
        "counter": pa.array(counters), "observed_from": on, "observed_on": on, "batch": "",
        "since": pa.array([None if (s := said[c].since) is None else START + timedelta(s) for c in counters], pa.date32()),
        "listed": pa.array([said[c].listed for c in counters]),
    })  # fmt: skip
    tables = {"observations": pa.concat_tables(parts), "listings": listings}
    _commit(ledger, tables, on, 6, asked | {"day": str(on)})


def _store_facts(
    ledger: Ledger, ids: pa.StringArray, world: Population, singles: list[Single], days: int, asked: dict[str, str]
) -> None:
    created, seen = world.created.copy(), np.full(world.created.size, days - 1, dtype=np.int32)
    for one in singles:
        if one.kind == "rename":
            created[one.into], seen[one.place] = created[one.place], one.first - 1
    columns = {
        "repository": ids,
        "created_at": pa.array((created + EPOCH).astype(np.int32), pa.date32()),
        "observed_on": pa.array((seen + EPOCH).astype(np.int32), pa.date32()),
    }
    facts = _rows(FACTS.arrow, len(ids), columns)
    _commit(ledger, {"facts": facts}, START + timedelta(days - 1), 12, asked | {"facts": "all"})


def _rows(schema: pa.Schema, count: int, columns: dict[str, pa.Array | str | date]) -> pa.Table:
    """A table of a schema out of whole columns and constants; what is not given is null."""
    made = {}
    for field in schema:
        given = columns.get(field.name)
        made[field.name] = given if isinstance(given, pa.Array) else pa.repeat(pa.scalar(given, field.type), count)
    return pa.table(made, schema=schema)


def _commit(ledger: Ledger, tables: dict[str, pa.Table], on: date, hour: int, options: dict[str, str]) -> None:
    """As `Ledger.commit`, which looks through millions of rows for the days that are known here."""
    batch_id = batch_identity(Batch("bench", "hub-dump", "hub", tables, (), options, ()))
    files = []
    for table, rows in tables.items():
        if rows.num_rows == 0:
            continue
        path = f"{table}/observed_on={on}" if table == "observations" else table
        path += f"/{batch_id}.parquet"
        tagged = rows.append_column("batch_id", pa.repeat(batch_id, rows.num_rows))
        sink = pa.BufferOutputStream()
        pq.write_table(tagged, sink, row_group_size=ROW_GROUP, compression="zstd", compression_level=3)
        content = sink.getvalue()
        (ledger.root / path).parent.mkdir(parents=True, exist_ok=True)
        (ledger.root / path).write_bytes(content)
        digest = hashlib.sha256(content).hexdigest()
        files.append(StoredFile(table=table, path=path, rows=rows.num_rows, bytes=content.size, digest=digest))
    at = datetime(on.year, on.month, on.day, hour, tzinfo=UTC)
    observed = on.isoformat() if any(f.table == "observations" for f in files) else None
    manifest = Manifest(
        format=1, id=batch_id, source="bench", name="hub-dump", channel="hub", committed_at=at,
        first_day=observed, last_day=observed, rows={name: rows.num_rows for name, rows in tables.items()},
        inputs=[], options=options, took=[], terms={k: str(v) for k, v in vars(Terms()).items()},
        files=files, software={"modelcensus": version("modelcensus")},
    )  # fmt: skip
    ledger.manifests_folder.mkdir(parents=True, exist_ok=True)
    (ledger.manifests_folder / f"{batch_id}.json").write_text(manifest.model_dump_json(indent=1))


def _injected(ids: pa.StringArray, singles: list[Single], days: int) -> dict[str, list[dict[str, object]]]:
    """Everything that was put in, of the days that the ledger covers, for comparison with what is found."""
    end = START + timedelta(days)
    found: dict[str, list[dict[str, object]]] = {
        "gaps": [{"first_missing": str(a), "last_missing": str(b)} for a, b in GAPS if a < end],
        "stalls": [{"day": str(a), "share_of_busy": s, "booked_on": str(b), "kind": "stall" if s == 1 else "half_stall"}
                   for a, s, b in STALLS if a < end],
        "catch_up_days": [{"day": str(b), "of": str(a)} for a, _, b in STALLS if b < end],
        "rollbacks": [{"day": str(a), "snapshots": n, "shows": str(kept)} for a, n, kept in ROLLBACKS if a < end],
        "partials": [{"day": str(a), "share_missing": s} for a, s in PARTIALS if a < end],
        "recount": [], "freeze": [], "spike": [], "rename": [],
    }  # fmt: skip
    for one in sorted(singles, key=lambda s: (s.first, s.place)):
        row = asdict(one) | {
            "repository": ids[one.place].as_py(),
            "first": str(START + timedelta(one.first)),
            "until": str(START + timedelta(one.until)),
            "into": ids[one.into].as_py() if one.into >= 0 else None,
        }
        found[one.kind].append({k: v for k, v in row.items() if k not in ("kind", "place") and v is not None})
    return found


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.hub", description="Write a ledger of the Hub's shape.")
    parser.add_argument("folder", type=Path)
    for name, default in (("repositories", 3_000_000), ("days", 600), ("rows", 200_000_000), ("seed", 7)):
        parser.add_argument(f"--{name}", type=int, default=default)
    chosen = parser.parse_args()
    began = time.perf_counter()
    make_hub(**vars(chosen))
    written = json.loads((chosen.folder / "injected.json").read_text())["written"]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    size = sum(f.stat().st_size for f in chosen.folder.rglob("*.parquet")) / 1e9
    print(f"{written}, {size:.2f} GB, {time.perf_counter() - began:.0f} s, peak {peak:.1f} GB")


if __name__ == "__main__":
    main()

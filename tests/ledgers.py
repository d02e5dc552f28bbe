"""Builders of small ledgers: observations and published series as plain Python, in the tables that rooms exchange."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa

from modelcensus.catalog import Knowledge, build_catalog, load_knowledge
from modelcensus.engine import DuckDBEngine
from modelcensus.flows import build_events, build_flows, build_readings
from modelcensus.ledger import Ledger
from modelcensus.measures import Census
from modelcensus.vocabulary import (
    FACTS,
    LISTINGS,
    LISTS,
    OBSERVATIONS,
    REPORTED,
    ROUNDINGS,
    SCORES,
    Batch,
    InputFile,
)

DAY_ZERO = date(2026, 1, 1)
COMMITTED = datetime(2026, 12, 1, tzinfo=UTC)
ALIKE = tuple(f"acme-labs-ai/The-Qwen3.{m}-35B-A3B-Claude-4.6-Opus-abliterated-no{n}" for m, n in ((4, 6), (6, 8)))
"""Ids of which `hash` of DuckDB made the same number: such as anybody publishes."""
_serial = count()


def day(offset: int) -> date:
    """The day that many days after the first."""
    return DAY_ZERO + timedelta(days=offset)


def observation(
    repository: str,
    counter: str,
    value: int,
    on: int,
    since: int | None = None,
    start: int | None = None,
    batch: str = "",
) -> dict:
    """One observation; `since` is the earliest day of an uncertain reading, `start` that of a period count."""
    return {
        "repository": repository,
        "hub_id": None,
        "counter": counter,
        "value": value,
        "observed_from": day(on if since is None else since),
        "observed_on": day(on),
        "batch": batch,
        "period_start": None if start is None else day(start),
    }


def fact(repository: str, on: int = 0, created: date | None = None, **stated: object) -> dict:
    """What a source says that a repository is; columns not stated are null."""
    return {
        **dict.fromkeys(FACTS.names),
        "repository": repository,
        "observed_on": day(on),
        "created_at": created,
        **stated,
    }


def published(
    organization: str | None, month: date, downloads: int, exact: bool | None, scope: str = "listed"
) -> dict:
    """One row of a published series; without an organization it is the month's total of the scope."""
    following = (month.replace(day=28) + timedelta(days=4)).replace(day=1)
    return {
        "scope": scope,
        "organization": organization,
        "period_start": month,
        "period_end": following,
        "downloads": downloads,
        "exact": exact,
    }


def table(rows: Iterable[dict], schema: object) -> pa.Table:
    """Rows in a declared schema."""
    return pa.Table.from_pylist(list(rows), schema=schema.arrow)  # type: ignore[attr-defined]


def engine_of(
    observations: Sequence[dict], facts: Sequence[dict] = (), batches: Sequence[int] | None = None
) -> DuckDBEngine:
    """An engine with the readings and events of one series; `batches` says in which batch each row arrived."""
    places = batches or [0] * len(observations)
    rows = table(observations, OBSERVATIONS)
    rows = rows.append_column("batch_id", pa.array([f"b{p}" for p in places], pa.string()))
    return engine_of_tables(rows, table(facts, FACTS), {f"b{p}": "series" for p in sorted(set(places) | {0})})


def engine_of_tables(
    observations: pa.Table,
    facts: pa.Table | None = None,
    series: str | Mapping[str, str] = "series",
    listings: pa.Table | None = None,
    edges: Sequence[int] = (),
    store: Path | None = None,
) -> DuckDBEngine:
    """An engine with the readings and events of these observations.

    Either one batch of the series of that name, or several: then `observations` and `listings` have a column
    `batch_id`, and `series` says of which series each batch is, in the order in which they were committed. Facts belong
    to the first. `edges` are days that flows will be asked for at, `store` a folder where folds are kept.
    """
    said = table([], LISTINGS) if listings is None else listings
    if isinstance(series, str):
        series = {"b0": series}
        observations, said = (t.append_column("batch_id", pa.repeat("b0", len(t))) for t in (observations, said))
    elif listings is None:
        said = said.append_column("batch_id", pa.array([], pa.string()))
    stated = table([], FACTS) if facts is None else facts
    engine = DuckDBEngine()
    engine.connection.execute("set threads = 1")
    engine.register("observations", observations)
    engine.register("listings", said)
    engine.register("facts", stated.append_column("batch_id", pa.repeat(next(iter(series)), len(stated))))
    engine.register(
        "batches",
        pa.Table.from_pylist(
            [
                {"batch_id": b, "name": name, "channel": "hub", "committed_at": COMMITTED + timedelta(hours=i)}
                for i, (b, name) in enumerate(series.items())
            ],
            schema=pa.schema(
                [
                    ("batch_id", pa.string()),
                    ("name", pa.string()),
                    ("channel", pa.string()),
                    ("committed_at", pa.timestamp("us", tz="UTC")),
                ]
            ),
        ),
    )
    engine.counters = build_readings(engine, "hub", tuple(day(e) for e in edges), store)  # type: ignore[attr-defined]
    build_events(engine.counters)  # type: ignore[attr-defined]
    return engine


def flows_of(engine: DuckDBEngine, spans: Sequence[tuple[int, int]], repair: str = "conservative") -> dict:
    """(repository, span) -> row of `flows`."""
    build_flows(engine.counters, [(day(a), day(b)) for a, b in spans], repair)
    return {(r["repository"], r["span"]): r for r in engine.rows("select * from flows order by repository, span")}


def catalog_of(facts: Sequence[dict], knowledge: Knowledge | None = None) -> DuckDBEngine:
    """An engine with the catalog of these repositories."""
    engine = engine_of([], facts)
    engine.register("lists", table([], LISTS).append_column("batch_id", pa.array([], pa.string())))
    build_catalog(engine, knowledge or load_knowledge())
    return engine


def batch_of(name: str, channel: str, **tables: Iterable[dict]) -> Batch:
    """A batch as a source would hand it over."""
    schemas = {s.name: s for s in (OBSERVATIONS, FACTS, REPORTED, LISTS, ROUNDINGS, SCORES)}
    made = {t: table(rows, schemas[t]) for t, rows in tables.items()}
    return Batch(
        source="tables",
        name=name,
        channel=channel,
        tables=made,
        inputs=(InputFile(name, 0, f"{next(_serial):064x}"),),
        options={},
        took=(),
    )


def ledger_of(root: Path, *batches: Batch, committed_at: datetime = COMMITTED) -> Ledger:
    """A ledger with these batches committed one hour after the other."""
    ledger = Ledger(root)
    for i, batch in enumerate(batches):
        ledger.commit(batch, committed_at=committed_at + timedelta(hours=i))
    return ledger


def opened(*batches: Batch) -> Iterator[Census]:
    """A census of these batches in a folder that goes when the iteration ends: `with contextmanager(opened)(...)`."""
    with TemporaryDirectory() as folder:
        yield Census(ledger_of(Path(folder), *batches))


MIXED = (
    "Qwen/Qwen3-8B", "Qwen/Qwen3-0.6B", "Qwen/Qwen2.5-Coder-7B", "meta-llama/Llama-3.1-8B", "google/gemma-3-4b-it",
    "deepseek-ai/DeepSeek-V3", "unsloth/Qwen3-8B-GGUF", "someone/thing",
)  # fmt: skip


def small_rows() -> Iterator[dict]:
    """All-time counters, one that falls and one that contradicts itself, and some of thirty days alone."""
    for i, name in enumerate(MIXED):
        for on in sorted({31, 59, *range(2 + i, 120, 5 + i)}):  # everybody on both ends of February
            value = 1_000 * (i + 1) + 13 * (i + 2) * on - (400 if i == 3 and on > 70 else 0)
            yield observation(name, "all_time", value, on)
    for on in range(4, 120, 9):
        yield observation("mistralai/Mistral-7B-v0.1", "rolling_30d", 700 + on, on)
        yield observation("moonshotai/Kimi-K2-Base", "rolling_30d", 900 - 3 * on, on)
    yield observation("moonshotai/Kimi-K2-Base", "period", 5, 45, start=10)


def small_batch() -> Batch:
    """These with a fact of each."""
    rows = list(small_rows())
    return batch_of(
        "dump", "hub", observations=rows, facts=[fact(r) for r in sorted({x["repository"] for x in rows})]
    )


def steady_batch(*repositories: str) -> Batch:
    """All-time counters of these every second day of four months, each rising at its own rate, and one that does not."""
    days = range(0, 120, 2)
    rows = [
        observation(r, "all_time", 1000 * (i + 1) + on * (i + 3), on)
        for on in days
        for i, r in enumerate(repositories)
    ]
    rows += [observation("a/quiet", "all_time", 7, on) for on in days]
    return batch_of("dump", "hub", observations=rows, facts=[fact(r) for r in (*repositories, "a/quiet")])
